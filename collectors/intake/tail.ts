import { type FileHandle, mkdtemp, open, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Cutting, cutLines, type LineCut } from './cut-lines.ts'
import {
  findRotated,
  HEAD_BYTES,
  headOf,
  identityOf,
  type Rotated,
  rotatedAfter,
  type TailCursor,
  unpackTo,
} from './tail-files.ts'

const CHUNK = 256 * 1024
/** A file whose name belongs to another now is done when it has not grown for so many looks: its writer may be slow. */
const QUIET_LOOKS = 3

/** What was read, and how far that is. `taken` is called once its lines are on disk; until then the same comes again. */
export interface TailStep extends LineCut {
  cursor: TailCursor
  taken(): Promise<void>
  /** There may be more at once. */
  more: boolean
  /** When that file was last written to, epoch ms. */
  writtenMs: number
  /** What was not yet read of a rotated file could not be found again. */
  lost: boolean
}

interface OpenFile {
  handle: FileHandle
  cursor: TailCursor
  /** Rotated away and found again: nothing will be added to it, its last line needs no end. */
  closed: boolean
  /** Its name belongs to another file; looks since it last grew. */
  leaving: number | undefined
  /** Where its end was at the last look. */
  end: number
  mtimeMs: number
  /** Folder of an unpacked copy. */
  scratch?: string
}

/**
 * Follows one log file over its rotations (renamed, copied and cut short, compressed) and, by its cursor, over a
 * restart. A line without its end waits. Nothing is read twice, and nothing is left out while the rotated file is there.
 */
export class Tail {
  readonly #path: string
  #from: 'start' | 'end'
  #cursor: TailCursor | undefined
  #file: OpenFile | undefined
  #rotated: Rotated[] = []
  /** The rotated file that was read to its end, until the log itself is open again. */
  #after: { cursor: TailCursor; mtimeMs: number } | undefined
  #lost = false
  #skipping = false
  /** The last look found nothing new: what was cut short then had been read. */
  #atEnd = false

  constructor(path: string, cursor: TailCursor | undefined, from: 'start' | 'end') {
    this.#path = path
    this.#cursor = cursor
    this.#from = from
  }

  /** @returns undefined while there is no such file @throws Error when it cannot be read */
  async read(): Promise<TailStep | undefined> {
    if (this.#file && !this.#file.closed && (await this.#wasCut(this.#file))) {
      await this.close()
      this.#skipping = false
    }
    this.#file ??= await this.#next()
    const file = this.#file
    if (!file) return undefined
    const buffer = Buffer.allocUnsafe(CHUNK)
    const { bytesRead } = await file.handle.read(buffer, 0, CHUNK, file.cursor.offset)
    const atEnd = bytesRead < CHUNK
    const end = file.cursor.offset + bytesRead
    if (file.leaving !== undefined) file.leaving = end > file.end ? 0 : file.leaving + 1
    file.end = end
    const done = atEnd && (file.closed || (file.leaving ?? 0) >= QUIET_LOOKS)
    const cut = cutLines(buffer.subarray(0, bytesRead), { whole: done, skipping: this.#skipping })
    this.#atEnd = atEnd
    return await this.#step(file, cut, done)
  }

  async close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.handle.close()
    if (file?.scratch) await rm(file.scratch, { recursive: true, force: true })
  }

  async #step(file: OpenFile, cut: Cutting, done: boolean): Promise<TailStep> {
    const offset = file.cursor.offset + cut.used
    // Of what was seen, not only of what was taken: a file that holds but half a line is known again too.
    const headBytes = Math.min(HEAD_BYTES, file.end)
    const head = headBytes === file.cursor.headBytes ? file.cursor.head : await headOf(file.handle, headBytes)
    const cursor: TailCursor = { file: file.cursor.file, offset, head, headBytes }
    const { lines, tooLong } = cut
    const lost = this.#lost
    return {
      lines,
      tooLong,
      cursor,
      more: cut.used > 0 || done,
      writtenMs: file.mtimeMs,
      lost,
      taken: async () => {
        this.#skipping = cut.skipping
        file.cursor = cursor
        this.#cursor = cursor
        if (lost) this.#lost = false
        if (done) await this.#finish(file)
      },
    }
  }

