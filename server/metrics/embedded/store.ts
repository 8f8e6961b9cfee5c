import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite'
import type { Keep } from '../../../contract/measurements.ts'
import type { Clock } from '../../clock.ts'
import type { MetricPoint } from '../../feature.ts'
import { DAY } from '../buckets.ts'
import type { MetricStore, SelectedRow, Selection, StoreHealth, WriteOutcome } from '../port.ts'
import { SCHEMA } from '../schema.ts'
import { stampOf } from '../stamp.ts'
import { select } from './select.ts'
import { SeriesIndex } from './series.ts'
import { columnOf, makeTables, tableOf } from './tables.ts'

export interface EmbeddedSettings {
  file: string
  retention: { rawDays: number; hourDays: number; eventsDays: number }
}

const SWEEP_EVERY = 3_600_000

/**
 * The default store: SQLite with InfluxDB's meaning (series, merging writes, retention, Chinese days). Synchronous
 * inside, so it belongs on a worker thread. synchronous=NORMAL: a power cut may cost the last moments, which the
 * backlog still holds or a replay brings back; the records store is the one that must not lose a byte.
 */
export class EmbeddedStore implements MetricStore {
  readonly #settings: EmbeddedSettings
  readonly #clock: Clock
  readonly #db: DatabaseSync
  #index: SeriesIndex
  readonly #upserts = new Map<string, { statement: StatementSync; fields: readonly string[] }>()
  #sweptAt = 0

  constructor(settings: EmbeddedSettings, clock: Clock) {
    this.#settings = settings
    this.#clock = clock
    this.#db = new DatabaseSync(settings.file, { timeout: 5000 })
    this.#db.exec(
      'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-6000; PRAGMA temp_store=MEMORY',
    )
    makeTables(this.#db)
    this.#index = new SeriesIndex(this.#db)
  }

  async write(points: readonly MetricPoint[]): Promise<WriteOutcome> {
    this.#sweep()
    const outcome: WriteOutcome = { written: 0, rejected: [] }
    this.#db.exec('BEGIN IMMEDIATE')
    try {
      for (const point of points) this.#writeOne(point, outcome)
      this.#db.exec('COMMIT')
    } catch (error) {
      // A full or failing disk has rolled back by itself.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK')
      // Series that were numbered in it are gone too.
      this.#index = new SeriesIndex(this.#db)
      throw error
    }
    return outcome
  }

  #writeOne(point: MetricPoint, outcome: WriteOutcome): void {
    const keep = SCHEMA[point.measurement]?.keep ?? 'raw'
    if (point.at < this.#oldest(keep)) {
      outcome.rejected.push({ point, reason: 'out_of_retention', detail: '' })
      return
    }
    const { statement, fields } = this.#upsert(point.measurement)
    const { ms, ns } = stampOf(point)
    const values = fields.map((name): SQLInputValue => {
      const value = point.fields[name]
      return typeof value === 'boolean' ? Number(value) : (value ?? null)
    })
    statement.run(this.#index.idOf(point.measurement, point.tags), ms, ns, ...values)
    outcome.written += 1
  }

  #upsert(measurement: string): { statement: StatementSync; fields: readonly string[] } {
    const known = this.#upserts.get(measurement)
    if (known) return known
    const fields = Object.keys(SCHEMA[measurement]?.fields ?? {})
    const columns = fields.map(columnOf)
    const merge = columns.map((column) => `${column} = coalesce(excluded.${column}, ${column})`)
    const statement = this.#db.prepare(
      `INSERT INTO ${tableOf(measurement)} (series, ms, ns, ${columns.join(', ')}) VALUES (?, ?, ?, ${columns.map(() => '?').join(', ')})
       ON CONFLICT (series, ms, ns) DO UPDATE SET ${merge.join(', ')}`,
    )
    const made = { statement, fields }
    this.#upserts.set(measurement, made)
    return made
  }

  async select(selection: Selection): Promise<SelectedRow[]> {
    return select(this.#db, this.#index, selection)
  }

  async bootstrap(): Promise<void> {
    this.#sweep()
  }

  async health(): Promise<StoreHealth> {
    const row = this.#db.prepare('SELECT sqlite_version() AS version').get()
    return { ok: true, version: `sqlite ${row?.version}`, detail: '' }
  }

  async close(): Promise<void> {
    this.#db.close()
  }

  #oldest(keep: Keep): number {
    const { rawDays, hourDays, eventsDays } = this.#settings.retention
    const days = { raw: rawDays, hour: hourDays, events: eventsDays }[keep]
    return this.#clock.now() - days * DAY
  }

  /** Deletes what is older than its retention, once an hour, series by series along the key. */
  #sweep(): void {
    const now = this.#clock.now()
    if (now - this.#sweptAt < SWEEP_EVERY) return
    this.#sweptAt = now
    for (const [measurement, { keep }] of Object.entries(SCHEMA)) {
      const ids = this.#index.idsOf(measurement)
      if (ids.length === 0) continue
      const drop = this.#db.prepare(`DELETE FROM ${tableOf(measurement)} WHERE series = ? AND ms < ?`)
      for (const id of ids) drop.run(id, this.#oldest(keep))
    }
  }
}
