import { Readable, type Writable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Cell, type CellKind, columnName, rowXml, STYLES, wordsRow } from './cells.ts'
import {
  contentTypes,
  rootRelations,
  type SheetFrame,
  sheetFoot,
  sheetHead,
  sheetPath,
  styles,
  workbook,
  workbookRelations,
} from './parts.ts'

export interface SheetColumn {
  title: string
  /** In characters. */
  width: number
  kind: CellKind
}
export interface Sheet {
  name: string
  /** Row 1, in bold; the header follows below. */
  title: string
  footer: string
  /** Who took it away and when. */
  mark?: string
  columns: readonly SheetColumn[]
  /** Batches of rows, asked for one after another as the file grows. */
  rows: AsyncIterable<readonly (readonly Cell[])[]>
}

/** Title and header. */
const TOP = 2

/**
 * Writes a workbook as a stream: one batch of rows is in memory at a time, whatever the length of the sheets.
 * Sheets are written in order, so a later one may say what an earlier one has held.
 * @throws AbortError of `signal`, and whatever a sheet's rows throw; `out` is then destroyed
 */
export async function writeXlsx(out: Writable, sheets: readonly Sheet[], signal?: AbortSignal): Promise<void> {
  const { ZipFile } = await import('yazl')
  const zip = new ZipFile()
  const output = zip.outputStream as Readable
  const open: Readable[] = []
  zip.on('error', (error: Error) => output.destroy(error))
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name, { mtime: ZIP_EPOCH })
  add('[Content_Types].xml', contentTypes(sheets.length))
  add('_rels/.rels', rootRelations)
  add('xl/workbook.xml', workbook(sheets.map(({ name }) => name)))
  add('xl/_rels/workbook.xml.rels', workbookRelations(sheets.length))
  add('xl/styles.xml', styles)
  sheets.forEach((sheet, at) => {
    // Lazy: yazl opens a stream only when its turn has come. One batch waits, not sixteen.
    zip.addReadStreamLazy(sheetPath(at), { mtime: ZIP_EPOCH, compressionLevel: FAST }, (opened) => {
      const parts = Readable.from(sheetParts(sheet), { highWaterMark: 1 })
      // yazl hears the errors of its own parts only.
      parts.once('error', (error) => output.destroy(error))
      open.push(parts)
      opened(null, parts)
    })
  })
  zip.end()
  try {
    await pipeline(output, out, signal ? { signal } : {})
  } finally {
    // After a cancel the rows must not be read on.
    for (const parts of open) parts.destroy()
  }
}

/** XML of equal cells shrinks well at any level; a slow one only keeps a core busy. */
const FAST = 3

/** The moment of the parts says nothing: the sheet itself tells when it was made. */
const ZIP_EPOCH = new Date(Date.UTC(1980, 0, 1, 12))

async function* sheetParts(sheet: Sheet): AsyncGenerator<Buffer> {
  const { columns, title, footer, mark } = sheet
  const frame: SheetFrame = { widths: columns.map(({ width }) => width), frozen: TOP, footer, mark }
  const kinds = columns.map(({ kind }) => kind)
  const header = columns.map((column) => column.title)
  yield Buffer.from(sheetHead(frame) + wordsRow(1, [title], STYLES.title) + wordsRow(TOP, header, STYLES.header))
  let number = TOP
  for await (const batch of sheet.rows) {
    const xml = batch.map((values) => rowXml(++number, values, kinds)).join('')
    if (xml) yield Buffer.from(xml)
  }
  const filtered = number > TOP ? `A${TOP}:${columnName(columns.length - 1)}${number}` : undefined
  yield Buffer.from(sheetFoot(frame, filtered))
}
