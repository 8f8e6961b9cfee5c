import { type Dropped, readDocxPart } from './docx-part.ts'
import { type Block, type BlockStyle, DocumentRefused, type Extract } from './model.ts'
import { openParts } from './zip.ts'

const WORDS: Readonly<Record<Dropped, string>> = {
  revision: '含修订痕迹：按接受修订后的文字处理，痕迹不带入副本',
  hidden: '含隐藏文字：不带入副本',
  picture: '含图片、印章或文本框图形：图形不带入副本',
  object: '含嵌入对象：不带入副本',
  comment: '含批注：不带入副本',
}

/** Headers first, notes last; each part once, in the order of its number. */
const PARTS: readonly (readonly [RegExp, BlockStyle])[] = [
  [/^word\/header\d*\.xml$/, 'header'],
  [/^word\/document\.xml$/, 'body'],
  [/^word\/footnotes\.xml$/, 'note'],
  [/^word\/endnotes\.xml$/, 'note'],
  [/^word\/footer\d*\.xml$/, 'footer'],
]

/** Text of a .docx, as far as it is published. @throws DocumentRefused */
export async function readDocx(bytes: Buffer): Promise<Extract> {
  const parts = await openParts(bytes)
  const text = async (name: string) => (await parts.read(name))?.toString('utf8').replace(/^\ufeff/, '')
  if (!parts.names.includes('word/document.xml')) throw new DocumentRefused('不是 Word 文档（缺少 word/document.xml）')
  const hidden = hiddenStyles((await text('word/styles.xml')) ?? '')
  const dropped = new Set<Dropped>()
  const blocks: Block[] = []
  for (const [pattern, style] of PARTS)
    for (const name of parts.names.filter((each) => pattern.test(each)).sort())
      blocks.push(...readDocxPart((await text(name)) ?? '', style, (id) => hidden.has(id), dropped))
  if (parts.names.some((name) => /^word\/comments/.test(name))) dropped.add('comment')
  return { blocks: trimmed(blocks), warnings: [...dropped].map((one) => WORDS[one]) }
}

/** Character styles that hide. */
function hiddenStyles(xml: string): Set<string> {
  const found = new Set<string>()
  for (const [, id = '', body = ''] of xml.matchAll(/<w:style\b[^>]*w:styleId="([^"]*)"[^>]*>([\s\S]*?)<\/w:style>/g))
    if (/<w:vanish(?:\s*\/>|\s+w:val="(?:1|true|on)")/.test(body)) found.add(id)
  return found
}

/** Empty headers, footers and notes say nothing; empty lines of the body stay. */
const trimmed = (blocks: readonly Block[]): Block[] =>
  blocks.filter((block) => block.style === 'table' || block.style === 'body' || block.text.trim() !== '')
