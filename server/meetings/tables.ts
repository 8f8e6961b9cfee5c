import type { Migration } from '../feature.ts'

export type MeetingTables = {
  meeting: {
    id: string
    title: string
    /** `YYYY-MM-DD` */
    day: string
    place: string
    state: string
    /** Instant of the wall, epoch ms. */
    instant_ms: number | null
    created_ms: number
    closed_ms: number | null
  }
  meeting_item: {
    id: string
    meeting_id: string
    position: number
    title: string
    view_path: string | null
    notes: string
    minutes: string
  }
  meeting_commitment: {
    id: string
    meeting_id: string
    owner: string
    what: string
    figure: string
    figure_title: string
    unit: string
    comparison: string
    /** As text: exact in every store. */
    target: string
    due: string
    baseline: string | null
    state: string
    made_ms: number
    reason: string | null
  }
  /** Append only. */
  meeting_verdict: {
    id: string
    commitment_id: string
    meeting_id: string
    at_ms: number
    result: string
    value: string | null
  }
  /** Append only. */
  meeting_event: {
    id: string
    meeting_id: string
    seq: number
    at_ms: number
    actor: string
    words: string
  }
  /** What a meeting looked at, kept longer than the history of the wall. */
  meeting_brief: {
    meeting_id: string
    /** JSON of contract/brief. */
    body: string
  }
  saved_view: {
    id: string
    title: string
    path: string
    actor: string
    at_ms: number
  }
}

export const meetingMigrations: readonly Migration[] = [
  {
    id: 'meetings/001-meetings',
    async up(db) {
      const { schema } = db
      await schema
        .createTable('meeting')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('title', 'varchar(200)', (c) => c.notNull())
        .addColumn('day', 'varchar(10)', (c) => c.notNull())
        .addColumn('place', 'varchar(200)', (c) => c.notNull())
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('instant_ms', 'bigint')
        .addColumn('created_ms', 'bigint', (c) => c.notNull())
        .addColumn('closed_ms', 'bigint')
        .execute()
      await schema.createIndex('meeting_day').on('meeting').columns(['day', 'id']).execute()
      await schema
        .createTable('meeting_item')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('meeting_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('position', 'integer', (c) => c.notNull())
        .addColumn('title', 'varchar(200)', (c) => c.notNull())
        .addColumn('view_path', 'varchar(500)')
        .addColumn('notes', 'text', (c) => c.notNull())
        .addColumn('minutes', 'text', (c) => c.notNull())
        .execute()
      await schema.createIndex('meeting_item_meeting').on('meeting_item').columns(['meeting_id', 'position']).execute()
      await schema
        .createTable('meeting_commitment')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('meeting_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('owner', 'varchar(64)', (c) => c.notNull())
        .addColumn('what', 'varchar(600)', (c) => c.notNull())
        .addColumn('figure', 'varchar(128)', (c) => c.notNull())
        .addColumn('figure_title', 'varchar(200)', (c) => c.notNull())
        .addColumn('unit', 'varchar(32)', (c) => c.notNull())
        .addColumn('comparison', 'varchar(8)', (c) => c.notNull())
        .addColumn('target', 'varchar(40)', (c) => c.notNull())
        .addColumn('due', 'varchar(10)', (c) => c.notNull())
        .addColumn('baseline', 'varchar(40)')
        .addColumn('state', 'varchar(16)', (c) => c.notNull())
        .addColumn('made_ms', 'bigint', (c) => c.notNull())
        .addColumn('reason', 'varchar(1000)')
        .execute()
      await schema
        .createIndex('meeting_commitment_state')
        .on('meeting_commitment')
        .columns(['state', 'due', 'id'])
        .execute()
      await schema.createIndex('meeting_commitment_meeting').on('meeting_commitment').column('meeting_id').execute()
      await schema
        .createTable('meeting_verdict')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('commitment_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('meeting_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('result', 'varchar(16)', (c) => c.notNull())
        .addColumn('value', 'varchar(40)')
        .execute()
      await schema
        .createIndex('meeting_verdict_commitment')
        .on('meeting_verdict')
        .columns(['commitment_id', 'at_ms'])
        .execute()
      await schema.createIndex('meeting_verdict_meeting').on('meeting_verdict').column('meeting_id').execute()
      await schema
        .createTable('meeting_event')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('meeting_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('seq', 'integer', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('actor', 'varchar(200)', (c) => c.notNull())
        .addColumn('words', 'varchar(1000)', (c) => c.notNull())
        .execute()
      await schema
        .createIndex('meeting_event_meeting')
        .on('meeting_event')
        .columns(['meeting_id', 'seq'])
        .unique()
        .execute()
      await schema
        .createTable('saved_view')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('title', 'varchar(200)', (c) => c.notNull())
        .addColumn('path', 'varchar(500)', (c) => c.notNull())
        .addColumn('actor', 'varchar(200)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .execute()
    },
  },
  {
    id: 'meetings/002-brief',
    async up(db) {
      await db.schema
        .createTable('meeting_brief')
        .addColumn('meeting_id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('body', 'text', (c) => c.notNull())
        .execute()
    },
  },
]
