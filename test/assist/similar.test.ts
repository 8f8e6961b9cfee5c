import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { SimilarAnswer } from '../../contract/http/assist-similar.ts'
import { monthsOf, readJudged } from '../../server/assist/similar/import.ts'
import {
  chargeName,
  circumstanceScore,
  circumstancesOf,
  type Judged,
  quantile,
  rank,
  spreadOf,
} from '../../server/assist/similar/rules.ts'
import * as at from './house.ts'

const rules = at.config.sentencing
const judged = (over: Partial<Judged>): Judged => ({
  id: over.no ?? '1',
  no: '1',
  caseNo: null,
  court: null,
  judgedOn: null,
  published: true,
  circumstances: [],
  months: 12,
  sentence: '',
  text: '',
  ...over,
})

describe('how alike', () => {
  test.each([
    ['盗窃罪', '盗窃'],
    [' 盗 窃 罪 ', '盗窃'],
    ['诈骗', '诈骗'],
  ])('charge %s', (said, name) => expect(chargeName(said)).toBe(name))
  test('circumstances go by the names of the sentencing rules', () => {
    expect(circumstancesOf(rules, '自首、退赃，认罪认罚；前科')).toEqual(['自首', '退赃退赔', '认罪认罚', '前科'])
  })
  test('circumstances: none in common 0, the same 1, weightier ones count more', () => {
    expect(circumstanceScore(rules, ['自首'], ['累犯'])).toBe(0)
    expect(circumstanceScore(rules, [], [])).toBe(1)
    const heavy = circumstanceScore(rules, ['自首', '前科'], ['自首'])
    expect(heavy).toBeGreaterThan(circumstanceScore(rules, ['自首', '前科'], ['前科']))
  })
  test('ranking: symmetric bounds, the same case first, reasons on both sides', () => {
    const names = fc.subarray(['自首', '累犯', '退赃退赔', '未遂', '从犯', '坦白'])
    fc.assert(
      fc.property(
        names,
        fc.array(names, { minLength: 1, maxLength: 8 }),
        fc.string({ unit: fc.constantFrom('盗', '窃', '手', '机', '店', '夜') }),
        (own, others, text) => {
          const list = [
            ...others.map((circumstances, n) => judged({ no: `x${n}`, circumstances, text: '夜盗手机' })),
            judged({ no: 'same', circumstances: own, text }),
          ]
          const ranked = rank(rules, { circumstances: own, text }, list)
          expect(ranked).toHaveLength(list.length)
          for (const one of ranked) {
            expect(one.score).toBeGreaterThanOrEqual(0)
            expect(one.score).toBeLessThanOrEqual(1)
            expect([...one.matched, ...one.onlyAsked].sort()).toEqual([...own].sort())
          }
          expect(ranked.find(({ no }) => no === 'same')?.circumstanceScore).toBe(1)
        },
      ),
      { numRuns: 80 },
    )
  })
  test.each([
    [[10], 0.1, 10],
    [[10, 20], 0.5, 15],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0.1, 2],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 0.9, 10],
    [[0, 100], 0.25, 25],
  ])('quantile of %j at %d', (list, share, wanted) => expect(quantile(list, share)).toBe(wanted))
  test('no case has no distribution', () =>
    expect(spreadOf([])).toEqual({ n: 0, p10: null, p25: null, median: null, p75: null, p90: null }))
})

describe('a table of judged cases', () => {
  test.each([
    ['有期徒刑三年六个月', 42],
    ['有期徒刑3年', 36],
    ['拘役五个月，缓刑六个月', 5],
    ['有期徒刑一年，缓刑二年，并处罚金5000元', 12],
    ['十个月', 10],
    ['36', 36],
    ['无期徒刑', null],
    ['单处罚金3000元', null],
    ['从重处罚', undefined],
    ['', undefined],
  ])('%s', (said, wanted) => expect(monthsOf(said)).toBe(wanted))
  test('rows say what is wrong with them', () => {
    const head = ['裁判文书号', '罪名', '刑期', '来源', '本院受案号', '判决日期']
    const read = readJudged(
      [
        ['已判案件一览'],
        head,
        ['（2026）示01刑初1号', '盗窃罪', '一年', '公开', '', '2026年3月5日'],
        ['(2026)示01刑初1号', '盗窃罪', '一年', '公开', '', ''],
        ['', '盗窃罪', '一年', '公开', '', ''],
        ['2', '盗窃罪', '很久', '公开', '', ''],
        ['3', '盗窃罪', '一年', '', '', ''],
        ['4', '盗窃罪', '一年', '不公开', '', ''],
        ['5', '盗窃罪', '一年', '公开', '', '2026-13-01'],
        ['6', '盗窃罪', '一年', '', '示检刑诉受〔2026〕1号', '2026/3/5'],
        ['', '', '', '', '', ''],
      ],
      rules,
    )
    if (!read.ok) throw new Error(read.why)
    expect(read.rows.map(({ row, judged: one }) => [row, one.no, one.caseNo, one.published, one.judgedOn])).toEqual([
      [3, '[2026]示01刑初1号', null, true, '2026-03-05'],
      [10, '6', '示检刑诉受[2026]1号', false, '2026-03-05'],
    ])
    expect(read.rejected.map(({ row }) => row)).toEqual([4, 5, 6, 7, 8, 9])
    expect(readJudged([['甲', '乙']], rules)).toMatchObject({ ok: false })
  })
})

