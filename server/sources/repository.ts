import { sql } from 'kysely'
import type { SourceState } from '../../contract/panels/sources.ts'
import type { Reader, Tx } from '../feature.ts'
import type { SelftestRecord, SourceRecord } from './rules.ts'
import type { SourceTable, SourceTables } from './tables.ts'

const tables = (db: Reader | Tx) => db.withTables<SourceTables>()
const KEPT_CHANGES_MS = 90 * 86_400_000

export const loadSources = async (db: Reader): Promise<SourceRecord[]> =>
  (await tables(db).selectFrom('source').selectAll().execute()).map(toRecord)

export async function saveSources(tx: Tx, records: readonly SourceRecord[]): Promise<void> {
  if (records.length === 0) return
  const rows = records.map(toRow)
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'id')
  await tables(tx)
    .insertInto('source')
    .values(rows)
    .onConflict((oc) =>
      oc.column('id').doUpdateSet(Object.fromEntries(columns.map((column) => [column, sql.ref(`excluded.${column}`)]))),
    )
    .execute()
}

export async function addChange(tx: Tx, change: SourceTables['source_change']): Promise<void> {
  await tables(tx).insertInto('source_change').values(change).execute()
  await tables(tx)
    .deleteFrom('source_change')
    .where('source', '=', change.source)
    .where('at', '<', change.at - KEPT_CHANGES_MS)
    .execute()
}

export const readChanges = (db: Reader, source: string) =>
  tables(db)
    .selectFrom('source_change')
    .select(['at', 'state', 'word', 'reason'])
    .where('source', '=', source)
    .orderBy('at', 'desc')
    .limit(200)
    .execute()

export async function loadSelftest(db: Reader): Promise<SelftestRecord> {
  const row = await tables(db).selectFrom('source_selftest').selectAll().where('id', '=', 1).executeTakeFirst()
  return {
    sentAt: row?.sent_at ?? null,
    seenAt: row?.seen_at ?? null,
    tookMs: row?.took_ms ?? null,
    missed: row?.missed === 1,
  }
}

export async function saveSelftest(tx: Tx, { sentAt, seenAt, tookMs, missed }: SelftestRecord): Promise<void> {
  const row = { sent_at: sentAt, seen_at: seenAt, took_ms: tookMs, missed: missed ? 1 : 0 }
  await tables(tx)
    .insertInto('source_selftest')
    .values({ id: 1, ...row })
    .onConflict((oc) => oc.column('id').doUpdateSet(row))
    .execute()
}

const toRecord = (row: SourceTable): SourceRecord => ({
  id: row.id,
  lastOkMs: row.last_ok_ms,
  lastEventMs: row.last_event_ms,
  heardMs: row.heard_ms,
  status: row.status as SourceRecord['status'],
  statusMs: row.status_ms,
  version: row.version,
  health: row.health as SourceRecord['health'],
  reason: row.reason,
  spool: row.spool,
  spoolBytes: row.spool_bytes,
  quarantined: row.quarantined,
  dropped: row.dropped,
  duplicates: row.duplicates,
  rate: row.rate,
  lagS: row.lag_s,
  skewS: row.skew_s,
  refusals: JSON.parse(row.refusals) as SourceRecord['refusals'],
  state: row.state as SourceState | null,
  silentSince: row.silent_since,
})

const toRow = (record: SourceRecord): SourceTable => ({
  id: record.id,
  last_ok_ms: record.lastOkMs,
  last_event_ms: record.lastEventMs,
  heard_ms: record.heardMs,
  status: record.status,
  status_ms: record.statusMs,
  version: record.version,
  health: record.health,
  reason: record.reason,
  spool: record.spool,
  spool_bytes: record.spoolBytes,
  quarantined: record.quarantined,
  dropped: record.dropped,
  duplicates: record.duplicates,
  rate: record.rate,
  lag_s: record.lagS,
  skew_s: record.skewS,
  refusals: JSON.stringify(record.refusals),
  state: record.state,
  silent_since: record.silentSince,
})
