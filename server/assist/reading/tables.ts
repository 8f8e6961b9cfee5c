import type { Migration } from '../../feature.ts'

export type ReadingTables = {
  assist_file: {
    id: string
    case_id: string
    hash: string
    name: string
    format: string
    size: number
    /** base64: one backup, one transaction, the same on every database. */
    body: string
    /** Null until a reading has opened it. */
    text: string | null
    /** `[start, end, page][]` as JSON. */
    paragraphs: string | null
    pages: number | null
    /** Pages whose words come from a picture. */
    scanned: number
    warnings: string
    by: string
    at_ms: number
  }
  assist_reading: {
    id: string
    case_id: string
    state: string
    problem: string | null
    files: string
    result: string | null
    by: string
    started_ms: number
    finished_ms: number | null
    /** When the one who reads last said that it lives; null = not yet. */
    beat_ms: number | null
    /** 0–1. */
    progress: number | null
    step: string | null
  }
  /** Every decision is kept; the latest of a key is its word. */
  assist_decision: {
    id: string
    case_id: string
    kind: string
    subject: string
    verdict: string
    note: string
    by: string
    at_ms: number
  }
}

export const readingMigrations: readonly Migration[] = [
  {
    id: 'assist/001-reading',
    async up(db) {
      await db.schema
        .createTable('assist_file')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        .addColumn('name', 'text', (c) => c.notNull())
        .addColumn('format', 'varchar(8)', (c) => c.notNull())
        .addColumn('size', 'bigint', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('text', 'text')
        .addColumn('paragraphs', 'text')
        .addColumn('pages', 'integer')
        .addColumn('scanned', 'integer', (c) => c.notNull())
        .addColumn('warnings', 'text', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addUniqueConstraint('assist_file_once', ['case_id', 'hash'])
        .execute()
      await db.schema
        .createTable('assist_reading')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('problem', 'text')
        .addColumn('files', 'text', (c) => c.notNull())
        .addColumn('result', 'text')
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('started_ms', 'bigint', (c) => c.notNull())
        .addColumn('finished_ms', 'bigint')
        .execute()
      await db.schema
        .createIndex('assist_reading_case')
        .on('assist_reading')
        .columns(['case_id', 'started_ms'])
        .execute()
      await db.schema
        .createTable('assist_decision')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('subject', 'varchar(128)', (c) => c.notNull())
        .addColumn('verdict', 'varchar(16)', (c) => c.notNull())
        .addColumn('note', 'text', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('assist_decision_case').on('assist_decision').columns(['case_id', 'at_ms']).execute()
      await db.schema.createIndex('assist_decision_at').on('assist_decision').columns(['at_ms']).execute()
    },
  },
  {
    id: 'assist/005-beat',
    async up(db) {
      // Several servers on one database: each sees what another one reads, and when it has died.
      await db.schema.alterTable('assist_reading').addColumn('beat_ms', 'bigint').execute()
      await db.schema.alterTable('assist_reading').addColumn('progress', 'double precision').execute()
      await db.schema.alterTable('assist_reading').addColumn('step', 'varchar(120)').execute()
    },
  },
]
