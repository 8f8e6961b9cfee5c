import type { Reader, Tx } from '../../feature.ts'
import type { SubscriptionTables as Tables } from './tables.ts'

export type StoredSubscription = Tables['subscription']
export type StoredHit = Tables['sharing_hit']
type Db = Reader | Tx
const on = (db: Db) => db.withTables<Tables>()
/** Bound parameters of one statement stay far below the stores' limit. */
const ROWS = 200

export const insertSubscription = async (tx: Tx, row: StoredSubscription): Promise<void> => {
  await on(tx).insertInto('subscription').values(row).execute()
}
export const findSubscription = (db: Db, id: string): Promise<StoredSubscription | undefined> =>
  on(db).selectFrom('subscription').selectAll().where('id', '=', id).executeTakeFirst()
export const changeSubscription = async (tx: Tx, id: string, change: Partial<StoredSubscription>): Promise<void> => {
  await on(tx).updateTable('subscription').set(change).where('id', '=', id).execute()
}
export const activeSubscriptions = (db: Db): Promise<StoredSubscription[]> =>
  on(db).selectFrom('subscription').selectAll().where('state', '=', 'active').orderBy('created_ms').execute()

/** Newest first; `owner` null = everybody's. */
export function listSubscriptions(
  db: Db,
  ask: { owner: string | null; state: string | undefined; after: [number, string] | null; limit: number },
): Promise<StoredSubscription[]> {
  let query = on(db).selectFrom('subscription').selectAll()
  if (ask.owner !== null) query = query.where('owner', '=', ask.owner)
  if (ask.state) query = query.where('state', '=', ask.state)
  const { after } = ask
  if (after)
    query = query.where((eb) =>
      eb.or([eb('created_ms', '<', after[0]), eb.and([eb('created_ms', '=', after[0]), eb('id', '<', after[1])])]),
    )
  return query.orderBy('created_ms', 'desc').orderBy('id', 'desc').limit(ask.limit).execute()
}
export const namesOf = async (db: Db, ids: readonly string[]): Promise<Map<string, StoredSubscription>> => {
  if (ids.length === 0) return new Map()
  const rows = await on(db)
    .selectFrom('subscription')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

export const readMark = async (db: Db, feed: string): Promise<number | undefined> => {
  const row = await on(db).selectFrom('sharing_mark').select('place').where('feed', '=', feed).executeTakeFirst()
  return row && Number(row.place)
}
export const writeMark = async (tx: Tx, feed: string, place: number): Promise<void> => {
  await on(tx)
    .insertInto('sharing_mark')
    .values({ feed, place })
    .onConflict((conflict) => conflict.column('feed').doUpdateSet({ place }))
    .execute()
}

/** Which deliveries of these subscriptions there have been. */
export async function delivered(
  db: Db,
  subscriptions: readonly string[],
  deliveries: readonly string[],
): Promise<ReadonlySet<string>> {
  const found = new Set<string>()
  for (let from = 0; from < deliveries.length; from += ROWS) {
    const rows = await on(db)
      .selectFrom('sharing_hit')
      .select(['subscription', 'delivery'])
      .where('subscription', 'in', [...subscriptions])
      .where('delivery', 'in', deliveries.slice(from, from + ROWS))
      .execute()
    for (const row of rows) found.add(`${row.subscription} ${row.delivery}`)
  }
  return found
}
export async function insertHits(tx: Tx, rows: readonly StoredHit[]): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS)
    await on(tx)
      .insertInto('sharing_hit')
      .values(rows.slice(from, from + ROWS))
      .execute()
}
export const findHit = (db: Db, id: string): Promise<StoredHit | undefined> =>
  on(db).selectFrom('sharing_hit').selectAll().where('id', '=', id).executeTakeFirst()

interface HitAsk {
  owner: string
  roles: readonly string[]
  state: string | undefined
  subscription: string | undefined
  after: [number, string] | null
  limit: number
}
/** Newest first: own ones, and those about which one of the roles is asked; each kind by its own index, then merged. */
export async function listHits(db: Db, ask: HitAsk): Promise<StoredHit[]> {
  const own = hitsOf(db, ask).where('owner', '=', ask.owner).execute()
  const asked =
    ask.roles.length > 0
      ? hitsOf(db, ask)
          .where('asked', 'in', [...ask.roles])
          .where('state', '=', 'asked')
          .execute()
      : []
  const found = new Map([...(await own), ...(await asked)].map((row) => [row.id, row]))
  return [...found.values()]
    .sort((a, b) => Number(b.hit_ms) - Number(a.hit_ms) || (a.id < b.id ? 1 : -1))
    .slice(0, ask.limit)
}
function hitsOf(db: Db, { state, subscription, after, limit }: HitAsk) {
  let query = on(db).selectFrom('sharing_hit').selectAll()
  if (state) query = query.where('state', '=', state)
  if (subscription) query = query.where('subscription', '=', subscription)
  if (after)
    query = query
      .where('hit_ms', '<=', after[0])
      .where((eb) =>
        eb.or([eb('hit_ms', '<', after[0]), eb.and([eb('hit_ms', '=', after[0]), eb('id', '<', after[1])])]),
      )
  return query.orderBy('hit_ms', 'desc').orderBy('id', 'desc').limit(limit)
}

/** True for the one whose change holds: two clicks have one effect. */
export async function changeHit(
  tx: Tx,
  id: string,
  from: readonly string[],
  change: Partial<Pick<StoredHit, 'state' | 'asked' | 'reason' | 'decided_ms'>>,
): Promise<boolean> {
  const result = await on(tx)
    .updateTable('sharing_hit')
    .set(change)
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}

export const stepsOf = (db: Db, hit: string): Promise<Tables['sharing_step'][]> =>
  on(db).selectFrom('sharing_step').selectAll().where('hit', '=', hit).orderBy('seq').execute()
export async function addStep(tx: Tx, step: Omit<Tables['sharing_step'], 'seq'>): Promise<number> {
  const { last } = await on(tx)
    .selectFrom('sharing_step')
    .select((eb) => eb.fn.max('seq').as('last'))
    .where('hit', '=', step.hit)
    .executeTakeFirstOrThrow()
  const seq = Number(last ?? 0) + 1
  await on(tx)
    .insertInto('sharing_step')
    .values({ ...step, seq })
    .execute()
  return seq
}

/** How hits since then have ended; `owner` null = everybody's. */
export async function outcomes(db: Db, since: number, owner: string | null) {
  let query = on(db)
    .selectFrom('sharing_hit')
    .select((eb) => ['source', 'state', 'reason', eb.fn.countAll<number>().as('n')])
    .where('hit_ms', '>=', since)
  if (owner !== null) query = query.where('owner', '=', owner)
  const rows = await query.groupBy(['source', 'state', 'reason']).execute()
  return rows.map(({ n, ...row }) => ({ ...row, count: Number(n) }))
}

/** Hits per subscription since then. */
export async function countSince(
  db: Db,
  subscriptions: readonly string[],
  since: number,
): Promise<Map<string, number>> {
  const rows = await on(db)
    .selectFrom('sharing_hit')
    .select((eb) => ['subscription', eb.fn.countAll<number>().as('n')])
    .where('subscription', 'in', [...subscriptions])
    .where('hit_ms', '>=', since)
    .groupBy('subscription')
    .execute()
  return new Map(rows.map(({ subscription, n }) => [subscription, Number(n)]))
}
