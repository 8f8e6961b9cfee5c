import { isUtf8 } from 'node:buffer'
import { Readable } from 'node:stream'
import { parse } from 'csv-parse'
import { CSV_OPTIONS, csvRow, guessDelimiter, MAX_ROWS, malformed } from './csv.ts'
import { isReadable, type Text } from './encoding.ts'
import type { Row } from './spreadsheet.ts'

export type CsvStreaming =
  | { ok: true; encoding: Text['encoding'] }
  | { ok: false; why: 'too_much' | 'malformed' | 'undecodable'; detail: string }

const CHUNK = 64 * 1024

/**
 * As `readCsv`, but row by row: neither the text nor the rows of a large file are in memory as a whole. Rows that were
 * handed over before a refusal are for nothing.
 */
export async function streamCsv(bytes: Buffer, take: (row: Row) => void): Promise<CsvStreaming> {
  const encoding = encodingOf(bytes)
  const count = { chars: 0, bad: 0 }
  const parser = parse({ ...CSV_OPTIONS, delimiter: guessDelimiter(headOf(bytes, encoding)), to: MAX_ROWS + 1 })
  const source = Readable.from(texts(bytes, encoding, count))
  source.once('error', (error) => parser.destroy(error))
  let line = 0
  try {
    for await (const record of source.pipe(parser) as AsyncIterable<string[]>) {
      if (++line > MAX_ROWS) return { ok: false, why: 'too_much', detail: `超过 ${MAX_ROWS} 行，请分开导出` }
      take(csvRow(record, line))
    }
  } catch (error) {
    return malformed(error)
  } finally {
    source.destroy()
    parser.destroy()
  }
  if (!isReadable(count.bad, count.chars)) return { ok: false, why: 'undecodable', detail: '' }
  return { ok: true, encoding }
}

function encodingOf(bytes: Buffer): Text['encoding'] {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return isUtf8(bytes) ? 'utf-8' : 'gb18030'
}

const headOf = (bytes: Buffer, encoding: string): string =>
  new TextDecoder(encoding).decode(bytes.subarray(0, CHUNK), { stream: true }).replace(/^\ufeff/, '')

function* texts(bytes: Buffer, encoding: string, count: { chars: number; bad: number }): Generator<string> {
  const decoder = new TextDecoder(encoding)
  for (let from = 0; from < bytes.length; from += CHUNK) {
    const last = from + CHUNK >= bytes.length
    const text = decoder.decode(bytes.subarray(from, from + CHUNK), { stream: !last })
    count.chars += text.length
    for (let at = text.indexOf('\ufffd'); at >= 0; at = text.indexOf('\ufffd', at + 1)) count.bad++
    const clean = text.replaceAll('\0', '')
    if (clean !== '') yield clean
  }
}
