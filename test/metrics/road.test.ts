import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { Services } from '../../config/schema.ts'
import { systemClock } from '../../server/clock.ts'
import { type Metrics, openMetrics, type SeriesQuery } from '../../server/metrics/index.ts'
import { freePort, startInflux, temporaryFolder } from '../services.ts'
import { doorEvent, HOUR, many, NOON } from './points.ts'

const open = (dataDir: string, metrics: unknown, log: string[] = []): Metrics =>
  openMetrics({
    services: Services.parse({ metrics }),
    dataDir,
    secret: () => 's3cret',
    clock: systemClock,
    log: { warn: (_, message) => log.push(message), error: (_, message) => log.push(message) },
  })

const HOURLY: SeriesQuery = {
  measurement: 'access_event',
  field: 'eid',
  aggregate: 'count',
  from: NOON - HOUR,
  to: NOON + HOUR,
  every: '1h',
  source: 'raw',
}
const count = async (metrics: Metrics) =>
  (await metrics.store.series(HOURLY)).series
    .flatMap((each) => each.points)
    .reduce((sum, point) => sum + point.value, 0)

const influx = await startInflux()
afterAll(() => influx.stop())

describe.each([
  ['embedded', { kind: 'embedded' }],
  ['influx', { kind: 'influx', url: influx.url, database: 'road' }],
])('the whole side road on its own thread: %s', (_, metrics) => {
  test('takes points, answers panels, stops', async () => {
    const road = open(temporaryFolder('road'), metrics)
    await road.start()
    road.sink.write(many(3000, (index) => doorEvent(`e${index}`, NOON + index)))
    await expect.poll(() => count(road), { timeout: 10_000 }).toBe(3000)
    await expect.poll(() => road.state(), { timeout: 10_000 }).toMatchObject({ state: 'ok', backlog: 0, written: 3000 })
    expect(await road.store.health()).toMatchObject({ ok: true })
    await expect(road.store.series({ ...HOURLY, field: 'x"' })).rejects.toThrow(/没有这个数值字段/)
    await road.stop()
    await expect(road.store.series(HOURLY)).rejects.toThrow(/指标库不可用/)
  })
})

test('points handed over before the server ends arrive after its next start', async () => {
  const folder = temporaryFolder('road')
  const port = await freePort()
  const away = { kind: 'influx', url: `http://127.0.0.1:${port}`, database: 'later' }
  const log: string[] = []
  const first = open(folder, away, log)
  await first.start()
  first.sink.write([doorEvent('a', NOON), doorEvent('b', NOON)])
  await expect.poll(() => first.state(), { timeout: 10_000 }).toMatchObject({ state: 'down', backlog: 2 })
  expect(log).toEqual(['指标库不可用，数据点暂存磁盘'])
  first.sink.write([doorEvent('c', NOON)])
  await first.stop()
  const late = await startInflux({ port })
  const second = open(folder, away)
  await second.start()
  await expect.poll(() => count(second).catch(() => 0), { timeout: 10_000 }).toBe(3)
  await second.stop()
  await late.stop()
})

test('a thread that cannot work is started again and said to be down', async () => {
  const log: string[] = []
  const road = open(join(temporaryFolder('road'), 'missing', 'folder'), { kind: 'embedded' }, log)
  await road.start()
  expect(road.state()).toMatchObject({ state: 'down', reason: 'failed' })
  await expect.poll(() => log.length, { timeout: 5000 }).toBeGreaterThan(1)
  road.sink.write([doorEvent('a', NOON)])
  await road.stop()
})

test('what a crash caught between commit and hand-over is read again at the next start', async () => {
  const folder = temporaryFolder('road')
  const first = open(folder, { kind: 'embedded' })
  await first.start()
  first.sink.write([doorEvent('a', NOON)])
  await expect.poll(() => count(first), { timeout: 10_000 }).toBe(1)
  const begun = Date.now()
  await first.stop()
  const asked: number[] = []
  const second = openMetrics({
    services: Services.parse({}),
    dataDir: folder,
    secret: () => '',
    clock: systemClock,
    log: { warn: () => undefined, error: () => undefined },
    replay: async function* (since) {
      asked.push(since)
      yield [doorEvent('a', NOON), doorEvent('lost', NOON)]
      yield [doorEvent('too', NOON)]
    },
  })
  await second.start()
  await expect.poll(() => count(second), { timeout: 10_000 }).toBe(3)
  expect(asked).toHaveLength(1)
  expect(asked[0]).toBeLessThan(begun)
  expect(asked[0]).toBeGreaterThan(begun - 120_000)
  await second.stop()
})
