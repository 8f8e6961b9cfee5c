import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { EVIDENCE_KINDS, type ExhibitGroup, numbered } from '../../contract/http/assist-exhibits.ts'
import { atOf, openedOf } from '../../web/desk/assist/case-route.ts'
import { movedGroup, movedItem, withoutItem } from '../../web/desk/assist/exhibit-order.ts'
import { momentWords, placeWords } from '../../web/desk/assist/place-words.ts'
import { windowOf } from '../../web/desk/assist/source-window.ts'

describe('the place in the address', () => {
  test('comes back as it went, and nonsense opens nothing', () => {
    const place = { file: '7d2b-f2', start: 12, end: 40 }
    expect(openedOf(atOf(place))).toEqual(place)
    for (const text of ['', 'a', 'a~1', 'a~x~2', 'a~5~2', '~1~2', 'a~-1~2', 'a~1.5~2'])
      expect(openedOf(text)).toBeNull()
  })
  test('is said in words', () => {
    const place = { file: 'f', start: 0, end: 1, paragraph: 12, quote: '', page: 3 }
    expect(placeWords(place, new Map([['f', '一卷.pdf']]))).toBe('一卷.pdf 第 3 页 第 12 段')
    expect(placeWords({ ...place, page: null }, new Map())).toBe('文件 第 12 段')
    expect([momentWords({ day: '2026-03-05', minutes: 65 }), momentWords({ day: null, minutes: null })]).toEqual([
      '2026-03-05 1:05',
      '日期不明',
    ])
  })
})

describe('the paragraphs around a place', () => {
  test('hold the marked words exactly, whatever the place', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.string({ maxLength: 8 }).map((text) => text.replaceAll('\n', ' ')),
          { minLength: 1, maxLength: 400 },
        ),
        fc.nat(),
        fc.nat(20),
        (lines, seed, length) => {
          const text = lines.map((line) => `${line}\n`).join('')
          let at = 0
          const paragraphs = lines.map((line, n) => {
            const one = { start: at, end: at + line.length, page: Math.floor(n / 50) + 1 }
            at += line.length + 1
            return one
          })
          const start = seed % text.length
          const end = Math.min(text.length, start + length)
          const { list } = windowOf(text, paragraphs, { start, end }, { before: 0, after: 0 })
          const marked = list
            .flatMap(({ pieces }) => pieces.filter((piece) => piece.on).map((piece) => piece.text))
            .join('')
          expect(marked).toBe(text.slice(start, end).replaceAll('\n', ''))
          expect(list.length).toBeLessThanOrEqual(240)
        },
      ),
      { numRuns: 100 },
    )
  })
})

describe('moving exhibits', () => {
  const names = (groups: readonly ExhibitGroup[]) => numbered(groups).map(({ title }) => title)
  const list = (sizes: readonly number[]): ExhibitGroup[] =>
    sizes.map((size, g) => ({
      name: `组${g}`,
      items: Array.from({ length: size }, (_, i) => ({
        title: `${g}-${i}`,
        kind: EVIDENCE_KINDS[1],
        purpose: '',
        source: null,
      })),
    }))
  test('loses and doubles nothing, and moves by one place', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        fc.nat(),
        fc.constantFrom(1 as const, -1 as const),
        (sizes, a, b, step) => {
          const groups = list(sizes)
          const g = a % groups.length
          const i = b % (groups[g]?.items.length ?? 1)
          const [before, after] = [names(groups), names(movedItem(groups, g, i, step))]
          expect([...after].sort()).toEqual([...before].sort())
          expect(names(movedGroup(groups, g, step)).sort()).toEqual([...before].sort())
          expect(names(withoutItem(groups, g, i))).toEqual(before.filter((title) => title !== `${g}-${i}`))
        },
      ),
      { numRuns: 80 },
    )
  })
  test('past the edge of its group an exhibit goes into the neighbour', () => {
    expect(movedItem(list([2, 1]), 0, 1, 1).map(({ items }) => items.map(({ title }) => title))).toEqual([
      ['0-0'],
      ['0-1', '1-0'],
    ])
    expect(movedItem(list([1, 2]), 1, 0, -1).map(({ items }) => items.map(({ title }) => title))).toEqual([
      ['0-0', '1-0'],
      ['1-1'],
    ])
    expect(names(movedItem(list([1]), 0, 0, 1))).toEqual(['0-0'])
  })
})
