import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import { DraftTemplate } from '../../config/templates.ts'
import type { Draft } from '../../contract/http/assist-drafts.ts'
import type { CaseReading } from '../../contract/http/assist-reading.ts'
import { FILLERS, isAutomatic } from '../../server/assist/drafting/fields.ts'
import { blank, fieldNames, linesOf } from '../../server/assist/drafting/template.ts'
import { documentPort } from '../../server/disclosure/pages-port.ts'
import * as at from './house.ts'

const templates = [...at.config.templates.values()]
/** domain.md G.3. */
const WANTED = [
  '受理登记表',
  '权利义务告知书',
  '讯问笔录',
  '询问笔录',
  '审查逮捕意见书',
  '批准逮捕决定书',
  '不批准逮捕决定书',
  '补充侦查提纲',
  '补充侦查决定书',
  '认罪认罚具结书',
  '量刑建议书',
  '审查报告',
  '起诉书',
  '不起诉决定书',
  '公诉意见书',
  '出庭预案',
  '抗诉书',
  '判决裁定审查表',
  '纠正违法通知书',
  '检察建议书',
  '要求说明不立案理由通知书',
  '通知立案书',
  '羁押必要性审查建议书',
  '听证笔录',
  '司法救助决定书',
  '和解协议书',
  '刑事申诉结果通知书',
  '流程监控通知书',
  '评查报告',
]

