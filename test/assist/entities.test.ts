import { describe, expect, test } from 'vitest'
import { entityFinder } from '../../server/assist/entities/index.ts'
import { cardFits, idFits } from '../../server/assist/entities/numbers.ts'
import { demoConfig } from '../helpers/office.ts'
import { corpus } from './corpus.ts'
import { score } from './score.ts'

const find = entityFinder(demoConfig().sentencing)
const said = (text: string) => find(text).map(({ type, text: words }) => `${type} ${words}`)

describe('the held corpus of 400 paragraphs', () => {
  const { scores, wrong } = score(corpus(400), find)
  test.each(scores)('$type: precision $precision, recall $recall of $truth', ({ truth, precision, recall }) => {
    expect(truth).toBeGreaterThan(30)
    expect(
      [precision, recall].every((value) => value >= 0.97),
      wrong.slice(0, 5).join('\n'),
    ).toBe(true)
  })
})

describe('written by hand', () => {
  test.each([
    ['被告人张三于2026年3月1日被抓获', ['person 张三', 'time 2026年3月1日']],
    ['证人：王小明，系张三邻居', ['person 王小明']],
    ['同日晚8时许，张某与李某发生争执', ['time 同日晚8时许']],
    ['被害人欧阳娜娜的伤情', ['person 欧阳娜娜']],
    ['二〇二六年五月三日', ['time 二〇二六年五月三日']],
    ['共计人民币三万五千元', ['amount 人民币三万五千元']],
    ['(2026)晋01刑终123号', ['document-number (2026)晋01刑终123号']],
    ['构成贪污罪、受贿罪', ['charge 贪污罪', 'charge 受贿罪']],
    ['请求对被告人从宽处理', []],
    ['第十二条规定了三个月的期限', []],
    ['', []],
  ])('%s', (text, wanted) => expect(said(text)).toEqual(wanted))

  test('every entity is the text at its place, in order, none over another', () => {
    for (const { text } of corpus(50, 'another')) {
      let before = 0
      for (const { start, end, text: words, confidence } of find(text)) {
        expect(text.slice(start, end)).toBe(words)
        expect(start).toBeGreaterThanOrEqual(before)
        expect(confidence).toBeGreaterThan(0)
        before = end
      }
    }
  })
  test('a check digit that fits makes an ID and a card surer', () => {
    expect([idFits('11010519491231002X'), idFits('110105194912310021')]).toEqual([true, false])
    expect([cardFits('4539578763621486'), cardFits('4539578763621487')]).toEqual([true, false])
  })
  test('a long text without a single entity, and one of nothing but digits, are read in no time that grows', () => {
    expect(find('的'.repeat(200_000))).toEqual([])
    expect(find('1'.repeat(200_000))).toEqual([])
  })
})
