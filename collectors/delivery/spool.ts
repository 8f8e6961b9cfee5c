import type { DatabaseSync } from 'node:sqlite'
import type { Refusal } from '../source.ts'
import type { SpoolEvent } from './envelope.ts'
import { isDamage, moveAside, openDatabase, salvage, sizeLog } from './schema.ts'

export interface SpoolRow extends SpoolEvent {
  seq: number
}

/** Everything that is to become durable together. */
export interface SpoolWork {
  events: readonly SpoolEvent[]
  memory: readonly (readonly [key: string, value: string | undefined])[]
  /** Ids that the server has. */
  receipted: readonly string[]
  /** Ids that the server refuses for ever: they leave too, and are kept among the refusals. */
  rejected: readonly { id: string; reason: string }[]
  refusals: readonly Refusal[]
}
export const NO_WORK: SpoolWork = { events: [], memory: [], receipted: [], rejected: [], refusals: [] }

export interface SpoolResult {
  added: number
  duplicates: number
  receipted: number
  rejected: number
}

/** Ids remembered after their receipt, so that an overlapping poll does not send them again. */
const REMEMBER_ROWS = 200_000
const REMEMBER_MS = 15 * 86_400_000
const KEEP_REFUSALS = 10_000

/** One collector's events on disk until the server has them. All calls are synchronous; `commit` is one transaction. */
export interface Spool {
  commit(work: SpoolWork, now: number): SpoolResult
  /** Undelivered rows after that seq, in order. */
  pending(afterSeq: number, limit: number): SpoolRow[]
  /** Of these, those that are still undelivered, in order. */
  stillPending(seqs: readonly number[]): SpoolRow[]
  /** Number of undelivered events. */
  readonly backlog: number
  /** Bytes in use on disk. */
  bytes(): number
  recall(key: string): string | undefined
  recallAll(prefix: string, page?: { after: string; limit: number }): [key: string, value: string][]
  refusalCount(): number
  /** Forgets what need not be remembered any more. */
  prune(now: number): void
  /** On a full disk: gives back what the write-ahead log holds beside the file. Never throws. */
  relieve(): void
  close(): void
}

export interface SpoolOpening {
  spool: Spool
  /** Where a damaged predecessor was moved to, and how many events could be saved out of it. */
  damaged?: { path: string; saved: number }
}

/**
 * Opens or makes the spool. A damaged file is moved aside and what is readable in it is taken over; sequence numbers
 * then go on from the clock's seconds, so that the server sees a gap instead of numbers it has seen before.
 * @throws Error when the file cannot be opened at all (rights, disk, a second process)
 */
export function openSpool(path: string, now: number): SpoolOpening {
  try {
    return { spool: spoolOn(openDatabase(path), path, 0) }
  } catch (error) {
    if (!isDamage(error)) throw error
    const aside = moveAside(path, now)
    const saved = salvage(aside)
    const spool = spoolOn(openDatabase(path), path, Math.floor(now / 1000))
    for (let from = 0; from < saved.length; from += 1000)
      spool.commit({ ...NO_WORK, events: saved.slice(from, from + 1000) }, now)
    return { spool, damaged: { path: aside, saved: saved.length } }
  }
}

/** How often the room on the disk is looked at, while something is written. */
const LOOK_MS = 1000

