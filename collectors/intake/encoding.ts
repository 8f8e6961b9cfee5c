export interface Text {
  text: string
  encoding: 'utf-8' | 'utf-16le' | 'gb18030'
}

const UTF8 = new TextDecoder('utf-8', { fatal: true })
const UTF16 = new TextDecoder('utf-16le')
const GB18030 = new TextDecoder('gb18030')
/** Share of replacement characters above which nobody could read it. */
const MAX_UNREADABLE = 0.01

/**
 * Decodes bytes: a byte order mark decides, else strict UTF-8, else GB18030 (the only other thing that comes here).
 * Returns undefined when more than 1 % of it is unreadable in either.
 */
export function decodeText(bytes: Uint8Array): Text | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return readable({ text: UTF16.decode(bytes), encoding: 'utf-16le' })
  try {
    return { text: UTF8.decode(bytes), encoding: 'utf-8' }
  } catch {
    return readable({ text: GB18030.decode(bytes), encoding: 'gb18030' })
  }
}

function readable(text: Text): Text | undefined {
  let bad = 0
  for (let at = text.text.indexOf('\ufffd'); at >= 0; at = text.text.indexOf('\ufffd', at + 1)) bad++
  return isReadable(bad, text.text.length) ? text : undefined
}

/** So few replacement characters among so many that a person could still read it? */
export const isReadable = (bad: number, chars: number): boolean => bad <= chars * MAX_UNREADABLE
