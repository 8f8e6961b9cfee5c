import { readDay } from '../intake/day.ts'
import { findHeader, tidy } from '../intake/header.ts'
import { type Book, type Cell, cellText, type Row } from '../intake/spreadsheet.ts'
import type { HardwareField, PatchField, TableProfile } from './table-profile.ts'

/** What a console's list says, before it is compared with what was known. */
export type TerminalTable =
  | { what: 'patches'; hosts: Map<string, MissingPatches>; rows: number; feet: number; unnamed: number }
  | { what: 'hardware'; hosts: Map<string, Hardware>; rows: number; feet: number; unnamed: number }
  | { what: 'unknown'; found: string[] }

export interface MissingPatches {
  patches: string[]
  /** `YYYY-MM-DD` of the oldest that is missing, if the list has dates. */
  oldest?: string
}
/** Facts by field, as the console writes them. `seen`: wall clock `YYYY-MM-DDTHH:MM:SS`. */
export type Hardware = Partial<Record<HardwareField, string>>

/** Pure: the first visible sheet whose header is that of a list we know. Never throws. */
export function readTerminalTable(book: Book, profile: TableProfile): TerminalTable {
  const found: string[] = []
  for (const { rows, merges, hidden } of book.sheets) {
    if (hidden) continue
    const patches = findHeader<PatchField>(rows, merges, {
      synonyms: fieldsOf(profile.patches.fields),
      required: ['host', 'patch'],
      minFields: 2,
    })
    if (patches.ok)
      return readPatches(rows.slice(patches.header.dataFrom), patches.header.columns, book.date1904, profile)
    const hardware = findHeader<HardwareField>(rows, merges, {
      synonyms: fieldsOf(profile.hardware.fields),
      required: ['host'],
      minFields: 3,
    })
    if (hardware.ok)
      return readHardware(rows.slice(hardware.header.dataFrom), hardware.header.columns, book.date1904, profile)
    found.push(...hardware.found)
  }
  return { what: 'unknown', found }
}

const fieldsOf = <Field extends string>(fields: Partial<Record<Field, string[]>>) =>
  fields as Readonly<Record<Field, readonly string[]>>

type Columns<Field extends string> = ReadonlyMap<Field, number>
const MAX_TEXT = 200

function reader<Field extends string>(row: Row, columns: Columns<Field>) {
  const cell = (field: Field): Cell | undefined => {
    const column = columns.get(field)
    return column === undefined ? undefined : row.cells[column]
  }
  const text = (field: Field): string => cellText(cell(field)).normalize('NFKC').trim().slice(0, MAX_TEXT)
  return { cell, text }
}

/** Sum and signature rows, empty lines. */
const isFoot = (row: Row, { footWords }: TableProfile): boolean => {
  const first = tidy(cellText(row.cells.find((one) => one !== undefined)))
  return first === '' || footWords.some((word) => first.startsWith(tidy(word)))
}

function readPatches(rows: readonly Row[], columns: Columns<PatchField>, date1904: boolean, profile: TableProfile) {
  const table = { what: 'patches' as const, hosts: new Map<string, MissingPatches>(), rows: 0, feet: 0, unnamed: 0 }
  const { high, installed } = profile.patches
  for (const row of rows) {
    if (isFoot(row, profile)) {
      table.feet++
      continue
    }
    const { cell, text } = reader(row, columns)
    const [host, patch] = [text('host'), text('patch')]
    if (host === '' || patch === '') {
      table.unnamed++
      continue
    }
    table.rows++
    const entry = table.hosts.get(host) ?? { patches: [] }
    table.hosts.set(host, entry)
    const counts = !columns.has('level') || high.some((word) => text('level').includes(word))
    if (!counts || installed.some((word) => text('status') === word)) continue
    if (!entry.patches.includes(patch)) entry.patches.push(patch)
    const published = readDay(cell('published'), date1904)
    if (published.what === 'day' && (entry.oldest === undefined || published.day.date < entry.oldest))
      entry.oldest = published.day.date
  }
  return table
}

function readHardware(rows: readonly Row[], columns: Columns<HardwareField>, date1904: boolean, profile: TableProfile) {
  const table = { what: 'hardware' as const, hosts: new Map<string, Hardware>(), rows: 0, feet: 0, unnamed: 0 }
  for (const row of rows) {
    if (isFoot(row, profile)) {
      table.feet++
      continue
    }
    const { cell, text } = reader(row, columns)
    const host = text('host')
    if (host === '') {
      table.unnamed++
      continue
    }
    table.rows++
    const facts: Hardware = {}
    for (const field of columns.keys()) if (field !== 'seen' && text(field) !== '') facts[field] = text(field)
    const seen = readDay(cell('seen'), date1904)
    if (seen.what === 'day') facts.seen = `${seen.day.date}T${seen.day.time ?? '00:00:00'}`
    table.hosts.set(host, facts)
  }
  return table
}
