import type { Book, Sheet } from '../../intake/spreadsheet.ts'
import { openArchive } from './archive.ts'
import { LIMITS } from './limits.ts'
import { readSheet } from './sheet.ts'
import { readStrings } from './strings.ts'
import { readDateStyles } from './styles.ts'
import { readWorkbook } from './workbook.ts'

/** An xlsx workbook; hidden sheets are named but not read. @throws FileRefused */
export async function readXlsx(bytes: Buffer): Promise<Book> {
  const archive = await openArchive(bytes)
  const book = await readWorkbook(archive)
  const strings = await readStrings(archive, book.strings)
  const dates = await readDateStyles(archive, book.styles)
  const context = { strings, dates, budget: { cells: LIMITS.cells } }
  const sheets: Sheet[] = []
  for (const { name, hidden, part } of book.sheets) {
    const content = hidden ? { rows: [], merges: [] } : await readSheet(archive, part, context)
    sheets.push({ name, hidden, ...content })
  }
  return { sheets, date1904: book.date1904 }
}
