import { mkdtemp, readdir, readFile, rm, truncate } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { FramesAnswer, PastAnswer } from '../../contract/past.ts'
import { encodeRecord, scan } from '../../server/meetings/past/codec.ts'
import { hourOfFile } from '../../server/meetings/past/hour.ts'
import { Recorder } from '../../server/meetings/past/recorder.ts'
import { within } from '../../server/meetings/past/spans.ts'
import { PastStore } from '../../server/meetings/past/store.ts'

/** What the screens were shown is answered for any instant, and nothing is claimed of a time without records. */

const T = Date.parse('2026-11-24T01:30:00Z')
const HOUR = 3_600_000
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'past-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const state = (panel: string, at: number, n: unknown) => ({ panel, at, readAt: at - 5, text: JSON.stringify({ n }) })
const values = (answer: PastAnswer) =>
  'refused' in answer
    ? answer.refused
    : Object.fromEntries(Object.entries(answer.panels).map(([name, { data }]) => [name, (data as { n: unknown }).n]))
const told = (answer: FramesAnswer) => {
  if ('refused' in answer) throw new Error(answer.refused)
  return answer.frames.map(({ panel, at, data }) => [panel, at, (data as { n: unknown }).n])
}
const NAMES = ['a', 'b']

async function filled(states: ReturnType<typeof state>[]): Promise<PastStore> {
  const store = new PastStore(folder)
  await store.beat(T, 'start')
  await store.write(states)
  return store
}

describe('the wall of an instant', () => {
  it('is the last state of each panel then or before', async () => {
    const store = await filled([state('a', T + 10, 1), state('b', T + 20, 1), state('a', T + 30, 2)])
    expect(values(await store.wallAt(T + 5, NAMES))).toEqual({})
    expect(values(await store.wallAt(T + 29, NAMES))).toEqual({ a: 1, b: 1 })
    expect(values(await store.wallAt(T + 30, NAMES))).toEqual({ a: 2, b: 1 })
    expect(values(await store.wallAt(T + 30, ['b']))).toEqual({ b: 1 })
    await store.close()
  })

  it('goes over the hour with panels that have not changed since', async () => {
    const store = await filled([state('a', T, 1), state('b', T, 1)])
    for (let at = T; at < T + 45 * 60_000; at += 30_000) await store.beat(at, 'beat')
    await store.write([state('b', T + HOUR, 2)])
    expect(values(await store.wallAt(T + HOUR, NAMES))).toEqual({ a: 1, b: 2 })
    expect(told(await store.frames({ from: T - 1, to: T + HOUR, stepMs: 0 }, NAMES))).toEqual([
      ['a', T, 1],
      ['b', T, 1],
      ['b', T + HOUR, 2],
    ])
    await store.close()
  })

  it('is refused for a time in which nothing was recorded, before the first start and in a gap', async () => {
    const store = await filled([state('a', T, 1)])
    expect(values(await store.wallAt(T - 1, NAMES))).toBe('not-recorded')
    expect(values(await store.wallAt(T + 80_000, NAMES))).toEqual({ a: 1 })
    expect(values(await store.wallAt(T + 100_000, NAMES))).toBe('not-recorded')
    await store.beat(T + 200_000, 'start')
    await store.write([state('a', T + 200_010, 2)])
    expect(values(await store.wallAt(T + 150_000, NAMES))).toBe('not-recorded')
    expect(values(await store.wallAt(T + 200_010, NAMES))).toEqual({ a: 2 })
    expect(await store.spans(T, T + 300_000)).toEqual([
      { from: T, to: T },
      { from: T + 200_000, to: T + 200_010 },
    ])
    await store.close()
  })

  it('is the same after a restart, whole or torn at any byte', async () => {
    const first = await filled([state('a', T + 10, 'x'.repeat(500)), state('a', T + 20, 'y'.repeat(500))])
    await first.close()
    const [name = ''] = await readdir(folder)
    const { length } = await readFile(join(folder, name))
    await truncate(join(folder, name), length - 3)
    const again = new PastStore(folder)
    await again.beat(T + 30, 'start')
    await again.write([state('a', T + 40, 'z')])
    expect(values(await again.wallAt(T + 10, NAMES))).toEqual({ a: 'x'.repeat(500) })
    expect(values(await again.wallAt(T + 40, NAMES))).toEqual({ a: 'z' })
    await again.close()
  })
})

