import { decodeText } from './encoding.ts'

export interface MessageText {
  text: string
  /** `utf-8` or `gb18030`. */
  encoding: string
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Text of one datagram or frame: strict UTF-8, else GB18030; undefined when neither can be read. A datagram that was
 * cut inside a character is still UTF-8, or all its Chinese would turn into other Chinese.
 * Decode before splitting anything: the second byte of a GBK character may be `|` or `\`.
 */
export function decodeMessage(bytes: Uint8Array): MessageText | undefined {
  const cut = bytes.length - cutTail(bytes)
  if (cut < bytes.length && hasWholeCharacter(bytes.subarray(0, cut))) {
    try {
      return { text: UTF8.decode(bytes.subarray(0, cut)), encoding: 'utf-8' }
    } catch {
      // Not UTF-8 at all.
    }
  }
  return decodeText(bytes)
}

/** Number of bytes at the end that begin a UTF-8 character and do not finish it. */
function cutTail(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back++) {
    const byte = bytes[bytes.length - back] ?? 0
    if ((byte & 0xc0) === 0x80) continue
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needs > back ? back : 0
  }
  return 0
}

/** One lone tail could also be GBK; with another whole multi-byte character before it, it is not. */
const hasWholeCharacter = (bytes: Uint8Array): boolean => bytes.some((byte) => byte >= 0x80)
