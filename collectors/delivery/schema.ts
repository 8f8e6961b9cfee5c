import { existsSync, mkdirSync, renameSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

/**
 * `events`: body is null once the server has it; the row then stays for a while as a memory against doubles.
 * `memory`: cursors of the source (key `s:…`) and the delivery's own counters (`d:…`).
 */
const TABLES = `
  create table if not exists events (seq integer primary key, id text not null unique, type text not null, body text, done integer);
  create index if not exists pending on events (seq) where body is not null;
  create table if not exists memory (key text primary key, value text not null) without rowid;
  create table if not exists refusals (n integer primary key, at integer not null, reason text not null, hash text not null,
    detail text not null, excerpt text not null, id text);
`

/** WAL with synchronous=FULL: a commit is on disk. Exclusive: a second process on this spool is refused, not mixed in. */
export function openDatabase(path: string): DatabaseSync {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const db = new DatabaseSync(path, { timeout: 500 })
  try {
    db.exec('pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full')
    db.exec('pragma cache_size = -4096')
    sizeLog(db, path)
    db.exec(TABLES)
    const [verdict] = Object.values(db.prepare('pragma quick_check(1)').get() ?? {})
    if (verdict !== 'ok') throw Object.assign(new Error(String(verdict)), { errcode: CORRUPT })
    return db
  } catch (error) {
    db.close()
    if (codeOf(error) === BUSY) throw new Error(`暂存文件 ${path} 正被另一个采集器进程使用，请先停掉它`)
    throw error
  }
}

/** Below that much room the log must stay small: reading it back into the file needs room too. */
const ROOMY_BYTES = 256 * 1024 * 1024
/**
 * Ids fall anywhere into their index: with a long log a page is written once for many of them instead of once for each.
 */
const ROOMY = { pages: 4000, bytes: 16 * 1024 * 1024 }
const TIGHT = { pages: 250, bytes: 1024 * 1024 }

/**
 * How long the write-ahead log may grow, by the room on the disk now. Four spools with logs of 16 MiB would fill a small
 * disk by themselves, and a full log on a full disk cannot be read back any more.
 * @returns whether there is room
 */
export function sizeLog(db: DatabaseSync, path: string, was?: boolean): boolean {
  const { bavail, bsize } = statfsSync(dirname(path))
  const roomy = bavail * bsize > ROOMY_BYTES
  if (roomy === was) return roomy
  const { pages, bytes } = roomy ? ROOMY : TIGHT
  db.exec(`pragma wal_autocheckpoint = ${pages}; pragma journal_size_limit = ${bytes}`)
  if (was) db.exec('pragma wal_checkpoint(truncate)')
  return roomy
}

const BUSY = 5
const FULL = 13
const CORRUPT = 11
const NOT_A_DATABASE = 26

/** SQLITE_CORRUPT (with its extended codes) or SQLITE_NOTADB. */
export function isDamage(error: unknown): boolean {
  return codeOf(error) === CORRUPT || codeOf(error) === NOT_A_DATABASE
}
/** SQLITE_FULL: the disk, or its quota. */
export const isFull = (error: unknown): boolean => codeOf(error) === FULL
/** Primary result code of SQLite. */
const codeOf = (error: unknown): number => Number((error as { errcode?: unknown } | null)?.errcode ?? 0) & 0xff

/** Renames a damaged database and what belongs to it; returns its new path. */
export function moveAside(path: string, now: number): string {
  const aside = `${path}.damaged-${now}`
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix)
  return aside
}

/** Undelivered events that can still be read out of a damaged spool; fewer, never an error. */
export function salvage(path: string): { id: string; type: string; body: string }[] {
  const saved: { id: string; type: string; body: string }[] = []
  try {
    const db = new DatabaseSync(path, { readOnly: true })
    try {
      for (const row of db.prepare('select id, type, body from events where body is not null order by seq').iterate())
        if (isWhole(row)) saved.push({ id: row.id, type: row.type, body: row.body })
    } finally {
      db.close()
    }
  } catch {
    // What could be read until here is kept.
  }
  return saved
}

function isWhole(row: Record<string, unknown>): row is { id: string; type: string; body: string } {
  try {
    return typeof row.id === 'string' && typeof row.type === 'string' && JSON.parse(String(row.body)).id === row.id
  } catch {
    return false
  }
}
