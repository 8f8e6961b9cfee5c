import { join } from 'node:path'
import { expect, test } from 'vitest'
import { EmbeddedStore } from '../../server/metrics/embedded/store.ts'
import { series } from '../../server/metrics/series.ts'
import { temporaryFolder } from '../services.ts'
import { metricsContract } from './contract.ts'
import { doorEvent, HOUR, NOON } from './points.ts'
import { rollupContract } from './rollup-contract.ts'

const retention = { rawDays: 90, hourDays: 730, eventsDays: 200 }
const openAt = (file: string, now: number) => new EmbeddedStore({ file, retention }, { now: () => now })

const open = async (now: number) => openAt(join(temporaryFolder('metrics'), 'metrics.sqlite'), now)
metricsContract('SQLite', open)
rollupContract('SQLite', open)

const total = async (store: EmbeddedStore) => {
  const query = { measurement: 'access_event', field: 'eid', aggregate: 'count', source: 'raw' } as const
  const answer = await series(store, { ...query, from: 0, to: NOON + 400 * 24 * HOUR, every: 10_000 * 24 * HOUR })
  return answer.series[0]?.points[0]?.value ?? 0
}

test('points and series stay over a restart', async () => {
  const file = join(temporaryFolder('metrics'), 'metrics.sqlite')
  const first = openAt(file, NOON)
  await first.write([doorEvent('a', NOON), doorEvent('b', NOON, { tags: { object: 'door:E2' } })])
  await first.close()
  const second = openAt(file, NOON)
  await second.write([doorEvent('a', NOON), doorEvent('c', NOON)])
  expect(await total(second)).toBe(3)
  await second.close()
})

test('retention sweeps what has grown too old', async () => {
  const file = join(temporaryFolder('metrics'), 'metrics.sqlite')
  const clock = { at: NOON, now: () => clock.at }
  const store = new EmbeddedStore({ file, retention }, clock)
  await store.write([doorEvent('a', NOON), doorEvent('b', NOON + 100 * 24 * HOUR)])
  clock.at = NOON + 250 * 24 * HOUR
  await store.bootstrap()
  expect(await total(store)).toBe(1)
  await store.close()
})
