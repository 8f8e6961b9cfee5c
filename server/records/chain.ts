import { createHash } from 'node:crypto'
import { type ChainEntry, GENESIS } from '../../contract/chain.ts'
import { canonicalJson } from '../../contract/jcs.ts'
import type { Migration, Reader, Tx } from '../feature.ts'

/**
 * Every chain that the product keeps (contract.md). One that is not named here cannot be written; what is named here is
 * verified, anchored and tested by table.
 */
export const CHAINS = ['audit', 'assignment', 'review', 'petitions', 'disclosure', 'mediations', 'handover'] as const
export type ChainName = (typeof CHAINS)[number]

/** Append-only, hash-linked chains (draw.md, Chain), many in one table. Nothing here updates or deletes. */
type Tables = {
  chain_entry: { chain: string; seq: number; at: string; type: string; prev: string; body: string; hash: string }
}

export const chainMigrations: readonly Migration[] = [
  {
    id: 'records/001-chain',
    async up(db) {
      await db.schema
        .createTable('chain_entry')
        .addColumn('chain', 'varchar(32)', (c) => c.notNull())
        .addColumn('seq', 'bigint', (c) => c.notNull())
        .addColumn('at', 'varchar(24)', (c) => c.notNull())
        .addColumn('type', 'varchar(64)', (c) => c.notNull())
        .addColumn('prev', 'varchar(64)', (c) => c.notNull())
        .addColumn('body', 'text', (c) => c.notNull())
        .addColumn('hash', 'varchar(64)', (c) => c.notNull())
        // Two writers cannot both take a place: the second one's turn fails and is tried again.
        .addPrimaryKeyConstraint('chain_entry_key', ['chain', 'seq'])
        .addUniqueConstraint('chain_entry_prev', ['chain', 'prev'])
        .execute()
    },
  },
]

/** Same as contract/chain.ts entryHash, without waiting: the server hashes inside its turn. */
const hashOf = (entry: Omit<ChainEntry, 'hash'>): string =>
  createHash('sha256').update(canonicalJson(entry)).digest('hex')

const toEntry = (row: Tables['chain_entry']): ChainEntry => ({
  seq: Number(row.seq),
  at: row.at,
  type: row.type,
  prev: row.prev,
  body: bodyOf(row.body),
  hash: row.hash,
})

/** A text that somebody has spoilt is an entry whose hash does not fit: who verifies names it and goes on. */
function bodyOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>
  } catch {
    return { unreadable: text }
  }
}

export async function chainHead(db: Reader | Tx, chain: string): Promise<{ seq: number; hash: string }> {
  const row = await db
    .withTables<Tables>()
    .selectFrom('chain_entry')
    .select(['seq', 'hash'])
    .where('chain', '=', chain)
    .orderBy('seq', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row ? { seq: Number(row.seq), hash: row.hash } : { seq: 0, hash: GENESIS }
}

/**
 * Adds one entry at the end of a chain.
 * @param now epoch ms
 * @throws TypeError when the body holds what JCS refuses (floats, undefined)
 */
export async function append(
  tx: Tx,
  chain: ChainName,
  type: string,
  body: Record<string, unknown>,
  now: number,
): Promise<ChainEntry> {
  const head = await chainHead(tx, chain)
  const entry = { seq: head.seq + 1, at: new Date(now).toISOString(), type, prev: head.hash, body }
  const hash = hashOf(entry)
  await tx
    .withTables<Tables>()
    .insertInto('chain_entry')
    .values({ chain, ...entry, body: canonicalJson(body), hash })
    .execute()
  return { ...entry, hash }
}

/** The newest entry of every chain that has one, by name. */
export async function chainHeads(db: Reader | Tx): Promise<{ chain: string; seq: number; hash: string }[]> {
  const tables = db.withTables<Tables>()
  const rows = await tables
    .selectFrom('chain_entry')
    .innerJoin(
      tables
        .selectFrom('chain_entry')
        .select((eb) => ['chain as name', eb.fn.max<number>('seq').as('last')])
        .groupBy('chain')
        .as('newest'),
      (join) => join.onRef('newest.name', '=', 'chain_entry.chain').onRef('newest.last', '=', 'chain_entry.seq'),
    )
    .select(['chain_entry.chain', 'chain_entry.seq', 'chain_entry.hash'])
    .orderBy('chain_entry.chain')
    .execute()
  return rows.map(({ chain, seq, hash }) => ({ chain, seq: Number(seq), hash }))
}

/** Entries from a seq on, in order, at most `limit`. */
export async function readChain(db: Reader | Tx, chain: string, from: number, limit: number): Promise<ChainEntry[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('chain_entry')
    .selectAll()
    .where('chain', '=', chain)
    .where('seq', '>=', from)
    .orderBy('seq')
    .limit(limit)
    .execute()
  return rows.map(toEntry)
}

/** The entries at these places, in order. */
export async function entriesAt(db: Reader | Tx, chain: string, places: readonly number[]): Promise<ChainEntry[]> {
  if (places.length === 0) return []
  const rows = await db
    .withTables<Tables>()
    .selectFrom('chain_entry')
    .selectAll()
    .where('chain', '=', chain)
    .where('seq', 'in', [...places])
    .orderBy('seq')
    .execute()
  return rows.map(toEntry)
}

/** The newest entries of some types, newest first. */
export async function latestEntries(
  db: Reader,
  chain: string,
  types: readonly string[],
  limit: number,
): Promise<ChainEntry[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('chain_entry')
    .selectAll()
    .where('chain', '=', chain)
    .where('type', 'in', [...types])
    .orderBy('seq', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toEntry)
}

/** The whole chain as NDJSON lines, read in pieces: one object a line, the entry plus its hash. */
export async function* exportChain(db: Reader, chain: string, from = 1): AsyncGenerator<string> {
  for (let next = from; ; ) {
    const entries = await readChain(db, chain, next, 500)
    for (const entry of entries) yield `${JSON.stringify(entry)}\n`
    const last = entries.at(-1)
    if (!last) return
    next = last.seq + 1
  }
}
