import { createHash, timingSafeEqual } from 'node:crypto'
import type { SourceOf } from '../../config/schema.ts'
import { type HttpCall, type HttpListener, type HttpReply, listenHttp } from '../intake/http-listener.ts'
import { boundaryOf, type MultipartEvent, MultipartReader } from '../intake/multipart.ts'
import { createSenders } from '../intake/senders.ts'
import { refuse, type SourceContext } from '../source.ts'
import { readAlert } from './alert.ts'
import type { DeviceWatch } from './device.ts'
import type { PartReading } from './dialect.ts'

type PushConfig = NonNullable<SourceOf<'hikvision'>['push']>

const MAX_BYTES = 4 * 1024 * 1024
const PATH = /^\/hik\/([^/]{1,64})\/([^/]{1,200})\/?$/
const JSON_TYPE = 'application/json; charset="UTF-8"'
const OK = JSON.stringify({ requestURL: '', statusCode: 1, statusString: 'OK', subStatusCode: 'ok' })
const refused = (status: number, subStatusCode: string): HttpReply => ({
  status,
  type: JSON_TYPE,
  body: JSON.stringify({ requestURL: '', statusCode: 4, statusString: 'Invalid Operation', subStatusCode }),
})

/**
 * «HTTP listening»: the device posts its events to `/hik/DEVICE/TOKEN` (protocols.md 2.1). Who it is stands only in the
 * address; without the right one the body is not read. Answered 200 when the events are on disk.
 */
export async function listenForPush(
  config: PushConfig,
  context: SourceContext,
  watches: ReadonlyMap<string, DeviceWatch>,
): Promise<HttpListener> {
  const token = digest(context.secret(config.token))
  const listener = await listenHttp({
    host: config.host,
    port: config.port,
    senders: createSenders(config.allow, config.maxPerMinute / 60),
    maxBytes: MAX_BYTES,
    now: () => context.clock.now(),
    answer: (call) => answer(call),
    turnedAway: (sender, why) => context.log.warn({ sender, why }, '门禁推送被拒绝，请核对 sources.yaml 的 allow'),
    failed: (error) => context.log.error({ err: error }, '门禁推送没有存下，设备会重发'),
  })
  context.listens({ push: listener.port })
  return listener

  async function answer(call: HttpCall): Promise<HttpReply> {
    const [, device = '', given = ''] = PATH.exec(call.path) ?? []
    const watch = watches.get(device)
    if (!watch || !timingSafeEqual(token, digest(given))) return refused(404, 'notSupport')
    if (call.method !== 'POST') return refused(405, 'methodNotAllowed')
    // A bomb needs unpacking; no device of this family compresses.
    if (call.headers['content-encoding']) return refused(415, 'badXmlFormat')
    const body = await call.body()
    if (!body) return refused(413, 'badXmlContent')
    const reading = readPush(body, call.headers['content-type'])
    context.refuse(reading.refusals)
    context.dropped(reading.dropped)
    await watch.take(reading.rows)
    return { status: 200, type: JSON_TYPE, body: OK }
  }
}

/** Equal length, so that comparing tells nothing about the token. */
const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

/** Pure: one posted body (multipart with `event_log`, JSON, XML, or an array of documents) → rows. Never throws. */
export function readPush(body: Uint8Array, contentType: string | undefined): PartReading {
  const result: PartReading = { rows: [], refusals: [], heartbeats: 0, dropped: 0, close: false }
  if (!/^multipart\//i.test(contentType ?? ''))
    return readAlert({ headers: new Map([['content-type', contentType ?? '']]), body })
  const reader = new MultipartReader({ boundary: boundaryOf(contentType) })
  for (const event of [...reader.feed(body), ...reader.flush()]) add(result, event, body)
  return result
}

function add(result: PartReading, event: MultipartEvent, body: Uint8Array): void {
  if (event.what !== 'part') {
    const reason = event.what === 'too_long' ? 'frame_too_long' : 'bad_header'
    result.refusals.push(refuse(reason, body, '设备推送的报文分段无法识别'))
    return
  }
  const { rows, refusals, heartbeats, dropped } = readAlert(event.part)
  result.rows.push(...rows)
  result.refusals.push(...refusals)
  result.heartbeats += heartbeats
  result.dropped += dropped
}
