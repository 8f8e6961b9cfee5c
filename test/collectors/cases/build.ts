import { readFileSync } from 'node:fs'
import { crc32, deflateRawSync } from 'node:zlib'
import { parse } from 'yaml'
import { type CaseProfile, caseProfile } from '../../../collectors/cases/profile.ts'
import { ProfileFile } from '../../../config/schema.ts'

/** Small writers of workbooks, honest and dishonest. */
export const PROFILE_FILE = ProfileFile.parse(
  parse(readFileSync(new URL('../../../config/profiles/case-export.yaml', import.meta.url), 'utf8')),
)
export const PROFILE: CaseProfile = caseProfile(PROFILE_FILE)

export interface ZipEntry {
  name: string
  data: string | Uint8Array
  stored?: boolean
  /** `data` is the deflate stream itself. */
  packedAlready?: boolean
  /** What the directory says instead of the truth. */
  claim?: { size?: number; packed?: number }
  flags?: number
}

export function zipOf(entries: readonly ZipEntry[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const { name, data, stored = false, packedAlready = false, claim = {}, flags = 0x0800 } of entries) {
    const raw = Buffer.from(data)
    const packed = stored || packedAlready ? raw : deflateRawSync(raw, { level: 9 })
    const title = Buffer.from(name)
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(flags, 2)
    common.writeUInt16LE(stored ? 0 : 8, 4)
    common.writeUInt32LE(crc32(raw), 10)
    common.writeUInt32LE(claim.packed ?? packed.length, 14)
    common.writeUInt32LE(claim.size ?? raw.length, 18)
    common.writeUInt16LE(title.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), common, title, packed])
    const tail = Buffer.alloc(14)
    tail.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), common, tail, title]))
    bodies.push(local)
    offset += local.length
  }
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(18)
  end.writeUInt16LE(entries.length, 4)
  end.writeUInt16LE(entries.length, 6)
  end.writeUInt32LE(central.length, 8)
  end.writeUInt32LE(offset, 12)
  return Buffer.concat([...bodies, central, Buffer.from('PK\x05\x06', 'latin1'), end])
}

export interface TestSheet {
  name?: string
  state?: string
  /** Texts and numbers; `{ xml }` is a whole `<c …>` cell without its address: `{ xml: '<c r="@" s="1"><v>1</v></c>' }`. */
  rows: (string | number | null | { xml: string })[][]
  merges?: string[]
}

export const STYLES = `<styleSheet xmlns="x"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;;@"/><numFmt numFmtId="165" formatCode="0.00&quot;days&quot;"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/><xf numFmtId="165"/><xf numFmtId="22"/></cellXfs></styleSheet>`

/** The parts of a workbook; change one before zipping to make it wrong. */
export function parts(sheets: readonly TestSheet[], options: { date1904?: boolean } = {}): Map<string, string> {
  const ids = sheets.map((_, at) => at + 1)
  const relation = (id: string, kind: string, target: string) =>
    `<Relationship Id="${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${kind}" Target="${target}"/>`
  return new Map([
    ['[Content_Types].xml', '<Types/>'],
    ['_rels/.rels', `<Relationships>${relation('rId1', 'officeDocument', 'xl/workbook.xml')}</Relationships>`],
    [
      'xl/workbook.xml',
      `<workbook xmlns:r="r"><workbookPr${options.date1904 ? ' date1904="1"' : ''}/><sheets>${sheets.map(({ name, state }, at) => `<sheet name="${name ?? `表${at + 1}`}" sheetId="${at + 1}"${state ? ` state="${state}"` : ''} r:id="rId${at + 1}"/>`).join('')}</sheets></workbook>`,
    ],
    [
      'xl/_rels/workbook.xml.rels',
      `<Relationships>${ids.map((id) => relation(`rId${id}`, 'worksheet', `worksheets/sheet${id}.xml`)).join('')}${relation('rId98', 'styles', 'styles.xml')}</Relationships>`,
    ],
    ['xl/styles.xml', STYLES],
    ...sheets.map((sheet, at) => [`xl/worksheets/sheet${at + 1}.xml`, sheetXml(sheet)] as [string, string]),
  ])
}

export const bookOf = (sheets: readonly TestSheet[], options: { date1904?: boolean; stored?: boolean } = {}): Buffer =>
  zipOf([...parts(sheets, options)].map(([name, data]) => ({ name, data, stored: options.stored })))

function sheetXml({ rows, merges = [] }: TestSheet): string {
  const cell = (value: string | number | null | { xml: string }, at: string): string => {
    if (value === null) return ''
    if (typeof value === 'object') return value.xml.replace('@', at)
    if (typeof value === 'number') return `<c r="${at}"><v>${value}</v></c>`
    return `<c r="${at}" t="inlineStr"><is><t>${escapeXml(value)}</t></is></c>`
  }
  const body = rows.map(
    (row, at) =>
      `<row r="${at + 1}">${row.map((value, column) => cell(value, `${letters(column)}${at + 1}`)).join('')}</row>`,
  )
  return `<worksheet><sheetData>${body.join('')}</sheetData><mergeCells>${merges.map((ref) => `<mergeCell ref="${ref}"/>`).join('')}</mergeCells></worksheet>`
}

const letters = (column: number): string =>
  (column >= 26 ? String.fromCharCode(64 + Math.floor(column / 26)) : '') + String.fromCharCode(65 + (column % 26))
const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** A date cell of the 1900 system. */
export const dateCell = (serial: number): { xml: string } => ({ xml: `<c r="@" s="1"><v>${serial}</v></c>` })

/** `示检诉受[2026]10000001号` … */
export const number = (n: number): string => `示检诉受[2026]${10_000_000 + n}号`

export const HEADER = [
  '部门受案号',
  '统一受案号',
  '案件类别',
  '承办部门',
  '承办检察官',
  '受理日期',
  '当前流程节点',
  '到期日',
  '强制措施',
  '嫌疑人',
  '是否未成年人',
  '审结情况',
  '办结日期',
] as const

export interface RowFacts {
  unified?: string
  node?: string
  handler?: string
  due?: string
  coercion?: string
  suspects?: string
  minor?: string
  outcome?: string
  closed?: string
  accepted?: string
}
/** One line of an export in the order of HEADER. */
export const line = (n: number, facts: RowFacts = {}): string[] => [
  number(n),
  facts.unified ?? `示检统受[2026]1499990${String(n).padStart(4, '0')}号`,
  '审查起诉',
  '第一检察部',
  facts.handler ?? '示例甲',
  facts.accepted ?? '2026-11-02',
  facts.node ?? '审查',
  facts.due ?? '2026-12-02',
  facts.coercion ?? '取保候审',
  facts.suspects ?? '某甲',
  facts.minor ?? '否',
  facts.outcome ?? '',
  facts.closed ?? '',
]
export const csvOf = (lines: readonly (readonly string[])[]): string =>
  [HEADER, ...lines].map((cells) => cells.join(',')).join('\r\n')
