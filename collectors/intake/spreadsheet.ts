/** What a table cell holds, as the file has it; dates stay numbers until somebody asks for a day. */
export type Cell = { kind: 'text'; text: string } | { kind: 'number'; value: number; raw: string; isDate: boolean }

export interface Row {
  /** From 1, as the spreadsheet program shows it. */
  line: number
  /** Sparse: an empty cell is undefined. */
  cells: readonly (Cell | undefined)[]
}

/** Row and column from 0. */
export interface Merge {
  row: number
  column: number
  rows: number
  columns: number
}

export interface Sheet {
  name: string
  hidden: boolean
  rows: Row[]
  merges: Merge[]
}

export interface Book {
  sheets: Sheet[]
  /** Day 0 is 1904-01-01 (old Mac books). */
  date1904: boolean
  encoding?: string
}

export const textCell = (text: string): Cell => ({ kind: 'text', text })

/** What a person would read there; numbers as the file writes them. */
export const cellText = (cell: Cell | undefined): string =>
  cell === undefined ? '' : cell.kind === 'text' ? cell.text : cell.raw
