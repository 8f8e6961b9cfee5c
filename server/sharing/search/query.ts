import { compact, fold, type Run, runsOf } from './fold.ts'
import { type Field, isBeginning, MARK, partOfNumber, tag, tokensOf } from './tokens.ts'

/** From what somebody typed to what the index is asked; pure, and the same for every database. */
/** These tokens one after another in this field. */
export interface Phrase {
  field: Field
  tokens: readonly string[]
  /** Tells of the name or number, not of the text. */
  head: boolean
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
const tagged = (token: string, head: boolean): Phrase => ({ field: 'tags', tokens: [token], head })

function phrasesOf(part: string, words: readonly string[]): Phrase[] {
  const text = compact(part)
  if (isSingle(text)) return [tagged(tag.single(text), true)]
  const runs = runsOf(part)
  const [first] = runs
  const beginning = first && runs.length === 1 && isBeginning(first)
  return [
    ...([...text].length >= 3 ? [{ field: 'number' as const, tokens: partOfNumber(text), head: true }] : []),
    ...(beginning
      ? [tagged(tag.begins('title', text), true), tagged(tag.begins('body', text), false)]
      : wordPhrases(runs)),
    ...words.flatMap((word) => wordPhrases(runsOf(fold(word).text))),
  ]
}

/** In the name and in the text. */
export function wordPhrases(runs: readonly Run[]): Phrase[] {
  const tokens = tokensOf(runs, true)
  return (['title', 'body'] as const).map((field) => ({
    field,
    tokens: tokens.map((token) => `${MARK[field]}${token}`),
    head: field === 'title',
  }))
}

/** What the text adds to numbers and names: of several parts some may still stand in the name. */
export const inText = (parts: readonly Part[]): readonly Part[] => {
  const [only] = parts
  return only && parts.length === 1 ? [{ phrases: only.phrases.filter(({ head }) => !head) }] : parts
}

/** The same parts, in numbers and names only. */
export const inHead = (parts: readonly Part[]): Part[] =>
  parts.map(({ phrases }) => ({ phrases: phrases.filter(({ head }) => head) }))
