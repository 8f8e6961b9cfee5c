import type { Migration } from '../feature.ts'

/** One row a finding, one row for each thing that happened to it; the latter are never changed. */
export type MonitoringTables = {
  finding: {
    id: string
    case_id: string
    case_no: string
    check_id: string
    run: string
    grp: string
    /** Day that it belongs to, `YYYY-MM-DD`. */
    day: string
    stage: string
    addressee: string
    department: string
    due: string | null
    back: string | null
    issued_by: string | null
    answered_by: string | null
    refusals: number
    words: string
    /** JSON: conditions met, case as it was. */
    evidence: string
    rules_version: string
    restricted: number
    custody: number
    /** The data no longer show it. */
    gone: number
    /** Last day of an answer of which the alert has told. */
    told: string | null
    version: number
    found_ms: number
    moved_ms: number
  }
  finding_event: {
    finding_id: string
    seq: number
    kind: string
    by: string
    at_ms: number
    from_stage: string
    to_stage: string
    body: string
  }
  flow_notice: {
    id: string
    finding_id: string
    year: number
    number: number
    issued_by: string
    issued_day: string
    due: string
    facts: string
    demand: string
    answered_ms: number | null
    in_time: number | null
  }
}

export const monitoringMigrations: readonly Migration[] = [
  {
    id: 'monitoring/001-findings',
    async up(db) {
      let table = db.schema
        .createTable('finding')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('case_no', 'varchar(200)', (c) => c.notNull())
        .addColumn('check_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('run', 'varchar(64)', (c) => c.notNull())
        .addColumn('grp', 'varchar(16)', (c) => c.notNull())
        .addColumn('day', 'varchar(10)', (c) => c.notNull())
        .addColumn('stage', 'varchar(16)', (c) => c.notNull())
        .addColumn('addressee', 'varchar(64)', (c) => c.notNull())
        .addColumn('department', 'varchar(64)', (c) => c.notNull())
        .addColumn('due', 'varchar(10)')
        .addColumn('back', 'varchar(16)')
        .addColumn('told', 'varchar(10)')
        .addColumn('issued_by', 'varchar(64)')
        .addColumn('answered_by', 'varchar(64)')
        .addColumn('words', 'text', (c) => c.notNull())
        .addColumn('evidence', 'text', (c) => c.notNull())
        .addColumn('rules_version', 'varchar(64)', (c) => c.notNull())
        .addColumn('found_ms', 'bigint', (c) => c.notNull())
        .addColumn('moved_ms', 'bigint', (c) => c.notNull())
      for (const name of ['refusals', 'restricted', 'custody', 'gone', 'version'] as const)
        table = table.addColumn(name, 'integer', (c) => c.notNull())
      // One finding a case, check and run, whoever looks how often.
      await table.addUniqueConstraint('finding_once', ['case_id', 'check_id', 'run']).execute()
      await db.schema.createIndex('finding_stage').on('finding').columns(['stage', 'due']).execute()
      await db.schema.createIndex('finding_day').on('finding').columns(['day', 'check_id']).execute()
      await db.schema.createIndex('finding_addressee').on('finding').columns(['addressee', 'stage']).execute()
      await db.schema
        .createTable('finding_event')
        .addColumn('finding_id', 'varchar(64)', (c) => c.notNull())
        .addColumn('seq', 'integer', (c) => c.notNull())
        .addColumn('kind', 'varchar(16)', (c) => c.notNull())
        .addColumn('by', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('from_stage', 'varchar(16)', (c) => c.notNull())
        .addColumn('to_stage', 'varchar(16)', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addPrimaryKeyConstraint('finding_event_key', ['finding_id', 'seq'])
        .execute()
      await db.schema
        .createTable('flow_notice')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('finding_id', 'varchar(64)', (c) => c.notNull().unique())
        .addColumn('year', 'integer', (c) => c.notNull())
        .addColumn('number', 'integer', (c) => c.notNull())
        .addColumn('issued_by', 'varchar(64)', (c) => c.notNull())
        .addColumn('issued_day', 'varchar(10)', (c) => c.notNull())
        .addColumn('due', 'varchar(10)', (c) => c.notNull())
        .addColumn('facts', 'text', (c) => c.notNull())
        .addColumn('demand', 'text', (c) => c.notNull())
        .addColumn('answered_ms', 'bigint')
        .addColumn('in_time', 'integer')
        .addUniqueConstraint('flow_notice_number', ['year', 'number'])
        .execute()
    },
  },
]
