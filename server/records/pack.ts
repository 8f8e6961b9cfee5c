import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'

/** One file of a pack. No blanks, backslashes or line ends in the path: sha256sum would escape them. */
export interface PackPart {
  path: string
  bytes: Buffer
}
export const SUMS = 'SHA256SUMS'
/** The moment of the parts says nothing, unless it is given. */
const ZIP_EPOCH = new Date(Date.UTC(1980, 0, 1, 12))

export const textPart = (path: string, words: string): PackPart => ({ path, bytes: Buffer.from(words) })
/** One JSON value a line. */
export const linesPart = (path: string, items: readonly unknown[]): PackPart =>
  textPart(path, items.map((item) => `${JSON.stringify(item)}\n`).join(''))
export const sha256Of = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex')

export const sumsOf = (parts: readonly PackPart[]): string =>
  parts.map(({ path, bytes }) => `${sha256Of(bytes)}  ${path}\n`).join('')

/** A zip with the hash of each part: unpacked anywhere, `sha256sum -c --strict SHA256SUMS` checks the whole of it. */
export async function sealedZip(parts: readonly PackPart[], mtime = ZIP_EPOCH): Promise<Buffer> {
  const { ZipFile } = await import('yazl')
  const zip = new ZipFile()
  for (const { path, bytes } of [...parts, textPart(SUMS, sumsOf(parts))])
    zip.addBuffer(bytes, path, { mtime, mode: 0o100600 })
  zip.end()
  return buffer(zip.outputStream as Readable)
}
