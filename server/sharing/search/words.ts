import type { SearchContext } from './context.ts'
import { fold, runsOf } from './fold.ts'
import type { Match } from './port.ts'
import { isLetters, partsOf, wordPhrases } from './query.ts'
import { on } from './writer.ts'

/**
 * What letters stand for: the closed words of the index that sound like them, and of these only such as occur in a record
 * that the caller may open. So a word of somebody else's record changes no answer, not even by crowding out another.
 */
const MOST = 24
const AT_ONCE = 100
const KEEP_MS = 30_000

export class Words {
  readonly #context: SearchContext
  #known: { at: number; words: readonly string[] } | undefined

  constructor(context: SearchContext) {
    this.#context = context
  }

  /** @param rights tags of which a record needs one */
  async of(typed: string, rights: readonly string[], now: number): Promise<ReadonlyMap<string, readonly string[]>> {
    const letters = [...new Set(partsOf(typed).filter(isLetters))]
    const found = new Map<string, readonly string[]>()
    for (const part of letters) found.set(part, await this.#visible(part, rights, now))
    return found
  }

  async #visible(part: string, rights: readonly string[], now: number): Promise<string[]> {
    const sounds = await this.#context.pinyin()
    const candidates = (await this.#all(now)).filter((word) => sounds(part, word))
    const seen: string[] = []
    for (let from = 0; from < candidates.length && seen.length < MOST; from += AT_ONCE) {
      const some = candidates.slice(from, from + AT_ONCE)
      const hits = await this.#context.index.some(
        this.#context.records.read,
        some.map((word) => matchOf(word, rights)),
      )
      seen.push(...hits.flatMap((n) => some[n] ?? []))
    }
    return seen.slice(0, MOST)
  }

  /** Short ones first, then by their letters: an order that does not depend on who was indexed when. */
  async #all(now: number): Promise<readonly string[]> {
    const age = now - (this.#known?.at ?? 0)
    if (this.#known && age >= 0 && age < KEEP_MS) return this.#known.words
    const rows = await on(this.#context.records.read).selectFrom('search_word').select('word').execute()
    const words = rows.map(({ word }) => word).toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1))
    this.#known = { at: now, words }
    return words
  }
}

const matchOf = (word: string, rights: readonly string[]): Match => ({
  parts: [{ phrases: wordPhrases(runsOf(fold(word).text)) }],
  anyOf: [rights],
  not: [],
})
