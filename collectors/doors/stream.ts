import type { IncomingMessage } from 'node:http'
import { boundaryOf, type MultipartEvent, MultipartReader } from '../intake/multipart.ts'
import { LATE, within } from '../intake/pause.ts'
import { type Refusal, refuse } from '../source.ts'
import type { DoorDialect } from './dialect.ts'
import type { DoorRow } from './row.ts'

/** Who takes what the stream brings. */
export interface StreamSink {
  /** Something came: the device lives. */
  alive(): void
  rows(rows: readonly DoorRow[]): Promise<void>
  refuse(refusals: readonly Refusal[]): void
  dropped(count: number): void
  /** There is a record to be fetched. */
  fetch(): void
  now(): number
}
type Stream = NonNullable<DoorDialect['stream']>

export type StreamEnd = 'ended' | 'silent' | 'bad_header'

/** A part that is whole but not yet followed by the next boundary is taken after this silence. */
const FLUSH_MS = 40

/**
 * Reads the endless answer until it ends, is silent for some heartbeats, or is no multipart at all. The next bytes are
 * read only when what came before is on disk. @throws what the sink throws
 */
export async function readStream(answer: IncomingMessage, stream: Stream, sink: StreamSink): Promise<StreamEnd> {
  const silenceMs = stream.heartbeatS * stream.silentBeats * 1000
  const { isWhole } = stream
  const reader = new MultipartReader({ boundary: boundaryOf(answer.headers['content-type']), isWhole })
  const chunks = answer[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  // A connection that breaks has ended; only what the sink throws is not about the device.
  const read = (): Promise<IteratorResult<Buffer>> => chunks.next().catch(() => ({ done: true, value: undefined }))
  let next = read()
  let flushed = true
  try {
    for (;;) {
      const got: IteratorResult<Buffer> | typeof LATE = await within(next, flushed ? silenceMs : FLUSH_MS)
      if (got === LATE && flushed) return 'silent'
      flushed = got === LATE
      if (got !== LATE && got.done) return 'ended'
      const events = got === LATE ? reader.flush() : reader.feed(got.value)
      if (got !== LATE) {
        sink.alive()
        next = read()
      }
      if (await take(events, stream, sink)) return 'bad_header'
    }
  } finally {
    answer.destroy()
  }
}

/** True when the connection is worth nothing more. */
async function take(events: readonly MultipartEvent[], stream: Stream, sink: StreamSink): Promise<boolean> {
  let close = false
  const rows: DoorRow[] = []
  for (const event of events) {
    if (event.what === 'too_long') sink.refuse([refuse('frame_too_long', event.head, '实时流的一段超过 2 MiB')])
    if (event.what === 'bad_header') sink.refuse([refuse('bad_header', event.head, '实时流没有分段标记')])
    close ||= event.what === 'bad_header'
    if (event.what !== 'part') continue
    const reading = stream.read(event.part, sink.now())
    rows.push(...reading.rows)
    if (reading.refusals.length > 0) sink.refuse(reading.refusals)
    if (reading.dropped > 0) sink.dropped(reading.dropped)
    if (reading.fetch) sink.fetch()
    close ||= reading.close
  }
  if (rows.length > 0) await sink.rows(rows)
  return close
}
