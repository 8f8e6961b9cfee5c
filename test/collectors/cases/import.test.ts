import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { caseExportSource } from '../../../collectors/cases/export.ts'
import { encodeGbk } from '../../../collectors/office/sheet-file.ts'
import type { SourceRunner } from '../../../collectors/source.ts'
import type { SourceOf } from '../../../config/schema.ts'
import { type Recorder, recorder, until } from '../recorder.ts'
import { bookOf, csvOf, HEADER, line, number, PROFILE_FILE } from './build.ts'

/** Golden cases G10 of protocols.md, through the whole source: folder in, events and reports out. */
let dir: string
let record: Recorder
let source: SourceRunner
const NOW = Date.parse('2026-11-24T10:00:00+08:00')
let clock = { ms: NOW }
let minute = 0

const config = (over: Partial<SourceOf<'case-export'>> = {}): SourceOf<'case-export'> => ({
  id: 'case-export',
  name: '业务系统',
  domain: 'case',
  kind: 'case-export',
  profile: 'case-export',
  staleAfterS: 1800,
  enabled: true,
  demo: false,
  folder: 'drop',
  settleS: 0,
  scanS: 0.02,
  maxVanish: 0.2,
  ...over,
})
async function open(over: Partial<SourceOf<'case-export'>> = {}, store?: Map<string, string>): Promise<void> {
  record = recorder({ profile: PROFILE_FILE, dataDir: dir, now: () => clock.ms, store })
  source = caseExportSource(config(over), record.context)
  await source.start()
}
const path = (...names: string[]) => join(dir, 'drop', ...names)
const list = (folder: string) => readdirSync(path(folder)).filter((name) => !name.endsWith('.report.json'))
const report = (folder: string, name: string) => JSON.parse(readFileSync(path(folder, `${name}.report.json`), 'utf8'))

/** Puts a file into the folder, each a minute younger than the one before; waits until it has been dealt with. */
async function drop(name: string, bytes: string | Uint8Array): Promise<'done' | 'rejected' | 'held'> {
  writeFileSync(join(dir, name), bytes)
  const at = NOW / 1000 - 3600 + ++minute * 60
  utimesSync(join(dir, name), at, at)
  renameSync(join(dir, name), path(name))
  const places = ['done', 'rejected', 'held'] as const
  await until(() => places.some((place) => existsSync(path(place, name))), `${name} dealt with`)
  return places.find((place) => existsSync(path(place, name))) ?? 'done'
}
const types = () => record.of().map(({ type }) => type)

