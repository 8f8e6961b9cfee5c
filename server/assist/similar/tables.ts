import type { Migration } from '../../feature.ts'

export type SimilarTables = {
  assist_judged: {
    id: string
    no: string
    charge: string
    sentence: string
    months: number | null
    circumstances: string
    text: string
    court: string | null
    judged_on: string | null
    /** Whose case it was decides who may see it; null for published judgments. */
    case_no: string | null
    published: number
    by: string
    at_ms: number
  }
}
export const similarMigrations: readonly Migration[] = [
  {
    id: 'assist/003-judged',
    async up(db) {
      await db.schema
        .createTable('assist_judged')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('no', 'varchar(120)', (c) => c.notNull().unique())
        .addColumn('charge', 'varchar(80)', (c) => c.notNull())
        .addColumn('sentence', 'text', (c) => c.notNull())
        .addColumn('months', 'double precision')
        .addColumn('circumstances', 'text', (c) => c.notNull())
        .addColumn('text', 'text', (c) => c.notNull())
        .addColumn('court', 'varchar(120)')
        .addColumn('judged_on', 'varchar(10)')
        .addColumn('case_no', 'varchar(200)')
        .addColumn('published', 'integer', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('assist_judged_charge').on('assist_judged').columns(['charge', 'judged_on']).execute()
    },
  },
]
