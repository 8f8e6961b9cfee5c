import { SaxesParser } from 'saxes'
import { type Align, type Block, type BlockStyle, DocumentRefused, LIMITS, type Paragraph } from './model.ts'

/** What a part holds that does not go into a copy. */
export type Dropped = 'revision' | 'hidden' | 'picture' | 'object' | 'comment'

/** Elements whose text is not the document's own: deleted, moved away, codes of fields, the fallback of a picture. */
const SILENT = new Set(['w:del', 'w:moveFrom', 'w:instrText', 'w:delText', 'mc:Fallback', 'w:rt', 'w:docPartGallery'])
const DROPS: Readonly<Record<string, Dropped>> = {
  'w:del': 'revision',
  'w:ins': 'revision',
  'w:moveFrom': 'revision',
  'w:commentReference': 'comment',
  'w:drawing': 'picture',
  'w:pict': 'picture',
  'w:object': 'object',
  'w:altChunk': 'object',
}
const ALIGN: Readonly<Record<string, Align>> = {
  center: 'center',
  right: 'right',
  end: 'right',
  both: 'both',
  distribute: 'both',
}

interface OpenParagraph {
  text: string
  align: Align
  style: BlockStyle
}
interface OpenTable {
  rows: string[][]
  cell: string[]
}

/**
 * One part of WordprocessingML (ECMA-376 Part 1, 17) as blocks. Runs are joined, so a name split over runs is whole;
 * text boxes become paragraphs of their own; nested tables become lines of their cell.
 * @throws DocumentRefused
 */
export function readDocxPart(
  xml: string,
  base: BlockStyle,
  isHiddenStyle: (id: string) => boolean,
  dropped: Set<Dropped>,
): Block[] {
  const blocks: Block[] = []
  const paragraphs: OpenParagraph[] = []
  const tables: OpenTable[] = []
  let silent = 0
  let depth = 0
  let inText = false
  let run = { text: '', hidden: false }
  const put = (text: string) => {
    if (silent === 0) run.text += text
  }
  const flush = () => {
    const open = paragraphs.at(-1)
    if (run.hidden && run.text !== '') dropped.add('hidden')
    else if (open) open.text += run.text
    run = { text: '', hidden: false }
  }
  const parser = new SaxesParser({ xmlns: false })
  parser.on('doctype', () => {
    throw new DocumentRefused('文件含 DTD，不予读取')
  })
  parser.on('error', (error) => {
    throw error instanceof DocumentRefused ? error : new DocumentRefused('文件内容不是有效的 XML，请重新另存为 .docx')
  })
  parser.on('opentag', ({ name, attributes }) => {
    if (++depth > LIMITS.depth) throw new DocumentRefused('文件嵌套过深，未读取')
    const drop = DROPS[name]
    if (drop) dropped.add(drop)
    if (SILENT.has(name)) silent++
    const value = String(attributes['w:val'] ?? '')
    const open = paragraphs.at(-1)
    switch (name) {
      case 'w:p':
        flush()
        paragraphs.push({ text: '', align: 'left', style: base })
        break
      case 'w:jc':
        if (open) open.align = ALIGN[value] ?? 'left'
        break
      case 'w:pStyle':
        if (open && base === 'body') open.style = styleOf(value)
        break
      case 'w:rStyle':
        if (isHiddenStyle(value)) run.hidden = true
        break
      case 'w:r':
        flush()
        break
      case 'w:vanish':
      case 'w:specVanish':
      case 'w:webHidden':
        if (!['0', 'false', 'off'].includes(value)) run.hidden = true
        break
      case 'w:t':
        inText = true
        break
      case 'w:tab':
      case 'w:ptab':
        if (run.text !== '' || open?.text) put(' ')
        break
      case 'w:br':
      case 'w:cr':
        put('\n')
        break
      case 'w:noBreakHyphen':
        put('-')
        break
      case 'w:tbl':
        tables.push({ rows: [], cell: [] })
        break
      case 'w:tr':
        tables.at(-1)?.rows.push([])
        break
      case 'w:tc': {
        const table = tables.at(-1)
        if (table) table.cell = []
        break
      }
    }
  })
  parser.on('text', (text) => {
    if (inText) put(text)
  })
  parser.on('cdata', (text) => {
    if (inText) put(text)
  })
  parser.on('closetag', ({ name }) => {
    depth--
    if (SILENT.has(name)) silent--
    const table = tables.at(-1)
    switch (name) {
      case 'w:t':
        inText = false
        break
      case 'w:r':
        flush()
        break
      case 'w:p':
        flush()
        closeParagraph(paragraphs.pop(), table, blocks)
        break
      case 'w:tc':
        table?.rows.at(-1)?.push(table.cell.join('\n'))
        if (table) table.cell = []
        break
      case 'w:tbl':
        closeTable(tables, blocks)
        break
    }
  })
  parser.write(xml).close()
  return blocks
}

function closeParagraph(open: OpenParagraph | undefined, table: OpenTable | undefined, blocks: Block[]): void {
  if (!open) return
  const paragraph: Paragraph = { style: open.style, align: open.align, text: open.text }
  if (table) table.cell.push(open.text)
  else blocks.push(paragraph)
}

function closeTable(tables: OpenTable[], blocks: Block[]): void {
  const table = tables.pop()
  if (!table) return
  const outer = tables.at(-1)
  if (outer) outer.cell.push(...table.rows.map((row) => row.join(' ')))
  else if (table.rows.length > 0) blocks.push({ style: 'table', rows: table.rows })
}

const styleOf = (id: string): BlockStyle =>
  /^title$/i.test(id) ? 'title' : /^(heading|[1-9]$)/i.test(id) ? 'heading' : 'body'
