import { readCsv } from '../intake/csv.ts'
import { streamCsv } from '../intake/csv-stream.ts'
import { decodeText } from '../intake/encoding.ts'
import { readHtmlTable } from '../intake/html-table.ts'
import type { Book } from '../intake/spreadsheet.ts'
import type { CaseProfile } from './profile.ts'
import { sniff } from './sniff.ts'
import { type CaseTable, readTable, TableReader } from './table.ts'
import { FileRefused, LIMITS } from './xlsx/limits.ts'
import { readXlsx, streamXlsx } from './xlsx/read.ts'

/** Bytes of an export → what it says of cases. Workbooks and texts are read row by row. @throws FileRefused */
export async function parseTable(
  bytes: Buffer,
  profile: CaseProfile,
  reader = new TableReader(profile),
): Promise<CaseTable> {
  const kind = bytes.length > LIMITS.fileBytes ? 'too-large' : sniff(bytes)
  if (kind === 'text') return await streamText(bytes, reader)
  if (kind !== 'zip') return readTable(await readBook(bytes), profile)
  await streamXlsx(bytes, reader)
  return reader.finish()
}

async function streamText(bytes: Buffer, reader: TableReader): Promise<CaseTable> {
  const sheet = reader.sheet('', [], false)
  const read = await streamCsv(bytes, (row) => sheet.row(row))
  if (!read.ok) throw new FileRefused(REASONS[read.why], read.detail || UNDECODABLE)
  sheet.end()
  return reader.finish(read.encoding)
}

const REASONS = { too_much: 'zip_limit', malformed: 'bad_header', undecodable: 'undecodable' } as const
const UNDECODABLE = '文字编码无法识别，请以 UTF-8 或 GBK 另存'

/** Bytes of an export, whatever its name says → a book of cells. @throws FileRefused */
export async function readBook(bytes: Buffer): Promise<Book> {
  if (bytes.length > LIMITS.fileBytes) throw new FileRefused('zip_limit', '文件超过 50 MiB，请分开导出')
  switch (sniff(bytes)) {
    case 'zip':
      return await readXlsx(bytes)
    case 'encrypted':
      throw new FileRefused('encrypted', '文件有打开密码，请去除密码后重新导出')
    case 'biff':
      throw new FileRefused('legacy_xls', '旧版 .xls 文件，请用表格软件另存为 .xlsx')
    case 'html':
      return { ...readHtmlTable(readText(bytes).text), encoding: readText(bytes).encoding }
    case 'text':
      return fromText(bytes)
  }
}

function fromText(bytes: Buffer): Book {
  const { text, encoding } = readText(bytes)
  const csv = readCsv(text)
  if (csv.ok) return { ...csv.book, encoding }
  throw new FileRefused(csv.why === 'too_much' ? 'zip_limit' : 'bad_header', csv.detail)
}

function readText(bytes: Buffer): { text: string; encoding: string } {
  const decoded = decodeText(bytes)
  if (!decoded) throw new FileRefused('undecodable', UNDECODABLE)
  return decoded
}