  /** All of a rotated file is read: on to the next, in the end to the log itself. */
  async #finish(file: OpenFile): Promise<void> {
    await this.close()
    this.#after = { cursor: file.cursor, mtimeMs: file.mtimeMs }
    this.#cursor = undefined
    this.#from = 'start'
    this.#skipping = false
  }

  /** Notices growth, and that the name belongs to another file now. @returns whether it was cut short */
  async #wasCut(file: OpenFile): Promise<boolean> {
    const own = await file.handle.stat()
    const named = await stat(this.#path).catch(() => undefined)
    file.mtimeMs = own.mtimeMs
    if (named && identityOf(named) !== file.cursor.file) file.leaving ??= 0
    return !(await fits(file.handle, file.cursor))
  }

  async #next(): Promise<OpenFile | undefined> {
    if (this.#rotated.length === 0 && this.#after)
      this.#rotated = await this.#later(this.#after.cursor, this.#after.mtimeMs)
    const rotated = this.#rotated.shift()
    if (rotated) return await openRotated(rotated, { file: rotated.file, offset: 0, head: '', headBytes: 0 })
    const handle = await open(this.#path, 'r').catch(ifMissing)
    if (!handle) return undefined
    this.#after = undefined
    const seen = await handle.stat()
    const fresh: TailCursor = { file: identityOf(seen), offset: 0, head: '', headBytes: 0 }
    const opened = (cursor: TailCursor): OpenFile => ({
      handle,
      cursor,
      closed: false,
      leaving: undefined,
      end: 0,
      mtimeMs: seen.mtimeMs,
    })
    const { file, offset } = this.#cursor ?? fresh
    if (!this.#cursor) return opened(this.#from === 'end' ? await atEnd(handle, fresh, seen.size) : fresh)
    if (file === fresh.file && (await fits(handle, this.#cursor))) return opened(this.#cursor)
    const before = await findRotated(this.#path, this.#cursor)
    if (!before) {
      this.#lost ||= offset > 0 && !this.#atEnd
      return opened(fresh)
    }
    await handle.close()
    this.#rotated = await this.#later(this.#cursor, before.mtimeMs)
    return await openRotated(before, this.#cursor)
  }

  /** What was rotated away after the file of that cursor, oldest first; not that file itself under another name. */
  async #later(cursor: TailCursor, afterMs: number): Promise<Rotated[]> {
    const [itself, later] = [await findRotated(this.#path, cursor), await rotatedAfter(this.#path, afterMs)]
    return later.filter(({ path }) => path !== itself?.path)
  }
}

/** Is that still the file of the cursor, and at least as long as what was seen of it? */
async function fits(handle: FileHandle, { offset, head, headBytes }: TailCursor): Promise<boolean> {
  const { size } = await handle.stat()
  return size >= Math.max(offset, headBytes) && (headBytes === 0 || (await headOf(handle, headBytes)) === head)
}

async function atEnd(handle: FileHandle, fresh: TailCursor, size: number): Promise<TailCursor> {
  const headBytes = Math.min(HEAD_BYTES, size)
  return { ...fresh, offset: size, headBytes, head: await headOf(handle, headBytes) }
}

async function openRotated({ path, packed, mtimeMs }: Rotated, cursor: TailCursor): Promise<OpenFile> {
  const common = { cursor, closed: true, leaving: undefined, end: 0, mtimeMs }
  if (!packed) return { ...common, handle: await open(path, 'r') }
  const scratch = await mkdtemp(join(tmpdir(), 'sanling-log-'))
  const unpacked = join(scratch, 'log')
  await unpackTo(path, unpacked)
  return { ...common, handle: await open(unpacked, 'r'), scratch }
}

function ifMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code === 'ENOENT') return undefined
  throw error
}
