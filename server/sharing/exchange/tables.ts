import { SqliteAdapter, sql } from 'kysely'
import type { Migration } from '../../feature.ts'

export type ExchangeTables = {
  shared_mapping: { id: string; rev: number; body: string; changed_ms: number; by: string; latest: number }
  shared_batch: {
    id: string
    at_ms: number
    standard: string
    unit: string
    by: string
    mapping: string | null
    file_hash: string
    rows: number
    accepted: number
    older: number
    unchanged: number
    quarantined: number
  }
  /** Every version that was ever taken; `latest` 1 on the newest of its key. */
  shared_record: {
    seq: number
    standard: string
    unit: string
    key: string
    version: string
    hash: string
    body: string
    /** Empty optional fields, parted by commas. */
    missing: string
    case_no: string | null
    batch: string
    received_ms: number
    latest: number
  }
  shared_quarantine: {
    id: string
    batch: string
    standard: string
    unit: string
    mapping: string
    row: number
    reason: string
    field: string | null
    message: string
    raw: string
    state: string
    at_ms: number
    note: string | null
    closed_by: string | null
  }
}

export const exchangeMigrations: readonly Migration[] = [
  {
    id: 'sharing/010-exchange',
    async up(db) {
      const { schema } = db
      await schema
        .createTable('shared_mapping')
        .addColumn('id', 'varchar(64)', (c) => c.notNull())
        .addColumn('rev', 'integer', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('changed_ms', 'bigint', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('latest', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('shared_mapping_key', ['id', 'rev'])
        .execute()
      await schema
        .createTable('shared_batch')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('standard', 'varchar(60)', (c) => c.notNull())
        .addColumn('unit', 'varchar(60)', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('mapping', 'varchar(64)')
        .addColumn('file_hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('rows', 'integer', (c) => c.notNull())
        .addColumn('accepted', 'integer', (c) => c.notNull())
        .addColumn('older', 'integer', (c) => c.notNull())
        .addColumn('unchanged', 'integer', (c) => c.notNull())
        .addColumn('quarantined', 'integer', (c) => c.notNull())
        .execute()
      await schema.createIndex('shared_batch_time').on('shared_batch').columns(['at_ms', 'id']).execute()
      await schema.createIndex('shared_batch_unit').on('shared_batch').columns(['standard', 'unit', 'at_ms']).execute()
      const serial =
        db.getExecutor().adapter instanceof SqliteAdapter
          ? sql`integer primary key autoincrement`
          : sql`bigserial primary key`
      await sql`create table shared_record (
        seq ${serial}, standard varchar(60) not null, unit varchar(60) not null, key varchar(300) not null,
        version varchar(20) not null, hash varchar(64) not null, body text not null, missing text not null,
        case_no varchar(200), batch varchar(64) not null, received_ms bigint not null, latest integer not null
      )`.execute(db)
      // The database itself refuses one version twice.
      await schema
        .createIndex('shared_record_once')
        .unique()
        .on('shared_record')
        .columns(['standard', 'unit', 'key', 'version'])
        .execute()
      await sql`create index shared_record_latest on shared_record (standard, key, unit) where latest = 1`.execute(db)
      await schema
        .createTable('shared_quarantine')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('batch', 'varchar(64)', (c) => c.notNull())
        .addColumn('standard', 'varchar(60)', (c) => c.notNull())
        .addColumn('unit', 'varchar(60)', (c) => c.notNull())
        .addColumn('mapping', 'text', (c) => c.notNull())
        .addColumn('row', 'integer', (c) => c.notNull())
        .addColumn('reason', 'varchar(24)', (c) => c.notNull())
        .addColumn('field', 'varchar(100)')
        .addColumn('message', 'text', (c) => c.notNull())
        .addColumn('raw', 'text', (c) => c.notNull())
        .addColumn('state', 'varchar(12)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('note', 'text')
        .addColumn('closed_by', 'varchar(64)')
        .execute()
      await schema
        .createIndex('shared_quarantine_state')
        .on('shared_quarantine')
        .columns(['state', 'at_ms', 'id'])
        .execute()
      await schema
        .createIndex('shared_quarantine_unit')
        .on('shared_quarantine')
        .columns(['standard', 'unit', 'state'])
        .execute()
    },
  },
]
