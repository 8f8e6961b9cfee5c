import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { MAX_SLICE_MS, nextCursor, planSlices } from '../../../collectors/doors/slices.ts'
import { NINE } from './office.ts'

const MIN = 60_000
const HOUR = 60 * MIN
const base = { nowMs: NINE, skewMs: 0, overlapMs: 10 * MIN, backfillMs: 24 * HOUR }

describe('search windows', () => {
  it('first poll looks backfillDays back, in slices of at most an hour, without a hole', () => {
    const slices = planSlices({ ...base, cursorMs: undefined })
    expect(slices[0]?.fromMs).toBe(NINE - 24 * HOUR - 10 * MIN)
    expect(slices.at(-1)?.toMs).toBeGreaterThan(NINE)
    slices.forEach((slice, at) => {
      expect(slice.toMs - slice.fromMs).toBeLessThanOrEqual(MAX_SLICE_MS)
      expect(slice.last).toBe(at === slices.length - 1)
      if (at > 0) expect(slice.fromMs).toBe(slices[at - 1]?.toMs)
    })
  })

  it('later polls reach back by the overlap', () => {
    const [slice, ...rest] = planSlices({ ...base, cursorMs: NINE - 2 * MIN })
    expect([slice?.fromMs, rest.length]).toEqual([NINE - 12 * MIN, 0])
  })

  it('covers a clock that is ahead and one that is behind', () => {
    fc.assert(
      fc.property(fc.integer({ min: -3600, max: 3600 }), (skew) => {
        const slices = planSlices({ ...base, cursorMs: NINE - MIN, skewMs: skew * 1000 })
        const device = NINE + skew * 1000
        expect(slices.some(({ fromMs, toMs }) => fromMs <= device && device <= toMs)).toBe(true)
      }),
    )
  })

  it.each([
    [
      'empty and last: to its end, not beyond now',
      { fromMs: NINE - HOUR, toMs: NINE + 5000, last: true },
      [],
      true,
      NINE,
    ],
    [
      'empty and past: to its end',
      { fromMs: NINE - 3 * HOUR, toMs: NINE - 2 * HOUR, last: false },
      [],
      true,
      NINE - 2 * HOUR,
    ],
    [
      'rows and last: the newest row',
      { fromMs: NINE - HOUR, toMs: NINE + 5000, last: true },
      [NINE - 5 * MIN, NINE - 7 * MIN],
      true,
      NINE - 5 * MIN,
    ],
    [
      'rows and past: its end',
      { fromMs: NINE - 3 * HOUR, toMs: NINE - 2 * HOUR, last: false },
      [NINE - 170 * MIN],
      true,
      NINE - 2 * HOUR,
    ],
    [
      'broken off: the newest row only',
      { fromMs: NINE - 3 * HOUR, toMs: NINE - 2 * HOUR, last: false },
      [NINE - 170 * MIN],
      false,
      NINE - 170 * MIN,
    ],
    [
      'a row of the far future: not beyond now',
      { fromMs: NINE - HOUR, toMs: NINE + 5000, last: true },
      [NINE + 99 * HOUR],
      true,
      NINE,
    ],
  ])('cursor after a slice that is %s', (_, slice, rows, complete, expected) => {
    expect(nextCursor({ cursorMs: NINE - 4 * HOUR, nowMs: NINE, skewMs: 0 }, slice, rows, complete)).toBe(expected)
  })

  it('never goes back', () => {
    const slice = { fromMs: NINE - HOUR, toMs: NINE, last: true }
    expect(nextCursor({ cursorMs: NINE - MIN, nowMs: NINE, skewMs: 0 }, slice, [NINE - 9 * MIN], true)).toBe(NINE - MIN)
    expect(nextCursor({ cursorMs: NINE - MIN, nowMs: NINE, skewMs: 0 }, slice, [], false)).toBe(NINE - MIN)
  })
})