function spoolOn(db: DatabaseSync, path: string, firstSeq: number): Spool {
  const sql = statements(db)
  const number = (row: Record<string, unknown> | undefined): number => Number(Object.values(row ?? {})[0] ?? 0)
  let seq = Math.max(number(sql.maxSeq.get()), firstSeq)
  let backlog = number(sql.countPending.get())
  let [roomy, lookedAt] = [sizeLog(db, path), performance.now()]

  function lookAtRoom(): void {
    if (performance.now() - lookedAt < LOOK_MS) return
    lookedAt = performance.now()
    try {
      roomy = sizeLog(db, path, roomy)
    } catch {
      // A disk that cannot say how much room it has will say so when it is written to.
    }
  }

  const apply = (work: SpoolWork, now: number): SpoolResult => {
    const result: SpoolResult = { added: 0, duplicates: 0, receipted: 0, rejected: 0 }
    for (const { id, type, body } of work.events) {
      if (Number(sql.insert.run(seq + result.added + 1, id, type, body).changes) > 0) result.added++
      else result.duplicates++
    }
    for (const [key, value] of work.memory) value === undefined ? sql.forget.run(key) : sql.remember.run(key, value)
    for (const { reason, hash, detail, excerpt } of work.refusals)
      sql.refuse.run(now, reason, hash, detail, excerpt, null)
    for (const { id, reason } of work.rejected) {
      const body = sql.body.get(id)?.body
      if (typeof body === 'string') sql.refuse.run(now, reason, '', '服务器拒收', body.slice(0, 2000), id)
      result.rejected += Number(sql.settle.run(now, id).changes)
    }
    for (const id of work.receipted) result.receipted += Number(sql.settle.run(now, id).changes)
    return result
  }

  return {
    commit(work, now) {
      db.exec('begin immediate')
      try {
        const result = apply(work, now)
        db.exec('commit')
        seq += result.added
        backlog += result.added - result.receipted - result.rejected
        lookAtRoom()
        return result
      } catch (error) {
        if (db.isTransaction) db.exec('rollback')
        throw error
      }
    },
    pending: (afterSeq, limit) => sql.pending.all(afterSeq, limit) as unknown as SpoolRow[],
    stillPending: (seqs) => sql.still.all(JSON.stringify(seqs)) as unknown as SpoolRow[],
    get backlog() {
      return backlog
    },
    bytes: () => {
      const [pages, free, size] = ['page_count', 'freelist_count', 'page_size'].map((name) =>
        number(db.prepare(`pragma ${name}`).get()),
      )
      return ((pages ?? 0) - (free ?? 0)) * (size ?? 0)
    },
    recall: (key) => sql.recall.get(key)?.value as string | undefined,
    recallAll: (prefix, page) =>
      (page
        ? sql.recallPage.all(page.after, `${prefix}\u{10ffff}`, page.limit)
        : sql.recallAll.all(prefix, `${prefix}\u{10ffff}`)
      ).map((row) => [String(row.key), String(row.value)]),
    refusalCount: () => number(sql.countRefusals.get()),
    prune(now) {
      sql.pruneOld.run(seq - REMEMBER_ROWS, now - REMEMBER_MS, seq)
      sql.pruneRefusals.run(KEEP_REFUSALS)
    },
    relieve() {
      try {
        db.exec('pragma wal_checkpoint(truncate)')
      } catch {
        // There is not even room for that: somebody has to make some.
      }
    },
    close: () => db.close(),
  }
}

function statements(db: DatabaseSync) {
  const one = (text: string) => db.prepare(text)
  return {
    maxSeq: one('select max(seq) from events'),
    countPending: one('select count(*) from events where body is not null'),
    insert: one('insert into events (seq, id, type, body) values (?, ?, ?, ?) on conflict (id) do nothing'),
    settle: one('update events set body = null, done = ? where id = ? and body is not null'),
    body: one('select body from events where id = ?'),
    pending: one('select seq, id, type, body from events where body is not null and seq > ? order by seq limit ?'),
    still: one(
      'select seq, id, type, body from events where seq in (select value from json_each(?)) and body is not null order by seq',
    ),
    remember: one(
      'insert into memory (key, value) values (?, ?) on conflict (key) do update set value = excluded.value',
    ),
    forget: one('delete from memory where key = ?'),
    recall: one('select value from memory where key = ?'),
    recallAll: one('select key, value from memory where key >= ? and key < ? order by key'),
    recallPage: one('select key, value from memory where key > ? and key < ? order by key limit ?'),
    refuse: one('insert into refusals (at, reason, hash, detail, excerpt, id) values (?, ?, ?, ?, ?, ?)'),
    countRefusals: one('select count(*) from refusals'),
    // The newest row always stays: it carries the sequence number over a restart.
    pruneOld: one('delete from events where body is null and (seq <= ? or done < ?) and seq < ?'),
    pruneRefusals: one('delete from refusals where n <= (select max(n) from refusals) - ?'),
  }
}
