import type { Migration } from '../feature.ts'

// Type aliases, not interfaces: kysely's withTables asks for an index signature.
export type SourceTable = {
  id: string
  last_ok_ms: number | null
  last_event_ms: number | null
  heard_ms: number | null
  status: string | null
  status_ms: number | null
  version: string | null
  health: string
  reason: string | null
  spool: number
  spool_bytes: number
  quarantined: number
  dropped: number
  duplicates: number
  rate: number | null
  lag_s: number | null
  skew_s: number | null
  refusals: string
  state: string | null
  silent_since: number | null
}
export type SourceTables = {
  source: SourceTable
  source_change: { source: string; at: number; state: string; word: string; reason: string | null }
  source_gap: { source: string; at: number; device: string | null; count: number | null; what: string }
  source_selftest: {
    id: number
    sent_at: number | null
    seen_at: number | null
    took_ms: number | null
    missed: number
  }
}

export const sourceMigrations: readonly Migration[] = [
  {
    id: 'sources/001-sources',
    async up(db) {
      await db.schema
        .createTable('source')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('last_ok_ms', 'bigint')
        .addColumn('last_event_ms', 'bigint')
        .addColumn('heard_ms', 'bigint')
        .addColumn('status', 'varchar(10)')
        .addColumn('status_ms', 'bigint')
        .addColumn('version', 'varchar(32)')
        .addColumn('health', 'varchar(10)', (c) => c.notNull())
        .addColumn('reason', 'text')
        .addColumn('spool', 'bigint', (c) => c.notNull())
        .addColumn('spool_bytes', 'bigint', (c) => c.notNull())
        .addColumn('quarantined', 'bigint', (c) => c.notNull())
        .addColumn('dropped', 'bigint', (c) => c.notNull())
        .addColumn('duplicates', 'bigint', (c) => c.notNull())
        .addColumn('rate', 'double precision')
        .addColumn('lag_s', 'double precision')
        .addColumn('skew_s', 'double precision')
        .addColumn('refusals', 'text', (c) => c.notNull())
        .addColumn('state', 'varchar(10)')
        .addColumn('silent_since', 'bigint')
        .execute()
      await db.schema
        .createTable('source_change')
        .addColumn('source', 'varchar(64)', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('state', 'varchar(10)', (c) => c.notNull())
        .addColumn('word', 'varchar(20)', (c) => c.notNull())
        .addColumn('reason', 'text')
        .execute()
      await db.schema.createIndex('source_change_at').on('source_change').columns(['source', 'at']).execute()
      await db.schema
        .createTable('source_selftest')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('sent_at', 'bigint')
        .addColumn('seen_at', 'bigint')
        .addColumn('took_ms', 'bigint')
        .addColumn('missed', 'integer', (c) => c.notNull())
        .execute()
    },
  },
  {
    id: 'sources/002-gaps',
    async up(db) {
      await db.schema
        .createTable('source_gap')
        .addColumn('source', 'varchar(64)', (c) => c.notNull())
        .addColumn('at', 'bigint', (c) => c.notNull())
        .addColumn('device', 'varchar(128)')
        .addColumn('count', 'bigint')
        .addColumn('what', 'text', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('source_gap_at').on('source_gap').columns(['at']).execute()
    },
  },
]
