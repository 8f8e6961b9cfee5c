import { PassThrough, Writable } from 'node:stream'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readXlsx } from '../../collectors/cases/xlsx/read.ts'
import { cellText } from '../../collectors/intake/spreadsheet.ts'
import type { Cell } from '../../server/export/xlsx/cells.ts'
import { type Sheet, writeXlsx } from '../../server/export/xlsx/write.ts'

/** Written by the server, read back by the collectors' own reader: a second parser that knows nothing of the writer. */
const sheet = (rows: AsyncIterable<readonly (readonly Cell[])[]>, over: Partial<Sheet> = {}): Sheet => ({
  name: '案件/列表',
  title: '标题 & <演示>',
  footer: '数据用于分析研判，不作考核排名 & 其他',
  columns: [
    { title: '案号', width: 20, kind: 'text' },
    { title: '日期', width: 12, kind: 'date' },
    { title: '天数', width: 8, kind: 'number' },
  ],
  rows,
  ...over,
})
async function* batches(...all: (readonly (readonly Cell[])[])[]) {
  yield* all
}
async function bytesOf(sheets: readonly Sheet[]): Promise<Buffer> {
  const parts: Buffer[] = []
  const out = new PassThrough()
  out.on('data', (part: Buffer) => parts.push(part))
  await writeXlsx(out, sheets)
  return Buffer.concat(parts)
}

describe('a workbook', () => {
  it('is read back by another parser: texts as texts, dates as dates', async () => {
    const book = await readXlsx(
      await bytesOf([
        sheet(batches([['=1+1', '2026-11-24', -3]], [], [['  a_x0041_b\u0007', null, 0]])),
        sheet(batches(), { name: '说明' }),
      ]),
    )
    expect(book.sheets.map(({ name }) => name)).toEqual(['案件 列表', '说明'])
    const [title, header, first, second] = book.sheets[0]?.rows ?? []
    expect(cellText(title?.cells[0])).toBe('标题 & <演示>')
    expect(header?.cells.map(cellText)).toEqual(['案号', '日期', '天数'])
    expect(first?.cells).toEqual([
      { kind: 'text', text: '=1+1' },
      { kind: 'number', value: 46350, raw: '46350', isDate: true },
      { kind: 'number', value: -3, raw: '-3', isDate: false },
    ])
    expect(second).toMatchObject({ line: 4 })
    expect([0, 1, 2].map((at) => cellText(second?.cells[at]))).toEqual(['  a_x005F_x0041_b_x0007_', '', '0'])
  })
  it('stops reading rows when it is cancelled, and when a row fails', async () => {
    let asked = 0
    let left = false
    const endless = async function* () {
      try {
        for (;;) {
          asked++
          yield [['x', null, null]]
        }
      } finally {
        left = true
      }
    }
    const abort = new AbortController()
    const out = new Writable({
      write(_chunk, _encoding, done) {
        if (asked > 50) abort.abort()
        setImmediate(done)
      },
    })
    await expect(writeXlsx(out, [sheet(endless())], abort.signal)).rejects.toThrow(/abort/i)
    await new Promise((resolve) => setImmediate(resolve))
    expect(left).toBe(true)
    // biome-ignore lint/correctness/useYield: it fails before the first row
    const failing = async function* (): AsyncGenerator<Cell[][]> {
      throw new Error('store is gone')
    }
    await expect(bytesOf([sheet(failing())])).rejects.toThrow('store is gone')
  })
  it('never holds the whole list: 200,000 rows pass through bounded memory', async () => {
    const batch = (from: number): Cell[][] =>
      Array.from({ length: 1000 }, (_, n) => [`示检刑诉〔2026〕${from + n}号`, '2026-11-24', n])
    const produce = async function* () {
      for (let from = 0; from < 200_000; from += 1000) yield batch(from)
    }
    let bytes = 0
    let most = 0
    const before = process.memoryUsage()
    const out = new Writable({
      write(chunk: Buffer, _encoding, done) {
        bytes += chunk.length
        const { external, arrayBuffers } = process.memoryUsage()
        most = Math.max(most, external + arrayBuffers - before.external - before.arrayBuffers)
        done()
      },
    })
    await writeXlsx(out, [sheet(produce())])
    expect(bytes).toBeGreaterThan(1_000_000)
    // The XML alone is some 40 MB; buffers outside the heap are what a stream that does not wait would pile up.
    expect(most).toBeLessThan(16 * 1024 * 1024)
  })
  it('keeps every text', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ unit: 'grapheme', minLength: 1 }), { minLength: 1, maxLength: 20 }),
        async (texts) => {
          const named = texts.map((text) => `案${text}`)
          const book = await readXlsx(await bytesOf([sheet(batches(named.map((text) => [text, null, null])))]))
          expect(firstColumn(book)).toEqual(named)
        },
      ),
      { numRuns: 25 },
    )
  })
})

/** Below title and header. */
function firstColumn(book: Awaited<ReturnType<typeof readXlsx>>): string[] {
  return book.sheets[0]?.rows.slice(2).map(({ cells }) => cellText(cells[0])) ?? []
}
