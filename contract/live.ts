import { z } from 'zod'
import { AlertItem } from './panels/alerts.ts'

/** Server → client, first after connecting. `serverTime`: epoch ms, from which the browser counts every age. */
export const Hello = z.object({
  rev: z.int(),
  serverTime: z.int(),
  caps: z.object({
    demo: z.boolean(),
    unit: z.string(),
    screen: z.string().nullable(),
    /** Panels that this connection may see; a panel of the layout that is not here is denied or not enabled. */
    panels: z.array(z.string()),
    denied: z.array(z.string()),
    version: z.string(),
  }),
})
export type Hello = z.infer<typeof Hello>

export const Snapshot = z.object({ rev: z.int(), at: z.int(), panels: z.record(z.string(), z.unknown()) })
export type Snapshot = z.infer<typeof Snapshot>

/** `data` is the whole new state of the panel: it replaces, never merges. */
export const Delta = z.object({ rev: z.int(), prevRev: z.int(), panel: z.string(), data: z.unknown(), at: z.int() })
export type Delta = z.infer<typeof Delta>

/** Sent the moment an alert is born or changes, ahead of the panel's next delta. Idempotent by id and `version`. */
export const AlertEvent = AlertItem
export type AlertEvent = z.infer<typeof AlertEvent>

/** Client → server: the alert is on the glass. `at` = epoch ms in server time. */
export const Painted = z.object({ alertId: z.string().min(1).max(64), at: z.int() })
export type Painted = z.infer<typeof Painted>

export interface ServerToClient {
  hello: (hello: Hello) => void
  snapshot: (snapshot: Snapshot) => void
  delta: (delta: Delta, taken: () => void) => void
  alert: (alert: AlertEvent) => void
  /** The server is about to stop; come back after a random part of `retryMs`. */
  restart: (notice: { retryMs: number }) => void
  /** The person signed out or lost a role. */
  revoked: (notice: { reason: string }) => void
}
export interface ClientToServer {
  resync: (answer: (snapshot: Snapshot) => void) => void
  painted: (receipt: Painted) => void
}
export const NAMESPACES = { wall: '/wall', desk: '/desk' } as const
