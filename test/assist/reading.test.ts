import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest'
import type { CaseReading, FileItem, FileText, ReadingJob } from '../../contract/http/assist-reading.ts'
import { timesIn } from '../../server/assist/reading/dates.ts'
import { amountsOf, numberOf } from '../../server/assist/reading/numerals.ts'
import { readCase } from '../../server/assist/reading/read.ts'
import { documentsOf, titleOf } from '../../server/assist/reading/statements.ts'
import { paragraphAt, sourceText } from '../../server/assist/reading/text.ts'
import { documentPort } from '../../server/disclosure/pages-port.ts'
import { zipOf } from '../collectors/cases/build.ts'
import * as at from './house.ts'

const RECORD = [
  '讯问笔录（第一次）',
  '讯问时间：2026年3月7日9时10分至2026年3月7日10时30分',
  '讯问地点：示例区看守所',
  '犯罪嫌疑人：王强，男，1990年3月5日出生',
  '问：你因为什么事被传唤？',
  '答：2026年3月5日晚上8点左右，我在光明路蓝天网吧门口，用拳头打了李四。',
  '问：你当时用了什么工具？',
  '答：我没有用刀，就是拳头打的。',
  '问：事后你给了李四多少钱？',
  '答：第二天我赔了他三千元医药费。',
].join('\n')
const OTHER = [
  '询 问 笔 录',
  '询问时间：2026年3月6日15时00分',
  '被询问人：李四，男，系本案被害人',
  '问：你把事情经过说一下？',
  '答：昨天晚上10点许，我在光明路蓝天网吧门口，王强拿水果刀捅了我一下。',
  '问：他赔你钱没有？',
  '答：今天上午他赔了我1000元医药费。',
].join('\n')
const source = (text: string, file = 'f1') => sourceText(file, `${file}.txt`, [{ page: null, text }])

describe('numbers', () => {
  test.each([
    ['三万五千', 35_000],
    ['三万五', 35_000],
    ['一千二', 1200],
    ['三百零五', 305],
    ['十', 10],
    ['二十一', 21],
    ['3.5万', 35_000],
    ['12,000', 12_000],
    ['二〇二六', 2026],
    ['两千', 2000],
    ['壹万贰仟', 12_000],
    ['3万8千', 38_000],
    ['3万8', 38_000],
    ['1千5', 1500],
    ['2万3千5百', 23_500],
    ['1万500', 10_500],
    ['甲', undefined],
    ['', undefined],
  ])('%s', (text, wanted) => expect(numberOf(text)).toBe(wanted))
  test.each([
    ['给了他人民币3500元', [3500, false]],
    ['大约三千块钱', [3000, true]],
    ['1万余元', [10_000, true]],
    ['2000多元', [2000, true]],
    ['5000元左右', [5000, true]],
    ['付了3万8千元', [38_000, false]],
    ['一共1万500块', [10_500, false]],
  ])('%s', (text, wanted) => expect(amountsOf(text).map(({ value, rough }) => [value, rough])).toEqual([wanted]))
  test('three pieces of something are no money', () => expect(amountsOf('三块砖')).toEqual([]))
})

describe('times', () => {
  const days = (text: string, record: string | null = '2026-03-10') =>
    timesIn(text, { start: 0, end: text.length }, { record }).map(({ day, minutes, derived }) => [
      day,
      minutes,
      derived !== null,
    ])
  test.each([
    ['2026年3月5日晚上8点半', [['2026-03-05', 1230, false]]],
    ['二〇二六年三月五日十四时二十分许', [['2026-03-05', 860, false]]],
    ['2026-03-05 09:30', [['2026-03-05', 570, false]]],
    ['2026.3.5', [['2026-03-05', null, false]]],
    ['昨天下午3点', [['2026-03-09', 900, true]]],
    ['前天', [['2026-03-08', null, true]]],
    ['去年12月1日', [['2025-12-01', null, true]]],
    ['上个月5号', [['2026-02-05', null, true]]],
    ['12月30日', [['2025-12-30', null, true]]],
    ['三天前', [['2026-03-07', null, true]]],
    [
      '2026年2月27日，次日，又过两天后',
      [
        ['2026-02-27', null, false],
        ['2026-02-28', null, true],
        ['2026-03-02', null, true],
      ],
    ],
    [
      '2026年2月27日20时许到场，22时离开',
      [
        ['2026-02-27', 1200, false],
        ['2026-02-27', 1320, true],
      ],
    ],
    ['凌晨一点', [[null, 60, true]]],
    ['当晚', [[null, null, true]]],
    ['2026年2月30日', [[null, null, false]]],
    ['1990年3月5日出生', []],
    ['第3点意见', []],
    ['我一时冲动', []],
  ])('%s', (text, wanted) => expect(days(text)).toEqual(wanted))
  test('without the day of a record 昨天 has no day', () => expect(days('昨天', null)).toEqual([[null, null, true]]))
  test('what is reckoned from an earlier day points at it', () => {
    const text = '2026年3月5日打架，次日报警。'
    const [first, second] = timesIn(text, { start: 0, end: text.length }, { record: null })
    expect(second?.base).toEqual({ start: first?.start, end: first?.end })
  })
})

