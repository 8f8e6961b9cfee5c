import {
  type Condition,
  conditionIssues,
  FIELDS,
  type Group,
  OPERATORS_OF,
  type Operator,
  type Topic,
} from '../../../contract/sharing/conditions.ts'

/** What the editor holds: every value as it is typed. Pure. */
export interface Row {
  field: string
  op: Operator
  /** Several values are parted by 、 */
  text: string
}

export function freshCondition(topic: Topic, field = Object.keys(FIELDS[topic])[0] ?? ''): Row {
  const known = FIELDS[topic][field]
  const op = OPERATORS_OF[known?.kind ?? 'text'][0] ?? 'is'
  const first = known?.kind === 'level' ? 'warning' : Object.keys(known?.options ?? {})[0]
  return { field, op, text: known?.kind === 'yes' ? 'true' : (first ?? '') }
}

/** The condition that the rows make; null while something is missing. */
export function toGroup(topic: Topic, match: Group['match'], rows: readonly Row[]): Group | null {
  const group: Group = { match, of: rows.map((row) => toCondition(topic, row)) }
  const filled = group.of.every((one) => 'of' in one || one.value !== '')
  return rows.length > 0 && filled && conditionIssues(topic, group).length === 0 ? group : null
}

function toCondition(topic: Topic, { field, op, text }: Row): Condition {
  if (op === 'present' || op === 'absent') return { field, op }
  const kind = FIELDS[topic][field]?.kind
  if (op === 'in') {
    const value = text
      .split(/[、,，\s]+/)
      .filter(Boolean)
      .slice(0, 20)
    return value.length > 0 ? { field, op, value } : { field, op, value: '' }
  }
  if (kind === 'yes') return { field, op, value: text === 'true' }
  if (kind === 'number') return { field, op, value: text.trim() === '' ? '' : Number(text.normalize('NFKC')) }
  return { field, op, value: text.trim() }
}
