import { readDay } from '../intake/day.ts'
import { findHeader, type Header, type HeaderReading } from '../intake/header.ts'
import { type Book, cellText, type Merge, type Row } from '../intake/spreadsheet.ts'
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
  /** Labels of the header that no field took, as the file writes them. */
  unmapped: string[]
  /** 制表时间 of the title rows, wall clock `YYYY-MM-DDTHH:MM:SS`. */
  exportedAt: string | null
  encoding?: string
}

/** Rows among which the header is looked for. */
const HEAD_ROWS = 24
/** Told of, and kept: a file of nothing but wrong rows does not fill the memory. */
const MAX_REFUSALS = 20_000

type Failure = Exclude<HeaderReading<CaseField>, { ok: true }>

/** Takes the rows of visible sheets one by one; only what they say is kept. */
export class TableReader {
  readonly #profile: CaseProfile
  readonly #failures: Failure[] = []
  readonly #byNumber = new Map<string, CaseRow>()
  readonly #fields = new Set<CaseField>()
  readonly #unmapped = new Set<string>()
  readonly #table: Omit<CaseTable, 'rows' | 'fields' | 'unmapped'> = {
    refusals: [],
    feet: 0,
    warnings: [],
    exportedAt: null,
  }
  #sheets = 0
  #read = 0

  constructor(profile: CaseProfile) {
    this.#profile = profile
  }

  get rowsRead(): number {
    return this.#read
  }

  hidden(name: string): void {
    this.#table.warnings.push(`工作表“${name}”被隐藏，未读取；如需导入请取消隐藏`)
  }

  /** Give it each row, then call `end`. */
  sheet(name: string, merges: readonly Merge[], date1904: boolean): { row(row: Row): void; end(): void } {
    this.#sheets++
    let head: Row[] | undefined = []
    let header: Header<CaseField> | undefined
    const settle = (): void => {
      const rows = head ?? []
      head = undefined
      header = this.#header(name, rows, merges, date1904)
      if (header) for (const row of rows.slice(header.dataFrom)) this.#row(name, row, header, date1904)
    }
    return {
      row: (row) => {
        this.#read++
        if (header) this.#row(name, row, header, date1904)
        else if (head) {
          head.push(row)
          if (head.length >= HEAD_ROWS) settle()
        }
      },
      end: () => {
        if (head) settle()
      },
    }
  }

  #header(name: string, rows: readonly Row[], merges: readonly Merge[], date1904: boolean) {
    const found = findHeader(rows, merges, {
      synonyms: this.#profile.fields,
      required: ['caseNo'],
      minFields: this.#profile.minHeaderFields,
    })
    if (!found.ok) {
      this.#failures.push(found)
      if (rows.length > 0) this.#table.warnings.push(`工作表“${name}”没有找到表头，未读取`)
      return undefined
    }
    for (const field of found.header.columns.keys()) this.#fields.add(field)
    const taken = new Set(found.header.columns.values())
    rows[found.header.dataFrom - 1]?.cells.forEach((cell, column) => {
      if (cell !== undefined && !taken.has(column)) this.#unmapped.add(cellText(cell).trim().slice(0, 40))
    })
    this.#table.exportedAt ??= exportTime(rows.slice(0, found.header.dataFrom), this.#profile, date1904)
    return found.header
  }

  #row(sheet: string, row: Row, { columns }: Header<CaseField>, date1904: boolean): void {
    const reading = readRow(row, { columns, date1904, profile: this.#profile })
    if (reading.what === 'foot') this.#table.feet++
    else if (reading.what === 'refused') {
      if (this.#table.refusals.length < MAX_REFUSALS)
        this.#table.refusals.push({ sheet, line: row.line, ...reading.refusal })
    } else {
      const before = this.#byNumber.get(reading.row.caseNo)
      this.#byNumber.set(reading.row.caseNo, before ? mergeRows(before, reading.row) : reading.row)
    }
  }

  /** @throws FileRefused `header_not_found` with the best guess */
  finish(encoding?: string): CaseTable {
    if (this.#failures.length > 0 && this.#failures.length === this.#sheets)
      throw new FileRefused('header_not_found', guess(this.#failures))
    return {
      ...this.#table,
      rows: [...this.#byNumber.values()],
      fields: [...this.#fields],
      unmapped: [...this.#unmapped],
      ...(encoding === undefined ? {} : { encoding }),
    }
  }
}

/** Pure: all visible sheets of a book. @throws FileRefused `header_not_found` with the best guess */
export function readTable(book: Book, profile: CaseProfile): CaseTable {
  const reader = new TableReader(profile)
  for (const { name, hidden, rows, merges } of book.sheets) {
    if (hidden) {
      reader.hidden(name)
      continue
    }
    const sheet = reader.sheet(name, merges, book.date1904)
    for (const row of rows) sheet.row(row)
    sheet.end()
  }
  return reader.finish(book.encoding)
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
function guess(failures: readonly Failure[]): string {
  const best = failures.reduce((a, b) => (b.found.length > a.found.length ? b : a))
  const list = (words: readonly string[]) => words.slice(0, 12).join('、').slice(0, 120)
  const parts = [
    best.found.length > 0 ? `第 ${best.line} 行最像表头，认出：${list(best.found)}` : '没有一行像表头',
    ...(best.unknown.length > 0 ? [`不认识：${list(best.unknown)}`] : []),
    ...(best.missing.length > 0 ? ['缺少“部门受案号”一列'] : []),
  ]
  return `${parts.join('；')}。请核对导出的列，或在 profiles/case-export.yaml 补充同义词`
}
