import { FACTS, type FactName, type MonitoringCheck, type MonitoringCondition } from '../../config/monitoring.ts'
import type { CaseFacts, FactValue, MonitoredCase } from './facts.ts'

/** Pure: checks against facts. A hit says which facts met which conditions, so that anybody can follow it. */

/** One condition and the fact that met it, in words. */
export interface Ground {
  fact: FactName
  label: string
  value: string
  condition: string
}
export interface Hit {
  check: string
  /** Opens a new finding when it changes: due date, node, or always the same. */
  run: string
  /** Day that it belongs to, `YYYY-MM-DD`. */
  day: string
  words: string
  grounds: Ground[]
}
export interface CheckBook {
  checks: readonly MonitoringCheck[]
  sequences: Readonly<Record<string, readonly string[]>>
}

export function valueWords(value: FactValue): string {
  if (value === null) return '未知'
  if (value === '') return '（空）'
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (Array.isArray(value)) return value.length > 0 ? value.join('、') : '（无）'
  return STATES[value as string] ?? String(value)
}
const STATES: Record<string, string> = { unassigned: '待分案', open: '在办', closed: '已办结' }

/** Is the condition met, and how is it said? Unknown is never met. */
export function meets(condition: MonitoringCondition, value: FactValue, sequence: readonly string[]): boolean {
  if (value === null) return false
  if ('is' in condition) return value === condition.is
  if ('in' in condition) return typeof value === 'string' && condition.in.includes(value)
  if ('atLeast' in condition) return typeof value === 'number' && value >= condition.atLeast
  if ('atMost' in condition) return typeof value === 'number' && value <= condition.atMost
  if ('lacks' in condition) return Array.isArray(value) && !value.includes(condition.lacks)
  if ('empty' in condition) return value === ''
  const [here, there] = [sequence.indexOf(String(value)), sequence.indexOf(condition.before)]
  return here >= 0 && there >= 0 && here < there
}

export function conditionWords(condition: MonitoringCondition): string {
  if ('is' in condition) return `为${valueWords(condition.is)}`
  if ('in' in condition) return `为${condition.in.map(valueWords).join('、')}之一`
  if ('atLeast' in condition) return `≥ ${condition.atLeast}`
  if ('atMost' in condition) return `≤ ${condition.atMost}`
  if ('lacks' in condition) return `不含“${condition.lacks}”`
  if ('before' in condition) return `尚未到“${condition.before}”`
  return '为空'
}

const fill = (words: string, facts: CaseFacts): string =>
  words.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => valueWords(facts[name as FactName] ?? null))

function runOf(check: MonitoringCheck, one: MonitoredCase): string {
  if (check.run === 'due') return one.due ?? ''
  return check.run === 'node' ? (one.node ?? '') : ''
}

/** Undefined = the check does not apply or is not met; `manual` checks never are. */
export function runCheck(
  book: CheckBook,
  check: MonitoringCheck,
  one: MonitoredCase,
  facts: CaseFacts,
  today: string,
): Hit | undefined {
  if (!check.enabled || check.when.length === 0) return undefined
  if (check.kinds.length > 0 && !check.kinds.includes(one.kind)) return undefined
  const sequence = book.sequences[one.kind] ?? []
  if (!check.when.every((condition) => meets(condition, facts[condition.fact], sequence))) return undefined
  return {
    check: check.id,
    run: runOf(check, one).slice(0, 64),
    day: check.day === 'closed' ? (one.closed ?? today) : today,
    words: fill(check.words, facts),
    grounds: check.when.map((condition) => ({
      fact: condition.fact,
      label: FACTS[condition.fact],
      value: valueWords(facts[condition.fact]),
      condition: conditionWords(condition),
    })),
  }
}

export const runChecks = (book: CheckBook, one: MonitoredCase, facts: CaseFacts, today: string): Hit[] =>
  book.checks.flatMap((check) => runCheck(book, check, one, facts, today) ?? [])
