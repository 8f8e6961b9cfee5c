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

/** The JSON of an `EnvelopeInput`, put together by its parts: JSON.stringify of the whole costs twice as much. */
export function toSpoolEvent(draft: Draft, sender: Sender): SpoolEvent {
  const id = eventId(draft.observedMs, draft.type, draft.device ?? '', draft.nativeKey)
  const body =
    `{"v":1,"id":"${id}"${text('type', draft.type)}${text('site', sender.site)}` +
    `${text('collector', sender.collector)}${text('device', draft.device || undefined)}` +
    `${text('object', draft.object?.slice(0, 128) || undefined)}${text('observed_at', draft.observedAt)}` +
    `,"backfill":${draft.backfill ?? false}${text('severity', draft.severity)},"data":${JSON.stringify(draft.data)}` +
    `,"src":{"profile":${JSON.stringify(sender.profile)}${text('native_id', draft.nativeId)}${text('enc', draft.enc)}}}`
  return { id, type: draft.type, body }
}

const text = (name: keyof EnvelopeInput | keyof EnvelopeInput['src'], value: string | undefined): string =>
  value === undefined ? '' : `,"${name}":${JSON.stringify(value)}`

/** More bytes than that? A UTF-16 unit is at most three of them: most texts need no counting. */
export const isLarger = (body: string, bytes: number): boolean =>
  body.length * 3 > bytes && Buffer.byteLength(body) > bytes

/** Adds what only the moment of publishing knows. */
export const completed = (body: string, seq: number, publishedAt: string): string =>
  `${body.slice(0, -1)},"seq":${seq},"published_at":"${publishedAt}"}`
