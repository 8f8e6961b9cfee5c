import type { EnvelopeInput } from '../../contract/envelope.ts'
import type { Draft } from '../source.ts'
import { eventId } from './event-id.ts'

/** Leaves room in 64 KiB for the batch around it, seq and published_at. */
export const MAX_EVENT_BYTES = 60 * 1024

export interface Sender {
  site: string
  collector: string
  /** `id@version` of the profile. */
  profile: string
}

/** An event as it lies in the spool: an envelope without seq and published_at, which only publishing knows. */
export interface SpoolEvent {
  id: string
  type: string
  /** JSON object text. */
  body: string
}

export function toSpoolEvent(draft: Draft, sender: Sender): SpoolEvent {
  const id = eventId(draft.observedMs, draft.type, draft.device ?? '', draft.nativeKey)
  const envelope: EnvelopeInput = {
    v: 1,
    id,
    type: draft.type,
    site: sender.site,
    collector: sender.collector,
    device: draft.device || undefined,
    object: draft.object?.slice(0, 128) || undefined,
    observed_at: draft.observedAt,
    backfill: draft.backfill ?? false,
    severity: draft.severity,
    data: draft.data,
    src: { profile: sender.profile, native_id: draft.nativeId, enc: draft.enc },
  }
  return { id, type: draft.type, body: JSON.stringify(envelope) }
}

/** Adds what only the moment of publishing knows. */
export const completed = (body: string, seq: number, publishedAt: string): string =>
  `${body.slice(0, -1)},"seq":${seq},"published_at":"${publishedAt}"}`
