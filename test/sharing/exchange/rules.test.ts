import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { MappingBody } from '../../../contract/http/sharing-exchange.ts'
import { csvCell, csvLine, readCsv } from '../../../server/sharing/exchange/csv.ts'
import {
  differing,
  fateOf,
  plainMapping,
  readFile,
  readRow,
  textOf,
  versionWord,
} from '../../../server/sharing/exchange/rules.ts'
import { demoConfig } from '../../helpers/office.ts'

const standard = demoConfig().exchange.standards.find(({ id }) => id === 'judgment')
if (!standard) throw new Error('judgment')
const ROW = {
  caseNo: '示检起诉受〔2026〕1号',
  document: '(2026)示刑初1号',
  judgedOn: '2026年11月3日',
  crime: '盗窃',
  recordVersion: '1',
}
const plain = plainMapping(standard, 'court')
const read = (over: Record<string, string>, mapping: MappingBody = plain) =>
  readRow(standard, mapping, { ...ROW, ...over })

describe('a row', () => {
  it('becomes a record in the office’s own spelling', () => {
    expect(read({ months: '1,008', result: '有期徒刑' })).toMatchObject({
      record: {
        key: '示检起诉受[2026]1号 / (2026)示刑初1号',
        version: 'n000000000000000001',
        values: { judgedOn: '2026-11-03', months: '1008' },
        missing: ['effectiveOn'],
      },
    })
  })
  it.each([
    [{ caseNo: '' }, 'missing-key', 'caseNo'],
    [{ crime: ' ' }, 'missing-field', 'crime'],
    [{ judgedOn: '2026-02-30' }, 'bad-value', 'judgedOn'],
    [{ judgedOn: '昨天' }, 'bad-value', 'judgedOn'],
    [{ months: '三年' }, 'bad-value', 'months'],
    [{ months: '1e999' }, 'bad-value', 'months'],
    [{ result: '死刑' }, 'bad-value', 'result'],
    [{ caseNo: '没有号' }, 'bad-value', 'caseNo'],
    [{ recordVersion: '' }, 'bad-version', 'recordVersion'],
    [{ recordVersion: '-1' }, 'bad-version', 'recordVersion'],
    [{ 原文: 'x' }, 'bad-row', null],
  ])('%j is kept aside: %s', (over, reason, field) => {
    expect(read(over)).toMatchObject({ problem: { reason, field } })
  })
  it('is read by a mapping that names their columns and puts their words into ours', () => {
    const mapping: MappingBody = {
      ...plain,
      version: null,
      fields: [
        { to: 'caseNo', from: '案号', values: {} },
        { to: 'document', from: '文书号', values: {} },
        { to: 'judgedOn', from: '日期', values: {} },
        { to: 'crime', from: '罪名', values: { '264': '盗窃' } },
        { to: 'result', from: '结果', values: { '1': '有期徒刑' } },
      ],
    }
    const row = { 案号: '示检起诉受[2026]1号', 文书号: 'a1', 日期: '20261103', 罪名: '264', 结果: '1' }
    expect(readRow(standard, mapping, row)).toMatchObject({
      record: { version: null, values: { crime: '盗窃', result: '有期徒刑' } },
    })
  })
  it('gives whatever comes either a record or a reason', () => {
    const cells = fc.dictionary(
      fc.constantFrom(...Object.keys(ROW), 'months', 'result', '原文'),
      fc.string({ unit: 'grapheme' }),
    )
    fc.assert(
      fc.property(cells, (row) => {
        const reading = readRow(standard, plain, row)
        expect('record' in reading || reading.problem.message.length > 0).toBe(true)
      }),
    )
  })
})

