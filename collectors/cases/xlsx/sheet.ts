import type { Cell, Merge, Row } from '../../intake/spreadsheet.ts'
import type { Archive } from './archive.ts'
import { FileRefused, LIMITS } from './limits.ts'
import { readXmlPart } from './xml-part.ts'

export interface SheetContent {
  rows: Row[]
  merges: Merge[]
}

/** What the cells of a sheet need: shared strings and which styles are dates. `budget` is shared by all sheets. */
export interface CellContext {
  strings: readonly string[]
  dates: readonly boolean[]
  budget: { cells: number }
}

/** Cached results of formulas only; empty rows left out. @throws FileRefused */
export async function readSheet(archive: Archive, part: string, context: CellContext): Promise<SheetContent> {
  const content: SheetContent = { rows: [], merges: [] }
  await readRows(archive, part, context, (row) => content.rows.push(row), content.merges)
  return content
}

/** Each row as it comes, none kept: a sheet of 200,000 rows needs no more memory than one of twenty. */
export async function readRows(
  archive: Archive,
  part: string,
  context: CellContext,
  take: (row: Row) => void,
  merges: Merge[] = [],
): Promise<void> {
  const reader = new SheetReader(take, merges, context)
  await readXmlPart(archive, part, {
    open: (name, attributes) => reader.open(name, attributes),
    close: (name) => reader.close(name),
    text: (text) => reader.text(text),
  })
}

/** Merged cells stand after the rows that they belong to: looked for without reading the XML, headers need them first. */
export async function readMerges(archive: Archive, part: string): Promise<Merge[]> {
  const merges: Merge[] = []
  let rest = ''
  await archive.read(part, (piece) => {
    const text = rest + piece.toString('latin1')
    for (const [, reference] of text.matchAll(/<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z0-9:]+)"/g))
      addMerge(merges, reference)
    rest = text.slice(-MERGE_CHARS)
    const half = rest.lastIndexOf('<')
    rest = half < 0 ? '' : rest.slice(half)
  })
  return merges
}
const MERGE_CHARS = 200

class SheetReader {
  readonly #take: (row: Row) => void
  readonly #merges: Merge[]
  #rows = 0
  readonly #context: CellContext
  #line = 0
  #cells: (Cell | undefined)[] = []
  #column = -1
  #type = 'n'
  #style = 0
  #value = ''
  #taking = false
  #phonetic = 0

  constructor(take: (row: Row) => void, merges: Merge[], context: CellContext) {
    this.#take = take
    this.#merges = merges
    this.#context = context
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    switch (name) {
      case 'row':
        this.#openRow(attributes.r)
        break
      case 'c':
        this.#openCell(attributes)
        break
      case 'v':
        this.#taking = true
        break
      case 't':
        this.#taking = this.#phonetic === 0
        break
      case 'rPh':
        this.#phonetic++
        break
      case 'mergeCell':
        addMerge(this.#merges, attributes.ref)
    }
  }

  text(text: string): void {
    if (!this.#taking) return
    this.#value += text
    if (this.#value.length > LIMITS.cellChars) throw new FileRefused('zip_limit', '单元格文字超过 32767 字')
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#taking = false
    else if (name === 'rPh') this.#phonetic--
    else if (name === 'c') this.#closeCell()
    else if (name === 'row' && this.#cells.length > 0) {
      this.#rows++
      this.#take({ line: this.#line, cells: this.#cells })
    }
  }

  #openRow(number: string | undefined): void {
    this.#line = number === undefined ? this.#line + 1 : Number(number)
    this.#cells = []
    this.#column = -1
    if (!(this.#line >= 1 && this.#line <= MAX_LINE) || this.#rows >= LIMITS.rows)
      throw new FileRefused('zip_limit', `工作表超过 ${LIMITS.rows} 行，请分开导出`)
  }

  #openCell({ r, t, s }: Readonly<Record<string, string>>): void {
    this.#column = r === undefined ? this.#column + 1 : columnOf(r)
    this.#type = t ?? 'n'
    this.#style = Number(s ?? 0)
    this.#value = ''
    if (!(this.#column >= 0 && this.#column < LIMITS.columns))
      throw new FileRefused('zip_limit', `工作表超过 ${LIMITS.columns} 列，请只导出需要的列`)
  }

  #closeCell(): void {
    const cell = this.#cell()
    if (cell === undefined) return
    if (--this.#context.budget.cells < 0) throw new FileRefused('zip_limit', '工作簿单元格过多，请分开导出')
    this.#cells[this.#column] = cell
  }

  #cell(): Cell | undefined {
    const value = this.#value
    switch (this.#type) {
      case 's':
        return text(this.#context.strings[Number(value)] ?? '')
      case 'n':
        return number(value, this.#context.dates[this.#style] ?? false)
      case 'e':
        return undefined
      case 'b':
        return text(value === '1' ? '是' : '否')
      default:
        // `str` formula result, `inlineStr`, `d` ISO date
        return text(value)
    }
  }
}

function addMerge(merges: Merge[], reference: string | undefined): void {
  const match = /^([A-Z]{1,3}\d{1,7}):([A-Z]{1,3}\d{1,7})$/.exec(reference ?? '')
  if (!match?.[1] || !match[2] || merges.length >= MAX_MERGES) return
  const [row, column] = [lineOf(match[1]), columnOf(match[1])]
  const merge = { row, column, rows: lineOf(match[2]) - row + 1, columns: columnOf(match[2]) - column + 1 }
  if (merge.rows > 0 && merge.columns > 0) merges.push(merge)
}

const MAX_LINE = 1_048_576
/** Only those of the header count; a sheet may have thousands below. */
const MAX_MERGES = 10_000

const text = (value: string): Cell | undefined => (value.trim() === '' ? undefined : { kind: 'text', text: value })

function number(raw: string, isDate: boolean): Cell | undefined {
  if (raw.trim() === '') return undefined
  const value = Number(raw)
  return Number.isFinite(value) ? { kind: 'number', value, raw: raw.trim(), isDate } : text(raw)
}

/** `BC12` → 54. */
export function columnOf(reference: string): number {
  let column = 0
  for (const char of /^[A-Z]+/.exec(reference)?.[0] ?? '') column = column * 26 + char.charCodeAt(0) - 64
  return column - 1
}
const lineOf = (reference: string): number => Number(/\d+$/.exec(reference)?.[0] ?? 1) - 1
