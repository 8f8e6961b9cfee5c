import { sql } from 'kysely'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import type { Reader, Tx } from '../feature.ts'
import { insertRows, type MultiRowInsert } from './multi-row.ts'
import { type Refused, refusalKey } from './refusal.ts'
import type { IngestTables, QuarantineRow } from './tables.ts'

/** Rows kept of one collector; beyond it the oldest go, the counts stay. */
export const ROWS_PER_COLLECTOR = 10_000
const SLACK = 1.25

const SET_ASIDE: MultiRowInsert = {
  head: 'insert into quarantine (id, collector, topic, reason, event_id, excerpt, truncated, first_ms, last_ms, times, state) values',
  columns: 11,
  tail: `on conflict (id) do update set times = quarantine.times + excluded.times, last_ms = excluded.last_ms, state = 'open'`,
}

/** A refusal and the topic it came by; null for HTTP. */
export interface SetAside {
  refused: Refused
  topic: string | null
}

/** Writes refusals down; the same message again only counts up. */
export async function setAside(tx: Tx, items: readonly SetAside[]): Promise<void> {
  const rows = new Map<string, { item: SetAside; times: number }>()
  for (const item of items) {
    const key = refusalKey(item.refused)
    const known = rows.get(key)
    if (known) known.times += 1
    else rows.set(key, { item, times: 1 })
  }
  const values: unknown[] = []
  for (const [key, { item, times }] of rows) {
    const { id, collector, reason, excerpt, truncated, at } = item.refused
    values.push(key, collector, item.topic, reason, id, excerpt, truncated ? 1 : 0, at, at, times, 'open')
  }
  await insertRows(tx, SET_ASIDE, values)
}

/** Keeps the quarantine bounded without counting it at every turn. */
export class QuarantineBounds {
  readonly #rows = new Map<string, number>()
  readonly #cap: number

  constructor(cap = ROWS_PER_COLLECTOR) {
    this.#cap = cap
  }

  async load(read: Reader): Promise<void> {
    const counts = await read
      .withTables<IngestTables>()
      .selectFrom('quarantine')
      .select(({ fn }) => ['collector', fn.countAll<number>().as('rows')])
      .groupBy('collector')
      .execute()
    for (const { collector, rows } of counts) this.#rows.set(collector, Number(rows))
  }

  /** In the turn that wrote them: drops the oldest of every collector that has grown past its bound. */
  async enforce(tx: Tx, added: ReadonlyMap<string, number>): Promise<void> {
    for (const [collector, count] of added) {
      const rows = (this.#rows.get(collector) ?? 0) + count
      this.#rows.set(collector, rows)
      if (rows <= this.#cap * SLACK) continue
      await sql`delete from quarantine where collector = ${collector} and seq <= (
        select seq from quarantine where collector = ${collector} order by seq desc limit 1 offset ${this.#cap})`.execute(
        tx,
      )
      this.#rows.set(collector, this.#cap)
    }
  }
}

export interface QuarantineFilter {
  collector?: string
  reason?: QuarantineReason
  open?: boolean
}

/** Newest first, before the given number. */
export function listQuarantine(
  read: Reader,
  filter: QuarantineFilter,
  before: number | undefined,
  limit: number,
): Promise<QuarantineRow[]> {
  let query = read.withTables<IngestTables>().selectFrom('quarantine').selectAll()
  if (filter.collector) query = query.where('collector', '=', filter.collector)
  if (filter.reason) query = query.where('reason', '=', filter.reason)
  if (filter.open === true) query = query.where('state', '=', 'open')
  if (filter.open === false) query = query.where('state', '<>', 'open')
  if (before !== undefined) query = query.where('seq', '<', before)
  return query.orderBy('seq', 'desc').limit(limit).execute()
}

export const findQuarantined = (read: Reader, id: string): Promise<QuarantineRow | undefined> =>
  read.withTables<IngestTables>().selectFrom('quarantine').selectAll().where('id', '=', id).executeTakeFirst()

export interface Closing {
  state: 'replayed' | 'discarded'
  at: number
  by: string
  note: string | null
}

/** @returns false when somebody closed it before */
export async function closeQuarantined(tx: Tx, id: string, closing: Closing): Promise<boolean> {
  const done = await tx
    .withTables<IngestTables>()
    .updateTable('quarantine')
    .set({ state: closing.state, closed_ms: closing.at, closed_by: closing.by, note: closing.note })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return Number(done.numUpdatedRows) > 0
}

export const countOpen = async (read: Reader): Promise<number> => {
  const row = await read
    .withTables<IngestTables>()
    .selectFrom('quarantine')
    .select(({ fn }) => fn.countAll<number>().as('rows'))
    .where('state', '=', 'open')
    .executeTakeFirst()
  return Number(row?.rows ?? 0)
}

/** Drops at most `limit` of the oldest rows, as far as they were last seen before `before`. */
export async function pruneQuarantine(tx: Tx, before: number, limit: number): Promise<void> {
  const oldest = tx.withTables<IngestTables>().selectFrom('quarantine').select('seq').orderBy('seq').limit(limit)
  await tx
    .withTables<IngestTables>()
    .deleteFrom('quarantine')
    .where('seq', 'in', oldest)
    .where('last_ms', '<', before)
    .execute()
}
