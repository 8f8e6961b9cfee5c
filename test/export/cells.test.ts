import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  CELL_LIMIT,
  cellXml,
  columnName,
  dayNumber,
  escapeText,
  looksLikeFormula,
} from '../../server/export/xlsx/cells.ts'

describe('a cell', () => {
  it.each([
    [0, 'A'],
    [25, 'Z'],
    [26, 'AA'],
    [701, 'ZZ'],
    [702, 'AAA'],
  ])('column %i is %s', (at, name) => {
    expect(columnName(at)).toBe(name)
  })
  // OWASP, CSV Injection: these begin a formula in Excel, LibreOffice or WPS.
  it.each([
    '=1+1',
    '+1',
    '-2+3',
    '@SUM(A1)',
    '\tx',
    '\r=1',
    '\n=1',
    ' =1',
    '＝HYPERLINK("http://x")',
    "=cmd|' /C calc'!A0",
  ])('%j is a quoted text and never a formula', (text) => {
    expect(looksLikeFormula(text)).toBe(true)
    const xml = cellXml('A1', text, 'text')
    expect(xml).toContain(' s="3" t="inlineStr"')
    expect(xml).not.toContain('<f')
  })
  it.each(['示检刑诉〔2026〕326号', '审查起诉', '2026-11-24', 'a=b', '1+1'])('%j is plain text', (text) => {
    expect(looksLikeFormula(text)).toBe(false)
  })
  it('writes dates as dates, numbers as numbers, a long number of a case as text', () => {
    expect(cellXml('A1', '2026-11-24', 'date')).toBe('<c r="A1" s="2"><v>46350</v></c>')
    expect(cellXml('A1', '2026-11-31', 'date')).toContain('inlineStr')
    expect(cellXml('A1', -3, 'number')).toBe('<c r="A1"><v>-3</v></c>')
    expect(cellXml('A1', '37000000000031', 'text')).toContain('<t xml:space="preserve">37000000000031</t>')
    expect(cellXml('A1', null, 'text')).toBe('')
    expect(cellXml('A1', Number.NaN, 'number')).toContain('NaN')
    expect(dayNumber('1900-03-02')).toBe(62)
    expect(dayNumber('1899-12-31')).toBe(undefined)
  })
  it('cuts what no cell holds, never in the middle of a character', () => {
    const xml = cellXml('A1', `x${'𠮷'.repeat(CELL_LIMIT)}`, 'text')
    expect(/>([^<]*)<\/t>/.exec(xml)?.[1]).toHaveLength(CELL_LIMIT - 1)
    expect(xml.isWellFormed()).toBe(true)
  })
  it('is well-formed XML whatever stands in it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const xml = escapeText(text)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what XML 1.0 forbids
        expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff<>]|&(?!amp;|lt;|gt;)/)
        expect(xml.isWellFormed()).toBe(true)
      }),
    )
  })
})
