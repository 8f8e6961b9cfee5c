import type { Migration } from '../feature.ts'

/** One row a task; it is opened once, and done or dropped once. */
export type TaskTables = {
  desk_task: {
    id: string
    /** Name of the cause: unique for good. */
    key: string
    kind: string
    title: string
    why: string
    urgency: string
    severity: string
    due: string | null
    /** Rank of the urgency and day: the order of the list. */
    sort: string
    link: string | null
    case_id: string | null
    person: string | null
    department: string | null
    role: string | null
    state: string
    opened_ms: number
    closed_ms: number | null
    /** User name of who has done it. */
    done_by: string | null
    note: string | null
  }
}

export const taskMigrations: readonly Migration[] = [
  {
    id: 'tasks/001-tasks',
    async up(db) {
      await db.schema
        .createTable('desk_task')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('key', 'varchar(200)', (c) => c.notNull().unique())
        .addColumn('kind', 'varchar(32)', (c) => c.notNull())
        .addColumn('title', 'varchar(200)', (c) => c.notNull())
        .addColumn('why', 'varchar(500)', (c) => c.notNull())
        .addColumn('urgency', 'varchar(20)', (c) => c.notNull())
        .addColumn('severity', 'varchar(16)', (c) => c.notNull())
        .addColumn('due', 'varchar(10)')
        .addColumn('sort', 'varchar(16)', (c) => c.notNull())
        .addColumn('link', 'varchar(200)')
        .addColumn('case_id', 'varchar(64)')
        .addColumn('person', 'varchar(64)')
        .addColumn('department', 'varchar(64)')
        .addColumn('role', 'varchar(64)')
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('opened_ms', 'bigint', (c) => c.notNull())
        .addColumn('closed_ms', 'bigint')
        .addColumn('done_by', 'varchar(200)')
        .addColumn('note', 'varchar(500)')
        .execute()
      await db.schema.createIndex('desk_task_list').on('desk_task').columns(['state', 'sort', 'id']).execute()
      await db.schema.createIndex('desk_task_person').on('desk_task').columns(['person', 'state']).execute()
      await db.schema.createIndex('desk_task_case').on('desk_task').columns(['case_id', 'state']).execute()
    },
  },
]
