import type { Rejected, SelectedRow, Selection, StoreHealth } from './port.ts'
import type { MetricsState } from './writer.ts'

/** Server thread → metrics worker. */
export type Order =
  | { kind: 'points'; body: string; points: number; at: number }
  | { kind: 'select'; call: number; selection: Selection }
  | { kind: 'health'; call: number }
  | { kind: 'mark'; call: number }
  | { kind: 'stop'; call: number }

/** Metrics worker → server thread. */
export type Report =
  | { kind: 'taken'; points: number }
  | { kind: 'state'; state: MetricsState }
  | { kind: 'rejected'; rejected: readonly Rejected[] }
  | { kind: 'answer'; call: number; value: SelectedRow[] | StoreHealth | number | null }
  | { kind: 'failure'; call: number; message: string; unavailable: boolean }