describe('a file', () => {
  it('tells its standard, version and unit, as JSON and as CSV, in UTF-8 and in GBK', () => {
    const says = { schema: 'judgment', version: '1', unit: 'court' }
    expect(readFile(JSON.stringify({ ...says, records: [ROW] }))).toMatchObject({ ...says, rows: [ROW] })
    const csv = `\ufeff#schema=judgment;version=1;unit=court,,\r\ncaseNo,crime\r\n甲1号,"盗""窃,\n二"\r\n\r\n`
    expect(readFile(csv)).toMatchObject({
      ...says,
      columns: ['caseNo', 'crime'],
      rows: [{ caseNo: '甲1号', crime: '盗"窃,\n二' }],
    })
    // 盗窃 in GBK
    expect(textOf(new Uint8Array([0xb5, 0xc1, 0xc7, 0xd4]))).toBe('盗窃')
  })
  it.each([['{"records":'], ['{"schema":"judgment"}'], ['a,b\r\n'], ['']])('%j is refused whole', (text) => {
    expect(() => readFile(text)).toThrow()
  })
  it('never throws anything but a refusal, and loses no row', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          readFile(text)
        } catch (error) {
          expect((error as Error).name).toBe('Refusal')
        }
      }),
    )
    expect(readFile('{"records":[1,null,"x",{"a":[1]}]}').rows).toEqual([
      { 原文: '1' },
      { 原文: 'null' },
      { 原文: '"x"' },
      { a: '[1]' },
    ])
    expect(readFile('a,b\n1,2,3\n4').rows).toEqual([{ 原文: '1,2,3' }, { a: '4', b: '' }])
  })
})

describe('CSV', () => {
  it('comes back as it was written, whatever is in it', () => {
    const cell = fc
      .string({ unit: 'grapheme' })
      .filter((text) => csvCell(text).replaceAll('"', '') === text.replaceAll('"', '') && !/^\s*$/.test(text))
    fc.assert(
      fc.property(fc.array(fc.array(cell, { minLength: 2, maxLength: 2 }), { minLength: 1, maxLength: 5 }), (rows) => {
        const text = rows.map(csvLine).join('')
        const back = readCsv(text).map((row) => row.map((one) => one.replaceAll('\r\n', '\n')))
        expect(back).toEqual(rows.map((row) => row.map((one) => one.replaceAll('\r\n', '\n'))))
      }),
    )
  })
  it.each(['=1+1', '+A1', '-A1', '@SUM(A1)', '\t=1', '＝1'])('writes %j as text', (text) => {
    expect(csvCell(text).replace(/^"/, '').startsWith("'")).toBe(true)
  })
  it('leaves a negative number one', () => expect(csvCell('-12.5')).toBe('-12.5'))
})

describe('what comes again', () => {
  const record = (version: string | null, hash: string) => ({ key: 'k', version, hash, values: {}, missing: [] })
  const n = (value: number) => `n${String(value).padStart(18, '0')}`
  it.each([
    [record(n(2), 'b'), 'new'],
    [record(n(1), 'a'), 'unchanged'],
    [record(n(1), 'b'), 'conflict'],
    [record(n(0), 'b'), 'older'],
  ] as const)('%j is %s', (given, fate) => {
    expect(fateOf(new Map([[n(1), 'a']]), given, 5).fate).toBe(fate)
  })
  it('without a version of its own is a new one only when it has changed', () => {
    const known = new Map([['t000000000000000001', 'a']])
    expect(fateOf(known, record(null, 'a'), 5)).toEqual({ fate: 'unchanged', version: 't000000000000000001' })
    expect(fateOf(known, record(null, 'b'), 5)).toEqual({ fate: 'new', version: 't000000000000000005' })
  })
  it('reads its version back', () => {
    expect([versionWord(n(12)), versionWord('t000000000000000000')]).toEqual(['12', '1970-01-01T00:00:00Z'])
  })
  it('contradicts only where two units say something', () => {
    const rows: { unit: string; values: Record<string, string> }[] = [
      { unit: 'a', values: { crime: '盗窃', months: '6' } },
      { unit: 'b', values: { crime: '诈骗' } },
    ]
    expect(differing(standard, rows)).toEqual([
      {
        field: 'crime',
        values: [
          { unit: 'a', value: '盗窃' },
          { unit: 'b', value: '诈骗' },
        ],
      },
    ])
  })
})