describe('case export folder', () => {
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sanling-cases-'))
    clock = { ms: NOW }
    minute = 0
    await open()
  })
  afterEach(async () => {
    await source.stop()
    rmSync(dir, { recursive: true })
  })

  it('takes an xlsx, moves it to done/ and lays a Chinese report beside it', async () => {
    expect(await drop('导出.xlsx', bookOf([{ rows: [[...HEADER], line(1), line(2)] }]))).toBe('done')
    expect(types()).toEqual(['case.snapshot', 'case.snapshot'])
    expect(record.of()[0]).toMatchObject({
      object: `case:${number(1)}`,
      device: 'case-export',
      data: { node: '审查', due: '2026-12-02', suspects: 1 },
    })
    expect(report('done', '导出.xlsx')).toMatchObject({
      结果: '已导入',
      读到案件: 2,
      产生事件: { 'case.snapshot': 2 },
      拒绝行数: 0,
    })
    expect(record.contacts.length).toBeGreaterThan(0)
  })

  it('G10.5: GBK, UTF-16LE and UTF-8 with mark say the same', async () => {
    const text = csvOf([line(1), line(2, { handler: '示例乙' })])
    const seen: string[] = []
    for (const bytes of [encodeGbk(text), Buffer.from(`\ufeff${text}`, 'utf16le'), Buffer.from(`\ufeff${text}`)]) {
      const own = recorder({ profile: PROFILE_FILE, dataDir: dir, now: () => clock.ms })
      await source.stop()
      record = own
      source = caseExportSource(config(), own.context)
      await source.start()
      expect(await drop(`列表${seen.length}.csv`, bytes)).toBe('done')
      seen.push(JSON.stringify(own.of().map(({ type, object, data }) => ({ type, object, data }))))
    }
    expect(new Set(seen).size).toBe(1)
    expect(JSON.parse(seen[0] ?? '[]')).toHaveLength(2)
  })

  it('G10.6: 〔〕, full width digits and spaces in the number are one number', async () => {
    await drop('a.csv', csvOf([line(1)]))
    const odd = line(1, { node: '补充侦查' })
    odd[0] = ' 示检诉受〔２０２６〕１００００００１ 号'
    await drop('b.csv', csvOf([odd]))
    expect(record.of().at(-1)).toMatchObject({ type: 'case.node_changed', object: `case:${number(1)}` })
  })

  it('G10.7: a number that a spreadsheet program has shortened is refused, the other rows are taken', async () => {
    const lost = line(2, { unified: '3.70E+15' })
    expect(await drop('a.csv', csvOf([line(1), lost, line(3)]))).toBe('done')
    expect(record.of().length).toBe(2)
    expect(record.refusals).toMatchObject([
      { reason: 'number_precision_lost', detail: expect.stringContaining('第 3 行') },
    ])
    const cell = { xml: '<c r="@"><v>3.70E+15</v></c>' }
    const row = [number(4), cell, ...line(4).slice(2)]
    await drop('b.xlsx', bookOf([{ rows: [[...HEADER], row, line(1), line(3)] }]))
    expect(record.refusals.at(-1)?.reason).toBe('number_precision_lost')
    expect(report('done', 'b.xlsx').拒绝明细).toMatchObject([{ 行: 2, 原因: '长数字丢失精度' }])
  })

  it('G10.8: sum and signature rows are dropped and counted, not refused', async () => {
    await drop('a.csv', `${csvOf([line(1)])}\r\n合计,1 件\r\n制表人：某,\r\n\r\n`)
    expect(record.refusals).toEqual([])
    expect(record.dropped()).toBeGreaterThanOrEqual(2)
  })

  it('G10.9: the same content under a new name is duplicate_file', async () => {
    await drop('a.csv', csvOf([line(1)]))
    expect(await drop('b.csv', csvOf([line(1)]))).toBe('rejected')
    expect(record.refusals).toMatchObject([{ reason: 'duplicate_file' }])
    expect(record.of().length).toBe(1)
    expect(report('rejected', 'b.csv').结果).toBe('未导入：同一文件已导入过')
  })

  it('G10.10: only the node changed: only case.node_changed; a change back is a new event', async () => {
    await drop('a.csv', csvOf([line(1)]))
    await drop('b.csv', csvOf([line(1, { node: '补充侦查' })]))
    await drop('c.csv', `${csvOf([line(1)])}\r\n`)
    await drop('d.csv', `${csvOf([line(1, { node: '补充侦查' })])}\r\n`)
    expect(types()).toEqual(['case.snapshot', 'case.node_changed', 'case.node_changed', 'case.node_changed'])
    expect(new Set(record.ids).size).toBe(4)
    expect(record.of()[1]?.data).toMatchObject({ from: '审查', to: '补充侦查' })
  })

  it('G10.15: a file that still grows is left alone until it stands still', async () => {
    await source.stop()
    await open({ settleS: 5 })
    const text = csvOf([line(1), line(2)])
    const tick = async () => {
      clock.ms += 3000
      await new Promise((resolve) => setTimeout(resolve, 80))
    }
    writeFileSync(path('a.csv'), text.slice(0, 50))
    await tick()
    for (const end of [100, 150, text.length]) {
      writeFileSync(path('a.csv'), text.slice(0, end))
      await tick()
      expect(list('done')).toEqual([])
      expect(existsSync(path('a.csv'))).toBe(true)
    }
    await until(() => {
      clock.ms += 3000
      return list('done').length === 1
    })
    expect(record.of().length).toBe(2)
  })

  it('G10.15: an .ok beside it says at once that it is whole, and goes with it', async () => {
    await source.stop()
    await open({ settleS: 3600 })
    writeFileSync(path('a.csv'), csvOf([line(1)]))
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(record.of()).toEqual([])
    writeFileSync(path('a.csv.ok'), '')
    await until(() => list('done').length === 1)
    expect(readdirSync(path()).sort()).toEqual(['done', 'held', 'processing', 'rejected'])
  })

  it('G10.17: without 部门受案号 the report names the row that looked most like a header', async () => {
    expect(await drop('a.csv', '案件统计\r\n案件类别,承办部门,受理日期,备考\r\n审查起诉,第一检察部,2026-11-02,x')).toBe(
      'rejected',
    )
    const [refusal] = record.refusals
    expect(refusal?.reason).toBe('header_not_found')
    expect(refusal?.detail).toMatch(
      /第 2 行最像表头，认出：案件类别、承办部门、受理日期；不认识：备考；缺少“部门受案号”一列/,
    )
    expect(record.states.at(-1)?.state).toBe('degraded')
    expect(record.of('collector.rejected').length).toBe(1)
  })

  it('quotes no one in a guess: a row of data is not shown', async () => {
    await drop('a.csv', '张三,盗窃\r\n李四,诈骗')
    expect(JSON.stringify([record.refusals, record.drafts, report('rejected', 'a.csv')])).not.toMatch(/张三|李四/)
  })

  it('G10.19: an export with 30 % of the cases is held until a person confirms it', async () => {
    const all = Array.from({ length: 20 }, (_, n) => line(n))
    await drop('a.csv', csvOf(all))
    const few = csvOf(all.slice(0, 6))
    expect(await drop('b.csv', few)).toBe('held')
    expect(types().filter((type) => type !== 'case.snapshot')).toEqual([])
    expect(report('held', 'b.csv')).toMatchObject({
      结果: '暂缓导入，待人工确认',
      说明: expect.stringContaining('14 件不在'),
    })
    expect(record.of('collector.rejected')[0]?.data).toMatchObject({ reason: 'held', percent: 70 })
    expect(record.states.at(-1)?.state).toBe('degraded')
    expect(await drop('b-确认.csv', few)).toBe('done')
    expect(record.states.at(-1)?.state).toBe('ok')
    expect(types().filter((type) => type === 'case.missing')).toEqual([])
    expect(await drop('c-确认.csv', `${few}\r\n`)).toBe('done')
    expect(types().filter((type) => type === 'case.missing').length).toBe(14)
  })

  it('G10.20: a case of a minor is marked, its names are nowhere', async () => {
    await drop('a.csv', csvOf([line(1, { minor: '是', suspects: '赵六、钱七', handler: '孙八' })]))
    expect(record.of()[0]?.data).toMatchObject({ restricted: true, juvenile: true, suspects: 2 })
    expect(JSON.stringify([record.drafts, [...record.store], report('done', 'a.csv')])).not.toMatch(/赵六|钱七|孙八/)
  })

  it('custody follows the measure', async () => {
    await drop(
      'a.csv',
      csvOf([
        line(1, { coercion: '逮捕' }),
        line(2, { coercion: '取保候审' }),
        line(3, { coercion: '羁押' }),
        line(4, { coercion: '由逮捕变更为取保候审' }),
      ]),
    )
    expect(record.of().map(({ data }) => data.custody)).toEqual([true, false, true, false])
  })

  it('one line for each suspect is one case', async () => {
    await drop('a.csv', csvOf([line(1, { suspects: '甲' }), line(1, { suspects: '乙', coercion: '逮捕' })]))
    expect(record.of().map(({ data }) => [data.suspects, data.custody])).toEqual([[2, true]])
  })

  it('a row with a wrong date is refused by its name, and is not missing', async () => {
    await drop('a.csv', csvOf([line(1), line(2)]))
    await drop('b.csv', csvOf([line(1), line(2, { due: '2026-02-30' })]))
    expect(record.refusals).toMatchObject([{ reason: 'bad_time', detail: expect.stringContaining('期限无法识别') }])
    await drop('c.csv', `${csvOf([line(1), line(2, { due: '2026-02-31' })])}`)
    expect(types()).not.toContain('case.missing')
  })

  it('takes an .xls that is HTML', async () => {
    const cells = (tag: string, texts: readonly string[]) =>
      `<tr>${texts.map((text) => `<${tag}>${text}</${tag}>`).join('')}</tr>`
    expect(await drop('a.xls', `<html><table>${cells('th', HEADER)}${cells('td', line(1))}</table></html>`)).toBe(
      'done',
    )
    expect(record.of().length).toBe(1)
  })

  it('a crash between the commit and the move: the file is only put to its place', async () => {
    await drop('a.csv', csvOf([line(1)]))
    await source.stop()
    renameSync(path('done', 'a.csv'), path('processing', 'a.csv'))
    const before = record.of().length
    await open({}, record.store)
    await until(() => list('processing').length === 0)
    expect([before, record.of().length, record.refusals.length]).toEqual([1, 0, 0])
  })

  it('a crash before the commit: the file is read again and gives the same ids', async () => {
    await source.stop()
    let broken = true
    record = recorder({
      profile: PROFILE_FILE,
      dataDir: dir,
      now: () => clock.ms,
      onDeliver: () => {
        if (broken) throw new Error('磁盘已满')
      },
    })
    source = caseExportSource(config(), record.context)
    await source.start()
    writeFileSync(path('a.csv'), csvOf([line(1)]))
    await until(() => record.crashes.length === 1)
    expect(list('processing')).toEqual(['a.csv'])
    expect(record.store.size).toBe(0)
    await source.stop()
    broken = false
    source = caseExportSource(config(), record.context)
    await source.start()
    await until(() => list('done').length === 1)
    expect(record.of().length).toBe(1)
  })

  it('an export that was printed before the last one does not turn cases back', async () => {
    const printed = (at: string, text: string) => `办理情况,\r\n制表时间：${at},\r\n${text}`
    await drop('new.csv', printed('2026-11-24 09:00:00', csvOf([line(1, { node: '补充侦查' })])))
    expect(await drop('late.csv', printed('2026-11-20 09:00:00', csvOf([line(1)])))).toBe('done')
    expect(types()).toEqual(['case.snapshot'])
    expect(report('done', 'late.csv').提示).toEqual([expect.stringContaining('1 行早于')])
    expect(record.of()[0]?.observedAt).toBe('2026-11-24T09:00:00+08:00')
  })

  it('old news is filed as late', async () => {
    await drop('a.csv', `制表时间：2026-11-20 09:00:00,\r\n${csvOf([line(1)])}`)
    await drop('b.csv', `制表时间：2026-11-21 09:00:00,\r\n${csvOf([line(1, { node: '补充侦查' })])}`)
    expect(record.of('case.node_changed')[0]?.backfill).toBe(true)
    await drop('c.csv', `制表时间：2026-11-24 09:00:00,\r\n${csvOf([line(1, { node: '审查' })])}`)
    expect(record.of('case.node_changed')[1]?.backfill).toBeUndefined()
  })

  it('says when the folder cannot be read, and goes on when it is back', async () => {
    renameSync(path(), join(dir, 'away'))
    await until(() => record.states.at(-1)?.state === 'degraded')
    expect(record.states.at(-1)?.reason).toContain('读不到')
    renameSync(join(dir, 'away'), path())
    expect(await drop('a.csv', csvOf([line(1)]))).toBe('done')
    expect(record.states.at(-1)?.state).toBe('ok')
  })
})
