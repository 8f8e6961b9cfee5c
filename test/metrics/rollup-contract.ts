import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { MetricPoint } from '../../server/feature.ts'
import { Backlog } from '../../server/metrics/backlog.ts'
import type { MetricStore, SeriesQuery } from '../../server/metrics/port.ts'
import { ROLLUP_DELAY, Rollup } from '../../server/metrics/rollup.ts'
import { series } from '../../server/metrics/series.ts'
import { Writer } from '../../server/metrics/writer.ts'
import { temporaryFolder } from '../services.ts'
import { doorEvent, HOUR, health, MIDNIGHT } from './points.ts'

const DAY = 24 * HOUR
const retention = { rawDays: 90, eventsDays: 200 }

/** Rollups answer as the points themselves do, whatever the order in which points come. */
export function rollupContract(name: string, open: (now: number) => Promise<MetricStore>): void {
  async function withRoad(act: (road: Road) => Promise<void>): Promise<void> {
    const road = await openRoad(open)
    try {
      await act(road)
    } finally {
      await road.close()
    }
  }

  describe(`rollups: ${name}`, () => {
    test('G13.15 a late hour is reckoned again, and its day', () =>
      withRoad(async (road) => {
        const late = MIDNIGHT - 10 * DAY
        await road.write(doorEvent('a', late + 5), doorEvent('b', MIDNIGHT + HOUR))
        expect(await road.both({ aggregate: 'count', every: '1h' })).toHaveLength(2)
        await road.write(doorEvent('late', late + 1000), doorEvent('a', late + 5))
        expect(await road.both({ aggregate: 'count', every: '1h' })).toEqual([
          { at: late, value: 2 },
          { at: MIDNIGHT + HOUR, value: 1 },
        ])
        expect(await road.both({ aggregate: 'count', every: '1d' })).toEqual([
          { at: late, value: 2 },
          { at: MIDNIGHT, value: 1 },
        ])
      }))

    test('property: hours and days agree with the points, for every aggregate', () =>
      withRoad(async (road) => {
        const point = fc.record({
          at: fc.integer({ min: MIDNIGHT - 2 * DAY, max: MIDNIGHT + DAY - 1 }),
          collector: fc.constantFrom('a', 'b', 'c'),
          lag: fc.integer({ min: -50, max: 50 }),
        })
        let round = 0
        await fc.assert(
          fc.asyncProperty(fc.array(point, { minLength: 1, maxLength: 40 }), async (drawn) => {
            round += 1
            const tag = (collector: string) => `${collector}${round}`
            await road.write(...drawn.map(({ at, collector, lag }) => health(at, tag(collector), { lag_s: lag })))
            for (const every of ['1h', '1d', 4 * HOUR] as const)
              for (const aggregate of ['mean', 'sum', 'max', 'min', 'count'] as const) {
                const collectors = ['a', 'b', 'c'].map(tag)
                const query = { measurement: 'collector_health', field: 'lag_s', every, aggregate } as const
                await road.both({ ...query, where: { collector: collectors }, groupBy: 'collector' })
              }
          }),
          { numRuns: 8 },
        )
      }))
  })
}

interface Road {
  backlog: Backlog
  /** Writes and reckons everything that is dirty. */
  write(...points: MetricPoint[]): Promise<void>
  /** The answer from rollups, after comparing it with the answer from points. */
  both(query: Partial<SeriesQuery>): Promise<{ at: number; value: number }[]>
  close(): Promise<void>
}

async function openRoad(open: (now: number) => Promise<MetricStore>): Promise<Road> {
  const clock = { at: MIDNIGHT + DAY, now: () => clock.at }
  const store = await open(clock.at)
  await store.bootstrap()
  const backlog = new Backlog(join(temporaryFolder('rollup'), 'b.sqlite'))
  const rollup = new Rollup({ store, backlog, clock, retention })
  const writer = new Writer({ store, backlog, rollup, clock, chance: () => 0, rejected: () => undefined })
  return {
    backlog,
    write: async (...points) => {
      writer.add(JSON.stringify(points), points.length, MIDNIGHT)
      await writer.flush()
      clock.at += ROLLUP_DELAY.hour
      while ((await rollup.run()) > 0);
      clock.at += ROLLUP_DELAY.day
      while ((await rollup.run()) > 0);
    },
    both: async (part) => {
      const range = { from: MIDNIGHT - 20 * DAY, to: MIDNIGHT + DAY }
      const query = {
        measurement: 'access_event',
        field: 'eid',
        aggregate: 'count',
        every: '1h',
        ...range,
        ...part,
      } as const
      const rolled = await series(store, query)
      const raw = await series(store, { ...query, source: 'raw' })
      expect(rolled.source).toBe(query.every === '1d' ? 'day' : 'hour')
      const near = (answer: typeof raw) =>
        answer.series.map((each) => ({ ...each, points: each.points.map(({ at, value }) => [at, Math.fround(value)]) }))
      expect(near(rolled)).toEqual(near(raw))
      return rolled.series[0]?.points ?? []
    },
    close: async () => {
      await store.close()
      backlog.close()
    },
  }
}
