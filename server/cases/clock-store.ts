import { sql } from 'kysely'
import type { DeadlineEventType } from '../deadlines/rules.ts'
import type { Reader, Tx } from '../feature.ts'
import type { ClimbRow, ClockRow, ClockTables, StepRow } from './clock-tables.ts'
import { type CaseTables, toRecord } from './repository.ts'
import type { CaseRecord } from './rules.ts'

/** SQL of the clocks, their acts and their rungs; many cases at once, at most 500 rows a statement. */
type Tables = ClockTables & CaseTables
const on = (db: Reader | Tx) => db.withTables<Tables>()
const ROWS = 500
/** Clock rows have some thirty columns: so many stay under the bound variables of a statement. */
const WIDE = 300

const parts = <Item>(items: readonly Item[], size = ROWS): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))
async function inParts<Item, Row>(items: readonly Item[], read: (part: Item[]) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for (const part of parts(items)) rows.push(...(await read(part)))
  return rows
}
const groupBy = <Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> => {
  const groups = new Map<string, Row[]>()
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row])
  return groups
}

export interface Act {
  id: string
  caseId: string
  type: DeadlineEventType
  on: string
  days?: number
  note: string
  source: 'desk' | 'node' | 'due'
  by: string | null
  at: number
  /** Why it no longer counts. */
  void: { at: number; by: string; note: string } | null
}
const toAct = (row: ClockTables['case_act']): Act => ({
  id: row.id,
  caseId: row.case_id,
  type: row.type as DeadlineEventType,
  on: row.on_day,
  ...(row.days === null ? {} : { days: row.days }),
  note: row.note,
  source: row.source === 'node' || row.source === 'due' ? row.source : 'desk',
  by: row.by,
  at: Number(row.at_ms),
  void: row.void_ms === null ? null : { at: Number(row.void_ms), by: row.void_by ?? '', note: row.void_note ?? '' },
})

/** Acts that count, by case, in order of their days. */
export async function loadActs(db: Reader | Tx, caseIds: readonly string[]): Promise<Map<string, Act[]>> {
  const rows = await inParts(caseIds, (part) =>
    on(db)
      .selectFrom('case_act')
      .selectAll()
      .where('case_id', 'in', part)
      .where('void_ms', 'is', null)
      .orderBy('on_day')
      .orderBy('at_ms')
      .execute(),
  )
  return groupBy(rows.map(toAct), ({ caseId }) => caseId)
}
/** All acts of one case, void ones too, newest first. */
export const allActs = async (db: Reader | Tx, caseId: string): Promise<Act[]> =>
  (
    await on(db)
      .selectFrom('case_act')
      .selectAll()
      .where('case_id', '=', caseId)
      .orderBy('on_day', 'desc')
      .orderBy('at_ms', 'desc')
      .limit(500)
      .execute()
  ).map(toAct)

