import type { Archive } from './archive.ts'
import { readXmlPart } from './xml-part.ts'

/** Which cell styles show a date: index into cellXfs → yes. @throws FileRefused */
export async function readDateStyles(archive: Archive, part: string | undefined): Promise<boolean[]> {
  const formats = new Map<number, string>()
  const styles: boolean[] = []
  let inCellXfs = false
  if (part === undefined) return styles
  await readXmlPart(archive, part, {
    open(name, attributes) {
      if (name === 'numFmt') formats.set(Number(attributes.numFmtId), attributes.formatCode ?? '')
      else if (name === 'cellXfs') inCellXfs = true
      else if (name === 'xf' && inCellXfs) styles.push(isDateFormat(Number(attributes.numFmtId ?? 0), formats))
    },
    close(name) {
      if (name === 'cellXfs') inCellXfs = false
    },
  })
  return styles
}

/** ECMA-376 18.8.30: built-in date formats, the East Asian ones included. */
const BUILT_IN = new Set([
  14, 15, 16, 17, 18, 19, 20, 21, 22, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 45, 46, 47, 50, 51, 52, 53, 54, 55, 56,
  57, 58,
])

export function isDateFormat(id: number, formats: ReadonlyMap<number, string>): boolean {
  const code = formats.get(id)
  return code === undefined ? BUILT_IN.has(id) : isDateCode(code)
}

/** Letters of date and time outside quotes, escapes and brackets (colours, conditions, `[$-804]`). */
export function isDateCode(code: string): boolean {
  const bare = code.replace(/"[^"]*"|\\.|_.|\*./g, '').replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
  return /[ymdhs年月日]/i.test(bare) && !/^general$/i.test(bare.trim())
}
