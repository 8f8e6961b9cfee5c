import type { Reader, Tx } from '../feature.ts'
import type { Course, WallCourse } from './rules.ts'
import type { DrillTables } from './tables.ts'

export type DrillRow = DrillTables['drill']
/** What changes while it runs. */
export interface Progress {
  course: Course
  walls: readonly WallCourse[]
  desks: number
}

const tables = (db: Reader | Tx) => db.withTables<DrillTables>()

export const insertDrill = (tx: Tx, row: DrillRow) => tables(tx).insertInto('drill').values(row).execute()

export const saveProgress = (tx: Tx, id: string, { course, walls, desks }: Progress) =>
  tables(tx)
    .updateTable('drill')
    .set({ course: JSON.stringify(course), walls: JSON.stringify(walls), desks })
    .where('id', '=', id)
    .execute()

export const finishDrill = (
  tx: Tx,
  id: string,
  end: Pick<DrillRow, 'state' | 'ended_ms' | 'end_reason' | 'acked_ms' | 'acked_by'>,
) => tables(tx).updateTable('drill').set(end).where('id', '=', id).where('state', '=', 'running').execute()

export const findDrill = (db: Reader | Tx, id: string): Promise<DrillRow | undefined> =>
  tables(db).selectFrom('drill').selectAll().where('id', '=', id).executeTakeFirst()

export const runningDrills = (db: Reader | Tx): Promise<DrillRow[]> =>
  tables(db).selectFrom('drill').selectAll().where('state', '=', 'running').execute()

/** Newest first; their ids sort by time. */
export function listDrills(db: Reader, before: string | undefined, limit: number): Promise<DrillRow[]> {
  const rows = tables(db).selectFrom('drill').selectAll().orderBy('id', 'desc').limit(limit)
  return (before ? rows.where('id', '<', before) : rows).execute()
}

/** Start of the last one that came through the path, epoch ms. */
export async function lastDone(db: Reader | Tx, states: readonly string[]): Promise<number | null> {
  const row = await tables(db)
    .selectFrom('drill')
    .select('started_ms')
    .where('state', 'in', [...states])
    .orderBy('started_ms', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? Number(row.started_ms) : null
}

export const drillsSince = (db: Reader, at: number): Promise<DrillRow[]> =>
  tables(db).selectFrom('drill').selectAll().where('started_ms', '>', at).orderBy('started_ms').limit(50).execute()
