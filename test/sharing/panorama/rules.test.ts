import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Item } from '../../../server/sharing/panorama/port.ts'
import {
  cellKey,
  cellsOf,
  deltas,
  monthsUntil,
  OTHERS,
  structureOf,
  verdict,
} from '../../../server/sharing/panorama/rules.ts'

const item = (over: Partial<Item> = {}): Item => ({
  id: 'c1',
  started: '2026-10-31',
  ended: null,
  open: true,
  dims: ['刑事', null],
  ...over,
})

describe('cells', () => {
  it('count a thing once without dimension and once in each', () => {
    expect(cellsOf(item(), ['wing', 'type']).map((key) => JSON.parse(key))).toEqual([
      ['open', '', '', ''],
      ['in', '', '', '2026-10'],
      ['open', 'wing', '刑事', ''],
      ['in', 'wing', '刑事', '2026-10'],
      ['open', 'type', '未填', ''],
      ['in', 'type', '未填', '2026-10'],
    ])
    expect(cellsOf(null, ['wing'])).toEqual([])
  })
  it('change only where something has changed', () => {
    const closed = item({ open: false, ended: '2026-11-02' })
    const changed = deltas([{ before: item(), after: closed }], [])
    expect([...changed]).toEqual([
      [cellKey('open', '', '', ''), -1],
      [cellKey('out', '', '', '2026-11'), 1],
    ])
    expect(deltas([{ before: closed, after: closed }], ['wing']).size).toBe(0)
  })
})

describe('the own past', () => {
  const past = [30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41]
  it.each([
    [50, 'higher', '高于往常'],
    [20, 'lower', '低于往常'],
    [35, 'usual', '与往常相当'],
  ])('says of %i: %s', (last, word, says) => {
    const { word: found, text } = verdict([...past, last, 7], '件')
    expect({ found, text }).toEqual({ found: word, text: `上月 ${last} 件，过去 12 个月多在 33–38 件，${says}` })
  })
  it('says nothing out of five months, nor of a month that nobody counted', () => {
    expect(verdict([1, 2, 3, 4, 5, 6, 7], '件').word).toBe('unknown')
    expect(verdict([...past, null, 7], '件').word).toBe('unknown')
    expect(verdict([null, null, ...past.slice(0, 6), 33, 7], '件').word).toBe('usual')
  })
  it('counts months over the turn of a year', () => {
    expect(monthsUntil('2026-02', 4)).toEqual(['2025-11', '2025-12', '2026-01', '2026-02'])
  })
})

describe('parts', () => {
  it('add up to the whole, the small ones as one that leads nowhere', () => {
    const counts = fc.dictionary(fc.string({ minLength: 1, maxLength: 4 }), fc.integer({ min: 0, max: 999 }), {
      maxKeys: 30,
    })
    fc.assert(
      fc.property(counts, (given) => {
        const { total, items } = structureOf(new Map(Object.entries(given)))
        expect(items.reduce((sum, { count }) => sum + count, 0)).toBe(total)
        expect(items.length).toBeLessThanOrEqual(10)
        if (total > 0) expect(Math.abs(items.reduce((sum, { share }) => sum + share, 0) - 100)).toBeLessThan(1)
        for (const { value, rows } of items) if (value === OTHERS) expect(rows).toBe(false)
      }),
    )
  })
})
