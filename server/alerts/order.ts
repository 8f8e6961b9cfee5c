import { ALERT_STATES, type AlertState, standing } from '../../contract/panels/alerts.ts'
import { type Severity, severityRank } from '../../contract/severity.ts'

/** Order of visual.md section 5: 超期羁押 before everything, severity, then unacknowledged before the others, then oldest first. */
export function compareAlerts(
  a: { cause?: string; severity: Severity; state: AlertState; firstAt: number; id: string },
  b: { cause?: string; severity: Severity; state: AlertState; firstAt: number; id: string },
): number {
  return (
    last(a) - last(b) ||
    standing(a) - standing(b) ||
    severityRank(a.severity) - severityRank(b.severity) ||
    waiting(a) - waiting(b) ||
    a.firstAt - b.firstAt ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  )
}

/** What is over stands below everything that is not. */
const last = ({ state }: { state: AlertState }): number => (state === ALERT_STATES[3] ? 1 : 0)
const waiting = ({ state }: { state: AlertState }): number => (state === ALERT_STATES[0] ? 0 : 1)
