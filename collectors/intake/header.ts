import { cellText, type Merge, type Row } from './spreadsheet.ts'

/** Field → column (from 0). */
export type Columns<Field extends string> = ReadonlyMap<Field, number>

export interface Header<Field extends string> {
  columns: Columns<Field>
  /** Index into `rows` of the first row of data. */
  dataFrom: number
  /** Line of the header's first row, as the spreadsheet program shows it. */
  line: number
}
export type HeaderReading<Field extends string> =
  | { ok: true; header: Header<Field> }
  /** The row that looked most like one: its line, what was recognised, the fields that are missing. */
  | { ok: false; line: number; found: string[]; unknown: string[]; missing: Field[] }

export interface HeaderWords<Field extends string> {
  synonyms: Readonly<Record<Field, readonly string[]>>
  required: readonly Field[]
  minFields: number
}

const LOOK_AT = 20

/**
 * Finds the header among the first rows: the one (or the two, for a merged header) whose cells match most synonyms;
 * a child under a merged parent is `parent/child`.
 */
export function findHeader<Field extends string>(
  rows: readonly Row[],
  merges: readonly Merge[],
  words: HeaderWords<Field>,
): HeaderReading<Field> {
  let best = { columns: new Map<Field, number>() as Columns<Field>, at: 0, height: 1, labels: [] as Label[] }
  for (let at = 0; at < Math.min(rows.length, LOOK_AT); at++)
    for (const height of [1, 2]) {
      const labels = labelsOf(rows, merges, at, height)
      const columns = match(labels, words.synonyms)
      // Of equals the lowest and highest: title rows above match nothing, a second row that costs no match is header.
      if (columns.size > 0 && columns.size >= best.columns.size) best = { columns, at, height, labels }
    }
  const missing = words.required.filter((field) => !best.columns.has(field))
  const line = rows[best.at]?.line ?? 1
  if (missing.length === 0 && best.columns.size >= words.minFields)
    return { ok: true, header: { columns: best.columns, dataFrom: best.at + best.height, line } }
  const taken = new Set(best.columns.values())
  const shown = best.labels.map(({ column, full }) => ({ full, known: taken.has(column) }))
  // A row of data holds names: it is quoted only when it really is a header.
  const unknown = best.columns.size >= 3 ? shown.filter(({ known }) => !known).map(({ full }) => full) : []
  return { ok: false, line, found: shown.filter(({ known }) => known).map(({ full }) => full), unknown, missing }
}

interface Label {
  column: number
  /** `parent/child`, or the single text. */
  full: string
  /** The child alone, if there is one. */
  own: string
}

/** Text of each column's header cell; a merged parent is inherited by the columns it covers. */
function labelsOf(rows: readonly Row[], merges: readonly Merge[], at: number, height: number): Label[] {
  const upper = rows[at]
  const lower = height === 2 ? rows[at + 1] : undefined
  if (!upper || (height === 2 && lower?.line !== upper.line + 1)) return []
  const labels: Label[] = []
  const width = Math.max(upper.cells.length, lower?.cells.length ?? 0)
  for (let column = 0; column < width; column++) {
    const own = tidy(cellText(upper.cells[column]))
    const child = tidy(cellText(lower?.cells[column]))
    const parent = own || (child ? tidy(cellText(upper.cells[parentColumn(upper, lower, merges, column)])) : '')
    if (!parent && !child) continue
    labels.push({
      column,
      full: parent && child && parent !== child ? `${parent}/${child}` : parent || child,
      own: child || parent,
    })
  }
  return labels
}

/** The column whose text covers this one: by the merge, else (a CSV has none) the nearest text to the left. */
function parentColumn(upper: Row, lower: Row | undefined, merges: readonly Merge[], column: number): number {
  const row = upper.line - 1
  const merge = merges.find(
    (one) => one.row <= row && row < one.row + one.rows && one.column <= column && column < one.column + one.columns,
  )
  if (merge) return merge.column
  if (merges.length > 0) return column
  let left = column
  while (left > 0 && !upper.cells[left] && lower?.cells[left]) left--
  return left
}

/** Each field takes the first of its synonyms that a column bears; the full label counts before the child alone. */
function match<Field extends string>(
  labels: readonly Label[],
  synonyms: Readonly<Record<Field, readonly string[]>>,
): Columns<Field> {
  const columns = new Map<Field, number>()
  const taken = new Set<number>()
  for (const [field, words] of Object.entries(synonyms) as [Field, readonly string[]][]) {
    const label = words
      .map(tidy)
      .flatMap((word) => [labels.find(({ full }) => full === word), labels.find(({ own }) => own === word)])
      .find((one) => one !== undefined && !taken.has(one.column))
    if (!label) continue
    columns.set(field, label.column)
    taken.add(label.column)
  }
  return columns
}

/** Full width → half, no spaces or line breaks, case of Latin letters ignored. */
export const tidy = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[\s\u200b-\u200f\ufeff*]/g, '')
    .replace(/[:：]$/, '')
    .toUpperCase()
