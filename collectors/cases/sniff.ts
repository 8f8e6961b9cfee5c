/** What a file really is, whatever its name says (protocols.md 4.2). */
export type FileKind = 'zip' | 'encrypted' | 'biff' | 'html' | 'text'

const CFB = [0xd0, 0xcf, 0x11, 0xe0]

export function sniff(bytes: Uint8Array): FileKind {
  if (startsWith(bytes, [0x50, 0x4b, 0x03, 0x04]) || startsWith(bytes, [0x50, 0x4b, 0x05, 0x06])) return 'zip'
  if (startsWith(bytes, CFB)) return hasUtf16(bytes, 'EncryptedPackage') ? 'encrypted' : 'biff'
  const head = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, 1024))
  return /^\s*(<!doctype html|<html|<table|<meta|<\?xml[^>]*>\s*<html)/i.test(
    head.toString('latin1').replace(/^\u00ef\u00bb\u00bf/, ''),
  )
    ? 'html'
    : 'text'
}

const startsWith = (bytes: Uint8Array, magic: readonly number[]): boolean =>
  magic.every((byte, at) => bytes[at] === byte)

/** A password-protected xlsx is an OLE file that holds this stream. */
const hasUtf16 = (bytes: Uint8Array, text: string): boolean =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(Buffer.from(text, 'utf16le'))
