import type { Migration } from '../feature.ts'

export type DrawState = 'committed' | 'contributed' | 'completed' | 'cancelled'

/** Tables of the assignment room. What must never change silently stands in the chain as well. */
export type AssignmentTables = {
  assign_member: {
    id: string
    department: string
    cap: number
    suspended: number
    task_force_until: string | null
    /** JSON list of words. */
    specialities: string
  }
  /** `since_day`: when it was written down; days before it were drawn with the member in the pool. */
  assign_leave: { id: string; member: string; from_day: string; to_day: string; since_day: string | null }
  assign_recusal: { member: string; case_id: string }
  load_row: { id: string; member: string; day: string; amount: number; kind: string; ref: string; seq: number }
  draw: {
    id: string
    case_id: string
    state: string
    seq: number
    commitment: string
    /** Hex; known to the server alone until the draw ends. */
    secret: string
    body: string
    requested_by: string
    created_ms: number
    ended_ms: number | null
    winner: string | null
    warned: number
  }
  draw_nonce: { draw_id: string; role: string; by: string; nonce_hash: string; nonce: string | null; at_ms: number }
  designation: {
    id: string
    kind: string
    case_id: string
    member: string | null
    reason: string
    note: string
    interference: string
    proposed_by: string
    proposed_ms: number
    state: string
    decided_by: string | null
    decided_ms: number | null
    decided_note: string
    first_approver: string | null
    draw_id: string | null
  }
}

export const assignmentMigrations: readonly Migration[] = [
  {
    id: 'assignment/001-draws',
    async up(db) {
      await db.schema
        .createTable('assign_member')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('department', 'varchar(64)', (c) => c.notNull())
        .addColumn('cap', 'integer', (c) => c.notNull())
        .addColumn('suspended', 'integer', (c) => c.notNull())
        .addColumn('task_force_until', 'varchar(10)')
        .execute()
      await db.schema
        .createTable('assign_leave')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('member', 'varchar(64)', (c) => c.notNull())
        .addColumn('from_day', 'varchar(10)', (c) => c.notNull())
        .addColumn('to_day', 'varchar(10)', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('assign_recusal')
        .addColumn('member', 'varchar(64)', (c) => c.notNull())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addPrimaryKeyConstraint('assign_recusal_key', ['member', 'case_id'])
        .execute()
      await db.schema
        .createTable('load_row')
        .addColumn('id', 'varchar(120)', (c) => c.primaryKey())
        .addColumn('member', 'varchar(64)', (c) => c.notNull())
        .addColumn('day', 'varchar(10)', (c) => c.notNull())
        .addColumn('amount', 'integer', (c) => c.notNull())
        .addColumn('kind', 'varchar(32)', (c) => c.notNull())
        .addColumn('ref', 'varchar(120)', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('load_row_day').on('load_row').columns(['day', 'member']).execute()
      await db.schema
        .createTable('draw')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('commitment', 'varchar(64)', (c) => c.notNull())
        .addColumn('secret', 'varchar(64)', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('requested_by', 'varchar(80)', (c) => c.notNull())
        .addColumn('created_ms', 'bigint', (c) => c.notNull())
        .addColumn('ended_ms', 'bigint')
        .addColumn('winner', 'varchar(64)')
        .addColumn('warned', 'integer', (c) => c.notNull().defaultTo(0))
        .execute()
      await db.schema.createIndex('draw_case').on('draw').columns(['case_id', 'state']).execute()
      await db.schema
        .createTable('draw_nonce')
        .addColumn('draw_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('role', 'varchar(64)', (c) => c.notNull())
        .addColumn('by', 'varchar(80)', (c) => c.notNull())
        .addColumn('nonce_hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('nonce', 'varchar(64)')
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('draw_nonce_key', ['draw_id', 'role'])
        .execute()
      await db.schema
        .createTable('designation')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('member', 'varchar(64)')
        .addColumn('reason', 'varchar(32)', (c) => c.notNull())
        .addColumn('note', 'varchar(1000)', (c) => c.notNull())
        .addColumn('interference', 'varchar(1000)', (c) => c.notNull())
        .addColumn('proposed_by', 'varchar(80)', (c) => c.notNull())
        .addColumn('proposed_ms', 'bigint', (c) => c.notNull())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('decided_by', 'varchar(80)')
        .addColumn('decided_ms', 'bigint')
        .execute()
    },
  },
  {
    id: 'assignment/002-desks',
    async up(db) {
      await db.schema
        .alterTable('assign_member')
        .addColumn('specialities', 'text', (c) => c.notNull().defaultTo('[]'))
        .execute()
      await db.schema.alterTable('assign_leave').addColumn('since_day', 'varchar(10)').execute()
      await db.schema
        .alterTable('designation')
        .addColumn('decided_note', 'varchar(1000)', (c) => c.notNull().defaultTo(''))
        .execute()
      await db.schema.alterTable('designation').addColumn('first_approver', 'varchar(80)').execute()
      await db.schema.alterTable('designation').addColumn('draw_id', 'varchar(64)').execute()
      await db.schema.createIndex('load_row_member').on('load_row').columns(['member', 'day']).execute()
      await db.schema.createIndex('designation_proposed').on('designation').columns(['proposed_ms', 'id']).execute()
    },
  },
]
