import { sql } from 'kysely'
import type { Migration, Reader, Tx } from '../feature.ts'
import { clockMigrations } from './clock-tables.ts'
import type { CaseRecord } from './rules.ts'

type CaseRow = {
  id: string
  case_no: string
  unified_no: string | null
  type_name: string
  kind: string
  wing: string
  cause: string | null
  department: string | null
  handler_no: string | null
  handler_hash: string | null
  node: string | null
  custody: number
  coercion: string | null
  accepted: string | null
  assigned: string | null
  due: string | null
  closed: string | null
  outcome: string | null
  restricted: number
  gone: string | null
  applied_ms: number
  drawn_no?: string | null
  exported_due: string | null
  started: string | null
  provisional: number
  clock_name: string | null
  band: string | null
  /** Fingerprint of the rules and the calendar by which the case was last reckoned. */
  clock_print: string | null
}
export type CaseTables = {
  case_file: CaseRow
  case_rung: { case_id: string; due: string; rung: string; fired_ms: number; cleared_ms: number | null }
  case_history: { event_id: string; case_id: string; type: string; at_ms: number; what: string }
}
type Tables = CaseTables

export const caseMigrations: readonly Migration[] = [
  {
    id: 'cases/001-cases',
    async up(db) {
      const text = [
        'unified_no',
        'cause',
        'department',
        'handler_no',
        'handler_hash',
        'node',
        'coercion',
        'outcome',
      ] as const
      const dates = ['accepted', 'assigned', 'due', 'closed'] as const
      let table = db.schema
        .createTable('case_file')
        .addColumn('id', 'varchar(32)', (c) => c.primaryKey())
        .addColumn('case_no', 'varchar(200)', (c) => c.notNull().unique())
        .addColumn('type_name', 'varchar(200)', (c) => c.notNull())
        .addColumn('kind', 'varchar(64)', (c) => c.notNull())
        .addColumn('wing', 'varchar(16)', (c) => c.notNull())
        .addColumn('custody', 'integer', (c) => c.notNull())
        .addColumn('restricted', 'integer', (c) => c.notNull())
        .addColumn('gone', 'varchar(16)')
        .addColumn('applied_ms', 'bigint', (c) => c.notNull())
      for (const name of text) table = table.addColumn(name, 'varchar(200)')
      for (const name of dates) table = table.addColumn(name, 'varchar(10)')
      await table.execute()
      await db.schema.createIndex('case_file_open').on('case_file').columns(['closed', 'due']).execute()
      await db.schema
        .createTable('case_rung')
        .addColumn('case_id', 'varchar(32)', (c) => c.notNull())
        .addColumn('due', 'varchar(10)', (c) => c.notNull())
        .addColumn('rung', 'varchar(20)', (c) => c.notNull())
        .addColumn('fired_ms', 'bigint', (c) => c.notNull())
        .addColumn('cleared_ms', 'bigint')
        .addPrimaryKeyConstraint('case_rung_key', ['case_id', 'due', 'rung'])
        .execute()
      await db.schema
        .createTable('case_history')
        .addColumn('event_id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('case_id', 'varchar(32)', (c) => c.notNull())
        .addColumn('type', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('what', 'varchar(400)', (c) => c.notNull())
        .execute()
      await db.schema.createIndex('case_history_case').on('case_history').columns(['case_id', 'at_ms']).execute()
    },
  },
  {
    id: 'cases/002-drawn',
    async up(db) {
      await db.schema.alterTable('case_file').addColumn('drawn_no', 'varchar(200)').execute()
    },
  },
  {
    id: 'cases/003-urgency',
    async up(db) {
      // The desk's list: in custody first, then the earliest due date; list.ts orders by these very expressions.
      await sql`create index case_file_urgency on case_file (custody desc, coalesce(due, '9999-12-31'), id) where closed is null and gone is null`.execute(
        db,
      )
    },
  },
  {
    id: 'cases/003-urgency-found',
    async up(db) {
      // SQLite would take the index on `closed` and sort 100,000 rows for a page: this condition is no column's.
      await db.schema.dropIndex('case_file_urgency').execute()
      await sql`create index case_file_urgent on case_file (custody desc, coalesce(due, '9999-12-31'), id) where coalesce(closed, gone) is null`.execute(
        db,
      )
    },
  },
  {
    id: 'cases/004-own-deadlines',
    async up(db) {
      await db.schema.alterTable('case_file').addColumn('exported_due', 'varchar(10)').execute()
      await db.schema.alterTable('case_file').addColumn('started', 'varchar(10)').execute()
      await db.schema
        .alterTable('case_file')
        .addColumn('provisional', 'integer', (c) => c.notNull().defaultTo(0))
        .execute()
      await db.schema.alterTable('case_file').addColumn('clock_name', 'varchar(64)').execute()
      await db.schema.alterTable('case_file').addColumn('clock_print', 'varchar(64)').execute()
      // Until now `due` was the export's.
      await sql`update case_file set exported_due = due`.execute(db)
    },
  },
  ...clockMigrations,
  {
    id: 'cases/008-band',
    async up(db) {
      // Null until the case is reckoned anew, which the new fingerprint of the rules sees to (prints.ts).
      await db.schema.alterTable('case_file').addColumn('band', 'varchar(64)').execute()
    },
  },
]

export const toRecord = (row: CaseRow): CaseRecord => ({
  id: row.id,
  caseNo: row.case_no,
  unifiedNo: row.unified_no,
  typeName: row.type_name,
  kind: row.kind,
  wing: row.wing,
  cause: row.cause,
  department: row.department,
  handlerNo: row.handler_no ?? row.drawn_no ?? null,
  handlerHash: row.handler_hash,
  node: row.node,
  custody: row.custody === 1,
  coercion: row.coercion,
  accepted: row.accepted,
  assigned: row.assigned,
  due: row.due,
  exportedDue: row.exported_due,
  provisional: row.provisional === 1,
  clock: row.clock_name,
  band: row.band,
  started: row.started,
  closed: row.closed,
  outcome: row.outcome,
  restricted: row.restricted === 1,
  gone: row.gone === 'deleted' || row.gone === 'missing' ? row.gone : null,
  appliedMs: row.applied_ms,
})
const toRow = (record: CaseRecord, print: string | null): CaseRow => ({
  id: record.id,
  case_no: record.caseNo,
  unified_no: record.unifiedNo,
  type_name: record.typeName,
  kind: record.kind,
  wing: record.wing,
  cause: record.cause,
  department: record.department,
  handler_no: record.handlerNo,
  handler_hash: record.handlerHash,
  node: record.node,
  custody: record.custody ? 1 : 0,
  coercion: record.coercion,
  accepted: record.accepted,
  assigned: record.assigned,
  due: record.due,
  exported_due: record.exportedDue,
  provisional: record.provisional ? 1 : 0,
  clock_name: record.clock,
  band: record.band,
  clock_print: print,
  started: record.started,
  closed: record.closed,
  outcome: record.outcome,
  restricted: record.restricted ? 1 : 0,
  gone: record.gone,
  applied_ms: record.appliedMs,
})
const COLUMNS = [
  'unified_no',
  'type_name',
  'kind',
  'wing',
  'cause',
  'department',
  'handler_no',
  'handler_hash',
  'node',
  'custody',
  'coercion',
  'accepted',
  'assigned',
  'due',
  'exported_due',
  'provisional',
  'clock_name',
  'band',
  'clock_print',
  'started',
  'closed',
  'outcome',
  'restricted',
  'gone',
  'applied_ms',
] as const

/** The handler that our own draw or designation gave; the export's own handler, once it names one, stands before it. */
export async function assignHandler(tx: Tx, id: string, handlerNo: string): Promise<void> {
  await tx.withTables<Tables>().updateTable('case_file').set({ drawn_no: handlerNo }).where('id', '=', id).execute()
}

export async function loadCases(db: Tx | Reader, caseNos: readonly string[]): Promise<Map<string, CaseRecord>> {
  const found = new Map<string, CaseRecord>()
  for (let from = 0; from < caseNos.length; from += 500) {
    const some = caseNos.slice(from, from + 500)
    const rows = await db
      .withTables<Tables>()
      .selectFrom('case_file')
      .selectAll()
      .where('case_no', 'in', some)
      .execute()
    for (const row of rows) found.set(row.case_no, toRecord(row))
  }
  return found
}

/** @param print fingerprint by which their clocks were reckoned; null = not yet */
export async function saveCases(tx: Tx, records: readonly CaseRecord[], print: string | null): Promise<void> {
  for (let from = 0; from < records.length; from += 500) {
    await tx
      .withTables<Tables>()
      .insertInto('case_file')
      .values(records.slice(from, from + 500).map((record) => toRow(record, print)))
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet((eb) => Object.fromEntries(COLUMNS.map((name) => [name, eb.ref(`excluded.${name}`)]))),
      )
      .execute()
  }
}

export const addHistory = async (tx: Tx, rows: readonly Tables['case_history'][]): Promise<void> => {
  for (let from = 0; from < rows.length; from += 500)
    await tx
      .withTables<Tables>()
      .insertInto('case_history')
      .values(rows.slice(from, from + 500))
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .execute()
}
export const readHistory = (db: Reader, caseId: string): Promise<Tables['case_history'][]> =>
  db
    .withTables<Tables>()
    .selectFrom('case_history')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('at_ms', 'desc')
    .limit(500)
    .execute()

export async function findCase(db: Reader | Tx, id: string): Promise<CaseRecord | undefined> {
  const row = await db.withTables<Tables>().selectFrom('case_file').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toRecord(row) : undefined
}

/** Everything that is neither closed nor gone. */
export async function openCases(db: Tx | Reader): Promise<CaseRecord[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('case_file')
    .selectAll()
    .where('closed', 'is', null)
    .where('gone', 'is', null)
    .execute()
  return rows.map(toRecord)
}

/** Concluded on or after that day, those gone from the office's list left out. */
export async function closedSince(db: Tx | Reader, day: string): Promise<CaseRecord[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('case_file')
    .selectAll()
    .where('closed', '>=', day)
    .where('gone', 'is', null)
    .orderBy('id')
    .execute()
  return rows.map(toRecord)
}

/** Accepted and closed per month since `from` (`YYYY-MM`), by wing. */
export async function monthly(
  db: Reader,
  column: 'accepted' | 'closed',
  from: string,
): Promise<{ month: string; wing: string; count: number }[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('case_file')
    .select((eb) => [
      eb.fn<string>('substr', [column, eb.lit(1), eb.lit(7)]).as('month'),
      'wing',
      eb.fn.countAll<number>().as('n'),
    ])
    .where(column, '>=', `${from}-01`)
    .where((eb) => eb.or([eb('gone', 'is', null), eb('gone', '!=', 'deleted')]))
    .groupBy(['month', 'wing'])
    .execute()
  return rows.map(({ month, wing, n }) => ({ month, wing, count: Number(n) }))
}

export const openRungs = (tx: Tx): Promise<Tables['case_rung'][]> =>
  tx.withTables<Tables>().selectFrom('case_rung').selectAll().where('cleared_ms', 'is', null).execute()

/** The unique (case, due, rung) is the claim: true for the one who fires it. */
export async function claimRung(
  tx: Tx,
  rung: { case_id: string; due: string; rung: string; fired_ms: number },
): Promise<boolean> {
  const result = await tx
    .withTables<Tables>()
    .insertInto('case_rung')
    .values({ ...rung, cleared_ms: null })
    .onConflict((conflict) => conflict.columns(['case_id', 'due', 'rung']).doNothing())
    .executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0
}
export async function clearRung(
  tx: Tx,
  rung: { case_id: string; due: string; rung: string },
  at: number,
): Promise<void> {
  await tx
    .withTables<Tables>()
    .updateTable('case_rung')
    .set({ cleared_ms: at })
    .where('case_id', '=', rung.case_id)
    .where('due', '=', rung.due)
    .where('rung', '=', rung.rung)
    .execute()
}
