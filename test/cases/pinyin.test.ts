import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPinyin, matchesPinyin, readTable } from '../../server/cases/pinyin.ts'
import { PINYIN_TABLE } from '../../server/cases/pinyin-table.ts'
import { foldQuery } from '../../server/cases/search.ts'

const readings = readTable(PINYIN_TABLE)
const finds = (typed: string, text: string) => matchesPinyin(typed, text, readings)

describe('pinyin', () => {
  it.each([
    ['gysh', '故意伤害罪'],
    ['guyishanghai', '故意伤害罪'],
    ['guyish', '故意伤害罪'],
    ['shanghai', '故意伤害罪'],
    ['shangh', '故意伤害罪'],
    ['scqs', '审查起诉'],
    ['shenchaqs', '审查起诉'],
    ['dyjcb', '第一检察部'],
    // Characters with two readings: both are found.
    ['xinghui', '行贿罪'],
    ['yinhang', '银行'],
    ['zhongda', '重大责任事故罪'],
    ['chuanbo', '传播淫秽物品罪'],
    ['tjzr', '调解撤案'.replace('撤案', '责任')],
    ['dj', '醉酒 dj 驾驶'],
  ])('%s finds %s', (typed, text) => {
    expect(finds(typed, text)).toBe(true)
  })
  it.each([
    ['zp', '故意伤害罪'],
    ['ghys', '故意伤害罪'],
    ['gyshx', '故意伤害罪'],
    ['guyishanghaizuix', '故意伤害罪'],
    ['a', ''],
  ])('%s does not find %s', (typed, text) => {
    expect(finds(typed, text)).toBe(false)
  })
  it('finds every word by its initials and by its full spelling', () => {
    const characters = [...'故意伤害盗窃诈骗交通肇事危险驾驶审查逮捕起诉民事监督公益诉讼']
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...characters), { minLength: 1, maxLength: 8 }), (word) => {
        const spelled = word.map((one) => readings(one)?.[0] ?? '')
        expect(finds(spelled.join(''), word.join(''))).toBe(true)
        expect(finds(spelled.map(([first]) => first).join(''), word.join(''))).toBe(true)
      }),
    )
  })
  it('answers at once for any letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('s', 'h', 'i', 'z', 'a'), maxLength: 60 }), (typed) => {
        finds(typed, '是事时十式示实石世士'.repeat(4))
      }),
    )
  })
})

describe('what is typed', () => {
  it('is folded: full width, brackets, blanks, zero-width characters', () => {
    expect(foldQuery('　示检刑诉【２０２６】３２６号 ＧＹＳＨ\u200b')).toEqual(['示检刑诉[2026]326号', 'gysh'])
    expect(foldQuery('〔2026〕 (2026) ')).toEqual(['[2026]', '[2026]'])
    expect(foldQuery(' ')).toEqual([])
    expect(foldQuery('a b c d e f g h')).toHaveLength(6)
  })
  it('is pinyin only when it is all Latin letters', () => {
    expect(['gysh', '326', 'g1', '故意', ''].map(isPinyin)).toEqual([true, false, false, false, false])
  })
})
