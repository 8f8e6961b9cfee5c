import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { MetricPoint } from '../feature.ts'

/** A bucket whose rollup must be reckoned again. */
export interface Dirty {
  measurement: string
  width: 'hour' | 'day'
  bucket: number
}
export interface DueBucket extends Dirty {
  /** Changes with every new touch, so that work on an older state does not wipe out a newer touch. */
  touched: number
}

/**
 * Points on their way to the store, on disk because the store may be away for hours and the server may die meanwhile;
 * and the buckets to be rolled up again, in the same file so that both change in one transaction. Batches stay as the
 * text they came in: nothing is parsed until it is sent.
 */
export class Backlog {
  readonly #db: DatabaseSync
  readonly #maxBytes: number
  readonly #statements: Record<
    'add' | 'head' | 'weigh' | 'remove' | 'dirty' | 'due' | 'clean' | 'later' | 'mark',
    StatementSync
  >
  #points = 0
  #bytes = 0
  #rows = 0

  constructor(file: string, maxBytes = 512 * 1024 * 1024) {
    this.#maxBytes = maxBytes
    this.#db = new DatabaseSync(file, { timeout: 5000 })
    this.#db.exec(`PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-1000;
      CREATE TABLE IF NOT EXISTS batch (id INTEGER PRIMARY KEY AUTOINCREMENT, points INTEGER, bytes INTEGER, body TEXT);
      CREATE TABLE IF NOT EXISTS dirty (measurement TEXT, width TEXT, bucket INTEGER, due INTEGER, touched INTEGER,
        PRIMARY KEY (measurement, width, bucket)) WITHOUT ROWID;
      CREATE TABLE IF NOT EXISTS mark (one INTEGER PRIMARY KEY CHECK (one = 1), at INTEGER);
      CREATE INDEX IF NOT EXISTS dirty_due ON dirty (due)`)
    const prepare = (text: string) => this.#db.prepare(text)
    this.#statements = {
      add: prepare('INSERT INTO batch (points, bytes, body) VALUES (?, ?, ?)'),
      head: prepare('SELECT id, points, bytes, body FROM batch ORDER BY id LIMIT ?'),
      weigh: prepare('SELECT count(*) AS n, sum(points) AS points, sum(bytes) AS bytes FROM batch WHERE id <= ?'),
      remove: prepare('DELETE FROM batch WHERE id <= ?'),
      dirty: prepare(`INSERT INTO dirty (measurement, width, bucket, due, touched) VALUES (?, ?, ?, ?, 1)
        ON CONFLICT (measurement, width, bucket) DO UPDATE SET touched = touched + 1`),
      due: prepare('SELECT measurement, width, bucket, touched FROM dirty WHERE due <= ? ORDER BY due LIMIT ?'),
      clean: prepare('DELETE FROM dirty WHERE measurement = ? AND width = ? AND bucket = ? AND touched = ?'),
      // The last, not the latest: batches come in their order, and a clock that ran ahead must not spare the replay.
      mark: prepare('INSERT INTO mark (one, at) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET at = excluded.at'),
      later: prepare('UPDATE dirty SET due = ? WHERE measurement = ? AND width = ? AND bucket = ?'),
    }
    const row = this.#statements.weigh.get(Number.MAX_SAFE_INTEGER)
    this.#count(Number(row?.n ?? 0), Number(row?.points ?? 0), Number(row?.bytes ?? 0))
  }

  get points(): number {
    return this.#points
  }

  /**
   * Keeps a batch (JSON array of points), which holds everything that was handed over until `at`.
   * @returns how many of the oldest points had to make room
   */
  add(body: string, points: number, at: number): number {
    this.#transaction(() => {
      this.#statements.add.run(points, body.length, body)
      this.#statements.mark.run(at)
    })
    this.#count(1, points, body.length)
    let dropped = 0
    while (this.#bytes > this.#maxBytes && this.#rows > 1) dropped += this.#dropOldest()
    return dropped
  }

  /** Until when everything is known to have come this far, epoch ms; undefined at the very first start. */
  mark(): number | undefined {
    const row = this.#db.prepare('SELECT at FROM mark').get()
    return row ? Number(row.at) : undefined
  }

  #dropOldest(): number {
    const row = this.#statements.head.get(1)
    if (!row) return 0
    this.#statements.remove.run(Number(row.id))
    this.#count(-1, -Number(row.points), -Number(row.bytes))
    return Number(row.points)
  }

  /** The oldest batches together, at most about `limit` points; `upTo` settles them. */
  head(limit: number): { upTo: number; points: MetricPoint[] } | undefined {
    const points: MetricPoint[] = []
    let upTo = 0
    for (const row of this.#statements.head.iterate(64)) {
      if (points.length > 0 && points.length + Number(row.points) > limit) break
      points.push(...(JSON.parse(String(row.body)) as MetricPoint[]))
      upTo = Number(row.id)
    }
    return upTo === 0 ? undefined : { upTo, points }
  }

  /** These batches are in the store; their buckets need a new rollup. */
  settle(upTo: number, dirty: Iterable<Dirty & { due: number }>): void {
    const row = this.#statements.weigh.get(upTo)
    this.#transaction(() => {
      for (const each of dirty) this.#statements.dirty.run(each.measurement, each.width, each.bucket, each.due)
      this.#statements.remove.run(upTo)
    })
    this.#count(-Number(row?.n ?? 0), -Number(row?.points ?? 0), -Number(row?.bytes ?? 0))
  }

  touch(dirty: Dirty, due: number): void {
    this.#statements.dirty.run(dirty.measurement, dirty.width, dirty.bucket, due)
  }

  due(now: number, limit = 50): DueBucket[] {
    return this.#statements.due.all(now, limit).map((row) => ({
      measurement: String(row.measurement),
      width: row.width === 'day' ? 'day' : 'hour',
      bucket: Number(row.bucket),
      touched: Number(row.touched),
    }))
  }

  /** Rolled up; stays, due at `again`, when it was touched meanwhile. */
  done({ measurement, width, bucket, touched }: DueBucket, again: number): void {
    const removed = this.#statements.clean.run(measurement, width, bucket, touched)
    if (removed.changes === 0) this.#statements.later.run(again, measurement, width, bucket)
  }

  close(): void {
    this.#db.close()
  }

  #count(rows: number, points: number, bytes: number): void {
    this.#rows += rows
    this.#points += points
    this.#bytes += bytes
  }

  #transaction(act: () => void): void {
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      act()
      this.#db.exec('COMMIT')
    } catch (error) {
      // A full or failing disk has rolled back by itself; its error must not be hidden by another one.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      throw error
    }
  }
}
