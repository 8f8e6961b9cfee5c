import type { RunKind, UpkeepRun } from '../../contract/http/health.ts'
import { RUN_KINDS } from '../../contract/http/health.ts'
import type { Reader, Tx } from '../feature.ts'
import type { UpkeepTables } from './tables.ts'

const on = (db: Reader | Tx) => db.withTables<UpkeepTables>()
type Row = UpkeepTables['upkeep_run']

const toRun = (row: Row): UpkeepRun => ({
  id: row.id,
  kind: row.kind as RunKind,
  startedAt: Number(row.started_ms),
  finishedAt: row.finished_ms === null ? null : Number(row.finished_ms),
  ok: row.ok === null ? null : Number(row.ok) === 1,
  by: row.by,
  text: row.text,
})

export const insertRun = async (tx: Tx, run: Pick<UpkeepRun, 'id' | 'kind' | 'startedAt' | 'by'>): Promise<void> => {
  const { id, kind, startedAt, by } = run
  const row: Row = { id, kind, started_ms: startedAt, finished_ms: null, ok: null, by, text: '' }
  await on(tx).insertInto('upkeep_run').values(row).execute()
}

export const finishRun = async (tx: Tx, id: string, at: number, ok: boolean, text: string): Promise<void> => {
  await on(tx)
    .updateTable('upkeep_run')
    .set({ finished_ms: at, ok: ok ? 1 : 0, text: text.slice(0, 2000) })
    .where('id', '=', id)
    .execute()
}

/** What was under way when its process ended, begun before `before`: it will never be finished. */
export const closeOpenRuns = async (tx: Tx, at: number, before: number): Promise<void> => {
  await on(tx)
    .updateTable('upkeep_run')
    .set({ finished_ms: at, ok: 0, text: '服务在进行中停止，没有完成' })
    .where('finished_ms', 'is', null)
    .where('started_ms', '<=', before)
    .execute()
}

export async function listRuns(
  db: Reader,
  query: { kind: RunKind | undefined; offset: number; limit: number },
): Promise<UpkeepRun[]> {
  let found = on(db).selectFrom('upkeep_run').selectAll().orderBy('started_ms', 'desc').orderBy('id', 'desc')
  if (query.kind) found = found.where('kind', '=', query.kind)
  return (await found.offset(query.offset).limit(query.limit).execute()).map(toRun)
}

/** When one of its kind was last begun, here or on another server. */
export async function lastBegun(db: Reader, kind: RunKind): Promise<number | undefined> {
  const row = await on(db)
    .selectFrom('upkeep_run')
    .select('started_ms')
    .where('kind', '=', kind)
    .orderBy('started_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && Number(row.started_ms)
}

/** Of each kind the last that ended, and the last that went well. */
export async function latestRuns(db: Reader): Promise<Map<RunKind, { last?: UpkeepRun; good?: UpkeepRun }>> {
  const found = new Map<RunKind, { last?: UpkeepRun; good?: UpkeepRun }>()
  for (const kind of RUN_KINDS) {
    const ended = on(db)
      .selectFrom('upkeep_run')
      .selectAll()
      .where('kind', '=', kind)
      .where('finished_ms', 'is not', null)
      .orderBy('started_ms', 'desc')
      .limit(1)
    const last = await ended.executeTakeFirst()
    const good = await ended.where('ok', '=', 1).executeTakeFirst()
    found.set(kind, { ...(last ? { last: toRun(last) } : {}), ...(good ? { good: toRun(good) } : {}) })
  }
  return found
}
