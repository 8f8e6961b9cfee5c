import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { EVIDENCE_KINDS, type ExhibitList, numbered } from '../../contract/http/assist-exhibits.ts'
import { suggestExhibits } from '../../server/assist/exhibits/rules.ts'
import { readCase } from '../../server/assist/reading/read.ts'
import { sourceText } from '../../server/assist/reading/text.ts'
import { documentPort } from '../../server/disclosure/pages-port.ts'
import * as at from './house.ts'

const PAPERS = [
  '起诉意见书\n移送审查起诉。',
  '到案经过\n王强于2026年3月7日被抓获。',
  '询问笔录\n时间：2026年3月6日9时\n被询问人：李四，系被害人\n问：经过？\n答：手机被偷了。',
  '询问笔录\n时间：2026年3月6日10时\n被询问人：赵六，证人\n问：看到什么？\n答：看到有人翻窗。',
  '价格认定结论书\n手机价值3000元。',
  '现场勘验笔录\n窗户有撬痕。',
  '讯问笔录（第一次）\n时间：2026年3月7日9时\n犯罪嫌疑人：王强\n问：经过？\n答：我偷了手机。',
].join('\n')

describe('the suggested list', () => {
  const suggested = suggestExhibits(readCase([sourceText('f1', '卷一.txt', [{ page: null, text: PAPERS }])]))
  test('groups the papers in the order of the court, and leaves out those that prove nothing', () => {
    expect(numbered(suggested?.groups ?? []).map(({ no, group, kind, title }) => [no, group, kind, title])).toEqual([
      [1, '第一组 发案与到案情况', '书证', '到案经过'],
      [2, '第二组 被害人陈述与证人证言', '被害人陈述', '李四的询问笔录（2026-03-06）'],
      [3, '第二组 被害人陈述与证人证言', '证人证言', '赵六的询问笔录（2026-03-06）'],
      [4, '第三组 鉴定意见', '鉴定意见', '价格认定结论书'],
      [5, '第四组 勘验、检查等笔录与电子数据', '勘验、检查、辨认、侦查实验等笔录', '现场勘验笔录'],
      [6, '第五组 被告人供述和辩解', '犯罪嫌疑人、被告人供述和辩解', '王强的讯问笔录（第一次）（2026-03-07）'],
    ])
  })
  test('is none without a reading', () => expect(suggestExhibits(null)).toBeNull())
  test('numbers run through all groups without a gap', () => {
    const item = fc.record({
      title: fc.constant('甲'),
      kind: fc.constantFrom(...EVIDENCE_KINDS),
      purpose: fc.constant(''),
      source: fc.constant(null),
    })
    const group = fc.record({ name: fc.constant('乙'), items: fc.array(item, { maxLength: 4 }) })
    fc.assert(
      fc.property(fc.array(group, { maxLength: 25 }), (groups) => {
        const list = numbered(groups)
        expect(list.map(({ no }) => no)).toEqual(list.map((_, n) => n + 1))
        expect(new Set(list.map((one) => one.group)).size).toBe(groups.filter(({ items }) => items.length > 0).length)
      }),
      { numRuns: 60 },
    )
  })
})

describe('a list of exhibits', () => {
  let house: at.House
  beforeEach(async () => {
    house = await at.house()
  })
  afterEach(async () => {
    await house.jobs.close()
    await house.records.close()
  })
  const params = () => ({ case: house.own })
  const get = (person = at.handler) => house.call<ExhibitList>('getExhibits', person, { params: params() })
  const save = (rev: number, groups: unknown, person = at.handler) =>
    house.call<ExhibitList>('saveExhibits', person, { params: params(), body: { rev, groups } })

  it('is suggested, taken up by a person, saved in its order, and printed with the same numbers', async () => {
    await house.call('uploadCaseFile', at.handler, {
      params: params(),
      query: { name: '卷一.txt' },
      body: Buffer.from(PAPERS),
    })
    await house.call('startReading', at.handler, { params: params(), body: {} })
    await house.jobs.settled()
    const { suggested, groups, rev } = await get()
    expect([groups, rev]).toEqual([[], 0])
    await expect(house.file('exhibitsFile', at.handler, { params: params() })).rejects.toMatchObject({
      id: 'not-found',
    })
    await house.call('decideSuggestion', at.handler, {
      params: params(),
      body: { kind: 'exhibit', key: suggested?.key, verdict: 'adopted' },
    })
    expect((await get()).decided).toMatchObject({ verdict: 'adopted' })
    const turned = [...(suggested?.groups ?? [])].reverse()
    turned[0]?.items.push({ title: '监控录像', kind: '视听资料、电子数据', purpose: '证明翻窗', source: null })
    const saved = await save(0, turned)
    expect([saved.rev, saved.by]).toEqual([1, '蒋大天'])
    await expect(save(0, turned)).rejects.toMatchObject({ id: 'conflict' })
    const bytes = await house.file('exhibitsFile', at.handler, { params: params() })
    const text = (await documentPort.pages(bytes, 'docx')).parts.map((part) => part.text).join('\n')
    for (const { no, title, group } of numbered(saved.groups)) {
      expect(text).toContain(group)
      expect(text).toMatch(new RegExp(`${no}\\s+${title.replaceAll(/[（）]/g, '.')}`))
    }
    expect(text).toContain('卷一.txt 第 3 段')
    expect(text).toContain('演示 · 举证清单第 1 版')
  })

  it('points at the files of its own case only, and stays in its permission', async () => {
    const group = (file: string) => [
      { name: '甲', items: [{ title: '乙', kind: '书证', source: { file, start: 0, end: 1 } }] },
    ]
    await expect(save(0, group('elsewhere'))).rejects.toMatchObject({ id: 'unprocessable' })
    await expect(save(0, [], at.stranger)).rejects.toMatchObject({ id: 'not-found' })
    await expect(get(at.stranger)).rejects.toMatchObject({ id: 'not-found' })
    await expect(house.file('exhibitsFile', at.stranger, { params: params() })).rejects.toMatchObject({
      id: 'not-found',
    })
  })
})
