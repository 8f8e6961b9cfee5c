import type { Archive } from './archive.ts'
import { FileRefused, LIMITS } from './limits.ts'
import { readXmlPart } from './xml-part.ts'

/** The shared strings: rich text runs joined, phonetic hints left out. @throws FileRefused */
export async function readStrings(archive: Archive, part: string | undefined): Promise<string[]> {
  const strings: string[] = []
  if (part === undefined) return strings
  let text = ''
  let inText = false
  let phonetic = 0
  await readXmlPart(archive, part, {
    open(name) {
      if (name === 'si') text = ''
      else if (name === 'rPh') phonetic++
      else if (name === 't') inText = phonetic === 0
    },
    close(name) {
      if (name === 'rPh') phonetic--
      else if (name === 't') inText = false
      else if (name === 'si') strings.push(text)
      if (strings.length > LIMITS.strings) throw new FileRefused('zip_limit', '工作簿文字过多，请分开导出')
    },
    text(piece) {
      if (!inText) return
      text += piece
      if (text.length > LIMITS.cellChars) throw new FileRefused('zip_limit', '单元格文字超过 32767 字')
    },
  })
  return strings
}
