import { describe, expect, test } from 'vitest'
import type { MetricPoint } from '../../server/feature.ts'
import type { MetricStore, SeriesQuery } from '../../server/metrics/port.ts'
import { precheck } from '../../server/metrics/precheck.ts'
import { SCHEMA } from '../../server/metrics/schema.ts'
import { series } from '../../server/metrics/series.ts'
import { doorEvent, HOUR, health, MIDNIGHT, many, NOON } from './points.ts'

const DAY = 24 * HOUR

/** What a panel may get from the outside: each must stay a value. */
const HOSTILE = [
  "x\\' y\\' OR v > 0 -- ",
  "' OR 1=1 --",
  '"; DROP MEASUREMENT access_event; --',
  'x\\',
  "x' OR time > 0 OR '",
  '$p0',
  '/.*/',
]

const checked = (points: MetricPoint[]): MetricPoint[] =>
  points.flatMap((point) => {
    const result = precheck(point, SCHEMA)
    return result.ok ? [result.point] : []
  })

/** The promises that every metrics store keeps (G13 of protocols.md, as far as they do not need a faulty server). */
export function metricsContract(name: string, open: (now: number) => Promise<MetricStore>): void {
  const withStore = async (act: (store: MetricStore) => Promise<void>, now = NOON) => {
    const store = await open(now)
    await store.bootstrap()
    try {
      await act(store)
    } finally {
      await store.close()
    }
  }
  const count = async (store: MetricStore, query: Partial<SeriesQuery> = {}): Promise<number> => {
    const answer = await series(store, {
      measurement: 'access_event',
      field: 'eid',
      aggregate: 'count',
      from: NOON - 40 * DAY,
      to: NOON + DAY,
      every: 100 * DAY,
      source: 'raw',
      ...query,
    })
    return answer.series.flatMap((each) => each.points).reduce((sum, point) => sum + point.value, 0)
  }

  describe(`metrics store: ${name}`, () => {
    test('G13.1 the same batch three times is stored once', () =>
      withStore(async (store) => {
        const batch = many(50, (index) => doorEvent(`e${index}`, NOON + index))
        for (let round = 0; round < 3; round += 1) expect((await store.write(batch)).written).toBe(50)
        expect(await count(store)).toBe(50)
      }))

    test('G13.2 events of one second with the same tags are all kept', () =>
      withStore(async (store) => {
        const second = NOON - (NOON % 1000)
        await store.write(many(1000, (index) => doorEvent(`same-${index}`, second)))
        expect(await count(store)).toBe(1000)
      }))

    test('writing a point again merges its fields', () =>
      withStore(async (store) => {
        await store.write([health(NOON, 'hik', { spool: 1, dup: 1 })])
        await store.write([health(NOON, 'hik', { spool: 2 })])
        const ask = (field: string) =>
          series(store, {
            measurement: 'collector_health',
            field,
            aggregate: 'sum',
            from: NOON,
            to: NOON + 1,
            every: 60_000,
          })
        expect((await ask('spool')).series[0]?.points.map((point) => point.value)).toEqual([2])
        expect((await ask('dup')).series[0]?.points.map((point) => point.value)).toEqual([1])
      }))

    test('G13.4 and 5: what cannot be stored is stopped before, what can is cleaned', () =>
      withStore(async (store) => {
        const tags = { type: 'access.granted', object: 'a,b=c d\n门\\', dept: '', reason: '   ' }
        const fields = { eid: 'x', reader: Number.NaN, person_h: "h:'\\'\n\"二,= ", undeclared: 1 }
        const [point] = checked([{ ...doorEvent('x', NOON), tags, fields }])
        expect(point?.tags).toEqual({ type: 'access.granted', object: 'a,b=c d 门/' })
        expect(point?.fields).toEqual({ eid: 'x', person_h: "h:'/'\n\"二,= " })
        expect(await store.write(point ? [point] : [])).toEqual({ written: 1, rejected: [] })
        expect(await count(store, { where: { object: ['a,b=c d 门/'] } })).toBe(1)
        expect(await count(store, { groupBy: 'reason' })).toBe(1)
      }))

    test('G13.6 beyond retention: dropped and counted, the rest stays', () =>
      withStore(async (store) => {
        const old = many(3, (index) => doorEvent(`old${index}`, NOON - 300 * DAY + index))
        const outcome = await store.write([...old, doorEvent('new', NOON)])
        expect(outcome.written).toBe(1)
        expect(outcome.rejected.map(({ point, reason }) => [point.eventId, reason])).toEqual(
          old.map((point) => [point.eventId, 'out_of_retention']),
        )
        expect(await count(store)).toBe(1)
      }))

    test.each(HOSTILE)('G13.11 a hostile filter value finds nothing: %s', (value) =>
      withStore(async (store) => {
        await store.write([doorEvent('a', NOON), doorEvent('b', NOON + 1)])
        expect(await count(store, { where: { object: [value] } })).toBe(0)
        expect(await count(store, { where: { object: [value, 'door:E1'] } })).toBe(2)
      }),
    )

    test.each([
      [{ measurement: 'access_event"; DROP' }],
      [{ field: 'eid") FROM x; --' }],
      [{ groupBy: 'type" fill(0) --' }],
      [{ where: { 'type"': ['x'] } }],
      [{ field: '__proto__' }],
      [{ from: Number.NaN }],
      [{ every: -1 }],
    ])('G13.11 an undeclared name is refused: %j', (part) =>
      withStore(async (store) => {
        await expect(count(store, part as Partial<SeriesQuery>)).rejects.toThrow(/指标/)
      }),
    )

    test('G13.13 ten thousand persons make no new series', () =>
      withStore(async (store) => {
        await store.write(
          many(10_000, (index) => doorEvent(`p${index}`, NOON + index, { fields: { person_h: `h:${index}` } })),
        )
        const answer = await store.select({
          measurement: 'access_event',
          keep: 'events',
          from: NOON,
          to: NOON + DAY,
          width: null,
          where: {},
          by: ['type', 'object', 'device', 'reason'],
          columns: [{ field: 'eid', aggregate: 'count' }],
        })
        expect(answer.map((row) => row.values)).toEqual([[10_000]])
      }))

    test('G13.16 a day begins at 00:00 in Shanghai', () =>
      withStore(async (store) => {
        await store.write([
          doorEvent('before', MIDNIGHT - 1),
          doorEvent('at', MIDNIGHT + 1),
          doorEvent('late', MIDNIGHT + DAY - 2),
        ])
        const answer = await series(store, {
          measurement: 'access_event',
          field: 'eid',
          aggregate: 'count',
          from: MIDNIGHT - DAY,
          to: MIDNIGHT + DAY,
          every: '1d',
          source: 'raw',
        })
        expect(answer.series).toEqual([
          { group: '', points: [MIDNIGHT - DAY, MIDNIGHT].map((at, index) => ({ at, value: index + 1 })) },
        ])
      }))

    test('aggregates by bucket and tag; what is not there is absent, not zero', () =>
      withStore(async (store) => {
        const hour = NOON - (NOON % HOUR)
        await store.write([
          health(hour, 'a', { lag_s: 1 }),
          health(hour + 60_000, 'a', { lag_s: 4 }),
          health(hour + 2 * HOUR, 'a', { lag_s: 3 }),
          health(hour + 1000, 'b', { lag_s: 10 }),
          health(hour + 2000, 'b', { spool: 7 }),
        ])
        const ask = async (aggregate: SeriesQuery['aggregate'], extra: Partial<SeriesQuery> = {}) =>
          (
            await series(store, {
              measurement: 'collector_health',
              field: 'lag_s',
              aggregate,
              from: hour,
              to: hour + 3 * HOUR,
              every: '1h',
              groupBy: 'collector',
              source: 'raw',
              ...extra,
            })
          ).series.map(({ group, points }) => [group, points.map(({ at, value }) => [(at - hour) / HOUR, value])])
        const b = (value: number) => ['b', [[0, value]]]
        const a = (first: number, last: number) => [
          'a',
          [
            [0, first],
            [2, last],
          ],
        ]
        expect(await ask('mean')).toEqual([a(2.5, 3), b(10)])
        expect(await ask('sum')).toEqual([a(5, 3), b(10)])
        expect(await ask('max')).toEqual([a(4, 3), b(10)])
        expect(await ask('min')).toEqual([a(1, 3), b(10)])
        expect(await ask('count')).toEqual([a(2, 1), b(1)])
        expect(await ask('last')).toEqual([a(4, 3), b(10)])
        expect(await ask('mean', { groupBy: undefined })).toEqual([
          [
            '',
            [
              [0, 5],
              [2, 3],
            ],
          ],
        ])
        expect(await ask('sum', { where: { collector: ['b'] } })).toEqual([b(10)])
        expect(await ask('sum', { where: { collector: [] } })).toEqual([])
        expect(await ask('sum', { where: { collector: ['nobody'] } })).toEqual([])
      }))

    test('health names the store', () =>
      withStore(async (store) => {
        expect(await store.health()).toMatchObject({ ok: true, version: expect.stringMatching(/\d+\.\d+/) })
      }))
  })
}
