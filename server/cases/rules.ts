import { createHash } from 'node:crypto'
import type { FlowRules } from '../../config/schema.ts'
import { COLOURS, type Colour } from '../../contract/panels/cases.ts'

/** Pure rules of the case list: kind, colour by legal days left, over-detention, order. */

export interface CaseRecord {
  /** Opaque, stable: made of the normalised 部门受案号. */
  id: string
  caseNo: string
  unifiedNo: string | null
  /** As in the export, e.g. 审查起诉. */
  typeName: string
  kind: string
  wing: string
  cause: string | null
  department: string | null
  handlerNo: string | null
  handlerHash: string | null
  node: string | null
  custody: boolean
  coercion: string | null
  /** `YYYY-MM-DD`. */
  accepted: string | null
  assigned: string | null
  due: string | null
  closed: string | null
  outcome: string | null
  restricted: boolean
  /** How it left the office's list without being closed. */
  gone: 'deleted' | 'missing' | null
  appliedMs: number
}

export const caseId = (caseNo: string): string => `c${createHash('sha256').update(caseNo).digest('hex').slice(0, 16)}`

export const freshCase = (caseNo: string): CaseRecord => ({
  id: caseId(caseNo),
  caseNo,
  unifiedNo: null,
  typeName: '',
  kind: 'other',
  wing: '刑事',
  cause: null,
  department: null,
  handlerNo: null,
  handlerHash: null,
  node: null,
  custody: false,
  coercion: null,
  accepted: null,
  assigned: null,
  due: null,
  closed: null,
  outcome: null,
  restricted: false,
  gone: null,
  appliedMs: 0,
})

export type CaseState = 'unassigned' | 'open' | 'closed'
export const caseState = (record: CaseRecord): CaseState =>
  record.closed !== null || record.gone !== null
    ? 'closed'
    : record.handlerNo || record.handlerHash || record.assigned
      ? 'open'
      : 'unassigned'

/** Kind and wing of an export's case type; the first match in the file wins. */
export function classify(rules: FlowRules, typeName: string): { kind: string; wing: string } {
  const found = rules.types.find(({ match }) => match.some((part) => typeName.includes(part)))
  return found ? { kind: found.kind, wing: found.wing } : { kind: 'other', wing: '刑事' }
}

/** Legal days left: 0 = today is the last day, negative = overdue. */
export const daysLeft = (due: string, today: Temporal.PlainDate): number =>
  today.until(Temporal.PlainDate.from(due), { largestUnit: 'days' }).days

/** Colour of an open case by its kind's band; null when no deadline is known. */
export function colourOf(rules: FlowRules, record: CaseRecord, today: Temporal.PlainDate): Colour | null {
  return record.due ? colourByDays(rules, record.kind, daysLeft(record.due, today)) : null
}

/** The band of the kind, else the one of `*`. */
export function colourByDays(rules: FlowRules, kind: string, days: number): Colour | null {
  const band =
    rules.bands.find(({ kinds }) => kinds.includes(kind)) ?? rules.bands.find(({ kinds }) => kinds.includes('*'))
  if (!band) return null
  if (days <= band.redMax) return 'red'
  if (days <= band.orangeMax) return 'orange'
  return days <= band.yellowMax ? 'yellow' : 'green'
}

/** 超期羁押: in custody and the limit has passed. Its own figure, never merged with an overdue node. */
export const isOverDetention = (record: CaseRecord, today: Temporal.PlainDate): boolean =>
  record.custody && record.due !== null && caseState(record) !== 'closed' && daysLeft(record.due, today) < 0

export interface DueCase {
  record: CaseRecord
  colour: Colour
  days: number
}

/** Over-detention before everything, in custody first, then the fewest days, then the case number. */
export function byUrgency(a: DueCase, b: DueCase): number {
  const detained = (one: DueCase) => (one.record.custody && one.days < 0 ? 0 : 1)
  const colour = (one: DueCase) => COLOURS.indexOf(one.colour)
  return (
    detained(a) - detained(b) ||
    Number(b.record.custody) - Number(a.record.custody) ||
    colour(a) - colour(b) ||
    a.days - b.days ||
    a.record.caseNo.localeCompare(b.record.caseNo)
  )
}

/** Rungs that a case stands on today; each is told once for the same due date. */
export function rungs(
  rules: FlowRules,
  record: CaseRecord,
  today: Temporal.PlainDate,
): ('last-day' | 'over-detention' | 'overdue')[] {
  if (!record.due || caseState(record) === 'closed') return []
  const days = daysLeft(record.due, today)
  if (days < 0) return [record.custody ? 'over-detention' : 'overdue']
  return record.custody && colourOf(rules, record, today) === 'red' && days === 0 ? ['last-day'] : []
}

/** `剩 N 日`, `今日 24:00`, `逾期 N 日`. */
export const daysWord = (days: number): string =>
  days === 0 ? '今日 24:00' : days > 0 ? `剩 ${days} 日` : `逾期 ${-days} 日`
