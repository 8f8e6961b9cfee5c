import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isCaseNumber, normaliseNumber } from '../../../collectors/cases/case-number.ts'
import { parseTable } from '../../../collectors/cases/parse.ts'
import { sniff } from '../../../collectors/cases/sniff.ts'
import { FileRefused } from '../../../collectors/cases/xlsx/limits.ts'
import { encodeGbk } from '../../../collectors/office/sheet-file.ts'
import { bookOf, csvOf, HEADER, line, PROFILE } from './build.ts'

/** Whatever the bytes are: a table, or a refusal of the closed list; nothing else. */
async function outcome(bytes: Buffer): Promise<string> {
  try {
    const table = await parseTable(bytes, PROFILE)
    for (const { caseNo } of table.rows) if (!isCaseNumber(caseNo)) return `took ${caseNo}`
    return 'table'
  } catch (error) {
    if (error instanceof FileRefused) return 'refused'
    return `threw ${String(error)}`
  }
}

const STORED = bookOf([{ rows: [[...HEADER], line(1), line(2)] }], { stored: true })
const PACKED = bookOf([{ rows: [[...HEADER], line(1), line(2)] }])
const TEXT = csvOf([line(1, { suspects: '"甲,乙"' }), line(2)])
const HTML = `<html><table><tr>${HEADER.map((one) => `<th colspan="1">${one}</th>`).join('')}</tr><tr>${line(1)
  .map((one) => `<td>${one}&amp;</td>`)
  .join('')}</tr></table>`

describe('case files that are cut or changed', () => {
  it.each([
    ['csv', Buffer.from(TEXT)],
    ['html', Buffer.from(HTML)],
  ])('%s cut at every byte', async (_, whole) => {
    for (let end = 0; end <= whole.length; end++)
      expect(await outcome(whole.subarray(0, end))).toMatch(/^(table|refused)$/)
  })

  it('xlsx cut at every 16th byte', async () => {
    for (let end = 0; end < PACKED.length; end += 16) expect(await outcome(PACKED.subarray(0, end))).toBe('refused')
  })

  it.each([
    // Each decoder 10,000 times; a change inside a packed part mostly breaks the packing only.
    ['xlsx, stored', STORED, 10_000],
    ['xlsx, packed', PACKED, 2000],
    ['csv', Buffer.from(TEXT), 10_000],
    ['csv in GBK', encodeGbk(TEXT), 2000],
    ['html', Buffer.from(HTML), 10_000],
  ])(
    '%s with bytes changed',
    async (_, whole, numRuns) => {
      const change = fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 4 }))
      await fc.assert(
        fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
          const bytes = Buffer.from(whole)
          for (const [at, noise] of changes) bytes.set(noise.subarray(0, bytes.length - at), at)
          expect(await outcome(bytes)).toMatch(/^(table|refused)$/)
        }),
        { numRuns },
      )
    },
    120_000,
  )

  it('any bytes are sniffed, any text normalised', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => typeof sniff(bytes) === 'string'),
      { numRuns: 10_000 },
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        const once = normaliseNumber(text)
        expect(normaliseNumber(once)).toBe(once)
      }),
      { numRuns: 10_000 },
    )
  })

  it.each([
    ['山东省院起诉受[2016]37000000031号', true],
    ['示检诉受〔２０２６〕１２３４５６７８号', true],
    ["'示检诉受【2026】12345678号", true],
    ['示检诉受（2026）12345678 号', true],
    ['示检诉受[2026]1234号', false],
    ['合计', false],
    ['', false],
  ])('%s is a case number: %s', (text, expected) => {
    expect(isCaseNumber(normaliseNumber(text))).toBe(expected)
  })
})
