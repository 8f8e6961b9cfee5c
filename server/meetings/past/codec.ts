import { promisify } from 'node:util'
import { crc32, zstdCompress, zstdDecompress } from 'node:zlib'

/**
 * The records of an hour file: `u32 head length, u32 body length, u32 CRC-32 of both` (little endian), a JSON head and a
 * body. A body is the JSON of a panel in zstd (RFC 8878), alone or against an earlier record of the same file as raw
 * dictionary: most states of a panel differ from the last by some bytes.
 */
export interface Head {
  /** Panel; empty = a sign of life without a body. */
  p: string
  /** From when on it was shown, epoch ms. */
  t: number
  /** When it was read from the records. */
  r: number
  /** Offset of the record whose text is the dictionary; -1 = none. */
  k: number
  /** Signs of life only: `start` begins a stretch, `beat` goes on with it. */
  s?: 'start' | 'beat'
}
/** Where a record stands. */
export interface Entry extends Head {
  offset: number
  bodyAt: number
  bodySize: number
}

const FRAME = 12
/** A head or body beyond that is no record of ours. */
const MAX_HEAD = 4096
const MAX_BODY = 64 * 1024 * 1024

const compress = promisify(zstdCompress) as (text: Buffer, options: { dictionary?: Buffer }) => Promise<Buffer>
const decompress = promisify(zstdDecompress) as (body: Buffer, options: { dictionary?: Buffer }) => Promise<Buffer>

export const pack = (text: Buffer, dictionary?: Buffer): Promise<Buffer> =>
  compress(text, dictionary ? { dictionary } : {})
export const unpack = (body: Buffer, dictionary?: Buffer): Promise<Buffer> =>
  decompress(body, dictionary ? { dictionary } : {})

export function encodeRecord(head: Head, body: Buffer): Buffer {
  const headBytes = Buffer.from(JSON.stringify(head))
  const record = Buffer.alloc(FRAME + headBytes.length + body.length)
  record.writeUInt32LE(headBytes.length, 0)
  record.writeUInt32LE(body.length, 4)
  headBytes.copy(record, FRAME)
  body.copy(record, FRAME + headBytes.length)
  record.writeUInt32LE(crc32(record.subarray(FRAME)), 8)
  return record
}

/** Finds the records of a file; whatever follows the last whole one (a torn write) is left out of `size`. */
export function scan(file: Buffer): { entries: Entry[]; size: number } {
  const entries: Entry[] = []
  let offset = 0
  for (;;) {
    const entry = readEntry(file, offset)
    if (!entry) return { entries, size: offset }
    entries.push(entry)
    offset = entry.bodyAt + entry.bodySize
  }
}

function readEntry(file: Buffer, offset: number): Entry | undefined {
  if (offset + FRAME > file.length) return undefined
  const headSize = file.readUInt32LE(offset)
  const bodySize = file.readUInt32LE(offset + 4)
  const bodyAt = offset + FRAME + headSize
  if (headSize > MAX_HEAD || bodySize > MAX_BODY || bodyAt + bodySize > file.length) return undefined
  if (crc32(file.subarray(offset + FRAME, bodyAt + bodySize)) !== file.readUInt32LE(offset + 8)) return undefined
  const head = JSON.parse(file.toString('utf8', offset + FRAME, bodyAt)) as Head
  return { ...head, offset, bodyAt, bodySize }
}
