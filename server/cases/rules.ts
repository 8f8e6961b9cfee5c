import { createHash } from 'node:crypto'
import type { DeadlineRules, FlowRules } from '../../config/schema.ts'
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
  /** Our own result; where our engine has none, the export's day. Null also while the clock stands still. */
  due: string | null
  /** As the export names it. */
  exportedDue: string | null
  /** The calendar of that year is not published yet. */
  provisional: boolean
  /** Name of the clock that gives `due` (clocks.yaml); null = not reckoned yet. */
  clock: string | null
  /** Band of flow.yaml by the rule that gives `due`; null = no rule of ours, the band of the kind holds. */
  band: string | null
  /** 起算日 of the running limit, where the export names it. */
  started: string | null
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
  exportedDue: null,
  provisional: false,
  clock: null,
  band: null,
  started: null,
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

/** Colour of an open case by the band of its running limit; null when no deadline is known. */
export function colourOf(rules: FlowRules, record: CaseRecord, today: Temporal.PlainDate): Colour | null {
  return record.due ? colourByDays(rules, record, daysLeft(record.due, today)) : null
}

export type Band = FlowRules['bands'][number]
/** The band of the kind, else the one of `*`. */
export const bandOfKind = (rules: FlowRules, kind: string): Band | undefined =>
  rules.bands.find(({ kinds }) => kinds.includes(kind)) ?? rules.bands.find(({ kinds }) => kinds.includes('*'))
export const bandNamed = (rules: FlowRules, name: string): Band | undefined =>
  rules.bands.find((band) => band.name === name)
/** The band of the rule by which a limit is reckoned; null where no rule of ours is. */
export const bandOfRule = ({ rules }: DeadlineRules, rule: string | null): string | null =>
  rules.find(({ id }) => id === rule)?.band ?? null
/** One table for calculator, list, wall and ladder: the band of the rule; that of the kind only where there is no rule. */
export const bandOf = (rules: FlowRules, { band, kind }: { band: string | null; kind: string }): Band | undefined =>
  (band === null ? undefined : bandNamed(rules, band)) ?? bandOfKind(rules, kind)

/** Colour by legal days left (domain.md A.3). */
export function bandColour(band: Band, days: number): Colour {
  if (days <= band.redMax) return 'red'
  if (days <= band.orangeMax) return 'orange'
  return days <= band.yellowMax ? 'yellow' : 'green'
}
export function colourByDays(rules: FlowRules, of: { band: string | null; kind: string }, days: number): Colour | null {
  const band = bandOf(rules, of)
  return band ? bandColour(band, days) : null
}

/** 超期羁押: in custody and the limit has passed. Its own figure, never merged with an overdue node. */
export const isOverDetention = (record: CaseRecord, today: Temporal.PlainDate): boolean =>
  record.custody && record.due !== null && caseState(record) !== 'closed' && daysLeft(record.due, today) < 0

/** Name of the clock of a case that no rule of ours explains: its day is the export's. */
export const EXPORT_ONLY = '办案期限'

/** Our own day and the export's are not the same: both are shown, neither replaces the other in silence. */
export const differs = ({ due, exportedDue }: Pick<CaseRecord, 'due' | 'exportedDue'>): boolean =>
  due !== null && exportedDue !== null && due !== exportedDue

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

/** `剩 N 日`, `今日 24:00`, `逾期 N 日`. */
export const daysWord = (days: number): string =>
  days === 0 ? '今日 24:00' : days > 0 ? `剩 ${days} 日` : `逾期 ${-days} 日`
