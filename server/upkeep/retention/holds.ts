import type { HoldScope, LegalHold } from '../../../contract/http/retention.ts'
import type { Reader, Tx } from '../../feature.ts'
import type { RetentionTables } from './tables.ts'

const on = (db: Reader | Tx) => db.withTables<RetentionTables>()

/** What of a scope must stay: all of it, or these objects. */
export type Held = 'all' | readonly string[]

export async function heldOf(db: Reader | Tx, scope: Exclude<HoldScope, 'all'>): Promise<Held> {
  const rows = await on(db)
    .selectFrom('legal_hold')
    .select('object')
    .where('scope', 'in', ['all', scope])
    .where('lifted_ms', 'is', null)
    .execute()
  const objects = rows.flatMap(({ object }) => (object === null ? [] : [object]))
  return objects.length < rows.length ? 'all' : objects
}

/** Standing ones first, then the newest. */
export async function listHolds(db: Reader | Tx): Promise<LegalHold[]> {
  const rows = await on(db).selectFrom('legal_hold').selectAll().orderBy('at', 'desc').limit(500).execute()
  const holds = rows.map((row) => ({
    id: row.id,
    scope: row.scope as HoldScope,
    object: row.object,
    reason: row.reason,
    by: row.by,
    at: Number(row.at),
    liftedBy: row.lifted_by,
    liftedAt: row.lifted_ms === null ? null : Number(row.lifted_ms),
  }))
  return holds.sort((a, b) => Number(a.liftedAt !== null) - Number(b.liftedAt !== null))
}

export const findHold = async (db: Reader | Tx, id: string): Promise<LegalHold | undefined> =>
  (await listHolds(db)).find((hold) => hold.id === id)

export async function placeHold(tx: Tx, hold: Pick<LegalHold, 'id' | 'scope' | 'object' | 'reason' | 'by' | 'at'>) {
  await on(tx)
    .insertInto('legal_hold')
    .values({ ...hold, lifted_by: null, lifted_ms: null })
    .execute()
}

/** False when it stands no more. */
export async function liftHold(tx: Tx, id: string, by: string, at: number): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('legal_hold')
    .set({ lifted_by: by, lifted_ms: at })
    .where('id', '=', id)
    .where('lifted_ms', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
