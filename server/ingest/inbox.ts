import { sql } from 'kysely'
import type { StoredEvent, Tx } from '../feature.ts'
import type { Accepted } from './check.ts'
import { insertRows, isSqlite, type MultiRowInsert } from './multi-row.ts'
import type { IngestTables } from './tables.ts'

const HEAD =
  'insert into inbox (id, type, family, domain, collector, device, object, severity, observed_ms, received_ms, backfill, body) values'
const COLUMNS = 12
const QUIET: MultiRowInsert = { head: HEAD, columns: COLUMNS, tail: 'on conflict (id) do nothing' }
const TELLING: MultiRowInsert = { head: HEAD, columns: COLUMNS, tail: 'on conflict (id) do nothing returning id' }
const LONGEST_REASON = 500

function flatten(items: readonly Accepted[]): unknown[] {
  const values: unknown[] = new Array(items.length * COLUMNS)
  let at = 0
  for (const { event, body } of items) {
    values[at++] = event.id
    values[at++] = event.type
    values[at++] = event.family
    values[at++] = event.domain
    values[at++] = event.collector
    values[at++] = event.device
    values[at++] = event.object
    values[at++] = event.severity
    values[at++] = event.observedMs
    values[at++] = event.receivedMs
    values[at++] = event.backfill ? 1 : 0
    values[at++] = body
  }
  return values
}

/**
 * Puts events into the inbox; an id that is there already is left alone.
 * @param items no id twice
 * @returns ids that were new, or `all`
 */
export async function putIn(tx: Tx, items: readonly Accepted[]): Promise<ReadonlySet<string> | 'all'> {
  if (items.length === 0) return 'all'
  if (!isSqlite(tx)) {
    const { rows } = await insertRows<{ id: string }>(tx, TELLING, flatten(items))
    return rows.length === items.length ? 'all' : new Set(rows.map(({ id }) => id))
  }
  // SQLite has one writer: what lies above the highest number of before is ours. That spares the usual turn, which
  // holds no duplicate, a fifth of the cost of an insert with `returning`.
  const before = await sql<{ seq: number | null }>`select max(seq) as seq from inbox`.execute(tx)
  const { written } = await insertRows(tx, QUIET, flatten(items))
  if (written === items.length) return 'all'
  const fresh = await sql<{ id: string }>`select id from inbox where seq > ${before.rows[0]?.seq ?? 0}`.execute(tx)
  return new Set(fresh.rows.map(({ id }) => id))
}

/** A handler threw on this event: its row says so, and nothing else of it is left. */
export async function markFailed(tx: Tx, event: StoredEvent, reason: string): Promise<void> {
  await tx
    .withTables<IngestTables>()
    .updateTable('inbox')
    .set({ state: 'failed', reason: reason.slice(0, LONGEST_REASON) })
    .where('id', '=', event.id)
    .execute()
}

/**
 * Drops at most `limit` of the oldest rows that arrived before `before` (epoch ms); those about a held object stay.
 * @returns how many
 */
export async function pruneInbox(tx: Tx, before: number, limit: number, held: readonly string[] = []): Promise<number> {
  const tables = tx.withTables<IngestTables>()
  let oldest = tables.selectFrom('inbox').select('seq').orderBy('seq').limit(limit)
  // Held rows pile up at the old end: they must not stand in the way of the others.
  if (held.length > 0)
    oldest = oldest
      .where('received_ms', '<', before)
      .where((where) => where.or([where('object', 'is', null), where('object', 'not in', held)]))
  const done = await tables
    .deleteFrom('inbox')
    .where('seq', 'in', oldest)
    .where('received_ms', '<', before)
    .executeTakeFirst()
  return Number(done.numDeletedRows)
}
