import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { SourceOf } from '../../config/schema.ts'
import { DigestRefused } from '../intake/digest-client.ts'
import { type HttpAnswer, openHttp, readAnswer } from '../intake/http.ts'
import { atZone } from '../intake/wall-clock.ts'
import type { SourceContext, SourceFactory } from '../source.ts'
import { usable } from './answer.ts'
import { type ArtemisReading, readArtemis } from './artemis-page.ts'
import { artemisHeaders } from './artemis-sign.ts'
import { type DeviceSeams, REAL_SEAMS } from './device.ts'
import { type DeviceClient, DeviceError, type DoorDialect, type SearchResult } from './dialect.ts'
import { polledSource } from './polled.ts'
import { ArtemisProfile, readProfile } from './profile.ts'
import type { Slice } from './slices.ts'

type Config = SourceOf<'artemis'>

const TIMEOUT_MS = 15_000
const MAX_BYTES = 16 * 1024 * 1024
const MAX_PAGES = 500

/** iSecure Center or HikCentral over Artemis (protocols.md 2.1): one platform, polled; a door is its doorIndexCode. */
export const artemisSource: SourceFactory<'artemis'> = (config, context) => artemisWith(config, context, REAL_SEAMS)

/** The same with replaceable parts, for tests. */
export function artemisWith(
  config: Config,
  context: SourceContext,
  seams: DeviceSeams,
): ReturnType<SourceFactory<'artemis'>> {
  const { id, url, appKey, appSecret } = config
  const codes = new Map(
    context.places.doors.filter(({ source }) => source === id).map((door) => [door.device, door.id] as const),
  )
  return polledSource({
    config: { ...config, stream: false, devices: [{ id, url, username: appKey, password: appSecret }] },
    context,
    seams,
    doors: () => (_doorNo, code) => codes.get(code ?? ''),
    speak() {
      const profile = readProfile(ArtemisProfile, context.profile)
      const ca = config.caFile === undefined ? undefined : readFileSync(config.caFile, 'utf8')
      const client = artemisClient({ url, appKey, appSecret: context.secret(appSecret), ca, now: context.clock.now })
      return { profile, dialect: () => artemisDialect(profile, client) }
    },
  })
}

const artemisDialect = (profile: ArtemisProfile, client: DeviceClient): DoorDialect => ({
  memory: 'artemis',
  client: () => client,
  // The gateway has no clock to ask for: the Date of its answer is to the second (RFC 9110 6.6.1).
  async askClock(asked, signal) {
    const now = Temporal.Instant.fromEpochMilliseconds(0)
    const window = { startTime: now.toString(), endTime: now.toString(), pageNo: 1, pageSize: 1 }
    const answer = await ask(asked, profile, window, signal)
    const { date } = answer.headers
    const ms = date === undefined ? Number.NaN : Date.parse(date)
    return Number.isNaN(ms) ? undefined : ms
  },
  search: (asked, slice, signal) => search(asked, profile, slice, signal),
})

async function search(
  client: DeviceClient,
  profile: ArtemisProfile,
  { fromMs, toMs }: Slice,
  signal: AbortSignal,
): Promise<SearchResult> {
  const result: SearchResult = { rows: [], refusals: [], complete: true, pages: 0 }
  const time = (ms: number) => atZone(Math.floor(ms / 1000) * 1000, profile.zone).observedAt
  const window = { startTime: time(fromMs), endTime: time(toMs + 999), sort: 'eventTime', order: 'asc' }
  // A row that comes twice is one of the total all the same.
  const seen = new Set<string>()
  let refused = 0
  for (let pageNo = 1; pageNo <= MAX_PAGES; pageNo++) {
    const page = read(await ask(client, profile, { ...window, pageNo, pageSize: profile.pageSize }, signal))
    result.pages++
    result.rows.push(...page.rows)
    result.refusals.push(...page.refusals)
    for (const { key } of page.rows) seen.add(key ?? '')
    refused += page.refusals.length
    if (seen.size + refused >= page.total) return result
    if (page.given === 0) break
  }
  return { ...result, complete: false }
}

async function ask(
  client: DeviceClient,
  { path }: ArtemisProfile,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  return usable(await client.request({ method: 'POST', path, body: JSON.stringify(body), signal }))
}

function read({ body }: HttpAnswer): Extract<ArtemisReading, { ok: true }> {
  const page = readArtemis(body)
  if (page.ok) return page
  throw new DeviceError('bad_answer', page.refusal.detail, page.why === 'garbage' ? [page.refusal] : [])
}

/** Signs each request by itself: there is no session. A refused signature is a refused password. */
function artemisClient(by: {
  url: string
  appKey: string
  appSecret: string
  ca: string | undefined
  now(): number
}): DeviceClient {
  const contentType = 'application/json'
  const open: DeviceClient['open'] = ({ method, path, body, signal }) => {
    const url = new URL(path, by.url)
    const headers = artemisHeaders({
      ...{ method, path: url.pathname + url.search, accept: '*/*', contentType },
      ...{ appKey: by.appKey, appSecret: by.appSecret, timestamp: by.now(), nonce: randomUUID() },
    })
    return openHttp({ method, url, headers, body, timeoutMs: TIMEOUT_MS, signal, ca: by.ca })
  }
  return {
    open,
    async request(asked) {
      const answer = await readAnswer(await open(asked), MAX_BYTES, TIMEOUT_MS)
      const reading = answer.status === 200 ? readArtemis(answer.body) : undefined
      const refusedKey = answer.status === 401 || (reading && !reading.ok && reading.why === 'auth')
      if (refusedKey) throw new DigestRefused('平台拒绝了 AppKey 或签名')
      return answer
    },
  }
}
