import type { Reader, Tx } from '../feature.ts'
import type { MediationTables as Tables } from './tables.ts'

/** The doors of outside parties: one for each party, hashes only. */
export type Door = Tables['mediation_door']
const on = (db: Reader | Tx) => db.withTables<Tables>()
const toDoor = (row: Door): Door => ({
  ...row,
  fails: Number(row.fails),
  expires_ms: Number(row.expires_ms),
  used_ms: row.used_ms === null ? null : Number(row.used_ms),
  session_ms: row.session_ms === null ? null : Number(row.session_ms),
})

/** A new link takes the old one's place: link, code and session of before are gone. */
export async function putDoor(tx: Tx, door: Door): Promise<void> {
  await on(tx)
    .insertInto('mediation_door')
    .values(door)
    .onConflict((conflict) => {
      const { mediation_id: _m, party: _p, ...change } = door
      return conflict.columns(['mediation_id', 'party']).doUpdateSet(change)
    })
    .execute()
}
export async function doorByLink(db: Reader | Tx, link: string): Promise<Door | undefined> {
  const row = await on(db).selectFrom('mediation_door').selectAll().where('link', '=', link).executeTakeFirst()
  return row && toDoor(row)
}
export async function doorBySession(db: Reader | Tx, session: string): Promise<Door | undefined> {
  const row = await on(db).selectFrom('mediation_door').selectAll().where('session', '=', session).executeTakeFirst()
  return row && toDoor(row)
}
export async function doorsOf(db: Reader | Tx, mediation: string): Promise<Door[]> {
  const rows = await on(db).selectFrom('mediation_door').selectAll().where('mediation_id', '=', mediation).execute()
  return rows.map(toDoor)
}
export async function changeDoor(
  tx: Tx,
  { mediation_id, party }: Door,
  change: Partial<Pick<Door, 'fails' | 'used_ms' | 'session' | 'session_ms'>>,
): Promise<void> {
  await on(tx)
    .updateTable('mediation_door')
    .set(change)
    .where('mediation_id', '=', mediation_id)
    .where('party', '=', party)
    .execute()
}
/** The matter is over: nobody outside has anything left to do in it. */
export const closeDoors = async (tx: Tx, mediation: string): Promise<void> => {
  await on(tx).deleteFrom('mediation_door').where('mediation_id', '=', mediation).execute()
}
