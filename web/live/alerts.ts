import { type AlertItem, type AlertState, type AlertsPanel, standing } from '../../contract/panels/alerts.ts'
import { severityRank } from '../../contract/severity.ts'

/** Pure: one alert taken into the panel ahead of the panel's own next delta. Idempotent by id and version. */

const LIMIT = 200
const COUNTED: Record<AlertState, 'unacknowledged' | 'acknowledged' | 'returned' | 'normalToday'> = {
  unacknowledged: 'unacknowledged',
  acknowledged: 'acknowledged',
  'returned-unacknowledged': 'returned',
  normal: 'normalToday',
}

/** 超期羁押 first, then severity, then unacknowledged before the others, then oldest first (visual.md section 5). */
export function compareAlerts(a: AlertItem, b: AlertItem): number {
  const waits = (item: AlertItem) => (item.state === 'unacknowledged' ? 0 : 1)
  return (
    standing(a) - standing(b) ||
    severityRank(a.severity) - severityRank(b.severity) ||
    waits(a) - waits(b) ||
    a.firstAt - b.firstAt ||
    a.id.localeCompare(b.id)
  )
}

const isOpen = (item: AlertItem): boolean => item.state !== 'normal' && item.step !== 'closed'

export function mergeAlert(panel: AlertsPanel, item: AlertItem): AlertsPanel {
  const known = panel.items.find((one) => one.id === item.id)
  if (known && known.version >= item.version) return panel
  if (!known && !isOpen(item)) return panel
  // Counted already, but not among the items that were sent: what it has added is known to the server alone.
  if (!known && !item.drill && isCounted(panel, item.id)) return panel
  const others = panel.items.filter((one) => one.id !== item.id)
  const items = isOpen(item) ? [...others, item].sort(compareAlerts).slice(0, LIMIT) : others
  // A drill is painted and counted nowhere.
  if (item.drill) return { ...panel, items }
  const newest = known || isCounted(panel, item.id) ? panel.newest : item.id
  return { ...panel, items, counts: recount(panel, known, item), merged: remerge(panel, known, item), newest }
}

/** Ids are `A-20261124-0001`: the number of a day may outgrow its four digits. */
const isCounted = ({ newest }: AlertsPanel, id: string): boolean =>
  typeof newest === 'string' &&
  (newest.slice(0, 10) === id.slice(0, 10)
    ? newest.length - id.length || newest.localeCompare(id)
    : newest.localeCompare(id)) >= 0

function recount(panel: AlertsPanel, known: AlertItem | undefined, item: AlertItem): AlertsPanel['counts'] {
  const counts = { ...panel.counts, bySeverity: { ...panel.counts.bySeverity } }
  if (known) {
    counts[COUNTED[known.state]] -= 1
    counts.bySeverity[known.severity] = (counts.bySeverity[known.severity] ?? 0) - 1
  }
  counts[COUNTED[item.state]] += 1
  if (isOpen(item)) counts.bySeverity[item.severity] = (counts.bySeverity[item.severity] ?? 0) + 1
  return counts
}

function remerge(panel: AlertsPanel, known: AlertItem | undefined, item: AlertItem): AlertsPanel['merged'] {
  const before = known?.count ?? 0
  const after = isOpen(item) ? item.count : 0
  return {
    occurrences: panel.merged.occurrences - before + after,
    cards: panel.merged.cards - (known ? 1 : 0) + (isOpen(item) ? 1 : 0),
  }
}

/** Unacknowledged criticals, oldest first: what the wall pins. */
export const pinnedAlerts = (panel: AlertsPanel | null): AlertItem[] =>
  (panel?.items ?? []).filter((item) => item.severity === 'critical' && item.state === 'unacknowledged')
