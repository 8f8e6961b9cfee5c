import { z } from 'zod'
import { DOMAINS } from '../domains.ts'
import { Count, Freshness } from './common.ts'

export const SOURCE_STATES = ['ok', 'stale', 'silent', 'broken', 'never'] as const
export const SourceState = z.enum(SOURCE_STATES)
export type SourceState = z.infer<typeof SourceState>

/** One source as the wall and the desk see it. `silent`: no sign of life past its deadline (无心跳). */
export const SourceItem = z.object({
  id: z.string(),
  name: z.string(),
  domain: z.enum(DOMAINS),
  kind: z.string(),
  state: SourceState,
  word: z.string(),
  lastOkAt: z.int().nullable(),
  lastEventAt: z.int().nullable(),
  staleAfterS: z.number(),
  /** Events per hour. */
  rate: Count,
  spool: Count,
  quarantined: Count,
  lagS: Count,
  skewS: Count,
  /** Gaps that it told of within the last 24 hours. */
  gaps24h: z.int().nullish(),
  demo: z.boolean(),
  /** A long import that is under way; `total` 0 = not known yet. */
  progress: z.object({ text: z.string(), done: z.int(), total: z.int() }).nullish(),
})
export type SourceItem = z.infer<typeof SourceItem>

/** Panel `sources` 采集与链路, also the freshness row of the top bar. */
export const SourcesPanel = z.object({
  freshness: Freshness,
  items: z.array(SourceItem),
  ingest: z.object({
    p95Ms: Count,
    quarantineOpen: z.int(),
    spool: z.int(),
    spoolHours: Count,
    /** Why nothing is taken into the records now, in Chinese; null = all is taken. */
    trouble: z.string().nullish(),
  }),
  metrics: z.object({ state: z.enum(['ok', 'down']), backlog: z.int() }),
  /** The dead-man of the alert path: when the last synthetic alert came through, and how long it took. */
  selftest: z.object({ at: z.int().nullable(), tookMs: Count, ok: z.boolean() }),
})
export type SourcesPanel = z.infer<typeof SourcesPanel>
