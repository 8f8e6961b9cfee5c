import type { Severity } from '../../contract/severity.ts'
import type { Band } from './rules.ts'

/** Pure rules of the warning ladder (domain.md A.3): rungs by legal days left, each told once for a due date. */

/** From the mildest on. */
export const RUNGS = ['yellow', 'orange', 'red', 'last-day', 'overdue', 'over-detention'] as const
export type Rung = (typeof RUNGS)[number]
export const RUNG_WORDS: Record<Rung, string> = {
  yellow: '提醒',
  orange: '临近',
  red: '末日',
  'last-day': '在押末日',
  overdue: '超期',
  'over-detention': '超期羁押',
}
/** Severity of the desk task; that of the alert stands in alerts.yaml. */
export const RUNG_SEVERITY: Record<Rung, Severity> = {
  yellow: 'info',
  orange: 'notice',
  red: 'warning',
  'last-day': 'critical',
  overdue: 'warning',
  'over-detention': 'critical',
}

export interface Step {
  rung: Rung
  /** Reached when so many legal days or fewer are left. */
  atMost: number
}

/** The ladder of a clock. In custody the last day and what follows are rungs of their own. */
export function stepsOf(band: Band, custody: boolean): Step[] {
  const colours: Step[] = [
    { rung: 'yellow', atMost: band.yellowMax },
    { rung: 'orange', atMost: band.orangeMax },
    { rung: 'red', atMost: band.redMax },
  ]
  const end: Step[] = custody
    ? [
        { rung: 'last-day', atMost: 0 },
        { rung: 'over-detention', atMost: -1 },
      ]
    : [{ rung: 'overdue', atMost: -1 }]
  // Two rungs on one day would be told twice: the harder one stands for both.
  return [...colours, ...end].filter(({ atMost }, at, all) => !all.slice(at + 1).some((one) => one.atMost >= atMost))
}

/** Rungs that are reached, from the mildest on; the last one is the one that stands. */
export const reached = (steps: readonly Step[], days: number): Rung[] =>
  steps.filter(({ atMost }) => days <= atMost).map(({ rung }) => rung)

/**
 * A clock that was set back a little must not take back what was told a moment ago: a rung is withdrawn only when it is
 * more than a day away again.
 */
export const isFarOff = (steps: readonly Step[], rung: Rung, days: number): boolean => {
  const step = steps.find((one) => one.rung === rung)
  return step !== undefined && days > step.atMost + 1
}

/** The day on which the next rung is reached; null when none is left. */
export function nextDay(steps: readonly Step[], due: string, days: number): string | null {
  const next = steps.find(({ atMost }) => days > atMost)
  return next ? Temporal.PlainDate.from(due).subtract({ days: next.atMost }).toString() : null
}