describe('frames', () => {
  it('thin out to the last of each step and end where the full ones end', async () => {
    const store = await filled(Array.from({ length: 100 }, (_, n) => state('a', T + n * 10, n)))
    const all = told(await store.frames({ from: T + 5, to: T + 1000, stepMs: 0 }, NAMES))
    expect(all).toHaveLength(99)
    const thinned = told(await store.frames({ from: T + 5, to: T + 1000, stepMs: 250 }, NAMES))
    expect(thinned.map(([, , n]) => n)).toEqual([25, 50, 75, 99])
    await store.close()
  })

  it('stop at what fits into one answer and say until when', async () => {
    // Text that zstd cannot shrink away.
    const long = (n: number) => `${n}-${'0123456789abcdef'.repeat(60_000)}`
    const store = await filled(Array.from({ length: 10 }, (_, n) => state('a', T + n, long(n))))
    const answer = await store.frames({ from: T - 1, to: T + 100, stepMs: 0 }, NAMES)
    if ('refused' in answer) throw new Error(answer.refused)
    expect(answer.until).toBeLessThan(T + 10)
    const rest = await store.frames({ from: answer.until, to: T + 100, stepMs: 0 }, NAMES)
    const n = (one: FramesAnswer) => told(one).length
    expect(n(answer) + n(rest)).toBeGreaterThanOrEqual(9)
    await store.close()
  })

  it('replayed one after another give at every instant the wall of that instant', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ panel: fc.constantFrom('a', 'b'), wait: fc.integer({ min: 0, max: 40_000 }), n: fc.string() }),
          {
            maxLength: 40,
          },
        ),
        fc.array(fc.nat({ max: 40 }), { maxLength: 5 }),
        async (changes, looks) => {
          const own = await mkdtemp(join(folder, 'run-'))
          const store = new PastStore(own)
          await store.beat(T, 'start')
          let at = T
          const states = changes.map(({ panel, wait, n }) => {
            at += wait
            return state(panel, at, n)
          })
          await store.write(states)
          const answer = await store.frames({ from: T - 1, to: at, stepMs: 0 }, NAMES)
          if ('refused' in answer) throw new Error(answer.refused)
          expect(answer.frames.map(({ panel, data }) => [panel, (data as { n: string }).n])).toEqual(
            states.map(({ panel, text }) => [panel, (JSON.parse(text) as { n: string }).n]),
          )
          for (const look of looks) {
            const moment = states[look % Math.max(1, states.length)]?.at ?? T
            const shown = Object.fromEntries(
              answer.frames
                .filter((frame) => frame.at <= moment)
                .map(({ panel, data }) => [panel, (data as { n: string }).n]),
            )
            expect(values(await store.wallAt(moment, NAMES))).toEqual(shown)
          }
          await store.close()
        },
      ),
      { numRuns: 25 },
    )
  })
})

describe('keeping', () => {
  it('throws away what is too old or too much, never the running hour', async () => {
    const store = await filled([state('a', T, 1)])
    for (const hours of [1, 2, 3]) await store.write([state('a', T + hours * HOUR, hours)])
    expect(await store.prune(T + 3 * HOUR, { keepDays: 1, maxMb: 1 })).toBe(0)
    expect(await store.prune(T + 26 * HOUR, { keepDays: 1, maxMb: 1 })).toBe(2)
    expect(await store.prune(T + 26 * HOUR, { keepDays: 1, maxMb: 0 })).toBe(1)
    expect((await readdir(folder)).map(hourOfFile)).toEqual([Date.parse('2026-11-24T04:00:00Z')])
    await store.close()
  })

  it('needs little room: a state differs from the one before by a few bytes', async () => {
    const text = (n: number) =>
      JSON.stringify({
        doors: Array.from({ length: 200 }, (_, d) => ({ id: `door:${d}`, open: d === n % 200, k: d * 7919 })),
      })
    const states = Array.from({ length: 500 }, (_, n) => ({ panel: 'a', at: T + n, readAt: T, text: text(n) }))
    const store = await filled(states)
    await store.close()
    const [name = ''] = await readdir(folder)
    const { length } = await readFile(join(folder, name))
    expect(length).toBeLessThan((states.reduce((sum, { text: one }) => sum + one.length, 0) * 3) / 100)
  })
})

describe('records', () => {
  it('are found again whatever stands behind them', () => {
    const record = encodeRecord({ p: 'a', t: 1, r: 1, k: -1 }, Buffer.from('body'))
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (junk) => {
        const { entries, size } = scan(Buffer.concat([record, record, junk]))
        expect(entries.length).toBeGreaterThanOrEqual(2)
        expect(size).toBeGreaterThanOrEqual(2 * record.length)
      }),
    )
    for (let cut = 0; cut < record.length; cut += 1) expect(scan(record.subarray(0, cut)).entries).toEqual([])
  })
})

describe('spans', () => {
  it('join where they touch and are cut to the question', () => {
    expect(
      within(
        [
          { from: 0, to: 5 },
          { from: 5, to: 9 },
          { from: 20, to: 30 },
        ],
        2,
        25,
      ),
    ).toEqual([
      { from: 2, to: 9 },
      { from: 20, to: 25 },
    ])
  })
})

describe('the recorder', () => {
  const open = (now: () => number, store = new PastStore(folder), errors: unknown[] = []) => ({
    errors,
    recorder: new Recorder({
      store,
      bounds: { keepDays: 1, maxMb: 10 },
      now,
      sample: async () => undefined,
      failed: (error) => errors.push(error),
    }),
  })

  it('answers for the very moment, before anything was flushed by time', async () => {
    const { recorder } = open(() => T + 50)
    recorder.start()
    recorder.shown(state('a', T, 1))
    expect(values(await recorder.wallAt(T + 50, NAMES))).toEqual({ a: 1 })
    expect(values(await recorder.wallAt(T + 51, NAMES))).toBe('future')
    await recorder.stop()
  })

  it('tells of a disk that fails, and claims nothing of the time that was lost', async () => {
    const store = new PastStore(folder)
    let now = T
    const { recorder, errors } = open(() => now, store)
    recorder.start()
    recorder.shown(state('a', T, 1))
    await recorder.flush()
    const write = store.write.bind(store)
    store.write = () => Promise.reject(new Error('ENOSPC'))
    recorder.shown(state('a', T + 10_000, 2))
    await recorder.flush()
    expect(errors).toEqual([new Error('ENOSPC')])
    now = T + 20_000
    store.write = write
    recorder.shown(state('a', T + 20_000, 3))
    expect(values(await recorder.wallAt(T + 20_000, NAMES))).toEqual({ a: 3 })
    expect((await store.spans(T, T + 30_000)).length).toBeGreaterThan(1)
    await recorder.stop()
  })
})
