import { createHash } from 'node:crypto'
import type { Searchable } from '../../feature.ts'
import { compact, fold, type Run, runsOf } from './fold.ts'

/**
 * What the index is made of, pure. Chinese runs give overlapping pairs of characters and, at the end, the last one alone
 * (盗窃罪 → 盗窃 窃罪 罪), so that words of two characters are found and two runs never look like one; letters and digits
 * stay whole, tied to the Chinese that follows at once (e1门 → e1 1门); numbers give overlapping threes and sixes of everything
 * but brackets, so that any part of a number is found. Each field writes its tokens its own way: what a name is asked for
 * never leads through all the texts.
 */
export interface Fields {
  number: readonly string[]
  title: readonly string[]
  body: readonly string[]
  /** Whose it is, what it is, single characters and beginnings of letters: see `tag`. */
  tags: readonly string[]
}
export type Field = keyof Fields
export const MARK = { title: 't', body: 'b' } as const

/** Longest text of a record that is searched, in UTF-16 units: the rest of a long document is not. */
export const TEXT_LIMIT = 10_000
const WORD_LIMIT = 60

/** Only letters that both databases keep as they are: others by their code. */
const UNSAFE = /[^a-z0-9\u3400-\u4dbf\u4e00-\u9fff]/u
export const safe = (text: string): string =>
  UNSAFE.test(text)
    ? [...text].map((one) => (UNSAFE.test(one) ? `x${one.codePointAt(0)?.toString(16)}` : one)).join('')
    : text

/** `open`: what comes after the end is not known, as in what somebody types. */
export function tokensOf(runs: readonly Run[], open = false): string[] {
  const tokens: string[] = []
  for (const [n, { han, characters, joined }] of runs.entries()) {
    const first = characters[0] ?? ''
    const last = characters.at(-1) ?? ''
    if (!han) {
      tokens.push(safe(characters.slice(0, WORD_LIMIT).join('')))
      continue
    }
    const before = joined ? runs[n - 1]?.characters.at(-1) : undefined
    if (before !== undefined) tokens.push(safe(`${before}${first}`))
    for (let at = 1; at < characters.length; at++) tokens.push(safe(`${characters[at - 1]}${characters[at]}`))
    const ends = open && n === runs.length - 1
    if (!ends || (characters.length === 1 && before === undefined)) tokens.push(safe(last))
  }
  return tokens
}
/** Overlapping pieces of so many characters; a shorter text is one piece. */
function pieces(text: string, size: number, mark: string): string[] {
  const characters = [...text].slice(0, WORD_LIMIT)
  const count = Math.max(1, characters.length - size + 1)
  return Array.from({ length: count }, (_, n) => `${mark}${safe(characters.slice(n, n + size).join(''))}`)
}
/** Threes find any part; sixes find a long part fast, for a three of digits is in every hundredth number. */
const threes = (text: string): string[] => pieces(text, 3, 'm')
const sixes = (text: string): string[] => ([...text].length < 6 ? [] : pieces(text, 6, 'k'))
/** What a part of a number, of three characters or more, is asked by. */
export const partOfNumber = (text: string): string[] => ([...text].length < 6 ? threes(text) : sixes(text))

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
  /** Beginning of a word of letters, in names and numbers, and in the text. */
  begins: (field: 'title' | 'body', letters: string) => `${field === 'title' ? 'p' : 'q'}${safe(letters)}`,
}

const marked = (field: keyof typeof MARK, tokens: readonly string[]): string[] =>
  tokens.map((token) => `${MARK[field]}${token}`)

const BEGINNING = 12
const NO_DIGIT = /[^\p{N}]/u
/** windows → wi win wind …; digits alone have none: «2…» would be half the index. */
function beginnings(field: 'title' | 'body', runs: readonly Run[]): string[] {
  return runs.flatMap(({ han, characters }) => {
    const word = characters.join('')
    if (han || characters.length < 2 || !NO_DIGIT.test(word)) return []
    const longest = Math.min(characters.length, BEGINNING)
    return Array.from({ length: longest - 1 }, (_, n) => tag.begins(field, characters.slice(0, n + 2).join('')))
  })
}
/** Longer ones are found whole or not at all. */
export const isBeginning = ({ han, characters }: Run): boolean =>
  !han && characters.length >= 2 && characters.length <= BEGINNING && NO_DIGIT.test(characters.join(''))

export function fieldsOf(one: Searchable): Fields {
  const numbers = one.numbers.map((number) => compact(fold(number).text))
  const head = [one.title, ...one.numbers].map((text) => runsOf(fold(text).text))
  const body = runsOf(fold(one.text.slice(0, TEXT_LIMIT)).text)
  const tags = [
    ...one.access.map((who) => tag.access(one.kind, who)),
    ...(one.department ? [tag.department(one.department)] : []),
    ...(one.state ? [tag.state(one.state)] : []),
    ...(one.colour ? [tag.colour(one.colour)] : []),
    ...numbers.filter((number) => number.length <= WORD_LIMIT).map(tag.exact),
    ...head.flat().flatMap(({ characters }) => characters.map(tag.single)),
    ...head.flatMap((runs) => beginnings('title', runs)),
    ...beginnings('body', body),
  ]
  return {
    number: numbers.flatMap((number) => [...threes(number), ...sixes(number)]),
    title: marked(
      'title',
      head.flatMap((runs) => tokensOf(runs)),
    ),
    body: marked('body', tokensOf(body)),
    tags: [...new Set(tags)],
  }
}
