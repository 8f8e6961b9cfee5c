import type { Expression, ExpressionBuilder, SqlBool } from 'kysely'
import type { TaskState } from '../../contract/http/tasks.ts'
import type { Reader, TaskSpec, Tx } from '../feature.ts'
import { sortKey, type Viewer } from './rules.ts'
import type { TaskTables as Tables } from './tables.ts'

export type StoredTask = Tables['desk_task']
const on = (db: Reader | Tx) => db.withTables<Tables>()
/** Bound parameters of one statement stay far below the stores' limit. */
const ROWS = 500

/** Opens those whose key is new. */
export async function insertTasks(
  tx: Tx,
  specs: readonly TaskSpec[],
  made: { now: number; newId(): string },
): Promise<void> {
  for (let from = 0; from < specs.length; from += ROWS)
    await on(tx)
      .insertInto('desk_task')
      .values(specs.slice(from, from + ROWS).map((spec) => toRow(spec, made.newId(), made.now)))
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute()
}

const toRow = (spec: TaskSpec, id: string, now: number): StoredTask => ({
  id,
  key: spec.key,
  kind: spec.kind,
  title: spec.title.slice(0, 200),
  why: spec.why.slice(0, 500),
  urgency: spec.urgency,
  severity: spec.severity,
  due: spec.due,
  sort: sortKey(spec.urgency, spec.due),
  link: spec.link,
  case_id: spec.caseId,
  person: spec.person,
  department: spec.department,
  role: spec.role,
  state: 'open',
  opened_ms: now,
  closed_ms: null,
  done_by: null,
  note: null,
})

export async function dropTasks(tx: Tx, keys: readonly string[], change: { at: number; note: string }): Promise<void> {
  for (let from = 0; from < keys.length; from += ROWS)
    await on(tx)
      .updateTable('desk_task')
      .set({ state: 'dropped', closed_ms: change.at, note: change.note.slice(0, 500) })
      .where('key', 'in', keys.slice(from, from + ROWS))
      .where('state', '=', 'open')
      .execute()
}

export async function moveTasks(
  tx: Tx,
  moves: readonly Pick<TaskSpec, 'key' | 'person' | 'department' | 'role'>[],
): Promise<void> {
  for (const { key, ...to } of moves)
    await on(tx).updateTable('desk_task').set(to).where('key', '=', key).where('state', '=', 'open').execute()
}

/** True for the one who does it: a double click has one effect. */
export async function finishTask(
  tx: Tx,
  id: string,
  change: { at: number; by: string; note: string },
): Promise<boolean> {
  const result = await on(tx)
    .updateTable('desk_task')
    .set({ state: 'done', closed_ms: change.at, done_by: change.by, note: change.note })
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}

export const findTask = (db: Reader | Tx, id: string): Promise<StoredTask | undefined> =>
  on(db).selectFrom('desk_task').selectAll().where('id', '=', id).executeTakeFirst()

type Builder = ExpressionBuilder<Tables, 'desk_task'>
/** The same as rules.ts maySee, in SQL. */
function visible(eb: Builder, who: Viewer, mine: boolean): Expression<SqlBool> {
  if (who.sees === 'all' && !mine) return eb.lit(true)
  const own = [
    ...(who.person === null ? [] : [eb('person', '=', who.person)]),
    ...(who.roles.length === 0 ? [] : [eb('role', 'in', [...who.roles])]),
    ...(who.sees === 'department' && who.department !== null && !mine ? [eb('department', '=', who.department)] : []),
  ]
  return eb.or(own)
}

export interface TaskFilter {
  who: Viewer
  mine: boolean
  state: TaskState
  kind?: string | undefined
  caseId?: string | undefined
  /** `sort` and `id` of the last row seen. */
  after: { sort: string; id: string } | null
  limit: number
}

export async function listTasks(db: Reader, filter: TaskFilter): Promise<StoredTask[]> {
  const { after, kind, caseId } = filter
  let query = on(db)
    .selectFrom('desk_task')
    .selectAll()
    .where('state', '=', filter.state)
    .where((eb) => visible(eb, filter.who, filter.mine))
  if (kind !== undefined) query = query.where('kind', '=', kind)
  if (caseId !== undefined) query = query.where('case_id', '=', caseId)
  if (after)
    query = query.where((eb) =>
      eb.or([eb('sort', '>', after.sort), eb.and([eb('sort', '=', after.sort), eb('id', '>', after.id)])]),
    )
  return query.orderBy('sort').orderBy('id').limit(filter.limit).execute()
}

export async function countOpen(db: Reader, who: Viewer): Promise<number> {
  const row = await on(db)
    .selectFrom('desk_task')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('state', '=', 'open')
    .where((eb) => visible(eb, who, false))
    .executeTakeFirst()
  return Number(row?.n ?? 0)
}
