import type { Book, Sheet } from '../../intake/spreadsheet.ts'
import type { TableReader } from '../table.ts'
import { type Archive, openArchive } from './archive.ts'
import { LIMITS } from './limits.ts'
import { type CellContext, readMerges, readRows, readSheet } from './sheet.ts'
import { readStrings } from './strings.ts'
import { readDateStyles } from './styles.ts'
import { readWorkbook, type Workbook } from './workbook.ts'

/** An xlsx workbook; hidden sheets are named but not read. @throws FileRefused */
export async function readXlsx(bytes: Buffer): Promise<Book> {
  const { archive, book, context } = await open(bytes)
  const sheets: Sheet[] = []
  for (const { name, hidden, part } of book.sheets) {
    const content = hidden ? { rows: [], merges: [] } : await readSheet(archive, part, context)
    sheets.push({ name, hidden, ...content })
  }
  return { sheets, date1904: book.date1904 }
}

/** The same row by row into a table's reader, without keeping the cells. @throws FileRefused */
export async function streamXlsx(bytes: Buffer, reader: TableReader): Promise<void> {
  const { archive, book, context } = await open(bytes)
  for (const { name, hidden, part } of book.sheets) {
    if (hidden) {
      reader.hidden(name)
      continue
    }
    const sheet = reader.sheet(name, await readMerges(archive, part), book.date1904)
    await readRows(archive, part, context, sheet.row)
    sheet.end()
  }
}

async function open(bytes: Buffer): Promise<{ archive: Archive; book: Workbook; context: CellContext }> {
  const archive = await openArchive(bytes)
  const book = await readWorkbook(archive)
  const strings = await readStrings(archive, book.strings)
  const dates = await readDateStyles(archive, book.styles)
  return { archive, book, context: { strings, dates, budget: { cells: LIMITS.cells } } }
}
