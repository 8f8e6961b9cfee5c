import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { encodeGbk } from '../../../collectors/office/sheet-file.ts'
import { decodeWand, type WandDecoding } from '../../../collectors/patrol/decode.ts'
import { wandProfile } from '../../../collectors/patrol/profile.ts'
import { wandSource } from '../../../collectors/patrol/wand.ts'
import type { SourceRunner } from '../../../collectors/source.ts'
import { ProfileFile } from '../../../config/schema.ts'
import { bookOf, dateCell, zipOf } from '../cases/build.ts'
import { type Recorder, recorder, until } from '../recorder.ts'

const FILE = ProfileFile.parse(
  parse(readFileSync(new URL('../../../config/profiles/wand-csv.yaml', import.meta.url), 'utf8')),
)
const NOW = Date.parse('2026-09-01T12:00:00+08:00')
const BY: WandDecoding = {
  profile: wandProfile(FILE),
  device: 'wand',
  point: (chip) => (chip === '0F004EBEFC' ? 'P01' : undefined),
  personHash: (name) => `h:${Buffer.from(name).toString('hex').slice(0, 12)}`,
}
const TWO_HEADERS = '巡检时间,巡检器,人员,巡检点,事件,编号\r\nPatrol Time,ReaderNum,Person,Checkpoint,Event,Chip ID'
const decode = (text: string | Buffer, now = NOW) => {
  const reading = decodeWand(Buffer.from(text), now, BY)
  if (!reading.ok) throw new Error(reading.refusal.reason)
  return reading
}
const times = (text: string | Buffer) => decode(text).drafts.map(({ observedAt }) => observedAt)

