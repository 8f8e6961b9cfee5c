import type { Migration } from '../feature.ts'

/** One row a case; each form that somebody fills in is a row of its own and never changed. */
export type ReviewTables = {
  review: {
    id: string
    case_id: string
    handler: string
    department: string
    /** Day on which the case was concluded. */
    closed_day: string
    step: string
    due: string | null
    kind: string | null
    cause: string | null
    checker: string | null
    reviewer: string | null
    restudier: string | null
    disputed: number
    score: number | null
    veto: number
    proposed: string | null
    grade: string | null
    opened_ms: number
    moved_ms: number
    /** Where in the chain the review was opened; null for those of before it was kept. */
    opened_seq: number | null
  }
  review_form: {
    id: string
    review_id: string
    kind: string
    by: string
    at_ms: number
    body: string
    /** The entry of the chain that holds the form's hash; null for forms of before it was kept. */
    seq: number | null
  }
  /** Steps of whose lateness alert and task have told; never told twice. */
  review_told: { review_id: string; step: string; due: string; told_ms: number; cleared_ms: number | null }
  review_sample: {
    id: string
    state: string
    commitment: string
    /** Hex; known to the server alone until the draw. */
    secret: string
    body: string
    created_ms: number
  }
}

export const reviewMigrations: readonly Migration[] = [
  {
    id: 'review/001-reviews',
    async up(db) {
      let table = db.schema
        .createTable('review')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull().unique())
        .addColumn('handler', 'varchar(64)', (c) => c.notNull())
        .addColumn('department', 'varchar(64)', (c) => c.notNull())
        .addColumn('closed_day', 'varchar(10)', (c) => c.notNull())
        .addColumn('step', 'varchar(20)', (c) => c.notNull())
        .addColumn('due', 'varchar(10)')
        .addColumn('disputed', 'integer', (c) => c.notNull())
        .addColumn('veto', 'integer', (c) => c.notNull())
        .addColumn('score', 'integer')
        .addColumn('opened_ms', 'bigint', (c) => c.notNull())
        .addColumn('moved_ms', 'bigint', (c) => c.notNull())
      for (const name of ['kind', 'cause', 'checker', 'reviewer', 'restudier', 'proposed', 'grade'] as const)
        table = table.addColumn(name, 'varchar(64)')
      await table.execute()
      await db.schema.createIndex('review_step').on('review').columns(['step', 'due']).execute()
      await db.schema.createIndex('review_handler').on('review').columns(['handler', 'closed_day']).execute()
      await db.schema
        .createTable('review_form')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('review_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('kind', 'varchar(20)', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('review_form_review').on('review_form').columns(['review_id', 'at_ms']).execute()
      await db.schema
        .createTable('review_sample')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('commitment', 'varchar(64)', (c) => c.notNull())
        .addColumn('secret', 'varchar(64)', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('created_ms', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
  {
    id: 'review/002-chain-places',
    async up(db) {
      await db.schema.alterTable('review').addColumn('opened_seq', 'bigint').execute()
      await db.schema.alterTable('review_form').addColumn('seq', 'bigint').execute()
      await db.schema.createIndex('review_form_kind').on('review_form').columns(['kind', 'at_ms']).execute()
    },
  },
  {
    id: 'review/003-told',
    async up(db) {
      await db.schema
        .createTable('review_told')
        .addColumn('review_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('step', 'varchar(20)', (c) => c.notNull())
        .addColumn('due', 'varchar(10)', (c) => c.notNull())
        .addColumn('told_ms', 'bigint', (c) => c.notNull())
        .addColumn('cleared_ms', 'bigint')
        .addPrimaryKeyConstraint('review_told_key', ['review_id', 'step', 'due'])
        .execute()
    },
  },
]
