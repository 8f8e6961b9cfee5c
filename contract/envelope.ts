import { z } from 'zod'
import { QuarantineReason } from './quarantine.ts'
import { Severity } from './severity.ts'
import { TOPIC_LEVEL } from './topics.ts'

/** Largest batch: 200 events and 64 KiB (contract.md, MQTT). */
export const MAX_BATCH = 200
export const MAX_PAYLOAD_BYTES = 64 * 1024

const level = z.string().regex(TOPIC_LEVEL)
const moment = z.iso.datetime({ offset: true })

/**
 * One event on the wire, version 1 (protocols.md 5.4). Unknown keys are kept.
 * `observed_at`: RFC 3339 with offset, the source's clock. `seq` counts per collector; gaps are reported, never refused.
 */
export const Envelope = z.looseObject({
  v: z.literal(1),
  id: z.string().regex(/^[0-9A-Za-z-]{1,64}$/),
  type: z
    .string()
    .regex(/^[a-z]+(\.[a-z0-9_]+)+$/)
    .max(64),
  site: level,
  collector: level,
  device: z.string().min(1).max(128).optional(),
  object: z.string().min(1).max(128).optional(),
  observed_at: moment,
  published_at: moment.optional(),
  seq: z.int().min(0).optional(),
  backfill: z.boolean().default(false),
  severity: Severity.optional(),
  data: z.record(z.string(), z.unknown()).default({}),
  src: z.record(z.string(), z.unknown()).optional(),
})
/** As written by a collector: defaults not yet filled in. */
export type EnvelopeInput = z.input<typeof Envelope>
export type Envelope = z.output<typeof Envelope>

export const Batch = z.strictObject({ v: z.literal(1), batch: z.array(z.unknown()).min(1).max(MAX_BATCH) })

/** Server → collector, QoS 1: each id in `ids` is on disk at the server. */
export const Receipt = z.object({
  v: z.literal(1),
  ids: z.array(z.string()),
  rejected: z.array(z.object({ id: z.string().nullable(), reason: QuarantineReason })),
})
export type Receipt = z.infer<typeof Receipt>

/** Retained on the status topic; the broker publishes `offline` as the Will. */
export const CollectorStatus = z.looseObject({
  v: z.literal(1),
  state: z.enum(['online', 'offline', 'degraded']),
  since: moment,
  version: z.string().max(32).optional(),
  cursor_lag_s: z.number().optional(),
  reason: z.string().max(200).optional(),
})
export type CollectorStatus = z.infer<typeof CollectorStatus>

/**
 * `met/collector_health`, every 10 s, QoS 0, newest only.
 * `last_ok_ms`: last successful contact with the source itself (a poll answered, a datagram, a file seen), epoch ms;
 * null while there was none. `rate`: events per hour. `spool`: events not yet receipted.
 */
export const CollectorHealth = z.looseObject({
  v: z.literal(1),
  at: moment,
  last_ok_ms: z.int().nullable(),
  last_event_ms: z.int().nullable().default(null),
  state: z.enum(['ok', 'degraded', 'failed']).default('ok'),
  reason: z.string().max(200).optional(),
  spool: z.int().default(0),
  spool_bytes: z.int().default(0),
  quarantined: z.int().default(0),
  dropped: z.int().default(0),
  dup: z.int().default(0),
  rate: z.number().default(0),
  lag_s: z.number().default(0),
  skew_s: z.number().nullable().default(null),
  /** A long import that is under way, e.g. `文件 3f2a…` 12000 of 200000 rows; without it nothing is. */
  progress: z.object({ text: z.string().max(120), done: z.int(), total: z.int() }).nullish(),
  /** Newest refusals at the collector, without personal data. */
  refusals: z
    .array(z.object({ reason: QuarantineReason, at: moment, hash: z.string(), excerpt: z.string().max(300) }))
    .max(20)
    .default([]),
})
export type CollectorHealth = z.infer<typeof CollectorHealth>
