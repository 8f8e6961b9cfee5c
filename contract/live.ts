import { z } from 'zod'
import { AlertItem } from './panels/alerts.ts'
import type { FramesAnswer, FramesAsk, PastAnswer, PastAsk } from './past.ts'

/** Server → client, first after connecting, at once followed by `snapshot`. `serverTime`: epoch ms, from which the browser counts every age. */
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
    /** Screens of config/screens/wall.yaml; without it the wall uses the same layout as built in. */
    layout: z
      .array(
        z.object({
          name: z.string(),
          title: z.string().optional(),
          width: z.number(),
          height: z.number(),
          panels: z.array(z.object({ panel: z.string(), x: z.number(), y: z.number(), w: z.number(), h: z.number() })),
        }),
      )
      .optional(),
    /** Screens that take turns, by the name of the first; left out: as built in. */
    carousel: z.array(z.object({ of: z.string(), dwellS: z.number(), pages: z.array(z.string()) })).optional(),
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

/**
 * What a client may put into Socket.IO's `auth`. A browser needs neither `token` nor `key` when it has the session or
 * wall cookie; a wall opened with its key in the fragment sends `key`. `screen` = name of the layout it shows.
 */
export const HandshakeAuth = z.looseObject({
  token: z.string().max(256).optional(),
  key: z.string().max(256).optional(),
  screen: z.string().max(64).optional(),
  /** What this wall is called, as its calibration page was told. */
  wall: z.string().max(40).optional(),
})
export type HandshakeAuth = z.infer<typeof HandshakeAuth>
/** `message` of a `connect_error`; only `signed-out` and `forbidden` are worth telling the person. */
export const CONNECT_REFUSALS = ['signed-out', 'forbidden', 'bad-origin', 'too-many-sockets'] as const

/** Every 5 s: the server lives. A client whose rev differs asks `resync`; silence for 15 s = frozen connection. */
export const Pulse = z.object({ rev: z.int(), serverTime: z.int() })
export type Pulse = z.infer<typeof Pulse>

/** Client → server: the alert is on the glass. `at` = epoch ms in server time. */
export const Painted = z.object({
  alertId: z.string().min(1).max(64),
  at: z.int(),
  /** When the page had heard of it; server time as well. */
  receivedAt: z.int().optional(),
})
export type Painted = z.infer<typeof Painted>

/** Client → server: the privacy key of a wall. */
export const MaskAsk = z.object({ masked: z.boolean() })
export type MaskAsk = z.infer<typeof MaskAsk>

export interface ServerToClient {
  hello: (hello: Hello) => void
  snapshot: (snapshot: Snapshot) => void
  /** `taken` is called once it is on the glass: the next one comes only then (5 s at the latest). */
  delta: (delta: Delta, taken: () => void) => void
  alert: (alert: AlertEvent) => void
  pulse: (pulse: Pulse) => void
  /** The server is about to stop; come back after a random part of `retryMs`. */
  restart: (notice: { retryMs: number }) => void
  /** The person signed out or lost a role. */
  revoked: (notice: { reason: string }) => void
}
export interface ClientToServer {
  resync: (answer: (snapshot: Snapshot) => void) => void
  painted: (receipt: Painted) => void
  /** A wall has been masked, or wants to be unmasked: `true` = it is in the audit trail. Walls only. */
  mask: (ask: MaskAsk, answer: (kept: boolean) => void) => void
  /** The wall of one past instant: freeze. Only panels that this connection may see. */
  past: (ask: PastAsk, answer: (wall: PastAnswer) => void) => void
  /** What changed in a past stretch: replay. */
  frames: (ask: FramesAsk, answer: (frames: FramesAnswer) => void) => void
}
export const NAMESPACES = { wall: '/wall', desk: '/desk' } as const
