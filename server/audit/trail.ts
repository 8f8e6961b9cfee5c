import type { Migration, Reader, Tx } from '../feature.ts'
import { append } from '../records/chain.ts'
import type { AuditEntry, AuditPort } from './journal.ts'

/** The chain holds what happened; the index only finds it again. Append only: no other statement writes either. */
export const AUDIT_CHAIN = 'audit'

export type AuditTables = {
  audit_index: { seq: number; at: number; kind: string; actor: string; ip: string; object: string | null }
  audit_event: { id: string; at: number; kind: string; actor: string; ip: string; detail: string }
}

const OLD_AT_ONCE = 500

export const trailMigrations: readonly Migration[] = [
  {
    id: 'audit/002-trail',
    up: async (db) => {
      await db.schema
        .createTable('audit_index')
        .addColumn('seq', 'bigint', (column) => column.primaryKey())
        .addColumn('at', 'bigint', (column) => column.notNull())
        .addColumn('kind', 'varchar(64)', (column) => column.notNull())
        .addColumn('actor', 'varchar(64)', (column) => column.notNull())
        .addColumn('ip', 'varchar(64)', (column) => column.notNull())
        .addColumn('object', 'varchar(128)')
        .execute()
      for (const column of ['at', 'kind', 'actor', 'object'] as const)
        await db.schema.createIndex(`audit_index_${column}`).on('audit_index').columns([column, 'seq']).execute()
      // A migration runs in a transaction of its own (records/store.ts).
      await bringOver(db as Tx)
    },
  },
]

/** The journal of before the chain, in its order. */
async function bringOver(db: Tx): Promise<void> {
  const tables = db.withTables<AuditTables>()
  for (let from = 0; ; from += OLD_AT_ONCE) {
    const rows = await tables
      .selectFrom('audit_event')
      .selectAll()
      .orderBy('at')
      .orderBy('id')
      .offset(from)
      .limit(OLD_AT_ONCE)
      .execute()
    for (const { at, kind, actor, ip, detail } of rows)
      await record(db, Number(at), { kind, actor, ip, detail: JSON.parse(detail) as AuditEntry['detail'] })
    if (rows.length < OLD_AT_ONCE) return
  }
}

/** What callers said, cut to length: no NUL (PostgreSQL) and no half character (RFC 8785), or the act itself would fail. */
const kept = (text: string, most = Number.POSITIVE_INFINITY): string =>
  text.slice(0, most).toWellFormed().replaceAll('\0', '\ufffd')

export async function record(tx: Tx, at: number, { kind, actor, ip, object, detail: told }: AuditEntry): Promise<void> {
  const about = typeof object === 'string' ? kept(object, 128) : null
  const detail = Object.fromEntries(
    Object.entries(told).map(([key, value]) => [key, typeof value === 'string' ? kept(value) : value]),
  )
  const body = { actor: kept(actor, 64), ip, object: about, detail }
  const { seq } = await append(tx, AUDIT_CHAIN, kind, body, at)
  await tx
    .withTables<AuditTables>()
    .insertInto('audit_index')
    .values({ seq, at, kind, actor: body.actor, ip, object: about })
    .execute()
}

/** Turns whose feature has told in its own words what was done. */
const told = new WeakSet<Tx>()
export const isTold = (tx: Tx): boolean => told.has(tx)

/** What others are handed to leave a trace, in the same transaction as the act itself. */
export const auditTrail: AuditPort = {
  async record(tx, at, entry) {
    told.add(tx)
    await record(tx, at, entry)
  },
}

export interface AuditQuery {
  actor?: string | undefined
  kind?: string | undefined
  object?: string | undefined
  ip?: string | undefined
  from?: number | undefined
  to?: number | undefined
  /** Entries before that place. */
  before?: number | undefined
  limit: number
}

/** Places in the chain, newest first. */
export async function findAudit(db: Reader, query: AuditQuery): Promise<number[]> {
  let found = db.withTables<AuditTables>().selectFrom('audit_index').select('seq').orderBy('seq', 'desc')
  if (query.before !== undefined) found = found.where('seq', '<', query.before)
  if (query.actor) found = found.where('actor', '=', query.actor)
  if (query.object) found = found.where('object', '=', query.object)
  if (query.ip) found = found.where('ip', '=', query.ip)
  if (query.from !== undefined) found = found.where('at', '>=', query.from)
  if (query.to !== undefined) found = found.where('at', '<=', query.to)
  if (query.kind?.endsWith('.')) {
    // The next character after the dot bounds the prefix: no LIKE, no pattern to escape.
    found = found.where('kind', '>=', query.kind).where('kind', '<', `${query.kind.slice(0, -1)}/`)
  } else if (query.kind) found = found.where('kind', '=', query.kind)
  return (await found.limit(query.limit).execute()).map(({ seq }) => Number(seq))
}

export async function countKinds(db: Reader): Promise<{ kind: string; count: number }[]> {
  const rows = await db
    .withTables<AuditTables>()
    .selectFrom('audit_index')
    .select(['kind', (build) => build.fn.countAll<number>().as('count')])
    .groupBy('kind')
    .orderBy('kind')
    .execute()
  return rows.map(({ kind, count }) => ({ kind, count: Number(count) }))
}