describe('documents', () => {
  test('begin with their titles and know who speaks', () => {
    expect(
      documentsOf(source(`${RECORD}\n${OTHER}`)).map(({ title, speaker, role, day, turns }) => [
        title,
        speaker,
        role,
        day,
        turns.length,
      ]),
    ).toEqual([
      ['讯问笔录（第一次）', '王强', '犯罪嫌疑人', '2026-03-07', 3],
      ['询问笔录', '李四', '被害人', '2026-03-06', 2],
    ])
  })
  test('a sentence is no title', () => {
    expect(titleOf('我看了讯问笔录，没有意见', 12)).toBeNull()
    expect(titleOf('起 诉 意 见 书', 9)).toBe('起诉意见书')
  })
})

describe('two records held against each other', () => {
  const result = readCase([source(RECORD), source(OTHER, 'f2')])
  test('time, tool and amount contradict, the place does not', () => {
    expect(
      result.contradictions.map(({ kind, topic, sides }) => [kind, topic, sides.map(({ value }) => value)]),
    ).toEqual([
      ['time', '动手伤人', ['2026-03-05 20时许', '2026-03-05 22时许']],
      ['manner', '动手伤人·工具', ['拳脚、没有用刀具', '刀具']],
      ['amount', '退还、赔偿·医药费', ['3000 元', '1000 元']],
    ])
    expect(result.contradictions[0]?.why).toContain('相差 120 分钟')
    expect(result.contradictions[0]?.rule).toContain('75 分钟')
  })
  test('persons, statements and the reckoned days are there', () => {
    expect(result.persons.map(({ name, statements }) => [name, statements])).toEqual([
      ['王强', 1],
      ['李四', 1],
    ])
    expect(result.timeline.filter(({ derived }) => derived).map(({ day }) => day)).toEqual([
      '2026-03-05',
      '2026-03-06',
      '2026-03-06',
    ])
  })
})

describe('whatever the text', () => {
  const words = fc.constantFrom(
    '讯问笔录\n',
    '问：',
    '答：',
    '\n',
    '2026年3月5日',
    '昨天',
    '晚上8点',
    '三千元',
    '在光明路网吧',
    '我没有打他',
    '用刀捅',
    '王强',
    '犯罪嫌疑人：王强，',
    '，',
    '。',
    '第二天',
    '😀',
    '\ud83d',
    '一',
    '万',
    '给了他',
  )
  const texts = fc.oneof(
    fc.array(words, { maxLength: 40 }).map((list) => list.join('')),
    fc.string({ unit: 'binary', maxLength: 200 }),
  )
  test('every place points at its quote, and names its paragraph', () => {
    fc.assert(
      fc.property(fc.array(texts, { minLength: 1, maxLength: 3 }), (list) => {
        const sources = list.map((text, n) => source(text, `f${n}`))
        const result = readCase(sources)
        const places = [
          ...result.outline.map(({ place }) => place),
          ...result.timeline.flatMap(({ place, base }) => (base ? [place, base] : [place])),
          ...result.persons.map(({ place }) => place),
          ...result.statements.map(({ place }) => place),
          ...result.facts.flatMap(({ cells }) => cells.map(({ place }) => place)),
          ...result.contradictions.flatMap(({ sides }) => sides.flatMap(({ said }) => said.map(({ place }) => place))),
        ]
        for (const { file, start, end, quote, paragraph } of places) {
          const own = sources.find((one) => one.file === file)
          expect(own?.text.slice(start, end)).toBe(quote)
          expect(end).toBeGreaterThanOrEqual(start)
          expect(own && paragraphAt(own.paragraphs, start) + 1).toBe(paragraph)
        }
      }),
      { numRuns: 150 },
    )
  })
  test('the same files give the same suggestions under the same keys', () => {
    const keys = () => readCase([source(RECORD), source(OTHER, 'f2')]).contradictions.map(({ key }) => key)
    expect(keys()).toEqual(keys())
  })
  test('long texts of one word are read in no time that grows', () => {
    for (const word of ['答', '一', '在', '2026年', '问：\n', '万', '王某'])
      expect(readCase([source(word.repeat(40_000))]).contradictions).toEqual([])
  })
})

