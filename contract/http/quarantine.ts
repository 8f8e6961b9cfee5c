import { z } from 'zod'
import { QuarantineReason } from '../quarantine.ts'
import { IngestAnswer } from './ingest.ts'
import { PageQuery, page, route } from './route.ts'

export const QUARANTINE_STATES = ['open', 'replayed', 'discarded'] as const

/** A message that was set aside. Times are epoch ms; `times`: how often the same one came. */
export const QuarantineItem = z.object({
  id: z.string(),
  collector: z.string(),
  topic: z.string().nullable(),
  reason: QuarantineReason,
  reasonText: z.string(),
  eventId: z.string().nullable(),
  /** At most 4 KiB of the message; may hold personal data. */
  excerpt: z.string(),
  truncated: z.boolean(),
  firstAt: z.int(),
  lastAt: z.int(),
  times: z.int(),
  state: z.enum(QUARANTINE_STATES),
  closedAt: z.int().nullable(),
  closedBy: z.string().nullable(),
  note: z.string().nullable(),
})
export type QuarantineItem = z.infer<typeof QuarantineItem>

const IdParam = z.object({ id: z.string().min(1).max(32) })

export const listQuarantine = route({
  id: 'listQuarantine',
  method: 'GET',
  path: '/quarantine',
  summary: '隔离区：未能入库的报文，从新到旧',
  tag: 'ingest',
  permission: 'quarantine.read',
  query: PageQuery.extend({
    collector: z.string().max(64).optional(),
    reason: QuarantineReason.optional(),
    open: z.enum(['true', 'false']).optional(),
  }),
  answer: page(QuarantineItem),
})

/** Sends it the usual way once more, as it is or corrected; it stays open while it is refused again. */
export const replayQuarantined = route({
  id: 'replayQuarantined',
  method: 'POST',
  path: '/quarantine/{id}/replay',
  summary: '重新入库，可附更正后的报文',
  tag: 'ingest',
  permission: 'quarantine.write',
  params: IdParam,
  body: z
    .object({ payload: z.union([z.string().max(65_536), z.record(z.string(), z.unknown())]).optional() })
    .default({}),
  answer: IngestAnswer.extend({ state: z.enum(QUARANTINE_STATES) }),
})

export const discardQuarantined = route({
  id: 'discardQuarantined',
  method: 'POST',
  path: '/quarantine/{id}/discard',
  summary: '不再处理此报文，须写明原因',
  tag: 'ingest',
  permission: 'quarantine.write',
  params: IdParam,
  body: z.object({ reason: z.string().trim().min(1).max(200) }),
  answer: QuarantineItem,
})
