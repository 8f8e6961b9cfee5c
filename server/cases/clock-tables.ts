import { sql } from 'kysely'
import type { Migration } from '../feature.ts'

/** What our own engine says of each case, what it said before, and which rungs have been told. */
export type ClockTables = {
  /** Acts that move a clock; never changed, only made void by one who says why. */
  case_act: {
    id: string
    case_id: string
    type: string
    on_day: string
    days: number | null
    note: string
    /** `desk`, `node` (of the export), `due` (of the export). */
    source: string
    /** User name; null = told by an event. */
    by: string | null
    at_ms: number
    void_ms: number | null
    void_by: string | null
    void_note: string | null
  }
  case_clock: ClockRow
  case_climb: ClimbRow
  /** Results that no longer hold, append-only. */
  case_clock_past: ClockResultRow & { until_ms: number; ended_because: string }
  /** A rung is told once for (case, clock, run, due date). */
  case_step: StepRow
}

export type ClockResultRow = {
  case_id: string
  name: string
  version: number
  rule: string | null
  main: number
  run: number
  start: string | null
  custody: number
  due: string | null
  stopped: string | null
  provisional: number
  rolled_from: string | null
  rule_version: string
  legal_basis: string
  ledger: string
  warnings: string
  problem: string | null
  computed_ms: number
  because: string
  rules_print: string
  calendar_print: string
}
export type ClockRow = ClockResultRow & {
  /** The case is concluded or the clock no longer applies. */
  ended_ms: number | null
}
/** What the ladder needs of a clock that has a rung before it: narrow, since many of them may be due at once. */
export type ClimbRow = {
  case_id: string
  name: string
  run: number
  due: string
  custody: number
  provisional: number
  /** Band of flow.yaml by the clock's rule; null = no rule of ours, the band of the kind holds. */
  band: string | null
  /** Day on which the next rung is reached. */
  next_day: string
}
export type StepRow = {
  case_id: string
  name: string
  run: number
  due: string
  rung: string
  fired_ms: number
  /** 0: the rung was passed while nobody looked, a harder one was told in its place. */
  told: number
  /** Null while its alert stands. */
  cleared_ms: number | null
  /** How often it has been told anew after being withdrawn. */
  again: number
}

export const clockMigrations: readonly Migration[] = [
  {
    id: 'cases/005-clocks',
    async up(db) {
      await db.schema
        .createTable('case_act')
        .addColumn('id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(32)', (c) => c.notNull())
        .addColumn('type', 'varchar(24)', (c) => c.notNull())
        .addColumn('on_day', 'varchar(10)', (c) => c.notNull())
        .addColumn('days', 'integer')
        .addColumn('note', 'varchar(400)', (c) => c.notNull())
        .addColumn('source', 'varchar(8)', (c) => c.notNull())
        .addColumn('by', 'varchar(64)')
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('void_ms', 'bigint')
        .addColumn('void_by', 'varchar(64)')
        .addColumn('void_note', 'varchar(400)')
        .execute()
      await db.schema.createIndex('case_act_case').on('case_act').columns(['case_id', 'on_day']).execute()
      const result = (name: string) =>
        db.schema
          .createTable(name)
          .addColumn('case_id', 'varchar(32)', (c) => c.notNull())
          .addColumn('name', 'varchar(64)', (c) => c.notNull())
          .addColumn('version', 'integer', (c) => c.notNull())
          .addColumn('rule', 'varchar(80)')
          .addColumn('main', 'integer', (c) => c.notNull())
          .addColumn('run', 'integer', (c) => c.notNull())
          .addColumn('start', 'varchar(10)')
          .addColumn('custody', 'integer', (c) => c.notNull())
          .addColumn('due', 'varchar(10)')
          .addColumn('stopped', 'varchar(200)')
          .addColumn('provisional', 'integer', (c) => c.notNull())
          .addColumn('rolled_from', 'varchar(10)')
          .addColumn('rule_version', 'varchar(120)', (c) => c.notNull())
          .addColumn('legal_basis', 'varchar(400)', (c) => c.notNull())
          .addColumn('ledger', 'text', (c) => c.notNull())
          .addColumn('warnings', 'text', (c) => c.notNull())
          .addColumn('problem', 'varchar(400)')
          .addColumn('computed_ms', 'bigint', (c) => c.notNull())
          .addColumn('because', 'varchar(16)', (c) => c.notNull())
          .addColumn('rules_print', 'varchar(64)', (c) => c.notNull())
          .addColumn('calendar_print', 'varchar(64)', (c) => c.notNull())
      await result('case_clock')
        .addColumn('ended_ms', 'bigint')
        .addColumn('next_day', 'varchar(10)')
        .addPrimaryKeyConstraint('case_clock_key', ['case_id', 'name'])
        .execute()
      await db.schema.createIndex('case_clock_next').on('case_clock').columns(['next_day']).execute()
      await result('case_clock_past')
        .addColumn('until_ms', 'bigint', (c) => c.notNull())
        .addColumn('ended_because', 'varchar(16)', (c) => c.notNull())
        .addPrimaryKeyConstraint('case_clock_past_key', ['case_id', 'name', 'version'])
        .execute()
      await db.schema
        .createTable('case_step')
        .addColumn('case_id', 'varchar(32)', (c) => c.notNull())
        .addColumn('name', 'varchar(64)', (c) => c.notNull())
        .addColumn('run', 'integer', (c) => c.notNull())
        .addColumn('due', 'varchar(10)', (c) => c.notNull())
        .addColumn('rung', 'varchar(20)', (c) => c.notNull())
        .addColumn('fired_ms', 'bigint', (c) => c.notNull())
        .addColumn('told', 'integer', (c) => c.notNull())
        .addColumn('cleared_ms', 'bigint')
        .addColumn('again', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('case_step_key', ['case_id', 'name', 'run', 'due', 'rung'])
        .execute()
      await db.schema.createIndex('case_step_standing').on('case_step').columns(['cleared_ms', 'case_id']).execute()
    },
  },
  {
    id: 'cases/006-climb',
    async up(db) {
      await db.schema
        .createTable('case_climb')
        .addColumn('case_id', 'varchar(32)', (c) => c.notNull())
        .addColumn('name', 'varchar(64)', (c) => c.notNull())
        .addColumn('run', 'integer', (c) => c.notNull())
        .addColumn('due', 'varchar(10)', (c) => c.notNull())
        .addColumn('custody', 'integer', (c) => c.notNull())
        .addColumn('provisional', 'integer', (c) => c.notNull())
        .addColumn('next_day', 'varchar(10)', (c) => c.notNull())
        .addPrimaryKeyConstraint('case_climb_key', ['case_id', 'name'])
        .execute()
      await db.schema.createIndex('case_climb_next').on('case_climb').columns(['next_day']).execute()
      await sql`insert into case_climb (case_id, name, run, due, custody, provisional, next_day)
        select case_id, name, run, due, custody, provisional, next_day from case_clock
        where next_day is not null and due is not null and ended_ms is null`.execute(db)
      await db.schema.dropIndex('case_clock_next').execute()
      await db.schema.alterTable('case_clock').dropColumn('next_day').execute()
    },
  },
  {
    id: 'cases/007-climb-band',
    async up(db) {
      await db.schema.alterTable('case_climb').addColumn('band', 'varchar(64)').execute()
    },
  },
]
