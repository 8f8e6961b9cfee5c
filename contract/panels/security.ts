import { z } from 'zod'
import { Count, Freshness } from './common.ts'

/** Panel `terminal` 终端防护. */
export const TerminalPanel = z.object({
  freshness: Freshness,
  managed: z.int(),
  /** Virus definition age in days; null = unknown. */
  signatureAgeDays: Count,
  online: Count,
  onlineRate: Count,
  /** Own past at this hour over the last 20 workdays, percent; null while too little history. */
  past: z.object({ p25: z.number(), median: z.number(), p75: z.number(), days: z.int() }).nullable(),
  /** Days of history gathered so far (of 20). */
  pastDays: z.int(),
  covered: Count,
  /** Named blind spots: place → count. */
  blind: z.object({ total: Count, places: z.array(z.object({ place: z.string(), count: z.int() })) }),
  /** Reported and not on the asset list: the newest five by name. */
  unknown: z.object({ total: Count, hosts: z.array(z.string()) }),
  virus: z.object({ unresolved: Count, today: Count, note: z.string() }),
  outreach: z.object({ today: Count, daysSince: Count }),
  patches: z.object({ hosts: Count, oldestDays: Count, at: z.int().nullable() }),
})
export type TerminalPanel = z.infer<typeof TerminalPanel>

export const DOOR_STATES = ['closed', 'open', 'held', 'forced', 'offline', 'unknown'] as const
export const DoorState = z.enum(DOOR_STATES)
export type DoorState = z.infer<typeof DoorState>

export const DoorMark = z.object({
  id: z.string(),
  name: z.string(),
  area: z.string(),
  floor: z.string(),
  state: DoorState,
  /** Off-hours opening or other condition that has an alert, in words; null = nothing. */
  note: z.string().nullable(),
  /** Its alert is acknowledged (outline instead of solid). */
  acknowledged: z.boolean(),
  since: z.int().nullable(),
  sensitive: z.boolean(),
})
export type DoorMark = z.infer<typeof DoorMark>

/** Panel `access` 门禁. Areas in fixed order. */
export const AccessPanel = z.object({
  freshness: Freshness,
  doors: z.array(DoorMark),
  areas: z.array(
    z.object({
      name: z.string(),
      doors: z.array(z.string()),
      word: z.string(),
      severity: z.enum(['critical', 'warning', 'none']),
    }),
  ),
  abnormal: z.object({ total: Count, forced: z.int(), held: z.int(), offline: z.int() }),
  passesToday: Count,
  denied: z.object({ total: Count, byReason: z.array(z.object({ reason: z.string(), count: z.int() })) }),
  /** 24 hours of today, local; median of the last 20 workdays at the same hour, null = too little history. */
  hourly: z.array(z.object({ hour: z.int(), passes: Count, median: z.number().nullable() })),
})
export type AccessPanel = z.infer<typeof AccessPanel>

/** Panel `map` 电子地图: the floor with the highest alert, or the last one shown. Coordinates 0–100 in both directions. */
export const MapPanel = z.object({
  freshness: Freshness,
  floors: z.array(z.object({ name: z.string(), note: z.string(), doors: z.array(z.string()) })),
  floor: z.string(),
  follows: z.boolean(),
  rooms: z.array(
    z.object({
      name: z.string(),
      x: z.number(),
      y: z.number(),
      w: z.number(),
      h: z.number(),
      corridor: z.boolean(),
      alert: z.object({ severity: z.enum(['critical', 'warning']), text: z.string(), since: z.int() }).nullable(),
    }),
  ),
  marks: z.array(z.object({ door: z.string(), x: z.number(), y: z.number(), vertical: z.boolean() })),
  doors: z.array(DoorMark),
  post: z.string().nullable(),
})
export type MapPanel = z.infer<typeof MapPanel>

export const PATROL_RESULTS = ['on_time', 'late', 'missed', 'open', 'planned', 'pending_download'] as const
export const PatrolResult = z.enum(PATROL_RESULTS)
export type PatrolResult = z.infer<typeof PatrolResult>

/** Panel `patrol` 巡查: routes × rounds on a time axis with the now line after `nowIndex` rounds. */
export const PatrolPanel = z.object({
  freshness: Freshness,
  points: z.int(),
  routes: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      cells: z.array(z.object({ round: z.string(), result: PatrolResult, note: z.string().nullable() })),
    }),
  ),
  rounds: z.array(z.object({ id: z.string(), label: z.string(), startsAt: z.int() })),
  nowIndex: z.int(),
  /** Points reached ÷ planned over the last 6 closed rounds, percent. */
  reachedRate: Count,
})
export type PatrolPanel = z.infer<typeof PatrolPanel>

/** Panel `zeros` 三零: days since the last registered fact. */
export const ZerosPanel = z.object({
  freshness: Freshness,
  zeros: z.array(
    z.object({
      key: z.enum(['petition', 'accident', 'case']),
      title: z.string(),
      days: Count,
      last: z.string().nullable(),
      status: z.enum(['met', 'warning', 'unmet', 'unknown']),
      word: z.string(),
      at: z.int().nullable(),
    }),
  ),
})
export type ZerosPanel = z.infer<typeof ZerosPanel>

/** Panel `presence` 在场 (32:9): counts only. */
export const PresencePanel = z.object({
  freshness: Freshness,
  cells: z.array(z.object({ label: z.string(), count: Count })),
})
export type PresencePanel = z.infer<typeof PresencePanel>

/** Panel `duty` 值守与交接 (32:9): posts, never persons. */
export const DutyPanel = z.object({
  freshness: Freshness,
  shift: z.string(),
  posts: z.array(z.object({ post: z.string(), place: z.string(), phone: z.string(), state: z.string() })),
  nextHandover: z.string(),
  openAlerts: z.int(),
})
export type DutyPanel = z.infer<typeof DutyPanel>
