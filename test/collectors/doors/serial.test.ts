import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { findGap, freshSerials, placeSerial, type SerialState } from '../../../collectors/doors/serial.ts'

const T = Date.parse('2026-11-24T01:00:00Z')
const at = (last: number, lastMs: number): SerialState => ({ resets: [], last, lastMs })

describe('serial numbers', () => {
  it.each([
    ['rises', at(10, T), 11, T + 1000, 0, false],
    ['is polled again', at(10, T), 7, T - 5000, 0, false],
    ['falls after a factory reset: G5.11', at(168409, T), 1, T + 60_000, 1, true],
    ['falls a little, long after', at(5, T), 1, T + 60_000, 1, true],
    ['changes places with a neighbour', at(11, T), 10, T + 1000, 0, false],
    ['comes first of all', freshSerials(), 168409, T, 0, false],
  ])('%s', (_, state, serialNo, ms, epoch, reset) => {
    const placed = placeSerial(state, serialNo, ms)
    expect([placed.epoch, placed.reset !== undefined]).toEqual([epoch, reset])
  })

  it('keeps rows from before the reset in their old epoch', () => {
    const { state } = placeSerial(at(168409, T), 1, T + 10_000)
    expect(placeSerial(state, 168400, T - 1000).epoch).toBe(0)
    expect(placeSerial(state, 168409, T).epoch).toBe(0)
    expect(placeSerial(state, 2, T + 10_000).epoch).toBe(1)
    expect(placeSerial(state, 1, T + 10_000)).toMatchObject({ epoch: 1 })
    expect(placeSerial(state, 1, T + 10_000).reset).toBeUndefined()
  })

  it('sees no reset in a clock that is set back', () => {
    const { state } = placeSerial(at(100, T), 101, T - 20 * 60_000)
    expect(placeSerial(state, 100, T)).toEqual({ epoch: 0, state })
  })

  it('gives the same row the same epoch however often it comes', () => {
    const rows = fc.array(
      fc.record({ step: fc.integer({ min: 0, max: 20_000 }), reset: fc.integer({ min: 0, max: 30 }) }),
      {
        minLength: 1,
        maxLength: 60,
      },
    )
    fc.assert(
      fc.property(rows, (steps) => {
        let state = freshSerials()
        let ms = T
        let serial = 500
        const known = new Map<string, number>()
        for (const { step, reset } of steps) {
          ms += step + 1000
          serial = reset === 0 ? 1 : serial + 1
          const placed = placeSerial(state, serial, ms)
          state = placed.state
          known.set(`${serial}@${ms}`, placed.epoch)
        }
        for (const [key, epoch] of known) {
          const [no, when] = key.split('@').map(Number) as [number, number]
          expect(placeSerial(state, no, when).epoch).toBe(epoch)
        }
      }),
    )
  })

  it.each([
    ['nothing known yet', 0, [5, 6], undefined],
    ['the overlap reaches back', 10, [9, 10, 11, 12], undefined],
    ['exactly the next', 10, [11], undefined],
    ['the memory ran over: G5.12', 10, [500, 501], { from: 11, to: 499 }],
    ['nothing came', 10, [], undefined],
  ])('gap when %s', (_, known, serials, gap) => {
    expect(findGap(known, serials)).toEqual(gap)
  })
})