describe('templates', () => {
  test('are all there, each with its legal basis', () => {
    expect(templates.map(({ name }) => name).sort()).toEqual([...WANTED].sort())
    for (const { id, text, legal_basis } of templates) {
      expect(fieldNames(text).length, id).toBeGreaterThan(1)
      expect(legal_basis.length, id).toBeGreaterThan(8)
    }
  })
  test('braces that do not close are refused with their file', () => {
    const base = { id: 'x-y', name: '甲', version: '1', effective_from: '2026-01-01', legal_basis: '乙' }
    for (const text of ['{{甲', '甲}}', '{{}}', `{{${'长'.repeat(41)}}}`])
      expect(DraftTemplate.safeParse({ ...base, text }).success).toBe(false)
    expect(DraftTemplate.safeParse({ ...base, text: '{{甲}}乙' }).success).toBe(true)
  })
  test('a line is its pieces: words, values, and blanks that say what is missing', () => {
    const name = fc.constantFrom('案号', '甲', '乙')
    const words = fc.string({ maxLength: 6 }).map((text) => text.replaceAll(/[{}#>\s]/g, ''))
    fc.assert(
      fc.property(
        fc.array(fc.tuple(words, name), { minLength: 1, maxLength: 6 }),
        fc.string({ maxLength: 5 }),
        (parts, value) => {
          const text = `首${parts.map(([word, field]) => `${word}{{${field}}}`).join('')}`
          const [line] = linesOf(text, [{ name: '案号', value, source: null, why: null }])
          const said = line?.pieces.map((piece) => piece.text).join('')
          expect(said).toBe(
            `首${parts.map(([word, field]) => `${word}${field === '案号' ? value : blank(field)}`).join('')}`,
          )
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('a draft', () => {
  let house: at.House
  beforeEach(async () => {
    house = await at.house()
  })
  afterEach(async () => {
    await house.jobs.close()
    await house.records.close()
  })
  const create = (template: string, person = at.handler) =>
    house.call<Draft>('createDraft', person, { params: { case: house.own }, body: { template } })
  const change = (draft: Draft, body: object, person = at.handler) =>
    house.call<Draft>('changeDraft', person, {
      params: { case: house.own, id: draft.id },
      body: { version: draft.version, ...body },
    })
  const of = (draft: Draft, name: string) => draft.fields.find((field) => field.name === name)
  const textOf = (draft: Draft) => draft.lines.map(({ pieces }) => pieces.map(({ text }) => text).join('')).join('\n')
  async function read(...texts: string[]): Promise<CaseReading> {
    const params = { case: house.own }
    for (const [n, text] of texts.entries())
      await house.call('uploadCaseFile', at.handler, { params, query: { name: `${n}.txt` }, body: Buffer.from(text) })
    await house.call('startReading', at.handler, { params, body: {} })
    await house.jobs.settled()
    return house.call<CaseReading>('getCaseReading', at.handler, { params })
  }
  const said = (kind: string, who: string, text: string) =>
    `${kind}笔录\n时间：2026年3月8日9时\n${kind === '讯问' ? '犯罪嫌疑人' : '被询问人'}：${who}，系被害人\n问：经过？\n答：${text}`

  it('of every template holds no value without a source and no blank without its name', async () => {
    for (const { id } of templates) {
      const draft = await create(id)
      for (const { name, value, source } of draft.fields) {
        expect(value === null, `${id} ${name}`).toBe(source === null)
        if (value === null) expect(textOf(draft), id).toContain(blank(name))
      }
      expect(draft.fields.filter(({ name, value }) => value !== null && !isAutomatic(name))).toEqual([])
      expect(textOf(draft), id).not.toMatch(/\{\{|undefined|null|NaN/)
    }
  })

  it('fills from the case and names the record', async () => {
    const draft = await create('indictment')
    expect(of(draft, '案号')).toBeUndefined()
    expect(of(draft, '罪名')).toMatchObject({
      value: '盗窃罪',
      source: { kind: 'case', label: '案件登记·案由', record: house.own },
    })
    expect(of(draft, '承办人')?.value).toBe('蒋大天')
    expect(of(draft, '受理日期')?.value).toBe('2026年11月2日')
    expect(of(draft, '今日')?.value).toBe('2026年11月24日')
    expect(of(draft, '作案时间')).toMatchObject({ value: null, source: null })
  })

  it('fills facts only where the records agree, with their places; what is told differently waits for a person', async () => {
    const reading = await read(
      said('讯问', '王强', '2026年3月5日凌晨2点，我在光明路便民超市撬锁偷了现金3000元。'),
      said('询问', '李四', '2026年3月5日凌晨2点，我在光明路便民超市被盗，丢了现金9000元。'),
    )
    const draft = await create('indictment')
    const time = of(draft, '作案时间')
    expect(time?.value).toBe('2026年3月5日2时')
    expect(time?.source?.places.map(({ quote }) => quote)).toEqual(['2026年3月5日凌晨2点', '2026年3月5日凌晨2点'])
    expect(of(draft, '犯罪嫌疑人')?.value).toBe('王强')
    expect(of(draft, '涉案数额')).toMatchObject({ value: null, why: '各笔录说法不一，由承办人认定后填写' })
    expect(of(await create('supplement-outline'), '矛盾点清单')?.value).toBeNull()
    const amount = reading.result?.contradictions.find(({ kind }) => kind === 'amount')
    await house.call('decideSuggestion', at.handler, {
      params: { case: house.own },
      body: { kind: 'contradiction', key: amount?.key, verdict: 'adopted' },
    })
    expect(of(await create('supplement-outline'), '矛盾点清单')?.value).toContain('相差 6000 元')
    // The draft of before stays as it was until somebody asks.
    const again = await change(draft, { refresh: true })
    expect([again.version, of(again, '罪名')?.value]).toEqual([2, '盗窃罪'])
  })

  it('keeps every version, and what a person typed through a refresh', async () => {
    const first = await create('indictment')
    const second = await change(first, { values: { 审判机关: '示例区人民法院', 罪名: '诈骗罪' } })
    expect(of(second, '审判机关')).toMatchObject({
      value: '示例区人民法院',
      source: { kind: 'person', label: '蒋大天 填写', record: 'p07' },
    })
    const third = await change(second, { refresh: true, values: { 审判机关: '' } })
    expect(of(third, '罪名')?.value).toBe('诈骗罪')
    expect(of(third, '审判机关')).toMatchObject({ value: null, why: '由承办人清空' })
    expect(third.versions.map(({ version }) => version)).toEqual([3, 2, 1])
    const old = await house.call<Draft>('getDraft', at.handler, {
      params: { case: house.own, id: first.id },
      query: { version: '1' },
    })
    expect(textOf(old)).toBe(textOf(first))
    expect(old.latest).toBe(3)
    await expect(change(second, { values: { 审判机关: '甲' } })).rejects.toMatchObject({ id: 'conflict' })
    await expect(change(third, { values: { 没有的栏目: '甲' } })).rejects.toMatchObject({ id: 'unprocessable' })
  })

  it('is the same in its file as on the screen', async () => {
    const draft = await change(await create('review-report'), { values: { 审查意见: '第一行\n第二行 <&> 三' } })
    const bytes = await house.file('draftFile', at.handler, { params: { case: house.own, id: draft.id }, query: {} })
    const { parts } = await documentPort.pages(bytes, 'docx')
    const flat = (text: string) => text.replaceAll(/[\s　]/g, '')
    const inFile = flat(parts.map(({ text }) => text).join('\n'))
    expect(inFile).toContain(flat(textOf(draft)))
    expect(inFile).toContain('演示·初稿第2版')
  })

  it('stays in the permission of its case', async () => {
    const { id } = await create('indictment')
    for (const call of ['getDraft', 'draftFile'])
      await expect(house.call(call, at.stranger, { params: { case: house.own, id }, query: {} })).rejects.toMatchObject(
        { id: 'not-found' },
      )
    await expect(create('indictment', at.stranger)).rejects.toMatchObject({ id: 'not-found' })
    await expect(
      house.call('getDraft', at.handler, { params: { case: house.sealed, id }, query: {} }),
    ).rejects.toMatchObject({ id: 'not-found' })
    await expect(create('no-such-template')).rejects.toMatchObject({ id: 'unprocessable' })
    expect(Object.keys(FILLERS).length).toBeGreaterThan(20)
  })
})
