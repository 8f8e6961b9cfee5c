import { sql } from 'kysely'
import type { Family } from '../../contract/catalogue.ts'
import type { Domain } from '../../contract/domains.ts'
import type { QuarantineReason } from '../../contract/quarantine.ts'
import type { Severity } from '../../contract/severity.ts'
import type { Migration } from '../feature.ts'
import { isSqlite } from './multi-row.ts'

/** One accepted event. `state` failed: a handler threw, `reason` says what. Times are epoch ms. */
export interface InboxRow {
  seq: number
  id: string
  type: string
  family: Family
  domain: Domain
  collector: string
  device: string | null
  object: string | null
  severity: Severity
  observed_ms: number
  received_ms: number
  backfill: number
  state: 'done' | 'failed'
  reason: string | null
  body: string
}

export interface QuarantineRow {
  seq: number
  id: string
  collector: string
  topic: string | null
  reason: QuarantineReason
  event_id: string | null
  excerpt: string
  truncated: number
  first_ms: number
  last_ms: number
  times: number
  state: 'open' | 'replayed' | 'discarded'
  closed_ms: number | null
  closed_by: string | null
  note: string | null
}

/** What the server knows of a collector's deliveries; counts survive the pruning of what they counted. */
export interface CollectorRow {
  collector: string
  last_seq: number | null
  last_observed_ms: number | null
  last_received_ms: number
  stored: number
  duplicate: number
  rejected: number
  missing: number
  /** Several servers only: numbers still awaited, JSON. */
  holes: string | null
}

export type IngestTables = {
  inbox: InboxRow
  quarantine: QuarantineRow
  ingest_collector: CollectorRow
}

export const migrations: readonly Migration[] = [
  {
    id: 'ingest/001-inbox',
    up: async (db) => {
      const serial = isSqlite(db) ? sql`integer primary key autoincrement` : sql`bigserial primary key`
      await sql`create table inbox (
        seq ${serial}, id varchar(64) not null unique, type varchar(64) not null, family varchar(32) not null,
        domain varchar(16) not null, collector varchar(64) not null, device varchar(128), object varchar(128),
        severity varchar(16) not null, observed_ms bigint not null, received_ms bigint not null,
        backfill integer not null, state varchar(8) not null default 'done', reason text, body text not null
      )`.execute(db)
      // Newest first within all, one type or one object; each is appended at its edge. SQLite adds the row number by itself.
      const seq = isSqlite(db) ? sql`` : sql`, seq`
      await sql`create index inbox_observed on inbox (observed_ms${seq})`.execute(db)
      await sql`create index inbox_type on inbox (type, observed_ms${seq})`.execute(db)
      await sql`create index inbox_object on inbox (object, observed_ms${seq}) where object is not null`.execute(db)
      await sql`create index inbox_failed on inbox (seq) where state = 'failed'`.execute(db)
    },
  },
  {
    id: 'ingest/002-quarantine',
    up: async (db) => {
      const serial = isSqlite(db) ? sql`integer primary key autoincrement` : sql`bigserial primary key`
      await sql`create table quarantine (
        seq ${serial}, id varchar(32) not null unique, collector varchar(64) not null, topic varchar(400),
        reason varchar(32) not null, event_id varchar(64), excerpt text not null, truncated integer not null,
        first_ms bigint not null, last_ms bigint not null, times bigint not null, state varchar(16) not null,
        closed_ms bigint, closed_by varchar(64), note text
      )`.execute(db)
      await db.schema.createIndex('quarantine_collector').on('quarantine').columns(['collector', 'seq']).execute()
      await sql`create index quarantine_open on quarantine (seq) where state = 'open'`.execute(db)
      await db.schema
        .createTable('ingest_collector')
        .addColumn('collector', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('last_seq', 'bigint')
        .addColumn('last_observed_ms', 'bigint')
        .addColumn('last_received_ms', 'bigint', (column) => column.notNull())
        .addColumn('stored', 'bigint', (column) => column.notNull())
        .addColumn('duplicate', 'bigint', (column) => column.notNull())
        .addColumn('rejected', 'bigint', (column) => column.notNull())
        .addColumn('missing', 'bigint', (column) => column.notNull())
        .execute()
    },
  },
  {
    // Where several servers share a collector's events, what is missing is known only by all of them together.
    id: 'ingest/003-holes',
    up: (db) => db.schema.alterTable('ingest_collector').addColumn('holes', 'text').execute(),
  },
]
