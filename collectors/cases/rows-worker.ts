import { parentPort, workerData } from 'node:worker_threads'
import { type Cell, cellText, type Sheet } from '../intake/spreadsheet.ts'
import { readBook } from './parse.ts'
import { FileRefused } from './xlsx/limits.ts'

/**
 * Any table file → the texts of its first sheet that has rows. Runs in a thread of its own with little memory, for the
 * server's imports at a desk: whatever a file does ends with it.
 */
export type RowsAnswer = { ok: true; rows: string[][]; warnings: string[] } | { ok: false; why: string }
const MOST_ROWS = 5000
const MOST_COLUMNS = 80
const MOST_CHARS = 8000
const DAY_MS = 86_400_000

const { bytes } = workerData as { bytes: Uint8Array }

/** Day numbers of spreadsheets count from 1899-12-30, of old Mac books from 1904-01-01. */
function shown(cell: Cell | undefined, date1904: boolean): string {
  if (cell?.kind !== 'number' || !cell.isDate) return cellText(cell).slice(0, MOST_CHARS)
  const ms = Date.UTC(date1904 ? 1904 : 1899, date1904 ? 0 : 11, date1904 ? 1 : 30) + Math.floor(cell.value) * DAY_MS
  return Number.isFinite(ms) && Math.abs(ms) < 1e14 ? new Date(ms).toISOString().slice(0, 10) : cell.raw
}

async function read(): Promise<RowsAnswer> {
  try {
    const { sheets, date1904 } = await readBook(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength))
    const sheet = sheets.find(({ hidden, rows }) => !hidden && rows.length > 0)
    if (!sheet) return { ok: false, why: '文件里没有可见的表格' }
    if (sheet.rows.length > MOST_ROWS) return { ok: false, why: `表格超过 ${MOST_ROWS} 行，请分开导出` }
    return { ok: true, rows: rowsOf(sheet, date1904), warnings: warningsOf(sheets, sheet) }
  } catch (error) {
    if (error instanceof FileRefused) return { ok: false, why: error.message }
    throw error
  }
}

/** In their places: row numbers for people count as the spreadsheet program shows them. */
function rowsOf(sheet: Sheet, date1904: boolean): string[][] {
  const rows: string[][] = Array.from({ length: Math.min(sheet.rows.at(-1)?.line ?? 0, MOST_ROWS * 2) }, () => [])
  for (const { line, cells } of sheet.rows) {
    const texts = Array.from({ length: Math.min(cells.length, MOST_COLUMNS) }, (_, at) => shown(cells[at], date1904))
    if (line <= rows.length) rows[line - 1] = texts
  }
  return rows
}
function warningsOf(sheets: readonly Sheet[], read: Sheet): string[] {
  const others = sheets.filter((sheet) => sheet !== read && sheet.rows.length > 0).map(({ name }) => name)
  return others.length > 0 ? [`只读了工作表“${read.name}”，没有读：${others.join('、')}`] : []
}

parentPort?.postMessage(await read())
