import type { FileType } from '../../contract/http/window.ts'

/** Pure: what a file is, by its bytes alone. Undefined = none of the types that a window takes. */
export function typeOf(bytes: Uint8Array): FileType | undefined {
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.byteLength, 16))
  const starts = (hex: string) => head.toString('hex').startsWith(hex)
  if (starts('ffd8ff')) return 'jpeg'
  if (starts('89504e470d0a1a0a')) return 'png'
  if (starts('255044462d')) return 'pdf'
  if (starts('504b0304')) return isDocx(bytes) ? 'docx' : undefined
  if (starts('494433') || isFrame(head)) return 'mp3'
  if (head.subarray(4, 8).toString('latin1') === 'ftyp') return 'mp4'
  return isText(bytes) ? 'txt' : undefined
}

/** MPEG audio, layer III. */
const isFrame = (head: Buffer): boolean => head[0] === 0xff && [0xfb, 0xfa, 0xf3, 0xf2].includes(head[1] ?? 0)

/** A Word document without macros or embedded programs, by the names in its directory. */
function isDocx(bytes: Uint8Array): boolean {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const holds = (name: string) => all.includes(name, 0, 'latin1')
  return holds('word/document.xml') && !holds('vbaProject') && !holds('embeddings/')
}

/** UTF-8 without control characters; what opens like a page or a script is none. */
function isText(bytes: Uint8Array): boolean {
  if (bytes.byteLength === 0) return false
  let text: string
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return false
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a text has not
  return !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(text) && !/^\s*(<|#!|%!|MZ)/.test(text)
}

const ENDINGS: Readonly<Record<FileType, string>> = {
  jpeg: 'jpg',
  png: 'png',
  pdf: 'pdf',
  docx: 'docx',
  txt: 'txt',
  mp3: 'mp3',
  mp4: 'mp4',
}
/** A name that is safe on every desk: no path, no second ending, the ending that the bytes say. */
export function safeName(name: string, type: FileType): string {
  const bare = name
    .normalize('NFC')
    .replaceAll(/\.[A-Za-z0-9]{1,8}$/g, '')
    // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is kept out
    .replaceAll(/[\\/:*?"<>|.\u0000-\u001f\u007f\u202a-\u202e\u2066-\u2069]/g, '_')
    .trim()
    .slice(0, 80)
  return `${bare || '附件'}.${ENDINGS[type]}`
}
