import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compact, fold } from '../../../server/sharing/search/fold.ts'
import { marked, snippet } from '../../../server/sharing/search/highlight.ts'
import { placeFrom, placeOf } from '../../../server/sharing/search/place.ts'
import { queryText, vectorText } from '../../../server/sharing/search/postgres.ts'
import { question } from '../../../server/sharing/search/query.ts'
import { matchText } from '../../../server/sharing/search/sqlite.ts'
import { fieldsOf } from '../../../server/sharing/search/tokens.ts'
import { markedWords, thing } from './box.ts'

/** Writing, tokens, places and highlights of the search box: no database. */
const ask = (typed: string, words: [string, string[]][] = []) => question(typed, new Map(words))
/** What people paste: Chinese, full width, brackets, emoji, rare characters, marks, letters with accents, controls. */
const text = fc.string({
  unit: fc.oneof(
    fc.constantFrom(...'盗窃罪故意伤害检刑诉受号〔〕[]（）２０２６2026①㈱ＡａbÉßﬁİ𠮷野👮‍♂️、。 \n\t"\'():*-'),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
  ),
  maxLength: 60,
})

describe('one way of writing', () => {
  it.each([
    ['示检刑诉受〔２０２６〕１２号', '示检刑诉受202612号'],
    ['ＵＳＢ①', 'usb1'],
    ['(A)—b', 'ab'],
  ])('folds %s', (typed, folded) => {
    expect(compact(fold(typed).text)).toBe(folded)
  })
  it('knows for each folded unit where it came from', () => {
    fc.assert(
      fc.property(text, (original) => {
        const { text: folded, from } = fold(original)
        expect(from.length).toBe(folded.length + 1)
        expect(from.at(-1)).toBe(original.length)
        expect(from.every((at, n) => n === 0 || at >= (from[n - 1] ?? 0))).toBe(true)
      }),
    )
  })
})

describe('tokens', () => {
  it('are pairs, whole letters, threes and sixes of numbers', () => {
    const { number, title, body, tags } = fieldsOf(
      thing({ ref: 'x', title: '盗窃罪', numbers: ['检〔2026〕7号'], text: '门禁E1门、USB' }),
    )
    expect(title.slice(0, 3)).toEqual(['t盗窃', 't窃罪', 't罪'])
    expect(number).toEqual(['m检20', 'm202', 'm026', 'm267', 'm67号', 'k检20267', 'k20267号'])
    expect(body).toEqual(['b门禁', 'b禁', 'be1', 'b1门', 'b门', 'busb'])
    expect(tags).toContain('n检20267号')
    expect(tags).toContain('qus')
    expect(tags).not.toContain('c禁')
  })

  it('hold letters, digits and Chinese only, so that nothing typed becomes syntax', () => {
    fc.assert(
      fc.property(text, text, (typed, written) => {
        const { parts } = ask(typed)
        const fields = fieldsOf(thing({ ref: 'x', title: written, numbers: [written], text: written }))
        const tokens = [
          ...Object.values(fields).flat(),
          ...parts.flatMap(({ phrases }) => phrases.flatMap((one) => one.tokens)),
        ]
        expect(tokens.every((token) => /^[a-z0-9\u3400-\u4dbf\u4e00-\u9fff]+$/u.test(token))).toBe(true)
        if (parts.length === 0) return
        const match = { parts, anyOf: [['a1']], not: [parts] }
        expect(matchText(match)).not.toMatch(/[;'*^{}]/)
        expect(queryText(match)).not.toMatch(/[;"*\\]/)
        expect(vectorText(fields)).not.toMatch(/[;"*\\]/)
      }),
    )
  })

  it('of a part of a text are found in the tokens of the text', () => {
    const han = fc.string({ unit: fc.constantFrom(...'盗窃罪故意伤害检察'), minLength: 2, maxLength: 12 })
    fc.assert(
      fc.property(han, fc.nat(10), fc.integer({ min: 2, max: 6 }), (written, from, length) => {
        const part = written.slice(from, from + length)
        fc.pre(part.length >= 2)
        const line = `|${fieldsOf(thing({ ref: 'x', text: written })).body.join('|')}|`
        const [one] = ask(part).parts
        const phrase = one?.phrases.find(({ field }) => field === 'body')
        expect(line).toContain(`|${phrase?.tokens.join('|')}|`)
      }),
    )
  })
})

describe('places', () => {
  it('go up with time and fit a number', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 3_900_000_000_000 }), fc.string(), fc.string(), (at, a, b) => {
        const place = placeOf('case', a, at)
        expect(Number.isSafeInteger(place)).toBe(true)
        expect(placeOf('case', b, at + 60_000)).toBeGreaterThan(place)
        expect(place).toBeGreaterThanOrEqual(placeFrom(at))
      }),
    )
  })
})

describe('highlights', () => {
  it('lie in the text, in order, apart, and say what was sought', () => {
    fc.assert(
      fc.property(text, fc.nat(40), fc.integer({ min: 1, max: 8 }), (original, from, length) => {
        const typed = original.slice(from, from + length)
        const { sought } = ask(typed)
        for (const how of ['words', 'number'] as const) {
          const { marks } = marked(original, sought, how)
          let last = 0
          for (const { start, end } of marks) {
            expect(start).toBeGreaterThanOrEqual(last)
            expect(end).toBeGreaterThan(start)
            last = end
          }
          expect(last).toBeLessThanOrEqual(original.length)
        }
        const shown = snippet(original, sought)
        if (shown) {
          expect(shown.text.length).toBeLessThanOrEqual(123)
          expect(shown.text).not.toMatch(/[\n\t]/)
        }
      }),
    )
  })
  it('show the place of the first find, cut with dots', () => {
    const long = `${'无关文字'.repeat(50)}盗窃电动车${'其他内容'.repeat(50)}`
    const shown = snippet(long, ask('盗窃').sought)
    expect(shown?.text.startsWith('…')).toBe(true)
    expect(shown?.text.endsWith('…')).toBe(true)
    expect(shown && markedWords(shown)).toEqual(['盗窃'])
  })
  it('mark the words that letters stand for', () => {
    expect(markedWords(marked('审查起诉 · 盗窃罪', ask('dqz', [['dqz', ['盗窃罪']]]).sought))).toEqual(['盗窃罪'])
  })
  it('never read markup: what looks like a tag is text', () => {
    expect(marked('<b>盗窃</b>', ask('<b>').sought).text).toBe('<b>盗窃</b>')
  })
})
