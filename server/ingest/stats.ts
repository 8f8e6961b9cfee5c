import type { Reader, Tx } from '../feature.ts'
import { type Gap, SeqWatch } from './gaps.ts'
import { insertRows, type MultiRowInsert } from './multi-row.ts'
import type { CollectorRow, IngestTables } from './tables.ts'

const MINUTE = 60_000
const MINUTES = 60
/** More names than this can only come from somebody who makes them up. */
const MOST_COLLECTORS = 2000
const LATENCIES = 1024

const SAVE: MultiRowInsert = {
  head: 'insert into ingest_collector (collector, last_seq, last_observed_ms, last_received_ms, stored, duplicate, rejected, missing) values',
  columns: 8,
  tail:
    'on conflict (collector) do update set last_seq = excluded.last_seq, last_observed_ms = excluded.last_observed_ms, ' +
    'last_received_ms = excluded.last_received_ms, stored = excluded.stored, duplicate = excluded.duplicate, ' +
    'rejected = excluded.rejected, missing = excluded.missing',
}

const SAVE_SHARED: MultiRowInsert = {
  head: SAVE.head.replace('missing)', 'missing, holes)'),
  columns: 9,
  tail: `${SAVE.tail}, holes = excluded.holes`,
}

/** What a turn brought of one collector. */
export interface Delivery {
  stored: number
  duplicate: number
  rejected: number
  lastObservedMs: number | null
  /** Numbers of the new events, in order of arrival. */
  seqs: readonly number[]
}

/** Counts since the beginning, and events of the last hour. */
export interface CollectorStats {
  collector: string
  lastSeq: number | null
  lastObservedMs: number | null
  lastReceivedMs: number
  stored: number
  duplicate: number
  rejected: number
  /** Numbers that never came. */
  missing: number
  perHour: number
}

interface Known {
  row: CollectorRow
  watch: SeqWatch
  minutes: Map<number, number>
}

/** Per-collector counts: kept in memory, saved with each turn, so that a crash loses none. */
export class IngestStats {
  readonly #known = new Map<string, Known>()
  readonly #latencies: number[] = []
  #latencyAt = 0
  readonly #shared: boolean

  /** @param shared several servers write these counts: each turn begins with what the records say */
  constructor(shared = false) {
    this.#shared = shared
  }

  async load(read: Reader): Promise<void> {
    for (const row of await read.withTables<IngestTables>().selectFrom('ingest_collector').selectAll().execute())
      this.#take(row)
  }

