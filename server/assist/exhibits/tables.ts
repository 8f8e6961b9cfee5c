import type { Migration } from '../../feature.ts'

export type ExhibitTables = {
  /** One row per saved list of a case; the newest holds. */
  assist_exhibits: { case_id: string; rev: number; groups: string; by: string; at_ms: number }
}
export const exhibitMigrations: readonly Migration[] = [
  {
    id: 'assist/004-exhibits',
    async up(db) {
      await db.schema
        .createTable('assist_exhibits')
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('rev', 'integer', (c) => c.notNull())
        .addColumn('groups', 'text', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('assist_exhibits_key', ['case_id', 'rev'])
        .execute()
    },
  },
]
