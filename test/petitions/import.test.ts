import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { csvGbk, xlsx } from '../../collectors/office/sheet-file.ts'
import { dayOf, harmless, readPetitions } from '../../server/petitions/import-rules.ts'
import { clerk, config, type Office, office } from './office.ts'

/** 信访 2.0 by file: CSV in UTF-8 or GBK, XLSX; formulas harmless, nothing twice, what does not fit is named. */
const HEADER = [
  '序号',
  '信访编号',
  '信访人',
  '联系电话',
  '信访日期',
  '信访形式',
  '信访类别',
  '主要诉求',
  '承办人',
  '问题属地',
]
const ROWS = [
  [
    '1',
    'XF2026-001',
    '钱某',
    '199-0000-9100',
    '2026-11-20',
    '来信',
    '不服不起诉',
    '请求撤销不起诉决定并追究责任',
    '李晓安',
    '城东街道',
  ],
  [
    '2',
    'XF2026-002',
    '匿名',
    '',
    '2026年11月21日',
    '12309平台',
    '举报',
    '=HYPERLINK("http://x","点我")举报某单位',
    '',
    '',
  ],
  ['3', 'XF2026-003', '孙某', '', '2026/13/40', '来访', '控告', '控告办案人员超期羁押', '', ''],
  ['4', 'XF2026-001', '钱某', '', '2026-11-20', '来信', '控告', '编号与第一行相同的事项', '', ''],
  ['5', '', '李某', '', '2026-11-20', '来信', '控告', '没有编号的一行内容', '', ''],
  ['合计', '5', '', '', '', '', '', '', '', ''],
]
type Answer = {
  rows: number
  created: number
  known: number
  rejected: { row: number; reason: string }[]
  columns: { field: string; column: string | null }[]
}

let o: Office
beforeEach(async () => {
  o = await office()
})
afterEach(() => o.records.close())
const csv = (rows: string[][]) =>
  Buffer.from(rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')).join('\r\n'))
const bring = (bytes: Buffer, name = '导出.csv', dryRun = 'false') =>
  o.call<Answer>('importPetitions', clerk, undefined, bytes, { name, dryRun })
const list = async () =>
  (
    await o.call<{ items: { title: string; channel: string; kind: string; handler: { name: string } | null }[] }>(
      'listPetitions',
      clerk,
      undefined,
    )
  ).items

describe('an import from 信访 2.0', () => {
  it('registers what fits below title rows, names what does not, and nothing twice', async () => {
    const bytes = csv([['信访事项登记表'], [], HEADER, ...ROWS])
    expect(await bring(bytes, '导出.csv', 'true')).toMatchObject({ rows: 5, created: 2, known: 0 })
    expect(await list()).toEqual([])
    const answer = await bring(bytes)
    expect(answer).toMatchObject({ rows: 5, created: 2, known: 0 })
    expect(answer.rejected).toEqual([
      { row: 6, reason: '收到日期 “2026/13/40” 读不出' },
      { row: 7, reason: '同一文件中编号重复' },
      { row: 8, reason: '缺少信访编号' },
    ])
    expect(answer.columns.find(({ field }) => field === 'receivedOn')?.column).toBe('信访日期')
    const items = await list()
    expect(items.map(({ channel, kind, handler }) => [channel, kind, handler?.name ?? null])).toEqual([
      ['letter', 'non-prosecution', '李晓安'],
      ['12309', 'report', null],
    ])
    expect(items[1]?.title.startsWith('HYPERLINK')).toBe(true)
    expect(await bring(bytes)).toMatchObject({ created: 0, known: 2 })
  })
  it('reads GBK and XLSX alike', async () => {
    const dated = ROWS.slice(0, 2).map((row) => row.map((text, at) => (at === 4 ? { date: '2026-11-20' } : text)))
    expect(await bring(csvGbk({ rows: [HEADER, ...ROWS.slice(0, 1)], merges: [] }))).toMatchObject({ created: 1 })
    expect(await bring(xlsx({ rows: [HEADER, ...dated], merges: [] }), '导出.xlsx')).toMatchObject({
      created: 1,
      known: 1,
    })
  })
  it('refuses what is no table, in words', async () => {
    await expect(bring(Buffer.from('不是表格'))).rejects.toThrow('找不到表头')
    await expect(bring(Buffer.from('PK\u0003\u0004 broken'), 'a.xlsx')).rejects.toThrow(/xlsx/)
    await expect(bring(csv([HEADER, ...Array.from({ length: 5001 }, () => ROWS[0] ?? [])]))).rejects.toThrow(
      '超过 5000 行',
    )
  })
  it('never throws, whatever the cells hold', () => {
    const cell = fc.oneof(fc.string(), fc.constantFrom(...HEADER, ...ROWS.flat()))
    fc.assert(
      fc.property(fc.array(fc.array(cell, { maxLength: 12 }), { maxLength: 20 }), (rows) => {
        const read = readPetitions([HEADER, ...rows], config.petitions, config.site)
        expect(read.ok).toBe(true)
        if (!read.ok) return
        for (const { matter } of read.rows) {
          expect(matter.demand).not.toMatch(/^[=+@\t\r]/)
          expect(matter.receivedOn).toMatch(/^\d{4}-\d\d-\d\d$/)
        }
      }),
      { numRuns: 200 },
    )
  })
  it.each([
    ['2026-11-24', '2026-11-24'],
    ['2026/1/4 09:30', '2026-01-04'],
    ['２０２６年１１月２４日', '2026-11-24'],
    ['20261124', '2026-11-24'],
    ['2026-02-30', null],
    ['昨天', null],
  ])('%s is %s', (given, day) => expect(dayOf(given)).toBe(day))
  it.each([
    ['=1+1', '1+1'],
    ['@SUM(A1)', 'SUM(A1)'],
    ['-不服', '不服'],
    ['+86 199', '86 199'],
    ['a\u0000b', 'ab'],
  ])('%j is kept as %j', (given, kept) => expect(harmless(given)).toBe(kept))
})
