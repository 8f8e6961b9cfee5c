import { crc32, deflateRawSync } from 'node:zlib'

/** A small writer of tables as other people's software writes them: xlsx, CSV in UTF-8 or GBK. */

export type Cell = string | number | null | { date: string }
export interface Merge {
  row: number
  column: number
  rows: number
  columns: number
}
export interface Table {
  rows: readonly (readonly Cell[])[]
  merges: readonly Merge[]
}

/** Excel day number (1900 system) of `YYYY-MM-DD`. */
export const excelSerial = (date: string): number =>
  Temporal.PlainDate.from('1899-12-30').until(Temporal.PlainDate.from(date)).days

const quoted = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
const csvCell = (cell: Cell, separator: string): string => {
  if (cell === null) return ''
  return typeof cell === 'object' ? cell.date.replaceAll('-', separator) : quoted(String(cell))
}

/** CSV with CRLF; rows are filled up to the widest, as spreadsheet programs do. */
export function csvText({ rows }: Table, dateSeparator = '-'): string {
  const width = Math.max(...rows.map((row) => row.length))
  const line = (row: readonly Cell[]): string =>
    Array.from({ length: width }, (_, at) => csvCell(row[at] ?? null, dateSeparator)).join(',')
  return rows.map((row) => `${line(row)}\r\n`).join('')
}
export const csvUtf8 = (table: Table): Buffer => Buffer.from(`\uFEFF${csvText(table)}`)
export const csvGbk = (table: Table): Buffer => encodeGbk(csvText(table, '/'))

/** Node decodes GBK but does not encode it: the two-byte area is decoded once and searched. */
export function encodeGbk(text: string): Buffer {
  const table = gbkTable()
  const bytes: number[] = []
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    if (code < 0x80) bytes.push(code)
    else {
      const place = table.get(char)
      if (place === undefined) bytes.push(0x3f)
      else bytes.push(place >> 8, place & 0xff)
    }
  }
  return Buffer.from(bytes)
}

let known: Map<string, number> | undefined
function gbkTable(): Map<string, number> {
  if (known) return known
  known = new Map()
  const decoder = new TextDecoder('gbk')
  for (let high = 0x81; high <= 0xfe; high += 1)
    for (let low = 0x40; low <= 0xfe; low += 1) {
      if (low === 0x7f) continue
      const char = decoder.decode(Uint8Array.of(high, low))
      if (char.length === 1 && char !== '\uFFFD' && !known.has(char)) known.set(char, (high << 8) | low)
    }
  return known
}

const XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const MAIN = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const RELATIONS = 'http://schemas.openxmlformats.org/package/2006/relationships'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** A workbook of one sheet with shared strings, dates as numbers and merged cells. */
export function xlsx(table: Table, sheet = '案件'): Buffer {
  const strings = new Map<string, number>()
  const body = sheetXml(table, strings)
  const part = (name: string, kind: string): string =>
    `<Override PartName="/xl/${name}" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.${kind}+xml"/>`
  return zip([
    [
      '[Content_Types].xml',
      `${XML}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>${part('workbook.xml', 'sheet.main')}${part('worksheets/sheet1.xml', 'worksheet')}${part('styles.xml', 'styles')}${part('sharedStrings.xml', 'sharedStrings')}</Types>`,
    ],
    [
      '_rels/.rels',
      `${XML}<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    ],
    [
      'xl/workbook.xml',
      `${XML}<workbook xmlns="${MAIN}" xmlns:r="${OFFICE}"><sheets><sheet name="${sheet}" sheetId="1" r:id="rId1"/></sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `${XML}<Relationships xmlns="${RELATIONS}"><Relationship Id="rId1" Type="${OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="${OFFICE}/styles" Target="styles.xml"/><Relationship Id="rId3" Type="${OFFICE}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`,
    ],
    [
      'xl/styles.xml',
      `${XML}<styleSheet xmlns="${MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>`,
    ],
    ['xl/worksheets/sheet1.xml', body],
    [
      'xl/sharedStrings.xml',
      `${XML}<sst xmlns="${MAIN}" count="${strings.size}" uniqueCount="${strings.size}">${[...strings.keys()].map((text) => `<si><t xml:space="preserve">${escapeXml(text)}</t></si>`).join('')}</sst>`,
    ],
  ])
}

function sheetXml({ rows, merges }: Table, strings: Map<string, number>): string {
  const cell = (value: Cell, at: string): string => {
    if (value === null || value === '') return ''
    if (typeof value === 'number') return `<c r="${at}"><v>${value}</v></c>`
    if (typeof value === 'object') return `<c r="${at}" s="1"><v>${excelSerial(value.date)}</v></c>`
    const index = strings.get(value) ?? strings.size
    strings.set(value, index)
    return `<c r="${at}" t="s"><v>${index}</v></c>`
  }
  const lines = rows.map(
    (row, at) => `<row r="${at + 1}">${row.map((value, column) => cell(value, address(at, column))).join('')}</row>`,
  )
  const merged = merges.map(
    (each) =>
      `<mergeCell ref="${address(each.row, each.column)}:${address(each.row + each.rows - 1, each.column + each.columns - 1)}"/>`,
  )
  const tail = merged.length > 0 ? `<mergeCells count="${merged.length}">${merged.join('')}</mergeCells>` : ''
  return `${XML}<worksheet xmlns="${MAIN}"><sheetData>${lines.join('')}</sheetData>${tail}</worksheet>`
}

/** `A1` of row and column from 0; up to column ZZ. */
export function address(row: number, column: number): string {
  const letter = (at: number): string => String.fromCharCode(65 + at)
  return `${column >= 26 ? letter(Math.floor(column / 26) - 1) : ''}${letter(column % 26)}${row + 1}`
}
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** PKZIP with deflate, UTF-8 names, no extras. */
export function zip(entries: readonly (readonly [name: string, text: string])[]): Buffer {
  const parts: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const [name, text] of entries) {
    const raw = Buffer.from(text)
    const packed = deflateRawSync(raw)
    const title = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(0x0800, 2)
    common.writeUInt16LE(8, 4)
    common.writeUInt16LE(0x21, 8)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(raw.length, 18)
    common.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, title, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, title]))
    parts.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...parts, central, Buffer.from('PK\x05\x06', 'latin1'), end])
}
