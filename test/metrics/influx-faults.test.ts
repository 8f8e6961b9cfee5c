import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../server/clock.ts'
import type { MetricPoint } from '../../server/feature.ts'
import { Backlog } from '../../server/metrics/backlog.ts'
import { InfluxStore } from '../../server/metrics/influx/store.ts'
import type { MetricStore, Rejected } from '../../server/metrics/port.ts'
import { Rollup } from '../../server/metrics/rollup.ts'
import { series } from '../../server/metrics/series.ts'
import { Writer } from '../../server/metrics/writer.ts'
import { freePort, startInflux, temporaryFolder } from '../services.ts'
import { type Fault, startFaultProxy } from './fault-proxy.ts'
import { influxSettings } from './influx-settings.ts'
import { doorEvent, health, MIDNIGHT, many, NOON } from './points.ts'

const influx = await startInflux()
const proxy = await startFaultProxy(influx.url)
afterAll(async () => {
  await proxy.close()
  await influx.stop()
})
const opened: { close(): Promise<void> | void }[] = []
afterEach(async () => {
  proxy.always({ kind: 'pass' })
  proxy.seen.length = 0
  for (const each of opened.splice(0).reverse()) await each.close()
})

const DAY = 86_400_000

async function openStore(extra: Parameters<typeof influxSettings>[1] = {}): Promise<InfluxStore> {
  const store = new InfluxStore(influxSettings(proxy.url, extra))
  opened.push(store)
  await store.bootstrap()
  return store
}

/** The side road over that store, at a pace for tests. */
function openWriter(store: MetricStore, batch = 100) {
  const backlog = new Backlog(join(temporaryFolder('backlog'), 'backlog.sqlite'))
  const rejected: Rejected[] = []
  const retention = { rawDays: 90, eventsDays: 200 }
  const writer = new Writer({
    store,
    backlog,
    rollup: new Rollup({ store, backlog, clock: systemClock, retention }),
    clock: systemClock,
    chance: () => 0.5,
    rejected: (points) => rejected.push(...points),
    pace: { batch, gatherMs: 5, retryMs: 20, maxRetryMs: 100 },
  })
  writer.start()
  const close = () => writer.stop().then(() => backlog.close())
  opened.push({ close })
  const add = (points: MetricPoint[]) => writer.add(JSON.stringify(points), points.length, NOON)
  const drained = () => expect.poll(() => writer.state, { timeout: 20_000 }).toMatchObject({ state: 'ok', backlog: 0 })
  return { writer, add, drained, rejected }
}

const count = async (store: MetricStore): Promise<number> => {
  const query = { measurement: 'access_event', field: 'eid', aggregate: 'count', source: 'raw' } as const
  const answer = await series(store, { ...query, from: MIDNIGHT - 150 * DAY, to: MIDNIGHT + 5 * DAY, every: 300 * DAY })
  return answer.series.flatMap((each) => each.points).reduce((sum, point) => sum + point.value, 0)
}

const events = (amount: number, name = 'e') => many(amount, (index) => doorEvent(`${name}${index}`, NOON + index))

describe('a refusal is narrowed down to its points', () => {
  /** A database in which `reader` was a string before we came. */
  async function foreignField(): Promise<InfluxStore> {
    const settings = influxSettings(proxy.url)
    const store = new InfluxStore(settings)
    opened.push(store)
    await store.bootstrap()
    const line = `access_event,type=access.granted reader="text" ${NOON}000000`
    await fetch(`${influx.url}/write?db=${settings.database}&rp=events`, { method: 'POST', body: line })
    return store
  }

  test('G13.3 a type conflict costs only its own point', async () => {
    const store = await foreignField()
    const points = events(20).map((point, index) =>
      index === 7 ? { ...point, fields: { ...point.fields, reader: 1 } } : point,
    )
    const outcome = await store.write(points)
    expect(outcome.written).toBe(19)
    expect(outcome.rejected).toMatchObject([
      { reason: 'store_rejected', detail: expect.stringContaining('field type conflict') },
    ])
    expect(outcome.rejected[0]?.point.eventId).toBe('e7')
    expect(await count(store)).toBe(19)
  })

  test('G13.7 413 is halved until it fits; a single point that is too large is refused', async () => {
    const store = await openStore()
    proxy.always({ kind: 'limit', bytes: 4000 })
    const big = doorEvent('big', NOON, { fields: { eid: 'x'.repeat(5000) } })
    const outcome = await store.write([...events(60), big])
    expect(outcome.written).toBe(60)
    expect(outcome.rejected.map(({ reason }) => reason)).toEqual(['too_large'])
    expect(await count(store)).toBe(60)
  })

  test('G13.6 beyond retention is not sent again', async () => {
    const { add, drained, rejected } = openWriter(await openStore())
    add([doorEvent('old', NOON - 300 * DAY), doorEvent('new', NOON)])
    await drained()
    expect(rejected.map(({ point, reason }) => [point.eventId, reason])).toEqual([['old', 'out_of_retention']])
    expect(proxy.seen.filter((body) => body.includes('old'))).toHaveLength(1)
  })
})

