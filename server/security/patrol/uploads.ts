import type { Reader, Tx } from '../../feature.ts'
import type { DeskTables } from './desk-tables.ts'

export type Upload = DeskTables['patrol_upload']

/** Uploads of these ids, for answering a phone that lost our answer. */
export async function readUploads(db: Reader | Tx, ids: readonly string[]): Promise<Map<string, Upload>> {
  if (ids.length === 0) return new Map()
  const rows = await db
    .withTables<DeskTables>()
    .selectFrom('patrol_upload')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** Codes that this person has used at these points: `point step`. */
export async function readUsedCodes(tx: Tx, person: string, points: readonly string[]): Promise<Set<string>> {
  if (points.length === 0) return new Set()
  const rows = await tx
    .withTables<DeskTables>()
    .selectFrom('patrol_upload')
    .select(['point', 'step'])
    .where('point', 'in', [...points])
    .where('person', '=', person)
    .where('accepted', '=', 1)
    .where('step', '>', 0)
    .execute()
  return new Set(rows.map(({ point, step }) => `${point} ${step}`))
}

export async function addUploads(tx: Tx, rows: readonly Upload[]): Promise<void> {
  if (rows.length === 0) return
  await tx
    .withTables<DeskTables>()
    .insertInto('patrol_upload')
    .values([...rows])
    .onConflict((conflict) => conflict.column('id').doNothing())
    .execute()
}
