import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { type Delivery, IngestStats } from '../../server/ingest/stats.ts'
import { migrations } from '../../server/ingest/tables.ts'
import { type TestRecords, testRecords } from '../helpers/records.ts'

/** The numbers of one collector's events, dealt to several servers in any order. */
const delivery = (seqs: readonly number[]): Delivery => ({
  stored: seqs.length,
  duplicate: 0,
  rejected: 0,
  lastObservedMs: null,
  seqs,
})
let records: TestRecords | undefined
afterEach(() => records?.close())
const open = async (servers: number) => {
  await records?.close()
  const made = await testRecords([{ name: 'ingest', migrations }], 1_000_000)
  records = made
  const all = Array.from({ length: servers }, () => new IngestStats(true))
  const server = (at: number) => all[at % servers] ?? new IngestStats(true)
  return {
    take: async (at: number, seqs: readonly number[]) => {
      const deliveries = new Map([['hik', delivery(seqs)]])
      await made.store.write(({ tx, now }) => server(at).save(tx, deliveries, now))
      server(at).count(deliveries, made.clock.ms)
    },
    /** What the timers of that server find missing, later. */
    missing: async (at: number, laterMs = 11_000) => {
      made.clock.ms += laterMs
      const found = await made.store.write(({ tx, now }) => server(at).sharedGaps(tx, now))
      return found.flatMap(({ gap }) => Array.from({ length: gap.to - gap.from + 1 }, (_unused, n) => gap.from + n))
    },
    row: () =>
      made.store.read.withTables<{ ingest_collector: Row }>().selectFrom('ingest_collector').selectAll().execute(),
    server,
    clock: made.clock,
  }
}
type Row = { collector: string; stored: number; missing: number; last_seq: number; holes: string | null }

describe('numbers of a collector that several servers share', () => {
  it('nothing is missing that another server has', async () => {
    const { take, missing } = await open(2)
    for (let n = 1; n <= 20; n += 1) await take(n, [n])
    expect(await missing(0)).toEqual([])
    expect(await missing(1)).toEqual([])
  })

  it('what never came is found once, by whichever server looks, and stays found', async () => {
    const { take, missing, row } = await open(2)
    await take(0, [1, 2])
    await take(1, [5])
    await take(0, [7])
    expect(await missing(1, 100)).toEqual([])
    expect(await missing(1)).toEqual([3, 4, 6])
    expect(await missing(0)).toEqual([])
    expect(await row()).toMatchObject([{ stored: 4, missing: 3, last_seq: 7, holes: null }])
  })

  it('a hole that one server saw and another one filled is none', async () => {
    const { take, missing } = await open(3)
    await take(0, [1])
    await take(1, [4])
    await take(2, [2, 3])
    expect(await missing(1)).toEqual([])
  })

  it('whatever the order and the servers: missing is exactly what nobody got', async () => {
    const seqs = fc.uniqueArray(fc.integer({ min: 2, max: 40 }), { minLength: 1, maxLength: 25 })
    const dealt = seqs.chain((numbers) =>
      fc.record({
        numbers: fc.shuffledSubarray(numbers, { minLength: numbers.length }),
        servers: fc.array(fc.nat(2), { minLength: numbers.length, maxLength: numbers.length }),
      }),
    )
    await fc.assert(
      fc.asyncProperty(dealt, async ({ numbers, servers }) => {
        const { take, missing, row } = await open(3)
        await take(0, [1])
        for (const [at, number] of numbers.entries()) await take(servers[at] ?? 0, [number])
        const got = new Set([1, ...numbers])
        const last = Math.max(...got)
        const never = Array.from({ length: last }, (_unused, n) => n + 1).filter((n) => !got.has(n))
        expect((await missing(2)).sort((a, b) => a - b)).toEqual(never)
        expect(await row()).toMatchObject([{ stored: got.size, missing: never.length, last_seq: last }])
      }),
      { numRuns: 40 },
    )
  })

  it('counts the last hour of all servers', async () => {
    const { take, server, clock } = await open(2)
    await take(0, [1, 2, 3])
    server(1).countMinute('hik', 3, clock.ms)
    await take(1, [4])
    expect(server(1).list(clock.ms)).toMatchObject([{ perHour: 4, stored: 4, lastSeq: 4 }])
  })
})
