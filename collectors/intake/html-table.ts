import { type Book, type Cell, type Merge, type Row, textCell } from './spreadsheet.ts'

const MAX_ROWS = 200_000
const MAX_COLUMNS = 256
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** The tables of an HTML page that calls itself `.xls`, as many systems export it. Markup is skipped, nothing is run. */
export function readHtmlTable(html: string): Book {
  const rows: Row[] = []
  const merges: Merge[] = []
  const body = withoutHidden(html)
  let open: { cells: (Cell | undefined)[]; column: number } | undefined
  for (const [, closing, tag = '', attributes = '', text = ''] of body.matchAll(
    /<(\/?)([a-z][a-z0-9]*)(?![a-z0-9])([^<>]*)>([^<]*)/gi,
  )) {
    const name = tag.toLowerCase()
    if (name === 'tr' && closing === '') {
      if (rows.length >= MAX_ROWS) break
      open = { cells: [], column: 0 }
      rows.push({ line: rows.length + 1, cells: open.cells })
    }
    if (!open) continue
    if ((name === 'td' || name === 'th') && closing === '') addCell(open, rows.length - 1, attributes, text, merges)
    else if (text.trim() !== '' && open.column > 0) append(open, text)
  }
  return { sheets: [{ name: '', hidden: false, rows, merges }], date1904: false }
}

/** Without comments, scripts and styles; one that never ends takes the rest with it. One pass, however often it opens. */
function withoutHidden(html: string): string {
  const opening = /<!--|<(script|style)\b/gi
  let kept = ''
  let from = 0
  for (let open = opening.exec(html); open; open = opening.exec(html)) {
    kept += html.slice(from, open.index)
    const closing = open[1] === undefined ? /-->/g : new RegExp(`</${open[1]}\\s*>`, 'gi')
    closing.lastIndex = opening.lastIndex
    if (!closing.exec(html)) return kept
    from = closing.lastIndex
    opening.lastIndex = from
  }
  return kept + html.slice(from)
}

function addCell(
  open: { cells: (Cell | undefined)[]; column: number },
  row: number,
  attributes: string,
  text: string,
  merges: Merge[],
): void {
  // Columns that a cell from above reaches down into are not in this row's markup.
  while (merges.some((one) => covers(one, row, open.column))) open.column++
  if (open.column >= MAX_COLUMNS) return
  const columns = span(attributes, 'colspan')
  const rows = span(attributes, 'rowspan')
  if (columns > 1 || rows > 1) merges.push({ row, column: open.column, rows, columns })
  open.cells[open.column] = clean(text)
  open.column += columns
}

/** Text after a tag inside the cell (`<b>`, `<br>`) still belongs to it. */
function append(open: { cells: (Cell | undefined)[]; column: number }, text: string): void {
  const at = open.cells.length - 1
  const before = open.cells[at]
  const joined = `${before?.kind === 'text' ? before.text : ''}${text}`
  if (at >= 0) open.cells[at] = clean(joined)
}

const covers = (merge: Merge, row: number, column: number): boolean =>
  row > merge.row && row < merge.row + merge.rows && column >= merge.column && column < merge.column + merge.columns

function span(attributes: string, name: string): number {
  const value = Number(new RegExp(`\\b${name}\\s*=\\s*["']?(\\d{1,3})`, 'i').exec(attributes)?.[1] ?? 1)
  return Math.min(Math.max(value, 1), MAX_COLUMNS)
}

function clean(text: string): Cell | undefined {
  const plain = text
    .replace(/&(#x?[0-9a-f]{1,6}|[a-z]{2,6});/gi, (whole, code: string) => entity(code) ?? whole)
    .replace(/\s+/g, ' ')
    .trim()
  return plain === '' ? undefined : textCell(plain.slice(0, 32_767))
}

function entity(code: string): string | undefined {
  if (!code.startsWith('#')) return ENTITIES[code.toLowerCase()]
  const point = /^#x/i.test(code) ? Number.parseInt(code.slice(2), 16) : Number(code.slice(1))
  return Number.isInteger(point) && point > 0 && point <= 0x10ffff ? String.fromCodePoint(point) : undefined
}
