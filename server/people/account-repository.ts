import type { Reader, Tx } from '../feature.ts'
import type { AccountTables } from './account-tables.ts'

export type FactorRow = AccountTables['second_factor']
const on = (db: Reader | Tx) => db.withTables<AccountTables>()

export const factorOf = (db: Reader | Tx, accountId: string): Promise<FactorRow | undefined> =>
  on(db).selectFrom('second_factor').selectAll().where('account_id', '=', accountId).executeTakeFirst()

export const putFactor = async (tx: Tx, row: FactorRow): Promise<void> => {
  const { account_id, ...change } = row
  await on(tx)
    .insertInto('second_factor')
    .values(row)
    .onConflict((conflict) => conflict.column('account_id').doUpdateSet(change))
    .execute()
}

/** Rows of earlier versions, whose secret anybody with a copy of the database could use. */
export const plainFactors = (tx: Tx): Promise<FactorRow[]> =>
  on(tx).selectFrom('second_factor').selectAll().where('sealed', 'is', null).execute()

/** True when the step is newer than the one used last: of two sign-ins with one code at once only one gets in. */
export async function useStep(tx: Tx, accountId: string, step: number): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('second_factor')
    .set({ last_step: step })
    .where('account_id', '=', accountId)
    .where((where) => where.or([where('last_step', 'is', null), where('last_step', '<', step)]))
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

/** True for the one who was first to use up a recovery code. */
export async function useRecovery(tx: Tx, accountId: string, before: string, after: string): Promise<boolean> {
  const { numUpdatedRows } = await on(tx)
    .updateTable('second_factor')
    .set({ recovery: after })
    .where('account_id', '=', accountId)
    .where('recovery', '=', before)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}

export const dropFactor = async (tx: Tx, accountId: string): Promise<void> => {
  await on(tx).deleteFrom('second_factor').where('account_id', '=', accountId).execute()
}

/** Newest first. */
export const formerPasswords = async (
  db: Reader | Tx,
  accountId: string,
  limit: number,
): Promise<{ at: number; hash: string }[]> => {
  const rows = await on(db)
    .selectFrom('password_history')
    .select(['at', 'hash'])
    .where('account_id', '=', accountId)
    .orderBy('at', 'desc')
    .limit(Math.max(1, limit))
    .execute()
  return rows.map(({ at, hash }) => ({ at: Number(at), hash }))
}

export const notePassword = async (tx: Tx, accountId: string, at: number, hash: string): Promise<void> => {
  await on(tx)
    .insertInto('password_history')
    .values({ account_id: accountId, at, hash })
    .onConflict((conflict) => conflict.columns(['account_id', 'at']).doUpdateSet({ hash }))
    .execute()
}
