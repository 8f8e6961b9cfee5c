import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { MetricPoint } from '../../server/feature.ts'
import { Backlog } from '../../server/metrics/backlog.ts'
import { type MetricStore, StoreUnavailable, type WriteOutcome } from '../../server/metrics/port.ts'
import { Rollup } from '../../server/metrics/rollup.ts'
import { Writer } from '../../server/metrics/writer.ts'
import { temporaryFolder } from '../services.ts'
import { doorEvent, many, NOON } from './points.ts'

/** A store that remembers, and is away while `down`. */
function memoryStore() {
  const store = {
    down: false,
    batches: [] as MetricPoint[][],
    async write(points: readonly MetricPoint[]): Promise<WriteOutcome> {
      if (store.down) throw new StoreUnavailable('unreachable', 'away')
      store.batches.push([...points])
      return { written: points.length, rejected: [] }
    },
    select: async () => [],
    bootstrap: async () => undefined,
    health: async () => ({ ok: true, version: '0', detail: '' }),
    close: async () => undefined,
  } satisfies MetricStore & Record<string, unknown>
  return store
}

function road(store: MetricStore, file = join(temporaryFolder('backlog'), 'b.sqlite'), maxBytes?: number) {
  const clock = { now: () => NOON }
  const backlog = new Backlog(file, maxBytes)
  const rollup = new Rollup({ store, backlog, clock, retention: { rawDays: 90, eventsDays: 200 } })
  const pace = { batch: 1000, gatherMs: 1, retryMs: 1, maxRetryMs: 5 }
  const writer = new Writer({ store, backlog, rollup, clock, chance: () => 0.5, rejected: () => undefined, pace })
  return { writer, backlog, file }
}

const body = (from: number, amount: number): [string, number, number] => [
  JSON.stringify(many(amount, (index) => doorEvent(`e${from + index}`, NOON + from + index))),
  amount,
  NOON + from + amount,
]
const ids = (batches: MetricPoint[][]) => batches.flat().map((point) => point.eventId)

test('ten minutes without a store at 20 points a second: all arrive, in order, in large batches', async () => {
  const store = memoryStore()
  store.down = true
  const { writer, backlog } = road(store)
  writer.start()
  for (let second = 0; second < 600; second += 1) writer.add(...body(second * 20, 20))
  await expect.poll(() => writer.state).toMatchObject({ state: 'down', reason: 'unreachable', backlog: 12_000 })
  expect(writer.state.since).toBe(NOON)
  store.down = false
  await expect.poll(() => writer.state).toMatchObject({ state: 'ok', backlog: 0, since: null, written: 12_000 })
  expect(ids(store.batches)).toEqual(
    many(12_000, (index) => doorEvent(`e${index}`, NOON)).map((point) => point.eventId),
  )
  expect(store.batches.length).toBeLessThan(25)
  await writer.stop()
  backlog.close()
})

test('what was not written survives the end of the process', async () => {
  const away = memoryStore()
  away.down = true
  const first = road(away)
  first.writer.add(...body(0, 10))
  first.backlog.close()
  const store = memoryStore()
  const second = road(store, first.file)
  expect(second.writer.state.backlog).toBe(10)
  await second.writer.flush()
  expect(ids(store.batches)).toEqual(many(10, (index) => doorEvent(`e${index}`, NOON)).map((point) => point.eventId))
  expect(second.writer.state.backlog).toBe(0)
  second.backlog.close()
})

test('a full backlog lets go of its oldest points and says so', () => {
  const [text] = body(100, 10)
  const { writer, backlog } = road(memoryStore(), undefined, text.length * 3)
  for (let batch = 0; batch < 5; batch += 1) writer.add(...body(100 + batch * 10, 10))
  expect(writer.state).toMatchObject({ dropped: 20, backlog: 30 })
  expect(backlog.head(10)?.points[0]?.eventId).toBe('e120')
  backlog.close()
})

test('bad points are told apart and do not stop the others', async () => {
  const store = memoryStore()
  const { writer, backlog } = road(store)
  const bad = [
    { ...doorEvent('a', NOON), measurement: 'nonsense' },
    { ...doorEvent('b', NOON), at: -1 },
    { ...doorEvent('c', NOON), fields: { reader: Number.NaN } },
  ]
  writer.add(JSON.stringify([...bad, doorEvent('good', NOON)]), 4, NOON)
  await writer.flush()
  expect(ids(store.batches)).toEqual(['good'])
  expect(writer.state).toMatchObject({ written: 1, rejected: 3 })
  backlog.close()
})

test('a bucket that is touched while it is reckoned stays dirty', () => {
  const { backlog } = road(memoryStore())
  const hour = { measurement: 'access_event', width: 'hour', bucket: 0 } as const
  backlog.touch(hour, 5)
  expect(backlog.due(4)).toEqual([])
  const [seen] = backlog.due(5)
  if (!seen) throw new Error('not due')
  backlog.touch(hour, 6)
  backlog.done(seen, 7)
  expect(backlog.due(6)).toEqual([])
  const [again] = backlog.due(7)
  if (!again) throw new Error('forgotten')
  backlog.done(again, 8)
  expect(backlog.due(100)).toEqual([])
  backlog.close()
})

test('a rollup that fails does not hold up the points', async () => {
  const store = { ...memoryStore(), select: () => Promise.reject(new StoreUnavailable('timeout', 'too heavy')) }
  const { writer, backlog } = road(store)
  backlog.touch({ measurement: 'access_event', width: 'hour', bucket: NOON }, NOON)
  writer.start()
  writer.add(...body(0, 10))
  await expect.poll(() => writer.state).toMatchObject({ state: 'ok', backlog: 0, written: 10 })
  expect(writer.state.rollupFailure).toMatch(/too heavy/)
  writer.add(...body(10, 10))
  await expect.poll(() => writer.state).toMatchObject({ state: 'ok', backlog: 0, written: 20 })
  expect(backlog.due(NOON)).toHaveLength(1)
  await writer.stop()
  backlog.close()
})