describe('wand exports, golden cases G9', () => {
  it('1: a bilingual header in two rows, data from row 3', () => {
    const { drafts, refusals, dropped } = decode(`${TWO_HEADERS}\r\n2026-09-01 08:30:00,R1,王某,大门岗,正常,0F004EBEFC`)
    expect([refusals, dropped]).toEqual([[], 0])
    expect(drafts).toMatchObject([
      {
        type: 'patrol.checkin',
        object: 'point:P01',
        device: 'wand',
        data: { point: 'P01', chip: '0F004EBEFC', wand: 'R1', proof: 'wand', person: BY.personHash('王某') },
      },
    ])
    expect(JSON.stringify(drafts)).not.toContain('王某')
  })

  it('1: a title above, a header in one language only, columns in another order', () => {
    const text =
      '巡更记录,导出时间：2026-09-01 10:00:00\r\n编号,巡检时间,棒号,人员\r\n0f004ebefc,2026/9/1 8:30,R1,\r\n合计,1'
    expect(decode(text)).toMatchObject({ drafts: [{ object: 'point:P01' }], dropped: 1 })
  })

  it.each([
    ['2: an Excel serial', `${TWO_HEADERS}\r\n46266.3541666667,R1,,,,0F004EBEFC`],
    ['3: a date and a fraction', '日期,巡检时间,巡检器,编号\r\n46266,0.354166666667,R1,0F004EBEFC'],
    ['3: a date and a clock', '日期,巡检时间,巡检器,编号\r\n2026-09-01,08:30,R1,0F004EBEFC'],
    ['4: a whole serial in the time column', '日期,巡检时间,巡检器,编号\r\n46266,46266.3541666667,R1,0F004EBEFC'],
    ['14: GBK with TAB', encodeGbk('巡检时间\t巡检器\t人员\t编号\r\n2026-09-01 08:30:00\tR1\t王某\t0F004EBEFC')],
    [
      '13: HTML that calls itself .xls',
      `<table><tr><th>巡检时间</th><th>巡检器</th><th>编号</th></tr><tr><td>2026-09-01 08:30:00</td><td>R1</td><td>0F004EBEFC</td></tr></table>`,
    ],
  ])('%s is 08:30 in the office, whatever the zone of the process', (_, text) => {
    expect(times(text)).toEqual(['2026-09-01T08:30:00+08:00'])
  })

  it.each(['bilingual.csv', 'gbk.txt'])('recorded bytes %s', (name) => {
    const bytes = readFileSync(new URL(`../../fixtures/patrol/${name}`, import.meta.url))
    const touches = decode(bytes).drafts.map(({ observedAt, object, data }) => [
      observedAt,
      object,
      data.chip,
      data.result,
    ])
    expect(touches).toEqual([
      ['2026-09-01T08:30:00+08:00', 'point:P01', '0F004EBEFC', undefined],
      ['2026-09-01T08:36:00+08:00', undefined, 'FFFF000001', 'extra'],
    ])
  })

  it('14: the encoding is kept', () => {
    expect(decode(encodeGbk(`${TWO_HEADERS}\r\n2026-09-01 08:30:00,R1,王某,大门,正常,0F004EBEFC`)).drafts[0]?.enc).toBe(
      'gb18030',
    )
  })

  it('7: two people at the same point in the same minute are two', () => {
    const { drafts } = decode(
      `${TWO_HEADERS}\r\n2026-09-01 08:30:00,R1,甲,,,0F004EBEFC\r\n2026-09-01 08:30:00,R1,乙,,,0F004EBEFC`,
    )
    expect(new Set(drafts.map(({ nativeKey }) => nativeKey)).size).toBe(2)
  })

  it('6: the month sheet without persons and the day sheet with them are merged, in whatever order', () => {
    const month = '2026-09-01 08:30:00,R1,,,,0F004EBEFC\r\n2026-09-01 08:36:00,R1,,,,0F004EBEFC'
    const day = '2026-09-01 08:30:00,R1,甲,,,0F004EBEFC'
    for (const rows of [`${month}\r\n${day}`, `${day}\r\n${month}`]) {
      const { drafts, dropped } = decode(`${TWO_HEADERS}\r\n${rows}`)
      expect([drafts.length, dropped]).toEqual([2, 1])
      expect(drafts.filter(({ data }) => data.person === BY.personHash('甲')).length).toBe(1)
    }
  })

  it('a person card says who holds the wand from then on, and is no point', () => {
    const by: WandDecoding = { ...BY, personCard: (chip) => (chip === 'AA01' ? '10023' : undefined) }
    const text = `${TWO_HEADERS}\r\n2026-09-01 08:00:00,R1,,,,0F004EBEFC\r\n2026-09-01 08:10:00,R1,,,,AA01\r\n2026-09-01 08:30:00,R1,,,,0F004EBEFC\r\n2026-09-01 08:31:00,R2,,,,0F004EBEFC`
    const reading = decodeWand(Buffer.from(text), NOW, by)
    if (!reading.ok) throw new Error('refused')
    expect(reading.drafts.map(({ data }) => data.person)).toEqual([undefined, BY.personHash('10023'), undefined])
  })

  it('11: an unknown chip is kept as extra, without a point', () => {
    const { drafts } = decode(`${TWO_HEADERS}\r\n2026-09-01 08:30:00,R1,,未设置,,FFFF000001`)
    expect(drafts[0]?.data).toMatchObject({ point: null, chip: 'FFFF000001', result: 'extra' })
    expect(drafts[0]?.object).toBeUndefined()
  })

  it('12: a time in the future is refused, five minutes are forgiven', () => {
    const text = `${TWO_HEADERS}\r\n2026-09-01 12:04:00,R1,,,,0F004EBEFC\r\n2026-09-01 12:06:00,R1,,,,0F004EBEFC`
    const { drafts, refusals } = decode(text)
    expect([drafts.length, refusals.map(({ reason }) => reason)]).toEqual([1, ['future_time']])
  })

  it.each([
    ['no chip', '2026-09-01 08:30:00,R1,,,,', 'missing_key'],
    ['no time', ',R1,,,,0F004EBEFC', 'missing_time'],
    ['a time that is none', '2026-09-31 08:30,R1,,,,0F004EBEFC', 'bad_time'],
  ])('a row with %s is refused, the others are taken', (_, row, reason) => {
    const { drafts, refusals } = decode(`${TWO_HEADERS}\r\n${row}\r\n2026-09-01 08:30:00,R1,,,,0F004EBEFC`)
    expect([drafts.length, refusals.map((one) => one.reason)]).toEqual([1, [reason]])
    expect(refusals[0]?.detail).toContain('第 3 行')
  })

  it.each([
    ['13: BIFF', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'legacy_xls'],
    ['no header', Buffer.from('a,b,c\r\n1,2,3'), 'header_not_found'],
    ['bytes', Buffer.from([0xff, 0x80, 0x81, 0xff, 0xff, 0xfe, 0x80]), 'undecodable'],
  ])('%s is refused as a whole', (_, bytes, reason) => {
    expect(decodeWand(bytes, NOW, BY)).toMatchObject({ ok: false, refusal: { reason, excerpt: '' } })
  })

  it('is late after a day', () => {
    const text = `${TWO_HEADERS}\r\n2026-09-01 08:30:00,R1,,,,0F004EBEFC`
    expect(decode(text, NOW).drafts[0]?.backfill).toBeUndefined()
    expect(decode(text, NOW + 86_400_000).drafts[0]?.backfill).toBe(true)
  })

  it('never throws on a cut or changed file', () => {
    const whole = Buffer.from(
      `${TWO_HEADERS}\r\n2026-09-01 08:30:00,R1,王某,"大门,岗",正常,0F004EBEFC\r\n46266.35,R1,,,,0F00`,
    )
    for (let end = 0; end <= whole.length; end++) decodeWand(whole.subarray(0, end), NOW, BY)
    const change = fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ maxLength: 4 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(whole)
        for (const [at, noise] of changes) bytes.set(noise.subarray(0, bytes.length - at), at)
        const reading = decodeWand(bytes, NOW, BY)
        if (reading.ok) for (const { observedMs } of reading.drafts) expect(Number.isFinite(observedMs)).toBe(true)
      }),
      { numRuns: 10_000 },
    )
  })
})

