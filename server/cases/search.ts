import type { Reader } from '../feature.ts'
import { isPinyin, matchesPinyin, type Readings, readTable } from './pinyin.ts'
import type { CaseTables } from './repository.ts'

/** One part of what was typed: all parts must be found. `words`: values of the list that the part names in pinyin. */
export interface Term {
  text: string
  words: readonly string[]
}

/** Full width → half width, all brackets of a case number → `[ ]`, as the collector stores them; at most six parts. */
export const foldQuery = (query: string): string[] =>
  query
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll(/[〔【［(（﹝]/g, '[')
    .replaceAll(/[〕】］)）﹞]/g, ']')
    .replaceAll(/[\u200b-\u200f\u2060\ufeff'’‘`"]/g, '')
    .split(/\s+/)
    .filter(Boolean)
    .slice(0, 6)

/** More values than this are not one search any more. */
const MOST = 400
const COLUMNS = ['type_name', 'department', 'node', 'cause'] as const
const KEEP_MS = 30_000

/**
 * Cases are found by kind, cause, department and node: a few hundred different values, whatever the number of cases.
 * So pinyin is matched against the values, and the cases are then found by value. The table is loaded at the first
 * Latin letters that anybody types.
 */
export class CaseSearch {
  readonly #read: Reader
  #readings: Readings | undefined
  #values: { at: number; list: readonly string[] } | undefined

  constructor(read: Reader) {
    this.#read = read
  }

  async terms(query: string | undefined, now: number): Promise<Term[]> {
    const parts = foldQuery(query ?? '')
    return Promise.all(parts.map(async (text) => ({ text, words: isPinyin(text) ? await this.#named(text, now) : [] })))
  }

  async #named(typed: string, now: number): Promise<string[]> {
    this.#readings ??= readTable((await import('./pinyin-table.ts')).PINYIN_TABLE)
    const readings = this.#readings
    return (await this.#known(now)).filter((value) => matchesPinyin(typed, value, readings)).slice(0, MOST)
  }

  async #known(now: number): Promise<readonly string[]> {
    const age = now - (this.#values?.at ?? 0)
    // Negative: the clock was set back.
    if (this.#values && age >= 0 && age < KEEP_MS) return this.#values.list
    const found = await Promise.all(
      COLUMNS.map((column) =>
        this.#read
          .withTables<CaseTables>()
          .selectFrom('case_file')
          .select(`${column} as value`)
          .distinct()
          .limit(5000)
          .execute(),
      ),
    )
    const list = [...new Set(found.flat().flatMap(({ value }) => (value ? [value] : [])))]
    this.#values = { at: now, list }
    return list
  }
}