  #take(row: CollectorRow): void {
    const holes = row.holes === null ? [] : (JSON.parse(row.holes) as Gap[])
    const minutes = this.#known.get(row.collector)?.minutes ?? new Map<number, number>()
    this.#known.set(row.collector, { row, watch: new SeqWatch(row.last_seq, holes), minutes })
  }

  /** Saves the counts as they will be once the turn is committed. */
  async save(tx: Tx, deliveries: ReadonlyMap<string, Delivery>, now: number): Promise<void> {
    if (this.#shared) return this.#saveShared(tx, deliveries, now)
    const values: unknown[] = []
    for (const [collector, delivery] of deliveries) {
      const { row, watch } = this.#of(collector, now)
      const observed = Math.max(row.last_observed_ms ?? 0, delivery.lastObservedMs ?? 0) || null
      values.push(collector, watch.lastAfter(delivery.seqs), observed, now, row.stored + delivery.stored)
      values.push(row.duplicate + delivery.duplicate, row.rejected + delivery.rejected, row.missing)
    }
    await insertRows(tx, SAVE, values)
  }

  /**
   * Memory is made anew from the records inside the turn, which stands in the line of all servers; should the turn fail,
   * the next one begins with the records again.
   */
  async #saveShared(tx: Tx, deliveries: ReadonlyMap<string, Delivery>, now: number): Promise<void> {
    const names = [...deliveries.keys()]
    if (names.length === 0) return
    const table = tx.withTables<IngestTables>().selectFrom('ingest_collector').selectAll()
    for (const row of await table.where('collector', 'in', names).execute()) this.#take(row)
    const rows = [...deliveries].map(([collector, delivery]) => this.#add(collector, delivery, now).row)
    await this.#write(tx, rows)
  }

  async #write(tx: Tx, rows: readonly CollectorRow[]): Promise<void> {
    const values: unknown[] = []
    for (const row of rows) {
      values.push(row.collector, row.last_seq, row.last_observed_ms, row.last_received_ms, row.stored)
      values.push(row.duplicate, row.rejected, row.missing, row.holes)
    }
    await insertRows(tx, SAVE_SHARED, values)
  }

  /** Several servers: `gaps` by what the records say, and written down at once. */
  async sharedGaps(tx: Tx, now: number): Promise<{ collector: string; gap: Gap }[]> {
    // All of them: what this server remembers as missing another one may have stored since.
    for (const row of await tx.withTables<IngestTables>().selectFrom('ingest_collector').selectAll().execute())
      this.#take(row)
    const found = this.gaps(now)
    const names = new Set(found.map(({ collector }) => collector))
    await this.#write(
      tx,
      [...names].map((name) => {
        const { row, watch } = this.#of(name, now)
        return { ...row, holes: holesOf(watch) }
      }),
    )
    return found
  }

  /** After the commit. */
  count(deliveries: ReadonlyMap<string, Delivery>, now: number): void {
    for (const [collector, delivery] of deliveries) {
      if (!this.#shared) this.#add(collector, delivery, now)
      this.countMinute(collector, delivery.stored, now)
    }
  }

  /** Also for what another server has stored. */
  countMinute(collector: string, stored: number, now: number): void {
    const { minutes } = this.#of(collector, now)
    const minute = Math.floor(now / MINUTE)
    minutes.set(minute, (minutes.get(minute) ?? 0) + stored)
    if (minutes.size > MINUTES + 1) for (const old of minutes.keys()) if (old <= minute - MINUTES) minutes.delete(old)
  }

  #add(collector: string, { stored, duplicate, rejected, lastObservedMs, seqs }: Delivery, now: number): Known {
    const known = this.#of(collector, now)
    for (const seq of seqs) known.watch.see(seq, now)
    known.row = {
      ...known.row,
      last_seq: known.watch.last,
      last_observed_ms: Math.max(known.row.last_observed_ms ?? 0, lastObservedMs ?? 0) || null,
      last_received_ms: now,
      stored: known.row.stored + stored,
      duplicate: known.row.duplicate + duplicate,
      rejected: known.row.rejected + rejected,
      holes: holesOf(known.watch),
    }
    return known
  }

  /** Holes in the numbering that nobody filled in time, counted as missing. */
  gaps(now: number): { collector: string; gap: Gap }[] {
    const found: { collector: string; gap: Gap }[] = []
    for (const [collector, known] of this.#known) {
      for (const gap of known.watch.settled(now)) {
        known.row = { ...known.row, missing: known.row.missing + gap.to - gap.from + 1 }
        found.push({ collector, gap })
      }
    }
    return found
  }

  took(ms: number): void {
    this.#latencies[this.#latencyAt] = ms
    this.#latencyAt = (this.#latencyAt + 1) % LATENCIES
  }

  /** From arrival to commit, of the last turns; null before the first. */
  p95Ms(): number | null {
    const sorted = this.#latencies.toSorted((a, b) => a - b)
    return sorted[Math.floor(sorted.length * 0.95)] ?? null
  }

  list(now: number): CollectorStats[] {
    const from = Math.floor(now / MINUTE) - MINUTES
    return [...this.#known.values()].map(({ row, minutes }) => ({
      collector: row.collector,
      lastSeq: row.last_seq,
      lastObservedMs: row.last_observed_ms,
      lastReceivedMs: row.last_received_ms,
      stored: row.stored,
      duplicate: row.duplicate,
      rejected: row.rejected,
      missing: row.missing,
      perHour: [...minutes].reduce((sum, [minute, count]) => (minute > from ? sum + count : sum), 0),
    }))
  }

  #of(collector: string, now: number): Known {
    const known = this.#known.get(collector)
    if (known) return known
    const row: CollectorRow = {
      collector,
      last_seq: null,
      last_observed_ms: null,
      last_received_ms: now,
      stored: 0,
      duplicate: 0,
      rejected: 0,
      missing: 0,
      holes: null,
    }
    const fresh = { row, watch: new SeqWatch(null), minutes: new Map<number, number>() }
    if (this.#known.size < MOST_COLLECTORS) this.#known.set(collector, fresh)
    return fresh
  }
}

const holesOf = ({ holes }: SeqWatch): string | null => (holes.length > 0 ? JSON.stringify(holes) : null)
