import type { Migration } from '../../feature.ts'

export type RetentionTables = {
  legal_hold: {
    id: string
    scope: string
    object: string | null
    reason: string
    by: string
    at: number
    lifted_by: string | null
    lifted_ms: number | null
  }
  /** Pieces of a chain that have gone to files: the chain in the table goes on behind the last one. */
  chain_archive: {
    chain: string
    from_seq: number
    to_seq: number
    /** Hash of the entry before the piece, and of its last one. */
    prev: string
    hash: string
    file: string
    sha256: string
    at: number
  }
}

export const retentionMigrations: readonly Migration[] = [
  {
    id: 'upkeep/002-retention',
    up: async (db) => {
      await db.schema
        .createTable('legal_hold')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('scope', 'varchar(16)', (column) => column.notNull())
        .addColumn('object', 'varchar(128)')
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('by', 'varchar(64)', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('lifted_by', 'varchar(64)')
        .addColumn('lifted_ms', 'bigint')
        .execute()
      await db.schema
        .createTable('chain_archive')
        .addColumn('chain', 'varchar(32)', (column) => column.notNull())
        .addColumn('from_seq', 'bigint', (column) => column.notNull())
        .addColumn('to_seq', 'bigint', (column) => column.notNull())
        .addColumn('prev', 'varchar(64)', (column) => column.notNull())
        .addColumn('hash', 'varchar(64)', (column) => column.notNull())
        .addColumn('file', 'varchar(200)', (column) => column.notNull())
        .addColumn('sha256', 'varchar(64)', (column) => column.notNull())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('chain_archive_key', ['chain', 'from_seq'])
        .execute()
    },
  },
]
