import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import type { Align, Block, Paragraph, Table } from './model.ts'

/**
 * A new .docx from blocks and nothing else (ECMA-376): no properties, no comments, no revisions, no fonts or pictures.
 * The same blocks give the same bytes.
 * @param mark who took it away and when, pale across each page; never on what leaves the office for the public
 */
export async function writeDocx(blocks: readonly Block[], mark?: string): Promise<Buffer> {
  const { ZipFile } = await import('yazl')
  const zip = new ZipFile()
  for (const [name, text] of partsOf(blocks, mark)) zip.addBuffer(Buffer.from(text), name, { mtime: ZIP_EPOCH })
  zip.end()
  return buffer(zip.outputStream as Readable)
}

/** The moment of the parts says nothing. */
const ZIP_EPOCH = new Date(Date.UTC(1980, 0, 1, 12))
const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
const R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
const HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const PACKAGE = 'http://schemas.openxmlformats.org/package/2006'
const OFFICE = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const ML = 'application/vnd.openxmlformats-officedocument.wordprocessingml'

function partsOf(blocks: readonly Block[], mark: string | undefined): [name: string, text: string][] {
  const pick = (style: string) => blocks.filter((block): block is Paragraph => block.style === style)
  const edges = (['header', 'footer'] as const)
    .map((kind) => ({ kind, lines: pick(kind) }))
    .filter(({ kind, lines }) => lines.length > 0 || (kind === 'header' && mark !== undefined))
  const body = blocks.filter(({ style }) => style !== 'header' && style !== 'footer')
  const types = edges.map(({ kind }) => `<Override PartName="/word/${kind}1.xml" ContentType="${ML}.${kind}+xml"/>`)
  const links = edges.map(({ kind }) => `<Relationship Id="${kind}" Type="${OFFICE}/${kind}" Target="${kind}1.xml"/>`)
  const refs = edges.map(({ kind }) => `<w:${kind}Reference w:type="default" r:id="${kind}"/>`)
  return [
    [
      '[Content_Types].xml',
      `${HEAD}<Types xmlns="${PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="${ML}.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="${ML}.styles+xml"/>${types.join('')}</Types>`,
    ],
    [
      '_rels/.rels',
      `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="rId1" Type="${OFFICE}/officeDocument" Target="word/document.xml"/></Relationships>`,
    ],
    [
      'word/_rels/document.xml.rels',
      `${HEAD}<Relationships xmlns="${PACKAGE}/relationships"><Relationship Id="styles" Type="${OFFICE}/styles" Target="styles.xml"/>${links.join('')}</Relationships>`,
    ],
    ['word/styles.xml', STYLES],
    ...edges.map(({ kind, lines }): [string, string] => {
      const tag = kind === 'header' ? 'w:hdr' : 'w:ftr'
      return [
        `word/${kind}1.xml`,
        `${HEAD}<${tag} ${W} ${VML}>${lines.map(paragraphXml).join('')}${kind === 'header' && mark !== undefined ? markXml(mark) : ''}</${tag}>`,
      ]
    }),
    [
      'word/document.xml',
      `${HEAD}<w:document ${W} ${R}><w:body>${body.map(blockXml).join('')}<w:sectPr>${refs.join('')}<w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>`,
    ],
  ]
}

/** 仿宋 三号 as official papers have it (GB/T 9704-2012); the reader's own font when it is missing. */
const FONT = '<w:rFonts w:ascii="FangSong" w:hAnsi="FangSong" w:eastAsia="仿宋"/>'
const STYLES = `${HEAD}<w:styles ${W}><w:docDefaults><w:rPrDefault><w:rPr>${FONT}<w:sz w:val="32"/><w:lang w:eastAsia="zh-CN"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:line="560" w:lineRule="exact"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style><w:style w:type="paragraph" w:styleId="Title"><w:name w:val="Title"/><w:rPr><w:b/><w:sz w:val="44"/></w:rPr></w:style><w:style w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/><w:rPr><w:b/></w:rPr></w:style></w:styles>`

const escaped = (text: string): string =>
  text
    // What XML 1.0 cannot hold.
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are taken out here
    .replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')

const blockXml = (block: Block): string => (block.style === 'table' ? tableXml(block) : paragraphXml(block))

const VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'
/** As word processors write their own water marks: a text shape of the header (ECMA-376 part 4, VML). */
const markXml = (mark: string): string =>
  `<w:p><w:r><w:pict><v:shapetype id="mark" coordsize="21600,21600" o:spt="136" path="m@7,l@8,m@5,21600l@6,21600e"><v:path textpathok="t"/><v:textpath on="t" fitshape="t"/></v:shapetype><v:shape id="water-mark" type="#mark" style="position:absolute;width:460pt;height:34pt;rotation:-24;z-index:-251658752;mso-position-horizontal:center;mso-position-horizontal-relative:margin;mso-position-vertical:center;mso-position-vertical-relative:margin" fillcolor="#d8d8d8" stroked="f"><v:fill opacity=".5"/><v:textpath string="${escaped(mark).replaceAll('"', '&quot;')}"/></v:shape></w:pict></w:r></w:p>`

const JC: Readonly<Record<Align, string>> = { left: '', center: 'center', right: 'right', both: 'both' }
const STYLE_IDS: Readonly<Record<string, string>> = { title: 'Title', heading: 'Heading1' }

function paragraphXml({ text, align, style }: Paragraph): string {
  const id = STYLE_IDS[style]
  const properties = `${id ? `<w:pStyle w:val="${id}"/>` : ''}${JC[align] ? `<w:jc w:val="${JC[align]}"/>` : ''}`
  const runs = text
    .split('\n')
    .map((line) => `<w:t xml:space="preserve">${escaped(line)}</w:t>`)
    .join('<w:br/>')
  return `<w:p>${properties ? `<w:pPr>${properties}</w:pPr>` : ''}<w:r>${runs}</w:r></w:p>`
}

const PAGE_WIDTH = 8844
function tableXml({ rows }: Table): string {
  const columns = Math.max(1, ...rows.map((row) => row.length))
  const width = Math.floor(PAGE_WIDTH / columns)
  const edge = (name: string) => `<w:${name} w:val="single" w:sz="4" w:space="0" w:color="auto"/>`
  const borders = ['top', 'left', 'bottom', 'right', 'insideH', 'insideV'].map(edge).join('')
  const cells = (row: readonly string[]) =>
    row
      .map((cell) => {
        const lines = cell.split('\n').map((text) => paragraphXml({ style: 'body', align: 'left', text }))
        return `<w:tc><w:tcPr><w:tcW w:w="${width}" w:type="dxa"/></w:tcPr>${lines.join('')}</w:tc>`
      })
      .join('')
  const grid = `<w:tblGrid>${`<w:gridCol w:w="${width}"/>`.repeat(columns)}</w:tblGrid>`
  return `<w:tbl><w:tblPr><w:tblW w:w="0" w:type="auto"/><w:tblBorders>${borders}</w:tblBorders></w:tblPr>${grid}${rows
    .filter((row) => row.length > 0)
    .map((row) => `<w:tr>${cells(row)}</w:tr>`)
    .join('')}</w:tbl>`
}
