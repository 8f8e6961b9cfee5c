import { z } from 'zod'
import { SourceItem, SourcesPanel } from '../panels/sources.ts'
import { QuarantineReason } from '../quarantine.ts'
import { route } from './route.ts'

const tag = 'sources'

export const sources = route({
  id: 'sources',
  method: 'GET',
  path: '/sources',
  summary: '全部来源：状态、时点、速率、缓存与隔离',
  tag,
  permission: 'sources.read',
  answer: SourcesPanel.extend({ cursor: z.null() }),
})

export const SourceChange = z.object({
  at: z.int(),
  state: z.string(),
  word: z.string(),
  reason: z.string().nullable(),
})

/** One event that came of the source, without its contents. Times are epoch ms. */
export const SourceSample = z.object({
  type: z.string(),
  word: z.string(),
  object: z.string().nullable(),
  observedMs: z.int(),
  receivedMs: z.int(),
  backfill: z.boolean(),
})
export type SourceSample = z.infer<typeof SourceSample>

/** Where the source or its collector says that something is missing. `count` null: nobody can tell how much. */
export const SourceGap = z.object({
  at: z.int(),
  device: z.string().nullable(),
  count: z.int().nullable(),
  what: z.string(),
})
export type SourceGap = z.infer<typeof SourceGap>

export const SourceDetail = SourceItem.extend({
  /** What the collector says of itself: `failed` with its reason and what to do. */
  reason: z.string().nullable(),
  version: z.string().nullable(),
  onlineSince: z.int().nullable(),
  heardAt: z.int().nullable(),
  spoolBytes: z.int(),
  dropped: z.int(),
  duplicates: z.int(),
  /** Newest refusals at the collector, without personal data. */
  refusals: z.array(
    z.object({ reason: QuarantineReason, word: z.string(), at: z.string(), hash: z.string(), excerpt: z.string() }),
  ),
  /** Newest events since the server started, newest first. */
  samples: z.array(SourceSample),
  /** Newest first, at most 50, of the last 90 days. */
  gaps: z.array(SourceGap),
  /** Changes of its state, newest first, at most 200. */
  history: z.array(SourceChange),
})
export type SourceDetail = z.infer<typeof SourceDetail>

export const source = route({
  id: 'source',
  method: 'GET',
  path: '/sources/{id}',
  summary: '一个来源：近期被拒数据与状态变化',
  tag,
  permission: 'sources.read',
  params: z.object({ id: z.string().min(1).max(64) }),
  answer: SourceDetail,
})
