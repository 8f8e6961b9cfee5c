import { createHash } from 'node:crypto'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import type { StoredEvent } from '../feature.ts'
import type { Accepted } from './check.ts'

/** Something that the house concludes by itself. The same `key` is the same event, however often it is told. */
export interface Derived {
  type: string
  collector: string
  object: string
  /** Epoch ms of the moment it is true of. */
  at: number
  key: string
  data: Record<string, unknown>
}

/** An event of the inbox, with an id made as collectors make theirs (protocols.md 5.4). */
export function derivedEvent(told: Derived, site: string, now: number): Accepted {
  const { type, collector, object, at, data } = told
  const known = EVENT_TYPES[type]
  const hash = createHash('sha256').update(told.key).digest('hex')
  const observedAt = Temporal.Instant.fromEpochMilliseconds(at).toString()
  const event: StoredEvent = {
    id: `${at.toString(16).padStart(12, '0')}-${hash.slice(0, 20)}`,
    type,
    family: known?.family ?? 'pipeline_event',
    domain: known?.domain ?? 'infra',
    collector,
    device: null,
    object,
    severity: known?.severity ?? 'notice',
    observedAt,
    observedMs: at,
    receivedMs: now,
    backfill: false,
    data,
  }
  const { id, severity } = event
  const body = JSON.stringify({ v: 1, id, type, site, collector, object, observed_at: observedAt, severity, data })
  return { event, seq: null, body, note: null, fresh: false }
}