describe('wand folder', () => {
  let dir: string
  let record: Recorder
  let source: SourceRunner
  beforeEach(async () => {
    dir = mkdtempSync(join(tmpdir(), 'sanling-wand-'))
    record = recorder({ profile: FILE, dataDir: dir, now: () => NOW })
    source = wandSource(
      {
        id: 'wand',
        name: '巡查点位',
        domain: 'patrol',
        kind: 'wand-csv',
        profile: 'wand-csv',
        staleAfterS: 600,
        enabled: true,
        demo: false,
        folder: 'drop',
        settleS: 0,
        scanS: 0.02,
      },
      record.context,
    )
    await source.start()
  })
  afterEach(async () => {
    await source.stop()
    rmSync(dir, { recursive: true })
  })
  const drop = async (name: string, text: string | Buffer) => {
    writeFileSync(join(dir, name), text)
    renameSync(join(dir, name), join(dir, 'drop', name))
    await until(() => ['done', 'rejected'].some((place) => existsSync(join(dir, 'drop', place, name))))
  }

  it('5: the same file twice, and the same touches in another file, add nothing', async () => {
    const rows = `${TWO_HEADERS}\r\n2026-09-01 08:30:00,R1,王某,大门岗,正常,0F004EBEFC`
    await drop('a.csv', rows)
    await drop('b.csv', rows)
    expect(record.refusals).toMatchObject([{ reason: 'duplicate_file' }])
    await drop('c.csv', `巡更记录\r\n${rows}`)
    expect(record.of().length).toBe(1)
    expect(existsSync(join(dir, 'drop', 'done', 'c.csv'))).toBe(true)
    expect(JSON.parse(readFileSync(join(dir, 'drop', 'done', 'a.csv.report.json'), 'utf8'))).toMatchObject({
      打点数: 1,
      采用: 1,
    })
  })

  it('2, 4, 6: a workbook of two sheets with serial dates and a cover', async () => {
    const head = ['巡检时间', '巡检器', '人员', '编号']
    const book = bookOf([
      { name: '说明', rows: [['巡更月报']] },
      { name: '月', rows: [head, [46266.3541666667, 'R1', null, '0F004EBEFC'], [46266.3583333333, 'R1', null, 'AA']] },
      { name: '日', rows: [head, [dateCell(46266.3541666667), 'R1', '王某', '0F004EBEFC']] },
    ])
    await drop('a.xlsx', book)
    expect(record.of().map(({ observedAt, data }) => [observedAt, data.chip, data.person !== undefined])).toEqual([
      ['2026-09-01T08:36:00+08:00', 'AA', false],
      ['2026-09-01T08:30:00+08:00', '0F004EBEFC', true],
    ])
  })

  it('a workbook with macros is refused', async () => {
    await drop('a.xlsx', zipOf([{ name: 'xl/vbaProject.bin', data: 'x' }]))
    expect(record.refusals[0]?.reason).toBe('active_content')
  })

  it('a file without a header goes to rejected/ with its reason', async () => {
    await drop('a.csv', '一,二\r\n三,四')
    expect(record.states.at(-1)?.state).toBe('degraded')
    const report = JSON.parse(readFileSync(join(dir, 'drop', 'rejected', 'a.csv.report.json'), 'utf8'))
    expect(report.结果).toBe('未导入：没有找到表头')
  })
})
