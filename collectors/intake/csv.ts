import { parse } from 'csv-parse/sync'
import { type Book, type Row, textCell } from './spreadsheet.ts'

const DELIMITERS = ['\t', ',', ';', '，'] as const
/** 200,000 of data, and title, header and sum rows beside them. */
export const MAX_ROWS = 200_100
const MAX_COLUMNS = 256
const MAX_CHARS = 32_767

/** What both readings ask of the parser. */
export const CSV_OPTIONS = {
  relax_quotes: true,
  relax_column_count: true,
  skip_empty_lines: false,
  max_record_size: 4 * 1024 * 1024,
} as const

export type CsvReading = { ok: true; book: Book } | { ok: false; why: 'too_much' | 'malformed'; detail: string }

/** A text table with one of the usual delimiters; quotes, newlines in quotes and `="000123"` are understood. */
export function readCsv(text: string): CsvReading {
  const clean = text.replace(/^\ufeff/, '').replace(/\0/g, '')
  try {
    const records = parse(clean, {
      ...CSV_OPTIONS,
      delimiter: guessDelimiter(clean),
      to: MAX_ROWS + 1,
    }) as unknown as string[][]
    if (records.length > MAX_ROWS) return { ok: false, why: 'too_much', detail: `超过 ${MAX_ROWS} 行，请分开导出` }
    const rows = records.map((record, at) => csvRow(record, at + 1))
    return { ok: true, book: { sheets: [{ name: '', hidden: false, rows, merges: [] }], date1904: false } }
  } catch (error) {
    return malformed(error)
  }
}

export const csvRow = (record: readonly string[], line: number): Row => ({
  line,
  cells: record.slice(0, MAX_COLUMNS).map(cell),
})

export function malformed(error: unknown): { ok: false; why: 'malformed'; detail: string } {
  const { code, lines } = error as { code?: string; lines?: number }
  return { ok: false, why: 'malformed', detail: `第 ${lines ?? '?'} 行起引号或分隔符不成对（${code ?? '未知'}）` }
}

/** The one that stands most evenly outside quotes in the first lines. */
export function guessDelimiter(text: string): string {
  const lines = text
    .slice(0, 20_000)
    .split(/\r\n|\r|\n/, 30)
    .map((line) => line.replace(/"[^"]*"/g, ''))
  const count = (mark: string) => lines.reduce((sum, line) => sum + Math.min(line.split(mark).length - 1, 40), 0)
  return DELIMITERS.reduce<string>((best, mark) => (count(mark) > count(best) ? mark : best), ',')
}

function cell(text: string) {
  const trick = /^="(.*)"$/s.exec(text.trim())
  const value = (trick?.[1] ?? text).slice(0, MAX_CHARS)
  return value.trim() === '' ? undefined : textCell(value)
}
