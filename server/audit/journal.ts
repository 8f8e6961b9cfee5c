import type { Migration, Tx } from '../feature.ts'

/** One entry of the trail: who did what to what, from where. */
export interface AuditEntry {
  kind: string
  actor: string
  ip: string
  /** What it was done to, as the caller named it. */
  object?: string | null
  /** Whole numbers only: the chain's canonical JSON has no fractions. */
  detail: Readonly<Record<string, string | number | boolean | null>>
}
/** What others are handed to leave a trace; written in the same transaction as the act itself. */
export interface AuditPort {
  record(tx: Tx, at: number, entry: AuditEntry): Promise<void>
}

/** The journal of the first versions; its entries were brought into the chain (audit/002-trail). */
export const journalMigrations: readonly Migration[] = [
  {
    id: 'audit/001-event',
    up: async (db) => {
      await db.schema
        .createTable('audit_event')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'varchar(64)', (column) => column.notNull())
        .addColumn('actor', 'varchar(64)', (column) => column.notNull())
        .addColumn('ip', 'varchar(64)', (column) => column.notNull())
        .addColumn('detail', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('audit_event_at').on('audit_event').column('at').execute()
    },
  },
]
