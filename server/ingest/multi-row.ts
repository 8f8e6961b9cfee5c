import { CompiledQuery, SqliteAdapter } from 'kysely'
import type { Reader, Tx } from '../feature.ts'

/** Sizes of one statement; few sizes keep few prepared statements, and more rows at once gain nothing (measured). */
const SIZES = [256, 64, 16, 4, 1]

export const isSqlite = (db: Tx | Reader): boolean => db.getExecutor().adapter instanceof SqliteAdapter

/** An insert of many rows whose text is built once per size, past kysely's builder: it runs for every event. */
export interface MultiRowInsert {
  /** Up to and including `values`. */
  head: string
  columns: number
  /** After the rows, e.g. `on conflict …`. */
  tail: string
}

const texts = new WeakMap<MultiRowInsert, Map<string, string>>()

function textFor(insert: MultiRowInsert, size: number, sqlite: boolean): string {
  const known = texts.get(insert) ?? new Map<string, string>()
  texts.set(insert, known)
  const key = `${sqlite}${size}`
  const made = known.get(key)
  if (made) return made
  let bind = 0
  const row = () => `(${Array.from({ length: insert.columns }, () => (sqlite ? '?' : `$${++bind}`)).join(',')})`
  const text = `${insert.head} ${Array.from({ length: size }, row).join(',')} ${insert.tail}`
  known.set(key, text)
  return text
}

/**
 * Writes rows given as one flat list of bound values, in as few statements as the sizes allow.
 * @returns how many rows were written, and what a `returning` gave
 */
export async function insertRows<Row>(
  tx: Tx,
  insert: MultiRowInsert,
  values: readonly unknown[],
): Promise<{ written: number; rows: Row[] }> {
  const sqlite = isSqlite(tx)
  const rows: Row[] = []
  let written = 0
  for (let at = 0; at < values.length; ) {
    const left = (values.length - at) / insert.columns
    const size = SIZES.find((one) => one <= left) ?? 1
    const end = at + size * insert.columns
    const result = await tx.executeQuery<Row>(
      CompiledQuery.raw(textFor(insert, size, sqlite), values.slice(at, end) as unknown[]),
    )
    written += Number(result.numAffectedRows ?? result.rows.length)
    for (const row of result.rows) rows.push(row)
    at = end
  }
  return { written, rows }
}
