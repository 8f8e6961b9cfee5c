import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { type FileHandle, open, readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'

/** How far a log file was read. `head`: hash of its first `headBytes`, by which it is known wherever it was moved to. */
export interface TailCursor {
  /** `device:inode` */
  file: string
  offset: number
  head: string
  headBytes: number
}

export const HEAD_BYTES = 256
/** Fewer bytes than this tell no file from another. */
const TELLING_BYTES = 32
const MAX_FILES = 2000
const DEPTH = 2

export const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex').slice(0, 32)

export async function headOf(handle: FileHandle, bytes: number): Promise<string> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await handle.read(buffer, 0, bytes, 0)
  return hashOf(buffer.subarray(0, bytesRead))
}

export const identityOf = ({ dev, ino }: { dev: number | bigint; ino: number | bigint }): string => `${dev}:${ino}`

/** Where the rest of a file lies that was rotated away. `packed`: it was compressed since. */
export interface Rotated {
  path: string
  packed: boolean
  mtimeMs: number
  /** `device:inode` */
  file: string
}

interface Candidate extends Rotated {
  size: number
}

/**
 * The file that the cursor speaks of, under another name: renamed (same inode), copied before the original was cut
 * short (copytruncate), or compressed. Looked for beside the log and two folders deep, newest first.
 */
export async function findRotated(path: string, cursor: TailCursor): Promise<Rotated | undefined> {
  const candidates = await list(dirname(path), path, DEPTH)
  const renamed = candidates.find(({ file, size }) => file === cursor.file && size >= cursor.offset)
  if (renamed && (await isSame(renamed, cursor))) return renamed
  if (cursor.headBytes < TELLING_BYTES) return undefined
  for (const one of candidates.sort((a, b) => b.mtimeMs - a.mtimeMs)) {
    if (!one.packed && one.size < cursor.offset) continue
    if (await isSame(one, cursor)) return one
  }
  return undefined
}

/** Files of the log's own name (`clamav.log.1`, `clamav.log-20261124.gz`) written after that one and before the log. */
export async function rotatedAfter(path: string, afterMs: number): Promise<Rotated[]> {
  const candidates = await list(dirname(path), path, 0)
  return candidates
    .filter(({ path: one, mtimeMs }) => basename(one).startsWith(basename(path)) && mtimeMs > afterMs)
    .sort((a, b) => a.mtimeMs - b.mtimeMs)
}

async function list(folder: string, without: string, depth: number): Promise<Candidate[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  const found: Candidate[] = []
  for (const entry of entries.slice(0, MAX_FILES)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory() && depth > 0) found.push(...(await list(path, without, depth - 1)))
    if (!entry.isFile() || path === without) continue
    const seen = await stat(path).catch(() => undefined)
    if (seen)
      found.push({ path, packed: path.endsWith('.gz'), file: identityOf(seen), size: seen.size, mtimeMs: seen.mtimeMs })
  }
  return found
}

async function isSame({ path, packed }: Candidate, { head, headBytes }: TailCursor): Promise<boolean> {
  if (headBytes === 0) return true
  if (packed) return (await packedHead(path, headBytes)) === head
  const handle = await open(path, 'r').catch(() => undefined)
  if (!handle) return false
  try {
    return (await headOf(handle, headBytes)) === head
  } finally {
    await handle.close()
  }
}

/** Hash of the first bytes inside a compressed file; undefined when it is none. */
async function packedHead(path: string, bytes: number): Promise<string | undefined> {
  const unpacking = createReadStream(path).pipe(createGunzip())
  const chunks: Buffer[] = []
  let size = 0
  try {
    for await (const chunk of unpacking as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= bytes) break
    }
  } catch {
    return undefined
  } finally {
    unpacking.destroy()
  }
  return hashOf(Buffer.concat(chunks).subarray(0, bytes))
}

/** Logs unpack about tenfold; one that becomes larger than this is no log. */
const MAX_UNPACKED = 2 * 1024 ** 3

/** Unpacks into a file of its own. @throws Error when it is no gzip or becomes too large */
export async function unpackTo(packed: string, target: string): Promise<void> {
  let size = 0
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length
      done(size > MAX_UNPACKED ? new Error('解压后超过 2 GiB') : null, chunk)
    },
  })
  await pipeline(createReadStream(packed), createGunzip(), bounded, createWriteStream(target, { mode: 0o600 }))
}
