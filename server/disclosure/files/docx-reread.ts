import { inflateRawSync } from 'node:zlib'
import { LIMITS, type ReadPart, type SecondReading } from './model.ts'

/**
 * Reads an exported .docx a second time, by other means than the import: local headers instead of the central
 * directory, tags taken out instead of parsed, *every* part instead of the known ones. It knows nothing of how the
 * file was written.
 */
export function rereadDocx(bytes: Buffer): SecondReading {
  const parts: ReadPart[] = []
  const forbidden: SecondReading['forbidden'] = []
  for (const { name, body } of localFiles(bytes)) {
    const xml = body.toString('utf8')
    parts.push({ where: name, text: wordsOf(xml), look: 'all' })
    parts.push({ where: `${name}（属性与文件名）`, text: `${name}\n\n\n${attributesOf(xml)}`, look: 'names' })
    const count = (kind: string, pattern: RegExp) => {
      const found = xml.match(pattern)?.length ?? 0
      if (found > 0) forbidden.push({ where: name, kind, count: found })
    }
    count('修订痕迹', /<w:(?:ins|del|moveFrom|moveTo|rPrChange|pPrChange)\b/g)
    count('隐藏文字', /<w:(?:vanish|specVanish|webHidden)\b/g)
    count('批注', /<w:comment(?:RangeStart|Reference)?\b/g)
    count('图片或对象', /<(?:w:drawing|w:pict|w:object|w:altChunk)\b/g)
    if (/^docProps\/|custom|comments|people|vbaProject|embeddings|media\//i.test(name))
      forbidden.push({ where: name, kind: '文件属性或附带内容', count: 1 })
  }
  if (parts.length === 0) forbidden.push({ where: '文件', kind: '读不出内容', count: 1 })
  return { parts, forbidden }
}

/** Walks PKZIP local file headers (APPNOTE 4.3.7) in the order in which they lie in the file. */
function* localFiles(bytes: Buffer): Generator<{ name: string; body: Buffer }> {
  for (let at = bytes.indexOf('PK\u0003\u0004'); at >= 0; at = bytes.indexOf('PK\u0003\u0004', at + 4)) {
    if (at + 30 > bytes.length) return
    const method = bytes.readUInt16LE(at + 8)
    const nameLength = bytes.readUInt16LE(at + 26)
    const from = at + 30 + nameLength + bytes.readUInt16LE(at + 28)
    const name = bytes.toString('utf8', at + 30, at + 30 + nameLength)
    const size = bytes.readUInt32LE(at + 18)
    const rest = bytes.subarray(from, size > 0 && method === 0 ? from + size : undefined)
    yield { name, body: method === 8 ? inflateRawSync(rest, { maxOutputLength: LIMITS.entryBytes }) : rest }
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const decoded = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name = '') =>
    hex || decimal
      ? String.fromCodePoint(Number.parseInt(hex ?? decimal ?? '0', hex ? 16 : 10))
      : (ENTITIES[name] ?? whole),
  )

/** Paragraphs and breaks become lines; cells are kept apart; all other tags vanish, so runs come together. */
const wordsOf = (xml: string): string =>
  decoded(
    xml
      .replaceAll(/<\?[\s\S]*?\?>|<!--([\s\S]*?)-->/g, '$1')
      .replaceAll(/<\/w:tc>/g, '\t')
      .replaceAll(/<\/w:p>|<w:br\b[^>]*>|<w:cr\b[^>]*>/g, '\n')
      .replaceAll(/<[^>]*>/g, ''),
  )
const attributesOf = (xml: string): string =>
  decoded([...xml.matchAll(/="([^"]*)"|='([^']*)'/g)].map(([, a, b]) => a ?? b ?? '').join('\n\n\n'))
