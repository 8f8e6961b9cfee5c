import type { Migration } from '../feature.ts'

/** One row a drill, for good; course and walls as JSON texts of rules.ts. */
export type DrillTables = {
  drill: {
    id: string
    event_id: string
    scene: string
    title: string
    purpose: string
    severity: string
    state: string
    started_by: string
    username: string
    started_ms: number
    ends_ms: number
    ended_ms: number | null
    end_reason: string | null
    acked_ms: number | null
    acked_by: string | null
    course: string
    walls: string
    desks: number
  }
}

export const drillMigrations: readonly Migration[] = [
  {
    id: 'drill/001-drills',
    async up(db) {
      await db.schema
        .createTable('drill')
        .addColumn('id', 'varchar(32)', (c) => c.primaryKey())
        .addColumn('event_id', 'varchar(64)', (c) => c.notNull().unique())
        .addColumn('scene', 'varchar(40)', (c) => c.notNull())
        .addColumn('title', 'text', (c) => c.notNull())
        .addColumn('purpose', 'text', (c) => c.notNull())
        .addColumn('severity', 'varchar(10)', (c) => c.notNull())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('started_by', 'text', (c) => c.notNull())
        .addColumn('username', 'varchar(100)', (c) => c.notNull())
        .addColumn('started_ms', 'bigint', (c) => c.notNull())
        .addColumn('ends_ms', 'bigint', (c) => c.notNull())
        .addColumn('ended_ms', 'bigint')
        .addColumn('end_reason', 'varchar(16)')
        .addColumn('acked_ms', 'bigint')
        .addColumn('acked_by', 'text')
        .addColumn('course', 'text', (c) => c.notNull())
        .addColumn('walls', 'text', (c) => c.notNull())
        .addColumn('desks', 'integer', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('drill_started').on('drill').column('started_ms').execute()
      await db.schema.createIndex('drill_state').on('drill').column('state').execute()
    },
  },
]