describe('G13.8 and 9: what may be wrong with a server passes, nothing is lost, doubled or out of order', () => {
  const FAULTS: [string, Fault][] = [
    ['429', { kind: 'status', status: 429, headers: { 'retry-after': '0' } }],
    ['500 engine', { kind: 'status', status: 500, body: '{"error":"engine: shard is closed"}' }],
    ['503', { kind: 'status', status: 503 }],
    ['503 with Retry-After', { kind: 'status', status: 503, headers: { 'retry-after': '0' } }],
    ['connection reset', { kind: 'reset' }],
    ['half an answer, then reset', { kind: 'half-answer' }],
    ['no answer', { kind: 'silent' }],
  ]

  test.each(FAULTS)('%s', async (_, fault) => {
    const store = await openStore({ timeoutMs: 300 })
    const { add, drained } = openWriter(store, 10)
    proxy.script(fault, fault, { kind: 'pass' }, fault)
    for (let index = 0; index < 4; index += 1) add(events(10, `b${index}-`))
    await drained()
    expect(await count(store)).toBe(40)
    expect(proxy.seen.length).toBeGreaterThanOrEqual(7)
    const order = proxy.seen.flatMap((body) => /eid="b(\d)-/.exec(body)?.[1] ?? [])
    expect(order).toEqual([...order].sort())
    expect(new Set(order).size).toBe(4)
  })

  test('a server that is not there at first', async () => {
    const port = await freePort()
    const settings = influxSettings(`http://127.0.0.1:${port}`)
    const store = new InfluxStore(settings)
    opened.push(store)
    const { writer, add, drained } = openWriter(store)
    add(events(30))
    await expect.poll(() => writer.state).toMatchObject({ state: 'down', reason: 'unreachable', backlog: 30 })
    const late = await startInflux({ port })
    await drained()
    expect(await count(store)).toBe(30)
    await late.kill9()
    add(events(30, 'f'))
    await expect.poll(() => writer.state.state).toBe('down')
    await late.restart()
    await drained()
    expect(await count(store)).toBe(60)
    await late.stop()
  })
})

describe('what waiting does not mend calls for help', () => {
  test('G13.10 an unknown retention policy (500) does so after three tries', async () => {
    const settings = influxSettings(proxy.url, { bootstrap: false })
    await fetch(`${influx.url}/query?q=CREATE DATABASE ${settings.database}`, { method: 'POST' })
    const store = new InfluxStore(settings)
    opened.push(store)
    const { writer, add } = openWriter(store)
    add(events(5))
    const wanted = { state: 'down', reason: 'retention_policy_missing', needsHelp: true, backlog: 5 }
    await expect.poll(() => writer.state).toMatchObject(wanted)
    expect(proxy.seen.length).toBeGreaterThanOrEqual(3)
  })

  test('a missing database is made once where that is allowed', async () => {
    const settings = influxSettings(proxy.url)
    const store = new InfluxStore(settings)
    opened.push(store)
    expect((await store.write(events(5))).written).toBe(5)
    const forbidden = new InfluxStore(influxSettings(proxy.url, { bootstrap: false }))
    opened.push(forbidden)
    await expect(forbidden.write(events(5))).rejects.toMatchObject({ reason: 'database_missing' })
  })

  test('401 does too', async () => {
    const { writer, add } = openWriter(await openStore())
    proxy.always({ kind: 'status', status: 401, body: '{"error":"authorization failed"}' })
    add(events(5))
    await expect.poll(() => writer.state).toMatchObject({ reason: 'unauthorised', needsHelp: true, backlog: 5 })
    proxy.always({ kind: 'pass' })
    await expect.poll(() => writer.state).toMatchObject({ state: 'ok', needsHelp: false, backlog: 0 })
  })

  test('users and passwords of 1.x', async () => {
    const secured = await startInflux({ auth: true })
    const create = "CREATE USER admin WITH PASSWORD 'p w:d' WITH ALL PRIVILEGES"
    await fetch(`${secured.url}/query?q=${encodeURIComponent(create)}`, { method: 'POST' })
    const right = new InfluxStore(influxSettings(secured.url, { username: 'admin', password: 'p w:d' }))
    await right.bootstrap()
    expect((await right.write(events(5))).written).toBe(5)
    expect(await count(right)).toBe(5)
    const wrong = new InfluxStore(influxSettings(secured.url, { username: 'admin', password: 'no' }))
    await expect(wrong.write(events(1))).rejects.toMatchObject({ reason: 'unauthorised' })
    await expect(count(wrong)).rejects.toMatchObject({ reason: 'unauthorised' })
    await Promise.all([right.close(), wrong.close(), secured.stop()])
  })
})

describe('G13.14 a 2.x server with token', () => {
  test('gets the token and no user, and is never asked to make anything', async () => {
    const calls: { url: string; authorization: string | undefined }[] = []
    const stub = createServer((request, response) => {
      calls.push({ url: request.url ?? '', authorization: request.headers.authorization })
      const ok = request.headers.authorization === 'Token s3cret' || request.url === '/ping'
      request.resume().on('end', () => response.writeHead(ok ? 204 : 401, { 'x-influxdb-version': '2.7.0' }).end())
    })
    await new Promise<void>((resolve) => stub.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(stub.address() as AddressInfo).port}`
    const store = new InfluxStore(influxSettings(url, { token: 's3cret', bootstrap: false }))
    await store.bootstrap()
    expect((await store.write([doorEvent('a', NOON), health(NOON, 'x', { lag_s: 1 })])).written).toBe(2)
    expect(await store.health()).toMatchObject({ ok: true, version: '2.7.0' })
    expect(calls.map(({ url: path }) => path.split('?')[0])).toEqual(['/write', '/write', '/ping'])
    expect(calls.map(({ authorization }) => authorization)).toEqual(['Token s3cret', 'Token s3cret', 'Token s3cret'])
    expect(calls[0]?.url).toMatch(/precision=n&rp=events/)
    const stranger = new InfluxStore(influxSettings(url, { token: 'wrong', bootstrap: false }))
    await expect(stranger.write([doorEvent('a', NOON)])).rejects.toMatchObject({ reason: 'unauthorised' })
    await Promise.all([store.close(), stranger.close()])
    stub.close()
  })
})
