import { createHash } from 'node:crypto'
import type { Searchable } from '../../feature.ts'
import { compact, fold, type Run, runsOf } from './fold.ts'

/**
 * What the index is made of, pure. Chinese runs give overlapping pairs of characters and, at the end, the last one alone
 * (盗窃罪 → 盗窃 窃罪 罪), so that words of two characters are found and two runs never look like one; letters and digits
 * stay whole; numbers give overlapping threes of everything but brackets, so that any part of a number is found.
 */
export interface Fields {
  number: readonly string[]
  title: readonly string[]
  body: readonly string[]
  /** Whose it is, what it is, and single characters of names: see `tag`. */
  tags: readonly string[]
}

/** Longest text of a record that is searched, in UTF-16 units: the rest of a long document is not. */
export const TEXT_LIMIT = 10_000
const WORD_LIMIT = 60

/** Only letters that both databases keep as they are: others by their code. */
export const safe = (text: string): string =>
  text.replaceAll(/[^a-z0-9\u3400-\u4dbf\u4e00-\u9fff]/gu, (character) => `x${character.codePointAt(0)?.toString(16)}`)

/** `open`: what comes after the end is not known, as in what somebody types. */
export function tokensOf(run: Run, open = false): string[] {
  const { characters, han } = run
  if (!han) return [safe(characters.slice(0, WORD_LIMIT).join(''))]
  const pairs = characters.slice(1).map((character, n) => safe(`${characters[n]}${character}`))
  return open && pairs.length > 0 ? pairs : [...pairs, safe(characters.at(-1) ?? '')]
}
export function threesOf(text: string): string[] {
  const characters = [...text].slice(0, WORD_LIMIT)
  return characters.length < 3
    ? [safe(text)]
    : characters.slice(2).map((last, n) => safe(`${characters[n]}${characters[n + 1]}${last}`))
}

/** Words of the index's own: they stand in a field of their own and never meet a text. */
const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)
export const tag = {
  /** Who may open it. */
  access: (kind: string, who: string) => `a${hashed(`${kind}|${who}`)}`,
  department: (name: string) => `d${hashed(name)}`,
  state: (state: string) => `s${state}`,
  colour: (colour: string) => `h${colour}`,
  exact: (number: string) => `n${safe(number)}`,
  single: (character: string) => `c${safe(character)}`,
}

const wordsOf = (text: string): string[] => runsOf(fold(text).text).flatMap((run) => tokensOf(run))

export function fieldsOf(one: Searchable): Fields {
  const numbers = one.numbers.map((number) => compact(fold(number).text))
  const head = [one.title, ...one.numbers]
  const singles = new Set(head.flatMap((text) => runsOf(fold(text).text)).flatMap(({ characters }) => characters))
  return {
    number: numbers.flatMap(threesOf),
    title: head.flatMap(wordsOf),
    body: wordsOf(one.text.slice(0, TEXT_LIMIT)),
    tags: [
      ...new Set([
        ...one.access.map((who) => tag.access(one.kind, who)),
        ...(one.department ? [tag.department(one.department)] : []),
        ...(one.state ? [tag.state(one.state)] : []),
        ...(one.colour ? [tag.colour(one.colour)] : []),
        ...numbers.filter((number) => number.length <= WORD_LIMIT).map(tag.exact),
        ...[...singles].map(tag.single),
      ]),
    ],
  }
}