describe('a reading', () => {
  let house: at.House
  beforeEach(async () => {
    house = await at.house()
  })
  afterEach(async () => {
    await house.jobs.close()
    await house.records.close()
  })
  const upload = (name: string, body: Buffer, person = at.handler, id = house.own) =>
    house.call<FileItem>('uploadCaseFile', person, { params: { case: id }, query: { name }, body })
  const get = (person = at.handler) =>
    house.call<CaseReading>('getCaseReading', person, { params: { case: house.own } })
  const start = (person = at.handler) =>
    house.call<ReadingJob>('startReading', person, { params: { case: house.own }, body: {} })

  it('goes from files to suggestions; a decision about one is kept and counts', async () => {
    await upload('一.txt', Buffer.from(RECORD))
    const docx = await documentPort.docx(OTHER.split('\n').map((text) => ({ style: 'body', align: 'left', text })))
    await upload('二.docx', docx)
    expect((await start()).state).toBe('running')
    await house.jobs.settled()
    const { job, result, files } = await get()
    expect([job?.state, job?.progress]).toEqual(['done', 1])
    expect(files.map(({ characters }) => characters !== null && characters > 50)).toEqual([true, true])
    const found = result?.contradictions[0]
    const place = found?.sides[1]?.said[0]?.place
    const text = await house.call<FileText>('caseFileText', at.handler, {
      params: { case: house.own, file: place?.file },
    })
    expect(text.text.slice(place?.start, place?.end)).toBe(place?.quote)
    const decide = (verdict: string, note = '') =>
      house.call('decideSuggestion', at.handler, {
        params: { case: house.own },
        body: { kind: 'contradiction', key: found?.key, verdict, note },
      })
    await decide('adopted')
    house.records.clock.ms += 1000
    await decide('amended', '时间以监控为准')
    expect((await get()).decisions[found?.key ?? '']).toMatchObject({
      verdict: 'amended',
      note: '时间以监控为准',
      by: '蒋大天',
    })
    await expect(decide('amended')).rejects.toThrow(/改成什么/)
    const figures = await house.feature.figures?.[0]?.list(house.records.clock.ms)
    expect(figures?.map(({ name, value }) => [name, value])).toEqual([
      ['assist.usefulness', 100],
      ['assist.decided', 1],
    ])
    expect(figures?.[0]?.rows).toEqual([{ 建议种类: '矛盾点', 采用: 0, 不采用: 0, 修改后采用: 1 }])
  })

  it('stays in the permission of its case', async () => {
    const file = await upload('一.txt', Buffer.from(RECORD))
    const params = { case: house.own, file: file.id, id: 'x' }
    const body = { kind: 'fact', key: 'k', verdict: 'adopted' }
    for (const id of ['getCaseReading', 'caseFileText', 'removeCaseFile', 'cancelReading'])
      await expect(house.call(id, at.stranger, { params }), id).rejects.toMatchObject({ id: 'not-found' })
    await expect(start(at.stranger)).rejects.toMatchObject({ id: 'not-found' })
    await expect(upload('二.txt', Buffer.from(OTHER), at.stranger)).rejects.toMatchObject({ id: 'not-found' })
    await expect(house.call('decideSuggestion', at.stranger, { params, body })).rejects.toMatchObject({
      id: 'not-found',
    })
    expect((await get(at.head)).files).toHaveLength(1)
    // A file of another case is not opened through one's own.
    await expect(
      house.call('caseFileText', at.handler, { params: { case: house.sealed, file: file.id } }),
    ).rejects.toMatchObject({ id: 'not-found' })
    // A restricted case is its handler's alone.
    await expect(house.call('getCaseReading', at.head, { params: { case: house.sealed } })).rejects.toMatchObject({
      id: 'not-found',
    })
    expect(
      (await house.call<CaseReading>('getCaseReading', at.handler, { params: { case: house.sealed } })).files,
    ).toEqual([])
    const { items } = await house.call<{ items: { caseNo: string }[] }>('listAssistedCases', at.handler, { query: {} })
    expect(items.map(({ caseNo }) => caseNo).sort()).toEqual(['示检刑诉受[2026]101号', '示检刑诉受[2026]103号'])
    expect(await house.call('listAssistedCases', at.stranger, { query: {} })).toEqual({ items: [], cursor: null })
  })

  it('knows the page of what it found in a PDF', async () => {
    const lines = [
      ...RECORD.split('\n'),
      ...Array.from({ length: 40 }, (_, n) => `问：第${n}个问题？`),
      ...OTHER.split('\n'),
    ]
    const { writePdf } = await import('../../server/disclosure/files/pdf-write.ts')
    await upload('卷.pdf', await writePdf(lines.map((text) => ({ style: 'body', align: 'left', text }))))
    await start()
    await house.jobs.settled()
    const { result, files } = await get()
    expect(files[0]?.pages).toBeGreaterThan(1)
    const pages = result?.contradictions[0]?.sides.map(({ said }) => said[0]?.place.page)
    expect(pages).toEqual([1, files[0]?.pages])
  })

  it('goes on without a file that is a bomb, and says so', async () => {
    const bomb = zipOf([
      { name: 'word/document.xml', data: Buffer.from(`<w:document>${'零'.repeat(12_000_000)}</w:document>`) },
    ])
    await upload('炸弹.docx', bomb)
    await upload('一.txt', Buffer.from(RECORD))
    await start()
    await house.jobs.settled()
    const { files, job, result } = await get()
    expect(job?.state).toBe('done')
    expect(files.find(({ name }) => name === '炸弹.docx')?.warnings.join()).toContain('压缩')
    expect(result?.statements).toHaveLength(1)
  })

  it('can be cancelled, runs once at a time, and says what it could not open', async () => {
    await expect(start()).rejects.toMatchObject({ id: 'unprocessable' })
    await upload('坏.docx', Buffer.from('PK\u0003\u0004 not a zip'))
    const first = await start()
    await expect(start()).rejects.toMatchObject({ id: 'conflict' })
    const cancelled = await house.call<ReadingJob>('cancelReading', at.handler, {
      params: { case: house.own, id: first.id },
    })
    expect(cancelled.state).toBe('cancelled')
    await house.jobs.settled()
    expect((await get()).job?.state).toBe('cancelled')
    house.records.clock.ms += 1000
    await start()
    await house.jobs.settled()
    const { files, job } = await get()
    expect(job?.state).toBe('done')
    expect(files[0]?.warnings.join()).toMatch(/不完整或已损坏/)
    expect(house.failures).toEqual([])
  })

  it('takes files once, refuses what is none, and forgets its result with a file that is removed', async () => {
    const file = await upload('一.txt', Buffer.from(RECORD))
    expect((await upload('又.txt', Buffer.from(RECORD))).id).toBe(file.id)
    await expect(upload('a.exe', Buffer.from('MZ'))).rejects.toMatchObject({ id: 'unprocessable' })
    await expect(upload('空.txt', Buffer.alloc(0))).rejects.toMatchObject({ id: 'unprocessable' })
    await start()
    await house.jobs.settled()
    expect((await get()).result).not.toBeNull()
    await house.call('removeCaseFile', at.handler, { params: { case: house.own, file: file.id } })
    expect(await get()).toMatchObject({ files: [], result: null, job: null })
  })

  it('is said to have been interrupted after a restart', async () => {
    await upload('一.txt', Buffer.from(RECORD))
    await start()
    await house.jobs.settled()
    await house.records.store.write(({ tx }) =>
      tx
        .withTables<{ assist_reading: { state: string } }>()
        .updateTable('assist_reading')
        .set({ state: 'running' })
        .execute(),
    )
    const tick = () => house.records.store.write((turn) => house.feature.ticks?.[0]?.run(turn) ?? Promise.resolve())
    await tick()
    expect((await get()).job?.state).toBe('running')
    house.records.clock.ms += 61_000
    await tick()
    expect((await get()).job).toMatchObject({ state: 'failed', problem: '服务重启，阅卷中断，请重新开始' })
  })
})
