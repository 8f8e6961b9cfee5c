import { sql } from 'kysely'
import type { Reader, Tx } from '../feature.ts'
import type { ClusterTables } from './tables.ts'

const on = (db: Reader | Tx) => db.withTables<ClusterTables>()

/** Epoch ms by the database's clock: the servers' clocks need not agree. */
const DB_NOW = sql<number>`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`

/** The lease was another's when the write came: its turn is rolled back. */
export class LeaseLost extends Error {
  constructor(name: string) {
    super(`租约 ${name} 已转给另一台服务器，本次写入作废`)
  }
}

/**
 * Leased lock with a fencing token. Taking it costs a turn; whoever writes under it shows holder and token inside his own
 * transaction, so that a write which comes late, after the lease has passed on, is refused by the store.
 */
export class Lease {
  readonly #name: string
  readonly #holder: string
  readonly #ttlMs: number
  #token: number | null = null

  /** @param holder one process: a member that starts again is another holder */
  constructor(name: string, holder: string, ttlMs: number) {
    this.#name = name
    this.#holder = holder
    this.#ttlMs = ttlMs
  }

  /** Prolongs it, or takes it when it is free. The answer counts once the turn is committed. @returns token, or null */
  async seek(tx: Tx): Promise<number | null> {
    const until = sql<number>`${DB_NOW} + cast(${this.#ttlMs} as bigint)`
    const taken = await on(tx)
      .insertInto('cluster_lease')
      .values({ name: this.#name, holder: this.#holder, token: 1, until_ms: until })
      .onConflict((oc) =>
        oc
          .column('name')
          .doUpdateSet({
            holder: this.#holder,
            token: sql`case when cluster_lease.holder = ${this.#holder} then cluster_lease.token else cluster_lease.token + 1 end`,
            until_ms: until,
          })
          .where(({ eb, or }) =>
            or([eb('cluster_lease.holder', '=', this.#holder), eb('cluster_lease.until_ms', '<', DB_NOW)]),
          ),
      )
      .returning('token')
      .executeTakeFirst()
    return taken ? Number(taken.token) : null
  }

  /** What `seek` found, after its commit. */
  hold(token: number | null): void {
    this.#token = token
  }

  get token(): number | null {
    return this.#token
  }

  /** Inside the transaction that writes. @throws LeaseLost when the store knows another holder */
  async fence(tx: Tx): Promise<void> {
    const row = await on(tx)
      .selectFrom('cluster_lease')
      .select('token')
      .where('name', '=', this.#name)
      .where('holder', '=', this.#holder)
      .where('token', '=', this.#token ?? -1)
      .forUpdate()
      .executeTakeFirst()
    if (!row) throw new LeaseLost(this.#name)
  }

  /** Given back: the next one need not wait for its end. */
  async release(tx: Tx): Promise<void> {
    await on(tx)
      .updateTable('cluster_lease')
      .set({ until_ms: 0 })
      .where('name', '=', this.#name)
      .where('holder', '=', this.#holder)
      .execute()
  }
}

/** Says that this member lives. */
export async function sayHere(tx: Tx, member: Pick<ClusterTables['cluster_member'], 'id' | 'url' | 'version'>) {
  await on(tx)
    .insertInto('cluster_member')
    .values({ ...member, started_ms: DB_NOW, seen_ms: DB_NOW, left_ms: null })
    .onConflict((oc) =>
      oc.column('id').doUpdateSet({ url: member.url, version: member.version, seen_ms: DB_NOW, left_ms: null }),
    )
    .execute()
}

export const sayGone = (tx: Tx, id: string) =>
  on(tx).updateTable('cluster_member').set({ left_ms: DB_NOW }).where('id', '=', id).execute()

/** Anew from its start. */
export const sayStarted = (tx: Tx, id: string) =>
  on(tx).updateTable('cluster_member').set({ started_ms: DB_NOW }).where('id', '=', id).execute()

/** Marks those that fell silent without a good-bye. @returns who, and when it was last seen */
export async function noteSilent(tx: Tx, afterMs: number): Promise<{ id: string; seenMs: number }[]> {
  const rows = await on(tx)
    .updateTable('cluster_member')
    .set({ left_ms: DB_NOW })
    .where('left_ms', 'is', null)
    .where('seen_ms', '<', sql<number>`${DB_NOW} - cast(${afterMs} as bigint)`)
    .returning(['id', 'seen_ms'])
    .execute()
  return rows.map(({ id, seen_ms }) => ({ id, seenMs: Number(seen_ms) }))
}

export interface MemberRow {
  id: string
  url: string
  version: string
  startedMs: number
  /** Since its last sign of life, ms. */
  silentMs: number
  leftMs: number | null
  /** Runs the timers. */
  leads: boolean
}

/** All that were ever here, in order of their names. */
export async function readMembers(db: Reader, lease: string): Promise<MemberRow[]> {
  const held = await on(db).selectFrom('cluster_lease').selectAll().where('name', '=', lease).executeTakeFirst()
  const rows = await on(db)
    .selectFrom('cluster_member')
    .selectAll()
    .select(sql<number>`${DB_NOW} - seen_ms`.as('silent_ms'))
    .orderBy('id')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    url: row.url,
    version: row.version,
    startedMs: row.started_ms,
    silentMs: Number(row.silent_ms),
    leftMs: row.left_ms,
    leads: held !== undefined && held.until_ms > 0 && held.holder.startsWith(`${row.id}#`),
  }))
}
