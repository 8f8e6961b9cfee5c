import type { Migration } from '../../feature.ts'

// Type aliases, not interfaces: kysely's withTables asks for an index signature.
export type FindingRow = {
  id: string
  rule: string
  object: string
  place: string
  person: string | null
  at_ms: number
  state: string
  reason: string
  /** JSON: event ids. */
  evidence: string
  /** JSON: {label, text}[]. */
  facts: string
  kind: string
  decided_ms: number | null
}
export type CrossTables = {
  cross_entry: { day: string; person: string; first_ms: number; last_ms: number; first_event: string }
  cross_finding: FindingRow
  cross_trace: { event_id: string; at_ms: number; door: string; type: string }
  cross_gap: { day: string; event_id: string; at_ms: number }
  /** Doors that stood open at some time of that day. */
  cross_standing: { day: string; door: string }
  /** When each terminal last came online, to tell a console that is back from people who come. */
  cross_online: { host: string; at_ms: number }
}

export const correlationMigrations: readonly Migration[] = [
  {
    id: 'security/005-correlation',
    async up(db) {
      await db.schema
        .createTable('cross_entry')
        .addColumn('day', 'varchar(10)', (c) => c.notNull())
        .addColumn('person', 'varchar(80)', (c) => c.notNull())
        .addColumn('first_ms', 'bigint', (c) => c.notNull())
        .addColumn('last_ms', 'bigint', (c) => c.notNull())
        .addColumn('first_event', 'varchar(64)', (c) => c.notNull())
        .addPrimaryKeyConstraint('cross_entry_key', ['day', 'person'])
        .execute()
      await db.schema
        .createTable('cross_finding')
        .addColumn('id', 'varchar(255)', (c) => c.primaryKey())
        .addColumn('rule', 'varchar(32)', (c) => c.notNull())
        .addColumn('object', 'varchar(128)', (c) => c.notNull())
        .addColumn('place', 'varchar(64)', (c) => c.notNull())
        .addColumn('person', 'varchar(80)')
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('reason', 'varchar(32)', (c) => c.notNull())
        .addColumn('evidence', 'text', (c) => c.notNull())
        .addColumn('facts', 'text', (c) => c.notNull())
        .addColumn('kind', 'varchar(64)', (c) => c.notNull())
        .addColumn('decided_ms', 'bigint')
        .execute()
      await db.schema.createIndex('cross_finding_state').on('cross_finding').columns(['state', 'at_ms']).execute()
      await db.schema.createIndex('cross_finding_at').on('cross_finding').columns(['at_ms']).execute()
      await db.schema
        .createTable('cross_trace')
        .addColumn('event_id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('door', 'varchar(128)', (c) => c.notNull())
        .addColumn('type', 'varchar(64)', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('cross_trace_at').on('cross_trace').columns(['at_ms']).execute()
      await db.schema
        .createTable('cross_gap')
        .addColumn('day', 'varchar(10)', (c) => c.notNull())
        .addColumn('event_id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('cross_standing')
        .addColumn('day', 'varchar(10)', (c) => c.notNull())
        .addColumn('door', 'varchar(128)', (c) => c.notNull())
        .addPrimaryKeyConstraint('cross_standing_key', ['day', 'door'])
        .execute()
      await db.schema
        .createTable('cross_online')
        .addColumn('host', 'varchar(128)', (c) => c.primaryKey())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
]
