import type { Reader, Tx } from '../feature.ts'
import type { HandoverTables } from './tables.ts'

export type HandoverRow = HandoverTables['handover']
const tables = (db: Reader | Tx) => db.withTables<HandoverTables>()

export const insertHandover = (tx: Tx, row: HandoverRow) => tables(tx).insertInto('handover').values(row).execute()
export const findHandover = (db: Reader | Tx, id: string): Promise<HandoverRow | undefined> =>
  tables(db).selectFrom('handover').selectAll().where('id', '=', id).executeTakeFirst()

/** The sheet of a change of shift that stands: signed by one or both. */
export const standingAt = (db: Reader | Tx, boundary: number): Promise<HandoverRow | undefined> =>
  tables(db)
    .selectFrom('handover')
    .selectAll()
    .where('boundary_ms', '=', boundary)
    .where('state', '<>', 'void')
    .executeTakeFirst()

export const changeHandover = (tx: Tx, id: string, change: Partial<HandoverRow>) =>
  tables(tx).updateTable('handover').set(change).where('id', '=', id).execute()

export function listHandovers(
  db: Reader,
  after: { ms: number; id: string } | null,
  limit: number,
): Promise<HandoverRow[]> {
  const rows = tables(db).selectFrom('handover').selectAll().orderBy('given_ms', 'desc').orderBy('id', 'desc')
  return (
    after
      ? rows.where((eb) =>
          eb.or([eb('given_ms', '<', after.ms), eb.and([eb('given_ms', '=', after.ms), eb('id', '<', after.id)])]),
        )
      : rows
  )
    .limit(limit)
    .execute()
}

/** Since when the house looks; the first look fixes it. */
export async function watchedSince(tx: Tx): Promise<number | undefined> {
  const row = await tables(tx).selectFrom('handover_since').select('since_ms').where('id', '=', 1).executeTakeFirst()
  return row && Number(row.since_ms)
}
export const beginWatch = (tx: Tx, at: number) =>
  tables(tx)
    .insertInto('handover_since')
    .values({ id: 1, since_ms: at })
    .onConflict((oc) => oc.column('id').doNothing())
    .execute()
