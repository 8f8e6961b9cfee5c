import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../collectors/intake/csv.ts'
import { streamCsv } from '../../../collectors/intake/csv-stream.ts'
import { decodeText } from '../../../collectors/intake/encoding.ts'
import type { Row } from '../../../collectors/intake/spreadsheet.ts'
import { encodeGbk } from '../../../collectors/office/sheet-file.ts'

/** Read row by row or as a whole: the same rows, the same refusals. */
async function both(bytes: Buffer) {
  const rows: Row[] = []
  const streamed = await streamCsv(bytes, (row) => rows.push(row))
  const text = decodeText(bytes)
  const whole = text ? readCsv(text.text) : undefined
  return {
    streamed: streamed.ok ? { rows, encoding: streamed.encoding } : { why: streamed.why },
    whole: !whole
      ? { why: 'undecodable' }
      : whole.ok
        ? { rows: whole.book.sheets[0]?.rows, encoding: text?.encoding }
        : { why: whole.why },
  }
}
async function agree(bytes: Buffer): Promise<void> {
  const { streamed, whole } = await both(bytes)
  expect(streamed).toEqual(whole)
}

const LINE = '示检刑诉受[2026]37000000031号,"审查，\n起诉",="000123",第一检察部\r\n'

describe('a csv that is read row by row', () => {
  it.each([
    ['UTF-8', (text: string) => Buffer.from(text)],
    ['UTF-8 with a mark', (text: string) => Buffer.from(`\ufeff${text}`)],
    ['UTF-16LE with a mark', (text: string) => Buffer.from(`\ufeff${text}`, 'utf16le')],
    ['GBK', (text: string) => encodeGbk(text)],
  ])('%s: characters and quoted newlines across the borders of its pieces', async (_, encode) => {
    // Every place within a character and within a row meets a border of 64 KiB once.
    for (const ahead of [0, 1, 2, 3, 17]) await agree(encode('x'.repeat(ahead) + LINE.repeat(2500)))
  })

  it('agrees on anything', async () => {
    const cell = fc.stringMatching(/^[ab"'=;,\t，中\n\r\0\u00e9]{0,6}$/)
    const text = fc.array(fc.array(cell, { maxLength: 5 }), { maxLength: 6 })
    await fc.assert(
      fc.asyncProperty(text, async (rows) => agree(Buffer.from(rows.map((row) => row.join(',')).join('\n')))),
      { numRuns: 2000 },
    )
  })

  it('refuses what nobody could read, what does not pair, and too many rows', async () => {
    expect((await both(Buffer.from([0x81, 0xff, 0x81, 0xff, 0x41]))).streamed).toEqual({ why: 'undecodable' })
    expect((await both(Buffer.from(`a,b\n"${'x'.repeat(20)}\n`))).streamed).toMatchObject({ why: 'malformed' })
    expect((await both(Buffer.from('1\n'.repeat(200_101)))).streamed).toEqual({ why: 'too_much' })
  })
})