describe('similar cases', () => {
  let house: at.House
  beforeEach(async () => {
    house = await at.house()
  })
  afterEach(async () => {
    await house.jobs.close()
    await house.records.close()
  })
  const csv = (...lines: string[]) =>
    Buffer.from(['裁判文书号,罪名,刑期,量刑情节,案件事实,来源,本院受案号,判决日期', ...lines].join('\n'))
  const published = (n: number, circumstances = '自首、退赃') =>
    `(2026)示01刑初${n}号,盗窃罪,${n}个月,${circumstances},夜间翻窗进入超市盗窃现金,公开,,2026-0${1 + (n % 9)}-11`
  const load = (bytes: Buffer, dryRun = 'false') =>
    house.call<{ created: number; known: number }>('importJudgedCases', at.manager, {
      query: { name: 'a.csv', dryRun },
      body: bytes,
    })
  const find = (body: object = {}, person = at.handler, id = house.own) =>
    house.call<SimilarAnswer>('findSimilarCases', person, { params: { case: id }, body })

  it('come in by file, once, and are found by charge and circumstances with their reasons', async () => {
    const bytes = csv(
      ...Array.from({ length: 12 }, (_, n) => published(n + 6)),
      '(2026)示01刑初99号,诈骗罪,36个月,,,公开,,2026-01-01',
    )
    expect(await load(bytes, 'true')).toMatchObject({ created: 13 })
    expect(await load(bytes)).toMatchObject({ created: 13, known: 0 })
    expect(await load(bytes)).toMatchObject({ created: 0, known: 13 })
    const answer = await find({ circumstances: ['自首', '累犯'], text: '翻窗盗窃超市', proposal: 40 })
    expect(answer.items).toHaveLength(12)
    expect(answer.items[0]).toMatchObject({
      matched: ['自首'],
      onlyAsked: ['累犯'],
      onlyFound: ['退赃退赔'],
      source: '公开裁判文书',
    })
    expect(answer.spread.n).toBe(0)
    const near = await find({ circumstances: ['自首', '退赃退赔'], proposal: 40 })
    expect(near.spread).toEqual({ n: 12, p10: 7.1, p25: 8.8, median: 11.5, p75: 14.3, p90: 15.9 })
    expect(near.warnings).toEqual([expect.stringContaining('拟提建议 40 个月')])
    expect((await find({ circumstances: ['自首', '退赃退赔'], proposal: 12 })).warnings).toEqual([])
    expect(await house.call('judgedCorpus', at.manager)).toMatchObject({
      total: 13,
      charges: [
        { charge: '盗窃', count: 12 },
        { charge: '诈骗', count: 1 },
      ],
    })
  })

  it('that one may not open are neither shown nor counted', async () => {
    await load(
      csv(
        published(6),
        '(2026)示01刑初71号,盗窃罪,10个月,自首、退赃,甲,,示检刑诉受[2026]101号,2026-05-01',
        '(2026)示01刑初72号,盗窃罪,20个月,自首、退赃,乙,,示检刑诉受[2026]102号,2026-05-02',
        '(2026)示01刑初73号,盗窃罪,30个月,自首、退赃,丙,,示检刑诉受[2026]999号,2026-05-03',
      ),
    )
    const ask = { circumstances: ['自首', '退赃退赔'] }
    const own = await find(ask)
    expect(own.items.map(({ no }) => no).sort()).toEqual(['[2026]示01刑初6号', '[2026]示01刑初71号'])
    expect(own.spread.n).toBe(2)
    expect(own.warnings).toEqual([expect.stringContaining('只有 2 件，少于 10 件')])
    expect(own.scope).toContain('只统计您有权打开的')
    expect((await find(ask, at.head)).spread.n).toBe(3)
    expect(JSON.stringify(own)).not.toMatch(/72号|73号|乙|丙/)
    await expect(find(ask, at.stranger)).rejects.toMatchObject({ id: 'not-found' })
  })

  it('are asked for with what the files say, each circumstance at its place', async () => {
    await load(csv(published(6)))
    const params = { case: house.own }
    const text = '归案情况说明\n王强主动投案，如实供述，系自首，并全额退赃，无前科。'
    await house.call('uploadCaseFile', at.handler, { params, query: { name: '说明.txt' }, body: Buffer.from(text) })
    await house.call('startReading', at.handler, { params, body: {} })
    await house.jobs.settled()
    const { asked, items } = await find()
    expect(asked.charge).toBe('盗窃')
    expect(asked.textFrom).toBe('卷宗文件 1 份')
    expect(asked.circumstances.map(({ name }) => name)).toEqual(['自首', '退赃退赔'])
    for (const { places } of asked.circumstances)
      for (const { start, end, quote } of places) expect(text.slice(start, end)).toBe(quote)
    expect(items[0]?.near).toBe(true)
  })

  it('what is no table is refused in Chinese', async () => {
    await expect(load(Buffer.from('甲,乙\n1,2'))).rejects.toMatchObject({ id: 'unprocessable' })
    await expect(load(Buffer.from('PK\u0003\u0004oops'))).rejects.toMatchObject({ id: 'unprocessable' })
  })
})
