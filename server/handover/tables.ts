import type { Migration } from '../feature.ts'
import { chainMigrations } from '../records/chain.ts'

/** `body`: canonical JSON of sheet, notes and promises, whose SHA-256 both have signed. */
export type HandoverTables = {
  handover: {
    id: string
    boundary_ms: number
    state: string
    body: string
    sha256: string
    given_name: string
    given_post: string
    given_by: string
    given_ms: number
    given_seq: number
    given_hash: string
    taken_name: string | null
    taken_post: string | null
    taken_by: string | null
    taken_ms: number | null
    taken_seq: number | null
    taken_hash: string | null
    taken_note: string | null
    void_reason: string | null
  }
  /** One row: since when the house looks. */
  handover_since: { id: number; since_ms: number }
}

export const handoverMigrations: readonly Migration[] = [
  ...chainMigrations,
  {
    id: 'handover/001-handovers',
    async up(db) {
      await db.schema
        .createTable('handover')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('boundary_ms', 'bigint', (c) => c.notNull())
        .addColumn('state', 'varchar(10)', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('sha256', 'varchar(64)', (c) => c.notNull())
        .addColumn('given_name', 'text', (c) => c.notNull())
        .addColumn('given_post', 'text', (c) => c.notNull())
        .addColumn('given_by', 'varchar(100)', (c) => c.notNull())
        .addColumn('given_ms', 'bigint', (c) => c.notNull())
        .addColumn('given_seq', 'bigint', (c) => c.notNull())
        .addColumn('given_hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('taken_name', 'text')
        .addColumn('taken_post', 'text')
        .addColumn('taken_by', 'varchar(100)')
        .addColumn('taken_ms', 'bigint')
        .addColumn('taken_seq', 'bigint')
        .addColumn('taken_hash', 'varchar(64)')
        .addColumn('taken_note', 'text')
        .addColumn('void_reason', 'text')
        .execute()
      await db.schema.createIndex('handover_given').on('handover').columns(['given_ms', 'id']).execute()
      await db.schema.createIndex('handover_boundary').on('handover').columns(['boundary_ms', 'state']).execute()
      await db.schema
        .createTable('handover_since')
        .addColumn('id', 'integer', (c) => c.primaryKey())
        .addColumn('since_ms', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
]
