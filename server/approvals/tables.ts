import type { ApprovalState } from '../../contract/http/approvals.ts'
import type { Migration } from '../feature.ts'

export type ApprovalTables = {
  approval: {
    id: string
    kind: string
    subject: string
    summary: string
    reason: string
    /** JSON of what will be done. */
    payload: string
    state: ApprovalState
    proposed_by: string
    proposed_ms: number
    expires_ms: number
    decided_by: string | null
    decided_ms: number | null
    note: string
  }
}

export const approvalMigrations: readonly Migration[] = [
  {
    id: 'approvals/001-proposals',
    async up(db) {
      await db.schema
        .createTable('approval')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('kind', 'varchar(64)', (column) => column.notNull())
        .addColumn('subject', 'varchar(128)', (column) => column.notNull())
        .addColumn('summary', 'text', (column) => column.notNull())
        .addColumn('reason', 'text', (column) => column.notNull())
        .addColumn('payload', 'text', (column) => column.notNull())
        .addColumn('state', 'varchar(16)', (column) => column.notNull())
        .addColumn('proposed_by', 'varchar(64)', (column) => column.notNull())
        .addColumn('proposed_ms', 'bigint', (column) => column.notNull())
        .addColumn('expires_ms', 'bigint', (column) => column.notNull())
        .addColumn('decided_by', 'varchar(64)')
        .addColumn('decided_ms', 'bigint')
        .addColumn('note', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('approval_state').on('approval').columns(['state', 'proposed_ms']).execute()
    },
  },
]
