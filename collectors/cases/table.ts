import { readDay } from '../intake/day.ts'
import { findHeader, type HeaderReading } from '../intake/header.ts'
import { type Book, cellText, type Row, type Sheet } from '../intake/spreadsheet.ts'
import type { CaseField, CaseProfile } from './profile.ts'
import { type CaseRow, mergeRows, type RowRefusal, readRow } from './rows.ts'
import { FileRefused } from './xlsx/limits.ts'

/** Everything that a file says, before it is compared with what is known. */
export interface CaseTable {
  rows: CaseRow[]
  refusals: RowRefusal[]
  /** Sum and signature rows, empty lines. */
  feet: number
  /** Chinese: hidden sheets, sheets without a header. */
  warnings: string[]
  /** Fields that at least one sheet has a column for. */
  fields: CaseField[]
  /** 制表时间 of the title rows, wall clock `YYYY-MM-DDTHH:MM:SS`. */
  exportedAt: string | null
  encoding?: string
}

/** Pure: all visible sheets of a book. @throws FileRefused `header_not_found` with the best guess */
export function readTable(book: Book, profile: CaseProfile): CaseTable {
  const table: CaseTable = {
    rows: [],
    refusals: [],
    feet: 0,
    warnings: [],
    fields: [],
    exportedAt: null,
    encoding: book.encoding,
  }
  const failures: Exclude<HeaderReading<CaseField>, { ok: true }>[] = []
  const byNumber = new Map<string, CaseRow>()
  const fields = new Set<CaseField>()
  for (const sheet of book.sheets) {
    if (sheet.hidden) {
      table.warnings.push(`工作表“${sheet.name}”被隐藏，未读取；如需导入请取消隐藏`)
      continue
    }
    const header = findHeader(sheet.rows, sheet.merges, {
      synonyms: profile.fields,
      required: ['caseNo'],
      minFields: profile.minHeaderFields,
    })
    if (!header.ok) {
      failures.push(header)
      if (sheet.rows.length > 0) table.warnings.push(`工作表“${sheet.name}”没有找到表头，未读取`)
      continue
    }
    for (const field of header.header.columns.keys()) fields.add(field)
    table.exportedAt ??= exportTime(sheet.rows.slice(0, header.header.dataFrom), profile, book.date1904)
    readRows(sheet, header.header, book.date1904, profile, table, byNumber)
  }
  if (failures.length > 0 && failures.length === book.sheets.filter(({ hidden }) => !hidden).length)
    throw new FileRefused('header_not_found', guess(failures))
  table.rows = [...byNumber.values()]
  table.fields = [...fields]
  return table
}

function readRows(
  sheet: Sheet,
  header: { columns: ReadonlyMap<CaseField, number>; dataFrom: number },
  date1904: boolean,
  profile: CaseProfile,
  table: CaseTable,
  byNumber: Map<string, CaseRow>,
): void {
  for (const row of sheet.rows.slice(header.dataFrom)) {
    const reading = readRow(row, { columns: header.columns, date1904, profile })
    if (reading.what === 'foot') table.feet++
    else if (reading.what === 'refused') table.refusals.push({ sheet: sheet.name, line: row.line, ...reading.refusal })
    else {
      const before = byNumber.get(reading.row.caseNo)
      byNumber.set(reading.row.caseNo, before ? mergeRows(before, reading.row) : reading.row)
    }
  }
}

function exportTime(rows: readonly Row[], { exportedAt }: CaseProfile, date1904: boolean): string | null {
  const texts = rows.flatMap(({ cells }) => cells.map((cell) => cellText(cell).normalize('NFKC')))
  for (const word of exportedAt)
    for (const text of texts) {
      const after = text.split(word)[1]
      const match = after && /\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?(?:[T ]*\d{1,2}:\d{1,2}(?::\d{1,2})?)?/.exec(after)
      const day = match ? readDay({ kind: 'text', text: match[0] }, date1904) : undefined
      if (day?.what === 'day') return `${day.day.date}T${day.day.time ?? '00:00:00'}`
    }
  return null
}

/** `第 3 行最像表头：认出 …；不认识 …；缺少 部门受案号`. */
function guess(failures: readonly Exclude<HeaderReading<CaseField>, { ok: true }>[]): string {
  const best = failures.reduce((a, b) => (b.found.length > a.found.length ? b : a))
  const list = (words: readonly string[]) => words.slice(0, 12).join('、').slice(0, 120)
  const parts = [
    best.found.length > 0 ? `第 ${best.line} 行最像表头，认出：${list(best.found)}` : '没有一行像表头',
    ...(best.unknown.length > 0 ? [`不认识：${list(best.unknown)}`] : []),
    ...(best.missing.length > 0 ? ['缺少“部门受案号”一列'] : []),
  ]
  return `${parts.join('；')}。请核对导出的列，或在 profiles/case-export.yaml 补充同义词`
}
