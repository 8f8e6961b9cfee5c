import type { Reader, Tx } from '../feature.ts'
import type { Failures } from './lockout.ts'
import type { AccountRow, PeopleTables, SessionRow, TokenRow, WallKeyRow } from './tables.ts'

const from = (db: Reader) => db.withTables<PeopleTables>()

export const accountByName = (db: Reader, username: string): Promise<AccountRow | undefined> =>
  from(db).selectFrom('account').selectAll().where('username', '=', username).executeTakeFirst()
export const accountById = (db: Reader, id: string): Promise<AccountRow | undefined> =>
  from(db).selectFrom('account').selectAll().where('id', '=', id).executeTakeFirst()
export const allAccounts = (db: Reader): Promise<AccountRow[]> =>
  from(db).selectFrom('account').selectAll().orderBy('username').execute()
export const insertAccount = async (tx: Tx, row: AccountRow): Promise<void> => {
  await from(tx).insertInto('account').values(row).execute()
}
export const changeAccount = async (tx: Tx, id: string, change: Partial<AccountRow>): Promise<void> => {
  await from(tx).updateTable('account').set(change).where('id', '=', id).execute()
}

export const sessionById = (db: Reader, id: string): Promise<SessionRow | undefined> =>
  from(db).selectFrom('session').selectAll().where('id', '=', id).executeTakeFirst()
export const insertSession = async (tx: Tx, row: SessionRow): Promise<void> => {
  await from(tx).insertInto('session').values(row).execute()
}
export const sessionsOf = (db: Reader, accountId: string): Promise<SessionRow[]> =>
  from(db).selectFrom('session').selectAll().where('account_id', '=', accountId).orderBy('seen_at', 'desc').execute()
export const touchSession = async (tx: Tx, id: string, seenAt: number): Promise<void> => {
  await from(tx).updateTable('session').set({ seen_at: seenAt }).where('id', '=', id).execute()
}
export const dropSession = async (tx: Tx, id: string): Promise<void> => {
  await from(tx).deleteFrom('session').where('id', '=', id).execute()
}
/** Ends all sessions of an account but `except`; answers the ended ones. */
export async function dropSessionsOf(tx: Tx, accountId: string, except: string | null): Promise<string[]> {
  const rows = await from(tx).selectFrom('session').select('id').where('account_id', '=', accountId).execute()
  const ended = rows.map(({ id }) => id).filter((id) => id !== except)
  if (ended.length > 0) await from(tx).deleteFrom('session').where('id', 'in', ended).execute()
  return ended
}
export const dropDeadSessions = async (tx: Tx, createdBefore: number, seenBefore: number): Promise<void> => {
  await from(tx)
    .deleteFrom('session')
    .where((where) => where.or([where('created_at', '<=', createdBefore), where('seen_at', '<=', seenBefore)]))
    .execute()
}

export const tokenByHash = (db: Reader, hash: string): Promise<TokenRow | undefined> =>
  from(db).selectFrom('api_token').selectAll().where('hash', '=', hash).executeTakeFirst()
export const tokensOf = (db: Reader, accountId: string): Promise<TokenRow[]> =>
  from(db).selectFrom('api_token').selectAll().where('account_id', '=', accountId).orderBy('created_at').execute()
export const insertToken = async (tx: Tx, row: TokenRow): Promise<void> => {
  await from(tx).insertInto('api_token').values(row).execute()
}
export async function dropToken(tx: Tx, id: string, accountId: string): Promise<boolean> {
  const gone = await from(tx)
    .deleteFrom('api_token')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst()
  return gone.numDeletedRows > 0n
}

export const wallKeyByHash = (db: Reader, hash: string): Promise<WallKeyRow | undefined> =>
  from(db).selectFrom('wall_key').selectAll().where('hash', '=', hash).executeTakeFirst()
export const allWallKeys = (db: Reader): Promise<WallKeyRow[]> =>
  from(db).selectFrom('wall_key').selectAll().orderBy('created_at').execute()
export const insertWallKey = async (tx: Tx, row: WallKeyRow): Promise<void> => {
  await from(tx).insertInto('wall_key').values(row).execute()
}
export const touchWallKey = async (tx: Tx, id: string, seenAt: number): Promise<void> => {
  await from(tx).updateTable('wall_key').set({ seen_at: seenAt }).where('id', '=', id).execute()
}
/** True for the first screen: a key that is bound is nobody else's any more. */
export async function bindWallKey(tx: Tx, id: string, deviceHash: string): Promise<boolean> {
  const { numUpdatedRows } = await from(tx)
    .updateTable('wall_key')
    .set({ device_hash: deviceHash })
    .where('id', '=', id)
    .where('device_hash', 'is', null)
    .executeTakeFirst()
  return numUpdatedRows > 0n
}
export const wallKeyByDevice = (db: Reader, hash: string): Promise<WallKeyRow | undefined> =>
  from(db).selectFrom('wall_key').selectAll().where('device_hash', '=', hash).executeTakeFirst()
export async function dropWallKey(tx: Tx, id: string): Promise<boolean> {
  const gone = await from(tx).deleteFrom('wall_key').where('id', '=', id).executeTakeFirst()
  return gone.numDeletedRows > 0n
}

export async function failuresOf(db: Reader, username: string): Promise<Failures | undefined> {
  const row = await from(db).selectFrom('login_failure').selectAll().where('username', '=', username).executeTakeFirst()
  return row && { count: row.count, lastAt: row.last_at, lockedUntil: row.locked_until }
}
export const lockedNames = async (db: Reader, now: number): Promise<Map<string, number>> => {
  const rows = await from(db).selectFrom('login_failure').selectAll().where('locked_until', '>', now).execute()
  return new Map(rows.map((row) => [row.username, row.locked_until ?? 0]))
}
export async function saveFailures(tx: Tx, username: string, failures: Failures): Promise<void> {
  const row = { count: failures.count, last_at: failures.lastAt, locked_until: failures.lockedUntil }
  await from(tx)
    .insertInto('login_failure')
    .values({ username, ...row })
    .onConflict((conflict) => conflict.column('username').doUpdateSet(row))
    .execute()
}
export const clearFailures = async (tx: Tx, username: string): Promise<void> => {
  await from(tx).deleteFrom('login_failure').where('username', '=', username).execute()
}
/** After the clock was set back: what lies further ahead than `ahead` counts from now, so that no session or lock is stretched. */
export async function reinTimes(tx: Tx, now: number, ahead: number, lockMs: number): Promise<void> {
  const tables = from(tx)
  await tables.updateTable('session').set({ seen_at: now }).where('seen_at', '>', ahead).execute()
  await tables.updateTable('session').set({ created_at: now }).where('created_at', '>', ahead).execute()
  await tables
    .updateTable('login_failure')
    .set({ locked_until: now + lockMs })
    .where('last_at', '>', ahead)
    .where('locked_until', 'is not', null)
    .execute()
  await tables.updateTable('login_failure').set({ last_at: now }).where('last_at', '>', ahead).execute()
}
export const dropOldFailures = async (tx: Tx, before: number): Promise<void> => {
  await from(tx).deleteFrom('login_failure').where('last_at', '<', before).execute()
}
