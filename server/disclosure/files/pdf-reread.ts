import { inflateSync } from 'node:zlib'
import { LIMITS, type SecondReading } from './model.ts'

/**
 * Reads an exported PDF a second time, by other means than the import: objects are cut out by hand, streams inflated,
 * glyphs turned back into characters by each font's ToUnicode map (ISO 32000-1, 9.10.3), in the order of drawing.
 */
export function rereadPdf(bytes: Buffer): SecondReading {
  const objects = objectsOf(bytes)
  const forbidden: SecondReading['forbidden'] = []
  const fonts = new Map<string, Map<string, string>>()
  for (const [id, { head }] of objects) {
    const map = /\/ToUnicode (\d+) 0 R/.exec(head)?.[1]
    if (map) fonts.set(id, unicodeMap(objects.get(map)?.stream ?? ''))
    for (const [kind, pattern] of FORBIDDEN)
      if (pattern.test(head)) forbidden.push({ where: `对象 ${id}`, kind, count: 1 })
  }
  const raw = bytes.toString('latin1')
  const info = /\/Info (\d+) 0 R/.exec(raw)?.[1]
  const properties = objects.get(info ?? '')?.head.match(/\/[A-Z]\w+/g)?.length ?? 0
  if (properties > 0) forbidden.push({ where: '文件属性', kind: '文件属性', count: properties })
  const pages = [...objects.values()].filter(({ head }) => /\/Type \/Page\b(?!s)/.test(head))
  if (pages.length === 0) forbidden.push({ where: '文件', kind: '读不出页面', count: 1 })
  const parts = pages.map(({ head }, at) => {
    const resources = objects.get(/\/Resources (\d+) 0 R/.exec(head)?.[1] ?? '')?.head ?? ''
    const named = new Map([...resources.matchAll(/\/(F\d+) (\d+) 0 R/g)].map(([, name = '', id = '']) => [name, id]))
    const content = objects.get(/\/Contents (\d+) 0 R/.exec(head)?.[1] ?? '')?.stream ?? ''
    return {
      where: `第 ${at + 1} 页`,
      text: drawn(content, (font) => fonts.get(named.get(font) ?? '')),
      look: 'all' as const,
    }
  })
  return { parts, forbidden }
}

const FORBIDDEN: readonly (readonly [string, RegExp])[] = [
  ['批注或链接', /\/Annots?\b|\/Subtype \/(?:Link|Text|Widget)\b/],
  ['附件', /\/EmbeddedFiles?\b|\/Filespec\b/],
  ['脚本', /\/JavaScript\b|\/JS\b|\/OpenAction\b|\/AA\b/],
  ['元数据', /\/Type \/Metadata\b/],
  ['图片', /\/Subtype \/Image\b/],
]

interface Piece {
  head: string
  stream: string | undefined
}
function objectsOf(bytes: Buffer): Map<string, Piece> {
  const text = bytes.toString('latin1')
  const objects = new Map<string, Piece>()
  const start = /(?:^|\n)(\d+) 0 obj\r?\n/g
  for (let found = start.exec(text); found; found = start.exec(text)) {
    const from = found.index + found[0].length
    const stream = text.indexOf('stream\n', from)
    const end = text.indexOf('endobj', from)
    if (stream < 0 || stream > end) {
      objects.set(found[1] ?? '', { head: text.slice(from, end), stream: undefined })
      continue
    }
    const head = text.slice(from, stream)
    const length = Number(/\/Length (\d+)/.exec(head)?.[1] ?? 0)
    const body = bytes.subarray(stream + 7, stream + 7 + length)
    objects.set(found[1] ?? '', { head, stream: inflated(head, body) })
    start.lastIndex = stream + 7 + length
  }
  return objects
}
const inflated = (head: string, body: Buffer): string =>
  (/\/FlateDecode/.test(head) ? inflateSync(body, { maxOutputLength: LIMITS.entryBytes }) : body).toString('latin1')

const fromUtf16 = (hex: string): string => Buffer.from(hex, 'hex').swap16().toString('utf16le')
/** bfchar and both forms of bfrange. */
function unicodeMap(cmap: string): Map<string, string> {
  const map = new Map<string, string>()
  const add = (code: number, text: string) => map.set(code.toString(16).padStart(4, '0'), text)
  for (const [, body = ''] of cmap.matchAll(/beginbfchar([\s\S]*?)endbfchar/g))
    for (const [, code = '', text = ''] of body.matchAll(/<([0-9a-f]+)>\s*<([0-9a-f]*)>/gi))
      add(Number.parseInt(code, 16), fromUtf16(text))
  for (const [, body = ''] of cmap.matchAll(/beginbfrange([\s\S]*?)endbfrange/g))
    for (const [, low = '', , list, first = ''] of body.matchAll(
      /<([0-9a-f]+)>\s*<([0-9a-f]+)>\s*(?:\[([^\]]*)\]|<([0-9a-f]+)>)/gi,
    )) {
      const texts = list?.match(/[0-9a-f]+/gi)
      if (texts) for (const [at, text] of texts.entries()) add(Number.parseInt(low, 16) + at, fromUtf16(text))
      else add(Number.parseInt(low, 16), fromUtf16(first))
    }
  return map
}

/** Characters in the order of drawing; a new height is a new line. */
function drawn(content: string, mapOf: (font: string) => Map<string, string> | undefined): string {
  let out = ''
  let map: Map<string, string> | undefined
  let y = ''
  const token = /\/(F\d+) [\d.]+ Tf|[\d.-]+ [\d.-]+ [\d.-]+ [\d.-]+ [\d.-]+ ([\d.-]+) Tm|<([0-9a-f]*)>/gi
  for (const [, font, height, hex] of content.matchAll(token)) {
    if (font) map = mapOf(font)
    else if (height !== undefined) {
      if (y !== '' && y !== height) out += '\n'
      y = height
    } else for (const [code] of (hex ?? '').matchAll(/.{4}/g)) out += map?.get(code.toLowerCase()) ?? '\ufffd'
  }
  return out
}
