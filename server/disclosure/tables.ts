import type { Migration } from '../feature.ts'

/** Files lie in the records, as base64: one backup, one transaction, the same on every database. */
export type DisclosureTables = {
  disclosure_file: {
    hash: string
    name: string
    format: string
    size: number
    body: string
    /** Blocks and warnings as JSON: what the file says. */
    extract: string
    by: string
    at_ms: number
  }
  disclosure_document: {
    id: string
    title: string
    type: string
    kind: string
    case_no: string | null
    department: string
    submitter: string
    reviewer: string | null
    exporter: string | null
    rechecker: string | null
    publisher: string | null
    parties: string
    ready_day: string | null
    state: string
    due: string | null
    provisional: number
    late_submit: number
    ground: string | null
    file: string
    /** Masks that people put on or took off, as JSON. */
    masks: string
    copy: string | null
    public_title: string | null
    submitted_ms: number
    published_ms: number | null
    moved_ms: number
    /** Counts up with every step: two at once, one effect. */
    rev: number
  }
  disclosure_copy: { document_id: string; hash: string; body: string; at_ms: number }
  disclosure_note: {
    id: string
    document_id: string
    action: string
    by: string
    at_ms: number
    seq: number
    reason: string | null
    /** What the step was decided to: `publish`, `passed`, `return` … */
    outcome: string | null
  }
  /** Documents of whose lateness an alert tells now. */
  disclosure_told: { document_id: string; due: string; told_ms: number }
}

export const disclosureMigrations: readonly Migration[] = [
  {
    id: 'disclosure/001-documents',
    async up(db) {
      await db.schema
        .createTable('disclosure_file')
        .addColumn('hash', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('format', 'varchar(8)', (c) => c.notNull())
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('extract', 'text', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('disclosure_document')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('title', 'text', (c) => c.notNull())
        .addColumn('type', 'varchar(64)', (c) => c.notNull())
        .addColumn('kind', 'varchar(32)', (c) => c.notNull())
        .addColumn('case_no', 'varchar(128)')
        .addColumn('department', 'varchar(64)', (c) => c.notNull())
        .addColumn('submitter', 'varchar(64)', (c) => c.notNull())
        .addColumn('reviewer', 'varchar(64)')
        .addColumn('exporter', 'varchar(64)')
        .addColumn('rechecker', 'varchar(64)')
        .addColumn('publisher', 'varchar(64)')
        .addColumn('parties', 'text', (c) => c.notNull())
        .addColumn('ready_day', 'varchar(10)')
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('due', 'varchar(10)')
        .addColumn('provisional', 'integer', (c) => c.notNull())
        .addColumn('late_submit', 'integer', (c) => c.notNull())
        .addColumn('ground', 'varchar(64)')
        .addColumn('file', 'varchar(64)', (c) => c.notNull())
        .addColumn('masks', 'text', (c) => c.notNull())
        .addColumn('copy', 'text')
        .addColumn('public_title', 'text')
        .addColumn('submitted_ms', 'bigint', (c) => c.notNull())
        .addColumn('published_ms', 'bigint')
        .addColumn('moved_ms', 'bigint', (c) => c.notNull())
        .addColumn('rev', 'integer', (c) => c.notNull())
        .execute()
      await db.schema
        .createIndex('disclosure_document_state')
        .on('disclosure_document')
        .columns(['state', 'due'])
        .execute()
      await db.schema
        .createTable('disclosure_copy')
        .addColumn('document_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('disclosure_copy_key', ['document_id', 'hash'])
        .execute()
      await db.schema
        .createTable('disclosure_note')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('document_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('action', 'varchar(16)', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('reason', 'text')
        .addColumn('outcome', 'varchar(16)')
        .execute()
      await db.schema
        .createIndex('disclosure_note_document')
        .on('disclosure_note')
        .columns(['document_id', 'seq'])
        .execute()
      await db.schema.createIndex('disclosure_note_action').on('disclosure_note').columns(['action', 'at_ms']).execute()
    },
  },
  {
    id: 'disclosure/002-told',
    async up(db) {
      await db.schema
        .createTable('disclosure_told')
        .addColumn('document_id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('due', 'varchar(10)', (c) => c.notNull())
        .addColumn('told_ms', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
]
