import { z } from 'zod'
import { Envelope } from '../envelope.ts'
import { Severity } from '../severity.ts'
import { PageQuery, page, route } from './route.ts'

const moment = z.iso.datetime({ offset: true })

/** A stored event: its envelope, and what the server adds. `failed`: its handling threw, `failure` says how. */
export const EventItem = z.looseObject({
  ...Envelope.shape,
  severity: Severity,
  received_at: moment,
  state: z.enum(['done', 'failed']),
  failure: z.string().nullable(),
})
export type EventItem = z.infer<typeof EventItem>

/** Newest first by `observed_at`; `from` inclusive, `to` exclusive. */
export const listEvents = route({
  id: 'listEvents',
  method: 'GET',
  path: '/events',
  summary: '已入库的事件，按发生时间从新到旧',
  tag: 'ingest',
  permission: 'events.read',
  query: PageQuery.extend({
    type: z.string().max(64).optional(),
    object: z.string().max(128).optional(),
    from: moment.optional(),
    to: moment.optional(),
  }),
  answer: page(EventItem),
})
