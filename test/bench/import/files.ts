import { deflateRawSync } from 'node:zlib'
import { number, parts, STYLES, type ZipEntry, zipOf } from '../../collectors/cases/build.ts'

const MIB = 1024 * 1024
const HEADER =
  '部门受案号,统一受案号,案件类别,承办部门,承办检察官,受理日期,当前流程节点,到期日,强制措施,嫌疑人,是否未成年人,审结情况,办结日期'.split(
    ',',
  )
const SHEET = 'xl/worksheets/sheet1.xml'

/** An export of that many rows as spreadsheet programs write it: shared strings, dates as serial numbers, a title row. */
export function largeExport(rows: number): Buffer {
  const strings: string[] = []
  const index = new Map<string, number>()
  const shared = (text: string): number => {
    const known = index.get(text)
    if (known !== undefined) return known
    index.set(text, strings.push(text) - 1)
    return strings.length - 1
  }
  const cell = (at: string, text: string) => `<c r="${at}" t="s"><v>${shared(text)}</v></c>`
  const day = (at: string, serial: number) => `<c r="${at}" s="1"><v>${serial}</v></c>`
  const body = [`<row r="1">${cell('A1', '示例区人民检察院案件清单（虚构）')}</row>`]
  body.push(`<row r="2">${HEADER.map((name, n) => cell(`${String.fromCharCode(65 + n)}2`, name)).join('')}</row>`)
  for (let n = 0; n < rows; n++) {
    const r = n + 3
    const texts: [string, string][] = [
      ['A', number(n)],
      ['B', `示检统受[2026]1499${String(n).padStart(10, '0')}号`],
      ['C', '审查起诉'],
      ['D', `第${'一二三四'[n % 4]}检察部`],
      ['E', `示例${n % 60}`],
      ['G', ['审查', '退回补充侦查', '提起公诉'][n % 3] ?? ''],
      ['I', n % 3 === 0 ? '逮捕' : '取保候审'],
      ['J', `某某${n % 5000}`],
      ['K', '否'],
    ]
    body.push(
      `<row r="${r}">${texts.map(([column, text]) => cell(column + r, text)).join('')}${day(`F${r}`, 46_000 + (n % 300))}${day(`H${r}`, 46_030 + (n % 300))}</row>`,
    )
  }
  const book = parts([{ rows: [] }])
  book.set(SHEET, `<worksheet><sheetData>${body.join('')}</sheetData></worksheet>`)
  const relations = book.get('xl/_rels/workbook.xml.rels') ?? ''
  book.set(
    'xl/_rels/workbook.xml.rels',
    relations.replace(
      '</Relationships>',
      '<Relationship Id="rId99" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings" Target="sharedStrings.xml"/></Relationships>',
    ),
  )
  book.set('xl/styles.xml', STYLES)
  book.set('xl/sharedStrings.xml', `<sst>${strings.map((text) => `<si><t>${text}</t></si>`).join('')}</sst>`)
  return zipOf([...book].map(([name, data]) => ({ name, data })))
}

/** The same as a text file, UTF-8. */
export function largeCsv(rows: number): Buffer {
  const day = (n: number) => `2026-${String((n % 9) + 1).padStart(2, '0')}-01`
  const lines = [HEADER.join(',')]
  for (let n = 0; n < rows; n++)
    lines.push(
      [
        number(n),
        `示检统受[2026]1499${String(n).padStart(10, '0')}号`,
        '审查起诉',
        `第${'一二三四'[n % 4]}检察部`,
        `示例${n % 60}`,
        day(n),
        ['审查', '退回补充侦查', '提起公诉'][n % 3],
        day(n + 1),
        n % 3 === 0 ? '逮捕' : '取保候审',
        `某某${n % 5000}`,
        '否',
        '',
        '',
      ].join(','),
    )
  return Buffer.from(`${lines.join('\r\n')}\r\n`)
}

const good = (): ZipEntry[] => [...parts([{ rows: [[...HEADER]] }])].map(([name, data]) => ({ name, data }))
const withPart = (entry: ZipEntry): Buffer => zipOf([...good().filter(({ name }) => name !== entry.name), entry])

/** 10 GiB of blanks in about 10 MB: one MiB packed once, its deflate blocks repeated; the directory says 90 MiB. */
function bomb(): Buffer {
  const chunk = deflateRawSync(Buffer.alloc(16 * MIB, 0x20), { level: 9, finishFlush: 2 })
  const packed = Buffer.concat([...Array.from({ length: 640 }, () => chunk), Buffer.from([0x03, 0x00])])
  return withPart({ name: SHEET, data: packed, packedAlready: true, claim: { size: 90 * MIB } })
}

export const malicious = (): [string, Buffer][] => [
  ['10 GiB zip bomb that claims 90 MiB', bomb()],
  ['claims 4 GiB', withPart({ name: SHEET, data: 'x', claim: { size: 0xffff_fff0 } })],
  [
    'unpacks to more than it claims',
    withPart({ name: SHEET, data: Buffer.alloc(90 * MIB, 0x20), claim: { size: 200_000 } }),
  ],
  ['zip in a zip', withPart({ name: 'xl/embeddings/inner.zip', data: zipOf([{ name: 'a', data: 'x' }]) })],
  ['macros', withPart({ name: 'xl/vbaProject.bin', data: 'x' })],
  ['external link', withPart({ name: 'xl/externalLinks/externalLink1.xml', data: '<x/>' })],
]
