import type { FactName } from '../../config/monitoring.ts'

/** Pure: a case as it is stored → the facts that checks may ask for. What is not known is null and meets no condition. */

export interface MonitoredCase {
  id: string
  caseNo: string
  kind: string
  typeName: string
  /** As the export writes them. */
  department: string | null
  node: string | null
  coercion: string | null
  cause: string | null
  outcome: string | null
  state: 'unassigned' | 'open' | 'closed'
  custody: boolean
  restricted: boolean
  /** Person id of site.yaml; null = nobody, or not one of ours. */
  handler: string | null
  /** `YYYY-MM-DD`. */
  accepted: string | null
  assigned: string | null
  due: string | null
  /** Some day is named; `due` is null also while the clock stands still. */
  hasDue: boolean
  closed: string | null
  /** Oldest first. */
  history: readonly CaseStep[]
}
export interface CaseStep {
  eventId: string
  type: string
  /** Epoch ms. */
  at: number
  from: string | null
  to: string | null
}
/** What the assignment room knows of a case. */
export interface HandedOut {
  /** Person id that the last draw or designation gave; null = none here. */
  handler: string | null
  /** Approved changes of handler. */
  changes: number
}
export interface FactContext {
  today: Temporal.PlainDate
  isWorkday(day: Temporal.PlainDate): boolean
  /** Office day of an epoch ms. */
  dayOf(ms: number): string
  handedOut: HandedOut | undefined
  /** Days by which the current form of the quality check is late; undefined = no review of this case. */
  formOverdueDays: number | undefined
}

export type FactValue = string | number | boolean | null | readonly string[]
export type CaseFacts = Readonly<Record<FactName, FactValue>>

const date = (text: string) => Temporal.PlainDate.from(text)
const daysBetween = (from: Temporal.PlainDate, to: Temporal.PlainDate): number =>
  from.until(to, { largestUnit: 'days' }).days

/** Workdays after `from`, up to and with `to`; at most two months are counted, more says nothing new. */
function workdaysBetween(
  from: Temporal.PlainDate,
  to: Temporal.PlainDate,
  isWorkday: FactContext['isWorkday'],
): number {
  const days = Math.min(62, daysBetween(from, to))
  let count = 0
  for (let n = 1; n <= days; n++) if (isWorkday(from.add({ days: n }))) count++
  return count
}

export function factsOf(one: MonitoredCase, context: FactContext): CaseFacts {
  const { today, isWorkday, dayOf, handedOut } = context
  const accepted = one.accepted === null ? null : date(one.accepted)
  const due = one.due === null ? null : date(one.due)
  const closed = one.closed === null ? null : date(one.closed)
  const assigned = one.assigned === null ? null : date(one.assigned)
  const arrival = one.history.find(({ type }) => type === 'case.accepted')
  const moves = one.history.filter(({ type }) => type === 'case.node_changed')
  const lastMove = moves.at(-1)
  const count = (type: string) => one.history.filter((step) => step.type === type).length
  return {
    state: one.state,
    custody: one.custody,
    coercion: one.coercion ?? '',
    node: one.node,
    // Only who was seen from the first day on, and moving, has a whole course: a snapshot begins in the middle.
    nodes:
      arrival && moves.length > 0
        ? [...new Set(moves.flatMap(({ from, to }) => [from, to]).filter((node) => node !== null))]
        : null,
    daysSinceAccepted: accepted && daysBetween(accepted, today),
    workdaysToAssign: accepted && workdaysBetween(accepted, assigned ?? today, isWorkday),
    daysLeft: due && one.state !== 'closed' ? daysBetween(today, due) : null,
    daysLateClosed: due && closed ? daysBetween(due, closed) : null,
    closedOnRestDay: closed && !isWorkday(closed),
    daysAtNode: lastMove ? daysBetween(date(dayOf(lastMove.at)), today) : null,
    extensions: arrival ? count('case.deadline_changed') : null,
    unapprovedHandlerChanges: Math.max(0, count('case.handler_changed') - (handedOut?.changes ?? 0)),
    handlerDiffersFromDraw:
      handedOut?.handler == null || one.handler === null ? null : handedOut.handler !== one.handler,
    entryLagDays: arrival && accepted ? daysBetween(accepted, date(dayOf(arrival.at))) : null,
    hasOutcome: one.outcome !== null,
    hasDue: one.hasDue,
    hasCause: one.cause !== null,
    formOverdueDays: context.formOverdueDays ?? null,
  }
}
