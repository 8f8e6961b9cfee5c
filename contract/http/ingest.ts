import { z } from 'zod'
import { Batch, Envelope } from '../envelope.ts'
import { QuarantineReason } from '../quarantine.ts'
import { route } from './route.ts'

/** What became of the events of one message: each id counted here is on disk. */
export const IngestAnswer = z.object({
  stored: z.int().min(0),
  duplicate: z.int().min(0),
  rejected: z.array(z.object({ id: z.string().nullable(), reason: QuarantineReason })),
})
export type IngestAnswer = z.infer<typeof IngestAnswer>

/**
 * Body: an envelope or a batch as on MQTT, at most 64 KiB; the collector is the envelope's. Read as bytes and judged by
 * ingest's own check, so that a bad event is answered in `rejected` and lies in quarantine, as it would over MQTT.
 */
export const ingest = route({
  id: 'ingest',
  method: 'POST',
  path: '/ingest',
  summary: '送入事件（单条或一批），入库后应答',
  tag: 'ingest',
  permission: 'ingest.write',
  body: z.union([Batch, Envelope]),
  answer: IngestAnswer,
  status: 202,
  consumes: 'raw',
})
