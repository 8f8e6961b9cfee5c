import { briefOf, type Changed, changedFigures } from '../../../contract/brief/brief.ts'
import type { AlertsPanel } from '../../../contract/panels/alerts.ts'
import { shownOf } from '../../live/mask.ts'
import type { PanelEntry } from '../../live/store.ts'
import { type Since, sinceFreeze } from '../chrome/since-freeze.ts'

export interface Changes {
  figures: Changed[]
  alerts: Since[]
}
type Entries = ReadonlyMap<string, PanelEntry | null>

/** Pure: figures and alerts of the living wall that are not what they were at the frozen instant. */
export function changesSince(then: Entries, at: number, living: Entries): Changes {
  const alerts = (entries: Entries) => shownOf((entries.get('alerts')?.data as AlertsPanel | null | undefined) ?? null)
  return {
    figures: changedFigures(briefOf(at, dataOf(then), OFFICE), briefOf(at, dataOf(living), OFFICE)),
    alerts: sinceFreeze(alerts(then), alerts(living)),
  }
}

const OFFICE = { unit: '', demo: false }
/** A broken panel has no figure to compare. */
const dataOf = (entries: Entries): Record<string, unknown> =>
  Object.fromEntries(
    [...entries].flatMap(([name, entry]) => (entry?.data && !entry.problem ? [[name, entry.data] as const] : [])),
  )
