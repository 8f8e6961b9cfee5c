import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sizeLog } from '../delivery/schema.ts'

/** Messages of one channel as they came, in their order. */
export interface Block {
  /** Whose decoder they are for, e.g. one TCP connection's. */
  channel: string
  receivedMs: number
  frames: readonly Uint8Array[]
}

/**
 * Messages on disk that nobody has decoded yet: a burst is taken in as fast as a disk writes, and read at leisure.
 * Who decodes a block drops it when its events are on disk; after a crash in between it is decoded again, to the same
 * event ids. All calls but `keep` are synchronous.
 */
export interface Reservoir {
  /** Resolves when it is on disk; rejects when the disk refuses it. Many callers share one fsync. */
  keep(block: Block): Promise<void>
  /** Bytes kept and not dropped, with those on their way to the disk. */
  readonly bytes: number
  /** The first block on disk after that number. */
  after(n: number): { n: number; block: Block } | undefined
  /** Forgets all blocks up to that number. */
  drop(n: number): void
  close(): void
}

/** As much, or so long a silence, makes a commit. */
const FULL_BYTES = 512 * 1024
const QUIET_MS = 2
/** A file that grew larger in a burst is made anew once it is empty. */
const LARGE_BYTES = 32 * 1024 * 1024
const PAGE_BYTES = 4096

const TABLE = `create table if not exists block (n integer primary key, channel text not null,
  received integer not null, body blob not null)`

export const hasReservoir = (path: string): boolean => existsSync(path)

/** @throws Error when the file cannot be opened (rights, disk, damage) */
export function openReservoir(path: string): Reservoir {
  let db = openFile(path)
  let sql = statements(db)
  let waiting: { block: Block; body: Uint8Array; done(): void; failed(error: unknown): void }[] = []
  let waitingBytes = 0
  let diskBytes = number(sql.sizeUpTo.get(Number.MAX_SAFE_INTEGER)?.size)
  /** Goes on over a file made anew: a number never means two blocks of one process. */
  let last = number(sql.last.get()?.last)
  let timer: NodeJS.Timeout | undefined

  function flush(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting.length === 0) return
    const [group, bytes] = [waiting, waitingBytes]
    waiting = []
    waitingBytes = 0
    try {
      db.exec('begin immediate')
      for (const { block, body } of group) sql.insert.run(++last, block.channel, Math.trunc(block.receivedMs), body)
      db.exec('commit')
      diskBytes += bytes
      for (const { done } of group) done()
    } catch (error) {
      if (db.isTransaction) db.exec('rollback')
      for (const { failed } of group) failed(error)
    }
  }

  function renew(): void {
    const pages = number(sql.pages.get()?.page_count)
    if (pages * PAGE_BYTES < LARGE_BYTES || waiting.length > 0) return
    db.close()
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    db = openFile(path)
    sql = statements(db)
  }

  return {
    keep(block) {
      const body = packed(block.frames)
      return new Promise((done, failed) => {
        waiting.push({ block, body, done, failed })
        waitingBytes += body.length
        if (waitingBytes >= FULL_BYTES) flush()
        else timer ??= setTimeout(flush, QUIET_MS)
      })
    },
    get bytes() {
      return diskBytes + waitingBytes
    },
    after(n) {
      const row = sql.after.get(n)
      if (!row) return undefined
      const frames = unpacked(row.body as Uint8Array)
      return { n: Number(row.n), block: { channel: String(row.channel), receivedMs: Number(row.received), frames } }
    },
    drop(n) {
      diskBytes -= number(sql.sizeUpTo.get(n)?.size)
      sql.drop.run(n)
      if (diskBytes === 0) renew()
    },
    close() {
      flush()
      db.close()
    },
  }
}

function openFile(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(path, { timeout: 500 })
  try {
    db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full')
    sizeLog(db, path)
    db.exec(TABLE)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

const statements = (db: DatabaseSync) => ({
  insert: db.prepare('insert into block (n, channel, received, body) values (?, ?, ?, ?)'),
  after: db.prepare('select n, channel, received, body from block where n > ? order by n limit 1'),
  drop: db.prepare('delete from block where n <= ?'),
  sizeUpTo: db.prepare('select sum(length(body)) as size from block where n <= ?'),
  last: db.prepare('select max(n) as last from block'),
  pages: db.prepare('pragma page_count'),
})

const number = (value: unknown): number => Number(value ?? 0)

const PREFIX = 4

/** Each frame after its length as a 32-bit number. */
function packed(frames: readonly Uint8Array[]): Uint8Array {
  const size = frames.reduce((sum, frame) => sum + PREFIX + frame.length, 0)
  const body = Buffer.allocUnsafe(size)
  let at = 0
  for (const frame of frames) {
    body.writeUInt32LE(frame.length, at)
    body.set(frame, at + PREFIX)
    at += PREFIX + frame.length
  }
  return body
}

function unpacked(body: Uint8Array): Uint8Array[] {
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength)
  const frames: Uint8Array[] = []
  for (let at = 0; at + PREFIX <= body.length; ) {
    const end = at + PREFIX + view.getUint32(at, true)
    frames.push(body.subarray(at + PREFIX, end))
    at = end
  }
  return frames
}