export async function insertActs(tx: Tx, acts: readonly Act[]): Promise<void> {
  for (const part of parts(acts))
    await on(tx)
      .insertInto('case_act')
      .values(
        part.map((act) => ({
          id: act.id,
          case_id: act.caseId,
          type: act.type,
          on_day: act.on,
          days: act.days ?? null,
          note: act.note.slice(0, 400),
          source: act.source,
          by: act.by,
          at_ms: act.at,
          void_ms: null,
          void_by: null,
          void_note: null,
        })),
      )
      .execute()
}
/** True for the one who does it. */
export async function voidAct(tx: Tx, id: string, change: { at: number; by: string; note: string }): Promise<boolean> {
  const result = await on(tx)
    .updateTable('case_act')
    .set({ void_ms: change.at, void_by: change.by, void_note: change.note.slice(0, 400) })
    .where('id', '=', id)
    .where('void_ms', 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}

export async function loadClocks(db: Reader | Tx, caseIds: readonly string[]): Promise<Map<string, ClockRow[]>> {
  const rows = await inParts(caseIds, (part) =>
    on(db).selectFrom('case_clock').selectAll().where('case_id', 'in', part).execute(),
  )
  return groupBy(rows, ({ case_id }) => case_id)
}

export async function saveClocks(tx: Tx, rows: readonly ClockRow[]): Promise<void> {
  for (const part of parts(rows, WIDE)) {
    const columns = Object.keys(part[0] ?? {}).filter((column) => column !== 'case_id' && column !== 'name')
    await on(tx)
      .insertInto('case_clock')
      .values(part)
      .onConflict((conflict) =>
        conflict
          .columns(['case_id', 'name'])
          .doUpdateSet(Object.fromEntries(columns.map((column) => [column, sql.ref(`excluded.${column}`)]))),
      )
      .execute()
  }
}
export async function addPast(tx: Tx, rows: readonly ClockTables['case_clock_past'][]): Promise<void> {
  for (const part of parts(rows, WIDE)) await on(tx).insertInto('case_clock_past').values(part).execute()
}
export const pastOf = (db: Reader, caseId: string): Promise<ClockTables['case_clock_past'][]> =>
  on(db)
    .selectFrom('case_clock_past')
    .selectAll()
    .where('case_id', '=', caseId)
    .orderBy('until_ms', 'desc')
    .orderBy('version', 'desc')
    .limit(100)
    .execute()

/** Open cases that were reckoned by other rules or another calendar, or never. */
export const staleCases = async (tx: Tx, print: string, limit: number): Promise<CaseRecord[]> =>
  (
    await on(tx)
      .selectFrom('case_file')
      .selectAll()
      .where('closed', 'is', null)
      .where('gone', 'is', null)
      .where((eb) => eb.or([eb('clock_print', 'is', null), eb('clock_print', '<>', print)]))
      .orderBy('custody', 'desc')
      .limit(limit)
      .execute()
  ).map(toRecord)

export async function casesById(db: Reader | Tx, ids: readonly string[]): Promise<Map<string, CaseRecord>> {
  const rows = await inParts(ids, (part) =>
    on(db).selectFrom('case_file').selectAll().where('id', 'in', part).execute(),
  )
  return new Map(rows.map((row) => [row.id, toRecord(row)]))
}

/** Clocks whose next rung is reached: in custody first, then the earliest due date. */
export const clocksToClimb = (tx: Tx, today: string, limit: number): Promise<ClimbRow[]> =>
  on(tx)
    .selectFrom('case_climb')
    .selectAll()
    .where('next_day', '<=', today)
    .orderBy('custody', 'desc')
    .orderBy('due')
    .orderBy('case_id')
    .limit(limit)
    .execute()

/** A clock with a rung before it, or one that has none left. */
export type Climb = ClimbRow | { case_id: string; name: string; next_day: null }

export async function saveClimbs(tx: Tx, climbs: readonly Climb[]): Promise<void> {
  const rows = climbs.filter((climb): climb is ClimbRow => climb.next_day !== null)
  for (const part of parts(rows))
    await on(tx)
      .insertInto('case_climb')
      .values(part)
      .onConflict((conflict) =>
        conflict.columns(['case_id', 'name']).doUpdateSet((eb) => ({
          run: eb.ref('excluded.run'),
          due: eb.ref('excluded.due'),
          custody: eb.ref('excluded.custody'),
          provisional: eb.ref('excluded.provisional'),
          band: eb.ref('excluded.band'),
          next_day: eb.ref('excluded.next_day'),
        })),
      )
      .execute()
  for (const [name, done] of groupBy(
    climbs.filter(({ next_day }) => next_day === null),
    (climb) => climb.name,
  ))
    for (const part of parts(done))
      await on(tx)
        .deleteFrom('case_climb')
        .where('name', '=', name)
        .where(
          'case_id',
          'in',
          part.map(({ case_id }) => case_id),
        )
        .execute()
}

export const stepKey = (step: Pick<StepRow, 'case_id' | 'name' | 'run' | 'due' | 'rung'>): string =>
  `${step.case_id}:${step.name}:${step.run}:${step.due}:${step.rung}`

export const stepsOfCases = (tx: Tx, caseIds: readonly string[]): Promise<StepRow[]> =>
  inParts(caseIds, (part) => on(tx).selectFrom('case_step').selectAll().where('case_id', 'in', part).execute())
/** Those whose due date is still to come: only they can have been told too early. */
export const earlySteps = (tx: Tx, today: string): Promise<StepRow[]> =>
  on(tx).selectFrom('case_step').selectAll().where('cleared_ms', 'is', null).where('due', '>', today).execute()

/**
 * The primary key is the claim: a rung is told once. @throws Error when another server told one of them meanwhile; the
 * turn then fails as a whole and is tried again.
 */
export async function insertSteps(tx: Tx, rows: readonly StepRow[]): Promise<void> {
  for (const part of parts(rows)) {
    const result = await on(tx)
      .insertInto('case_step')
      .values(part)
      .onConflict((conflict) => conflict.columns(['case_id', 'name', 'run', 'due', 'rung']).doNothing())
      .executeTakeFirst()
    if (Number(result.numInsertedOrUpdatedRows ?? 0) !== part.length)
      throw new Error('预警档位已由另一进程告知，本轮重做')
  }
}
export async function updateStep(tx: Tx, row: StepRow): Promise<void> {
  await on(tx)
    .updateTable('case_step')
    .set({ fired_ms: row.fired_ms, cleared_ms: row.cleared_ms, again: row.again, told: row.told })
    .where('case_id', '=', row.case_id)
    .where('name', '=', row.name)
    .where('run', '=', row.run)
    .where('due', '=', row.due)
    .where('rung', '=', row.rung)
    .execute()
}
