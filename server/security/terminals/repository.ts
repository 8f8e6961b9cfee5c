import type { Migration, Reader, Tx } from '../../feature.ts'
import type { TerminalRecord } from './rules.ts'

type TerminalRow = {
  host: string
  seen_ms: number
  online: number
  signature_ms: number | null
  patch_since_ms: number | null
  patch_ms: number | null
  ip: string | null
  mac: string | null
  engine_up: number | null
}
type Tables = {
  terminal_state: TerminalRow
  terminal_virus: { host: string; name: string; at_ms: number; resolved_ms: number | null }
  terminal_outreach: { event_id: string; host: string; at_ms: number }
}

export const terminalMigrations: readonly Migration[] = [
  {
    id: 'security/002-terminals',
    async up(db) {
      await db.schema
        .createTable('terminal_state')
        .addColumn('host', 'varchar(128)', (c) => c.primaryKey())
        .addColumn('seen_ms', 'bigint', (c) => c.notNull())
        .addColumn('online', 'integer', (c) => c.notNull())
        .addColumn('signature_ms', 'bigint')
        .addColumn('patch_since_ms', 'bigint')
        .addColumn('patch_ms', 'bigint')
        .execute()
      await db.schema
        .createTable('terminal_virus')
        .addColumn('host', 'varchar(128)', (c) => c.notNull())
        .addColumn('name', 'varchar(200)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('resolved_ms', 'bigint')
        .addPrimaryKeyConstraint('terminal_virus_key', ['host', 'name', 'at_ms'])
        .execute()
      await db.schema
        .createTable('terminal_outreach')
        .addColumn('event_id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('host', 'varchar(128)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
  {
    id: 'security/006-terminal-origin',
    async up(db) {
      await db.schema.alterTable('terminal_state').addColumn('ip', 'varchar(64)').execute()
      await db.schema.alterTable('terminal_state').addColumn('mac', 'varchar(32)').execute()
      await db.schema.alterTable('terminal_state').addColumn('engine_up', 'integer').execute()
    },
  },
]

const toRecord = (row: TerminalRow): TerminalRecord => ({
  host: row.host,
  seenMs: row.seen_ms,
  online: row.online === 1,
  signatureMs: row.signature_ms,
  patchSinceMs: row.patch_since_ms,
  patchMs: row.patch_ms,
  ip: row.ip,
  mac: row.mac,
  engineUp: row.engine_up === null ? null : row.engine_up === 1,
})

export async function loadTerminals(db: Reader | Tx, hosts?: readonly string[]): Promise<Map<string, TerminalRecord>> {
  const found = new Map<string, TerminalRecord>()
  const table = db.withTables<Tables>()
  if (!hosts)
    for (const row of await table.selectFrom('terminal_state').selectAll().execute()) found.set(row.host, toRecord(row))
  for (let from = 0; hosts && from < hosts.length; from += 500) {
    const some = hosts.slice(from, from + 500)
    const rows = await table.selectFrom('terminal_state').selectAll().where('host', 'in', some).execute()
    for (const row of rows) found.set(row.host, toRecord(row))
  }
  return found
}

export async function saveTerminals(tx: Tx, records: readonly TerminalRecord[]): Promise<void> {
  for (let from = 0; from < records.length; from += 500) {
    const rows = records.slice(from, from + 500).map((record) => ({
      host: record.host,
      seen_ms: record.seenMs,
      online: record.online ? 1 : 0,
      signature_ms: record.signatureMs,
      patch_since_ms: record.patchSinceMs,
      patch_ms: record.patchMs,
      ip: record.ip,
      mac: record.mac,
      engine_up: record.engineUp === null ? null : record.engineUp ? 1 : 0,
    }))
    await tx
      .withTables<Tables>()
      .insertInto('terminal_state')
      .values(rows)
      .onConflict((conflict) =>
        conflict.column('host').doUpdateSet((eb) => ({
          seen_ms: eb.ref('excluded.seen_ms'),
          online: eb.ref('excluded.online'),
          signature_ms: eb.ref('excluded.signature_ms'),
          patch_since_ms: eb.ref('excluded.patch_since_ms'),
          patch_ms: eb.ref('excluded.patch_ms'),
          ip: eb.ref('excluded.ip'),
          mac: eb.ref('excluded.mac'),
          engine_up: eb.ref('excluded.engine_up'),
        })),
      )
      .execute()
  }
}

/** Marks those who have been silent since `before` as offline; returns who they are and when they were last seen. */
export async function markSilent(tx: Tx, before: number): Promise<{ host: string; seenMs: number }[]> {
  const table = tx.withTables<Tables>()
  const silent = await table
    .selectFrom('terminal_state')
    .select(['host', 'seen_ms'])
    .where('online', '=', 1)
    .where('seen_ms', '<', before)
    .execute()
  if (silent.length === 0) return []
  await table
    .updateTable('terminal_state')
    .set({ online: 0 })
    .where('online', '=', 1)
    .where('seen_ms', '<', before)
    .execute()
  return silent.map(({ host, seen_ms }) => ({ host, seenMs: Number(seen_ms) }))
}

/** Two ways that tell of one find (clamd's log and its hook, Wazuh and clamd) do so within this time. */
const ONE_FIND_MS = 60_000

/** A virus found (or, resolved, everything of that host and name up to then is done). */
export async function recordVirus(
  tx: Tx,
  virus: { host: string; name: string; at: number; resolved: boolean },
): Promise<void> {
  const table = tx.withTables<Tables>()
  const told = await table
    .selectFrom('terminal_virus')
    .select('at_ms')
    .where('host', '=', virus.host)
    .where('name', '=', virus.name)
    .where('at_ms', '>=', virus.at - ONE_FIND_MS)
    .where('at_ms', '<=', virus.at + ONE_FIND_MS)
    .limit(1)
    .executeTakeFirst()
  if (!told)
    await table
      .insertInto('terminal_virus')
      .values({ host: virus.host, name: virus.name, at_ms: virus.at, resolved_ms: virus.resolved ? virus.at : null })
      .onConflict((conflict) => conflict.columns(['host', 'name', 'at_ms']).doNothing())
      .execute()
  if (!virus.resolved) return
  await table
    .updateTable('terminal_virus')
    .set({ resolved_ms: virus.at })
    .where('host', '=', virus.host)
    .where('name', '=', virus.name)
    .where('at_ms', '<=', virus.at)
    .where('resolved_ms', 'is', null)
    .execute()
}

export const readViruses = (db: Reader, since: number) =>
  db
    .withTables<Tables>()
    .selectFrom('terminal_virus')
    .selectAll()
    .where((eb) => eb.or([eb('resolved_ms', 'is', null), eb('at_ms', '>=', since)]))
    .orderBy('at_ms', 'desc')
    .limit(1000)
    .execute()

export async function recordOutreach(tx: Tx, row: { event_id: string; host: string; at_ms: number }): Promise<void> {
  await tx
    .withTables<Tables>()
    .insertInto('terminal_outreach')
    .values(row)
    .onConflict((conflict) => conflict.column('event_id').doNothing())
    .execute()
}

export const readOutreach = (db: Reader) =>
  db.withTables<Tables>().selectFrom('terminal_outreach').selectAll().orderBy('at_ms', 'desc').limit(1000).execute()
