import type { Migration } from '../feature.ts'

export type UpkeepTables = {
  upkeep_run: {
    id: string
    kind: string
    started_ms: number
    finished_ms: number | null
    ok: number | null
    by: string
    text: string
  }
}

export const upkeepMigrations: readonly Migration[] = [
  {
    id: 'upkeep/001-runs',
    up: async (db) => {
      await db.schema
        .createTable('upkeep_run')
        .addColumn('id', 'varchar(64)', (column) => column.primaryKey())
        .addColumn('kind', 'varchar(32)', (column) => column.notNull())
        .addColumn('started_ms', 'bigint', (column) => column.notNull())
        .addColumn('finished_ms', 'bigint')
        .addColumn('ok', 'integer')
        .addColumn('by', 'varchar(64)', (column) => column.notNull())
        .addColumn('text', 'text', (column) => column.notNull())
        .execute()
      await db.schema.createIndex('upkeep_run_kind').on('upkeep_run').columns(['kind', 'started_ms']).execute()
      await db.schema.createIndex('upkeep_run_started').on('upkeep_run').columns(['started_ms', 'id']).execute()
    },
  },
]
