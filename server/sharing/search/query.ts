import { compact, fold, type Run, runsOf } from './fold.ts'
import { tag, threesOf, tokensOf } from './tokens.ts'

/** From what somebody typed to what the index is asked; pure, and the same for every database. */
export type Field = 'number' | 'title' | 'body' | 'tags'
/** These tokens one after another in one of these fields; the last may be the beginning of a longer one. */
export interface Phrase {
  fields: readonly Field[]
  tokens: readonly string[]
  prefix: boolean
}
/** One part of what was typed: any of these phrases. All parts must be found. */
export interface Part {
  phrases: readonly Phrase[]
}
/** For the highlights: the characters of a part as runs, and the words that letters were taken for. */
export interface Sought {
  runs: readonly Run[]
  compact: string
  words: readonly string[]
}
export interface Question {
  parts: readonly Part[]
  sought: readonly Sought[]
  /** The whole as one number; null where it cannot be one. */
  exact: string | null
  single: boolean
}

const PARTS = 6
export const partsOf = (typed: string): string[] =>
  fold(typed)
    .text.replaceAll(/[\u200b-\u200f\u2060\ufeff]/g, '')
    .split(/\s+/)
    .filter((part) => compact(part) !== '')
    .slice(0, PARTS)
/** Letters that may be pinyin or initials. One letter alone is none. */
export const isLetters = (part: string): boolean => /^[a-z]{2,60}$/.test(part)

/** @param words for each part the words that its letters may stand for */
export function question(typed: string, words: ReadonlyMap<string, readonly string[]>): Question {
  const parts = partsOf(typed)
  const whole = compact(parts.join(''))
  return {
    parts: parts.map((part) => ({ phrases: phrasesOf(part, words.get(part) ?? []) })),
    sought: parts.map((part) => ({ runs: runsOf(part), compact: compact(part), words: words.get(part) ?? [] })),
    exact: /\d/.test(whole) && whole.length >= 3 && whole.length <= 60 ? tag.exact(whole) : null,
    single: parts.some((part) => isSingle(compact(part))),
  }
}
const isSingle = (text: string): boolean => /^\p{Script=Han}$/u.test(text)

const WORDS: readonly Field[] = ['title', 'body']
function phrasesOf(part: string, words: readonly string[]): Phrase[] {
  const text = compact(part)
  if (isSingle(text)) return [{ fields: ['tags'], tokens: [tag.single(text)], prefix: false }]
  return [
    ...([...text].length >= 3 ? [{ fields: ['number'] as const, tokens: threesOf(text), prefix: false }] : []),
    phraseOf(runsOf(part)),
    ...words.map((word) => phraseOf(runsOf(fold(word).text))),
  ]
}
/** Digits are looked for whole here (parts of numbers are the number's own field): «2*» would be half the index. */
export function phraseOf(runs: readonly Run[]): Phrase {
  const last = runs.at(-1)
  const tokens = runs.flatMap((run) => tokensOf(run, run === last))
  const count = last?.characters.length ?? 0
  const letters = last !== undefined && !last.han && count >= 2 && /[^\p{N}]/u.test(last.characters.join(''))
  return { fields: WORDS, tokens, prefix: letters || (last?.han === true && count === 1) }
}

/** The same parts, in numbers and names only. */
export const inHead = (parts: readonly Part[]): Part[] =>
  parts.map(({ phrases }) => ({
    phrases: phrases.map((phrase) => ({ ...phrase, fields: phrase.fields.filter((field) => field !== 'body') })),
  }))
