import type { Reader, Tx } from '../../feature.ts'
import type { Part } from './query.ts'
import type { SearchTables, StoreKind } from './tables.ts'
import type { Fields } from './tokens.ts'

/** What is asked of a full-text engine. Everything in it is a condition of the question itself: nothing is sieved out later. */
export interface Match {
  parts: readonly Part[]
  /** Tags of which one is needed, group by group: the person's rights are the first group. */
  anyOf: readonly (readonly string[])[]
  /** None of these: what an earlier tier has shown. */
  not: readonly (readonly Part[])[]
}
/** Places, both excluded above and included below. */
export interface Window {
  below: number
  from: number
}
export type DocRow = SearchTables['search_doc']
export interface IndexRow {
  doc: DocRow
  fields: Fields
}

/** SQLite FTS5 and PostgreSQL answer alike; one contract suite asks both. */
export interface SearchIndex {
  readonly kind: StoreKind
  /** Newest first. */
  find(db: Reader, match: Match, window: Window, limit: number): Promise<DocRow[]>
  /** How many of each kind among the newest `limit`. */
  count(db: Reader, match: Match, window: Window, limit: number): Promise<{ kind: string; count: number }[]>
  /** Which of these find anything at all: their positions. */
  some(db: Reader, matches: readonly Match[]): Promise<number[]>
  /** All places are free. */
  add(tx: Tx, rows: readonly IndexRow[]): Promise<void>
  remove(tx: Tx, places: readonly number[]): Promise<void>
  /** From now on every change of these columns leaves a mark. Done again, nothing happens. */
  watch(tx: Tx, kind: string, table: { table: string; key: string; columns: readonly string[] }): Promise<void>
}
