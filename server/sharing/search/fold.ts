/**
 * One way of writing for texts and for what people type: NFKC (full width → half width, ① → 1), small letters, one code
 * point at a time, so that each folded character knows the place in the original that it came from.
 */
export interface Folded {
  text: string
  /** Offset in the original of each folded UTF-16 unit, and at the end the length of the original. */
  from: readonly number[]
}

export function fold(original: string): Folded {
  const from: number[] = []
  let text = ''
  let at = 0
  for (const character of original) {
    const folded = ASCII.test(character) ? character.toLowerCase() : character.normalize('NFKC').toLowerCase()
    text += folded
    for (let n = 0; n < folded.length; n++) from.push(at)
    at += character.length
  }
  from.push(at)
  return { text, from }
}
const ASCII = /^[\0-\x7f]$/

/**
 * A run of Chinese characters, or one of letters and digits; everything else only parts them. `joined`: it follows the
 * run before it without anything between, as in `e1门`.
 */
export interface Run {
  han: boolean
  characters: readonly string[]
  joined: boolean
}

const WORDS = /[\p{L}\p{N}]+/gu
const HAN = /\p{Script=Han}/u

export const runsOf = (folded: string): Run[] => (folded.match(WORDS) ?? []).flatMap(splitAtHan)
function splitAtHan(word: string): Run[] {
  const runs: { han: boolean; characters: string[]; joined: boolean }[] = []
  for (const character of word) {
    const han = HAN.test(character)
    const last = runs.at(-1)
    if (last && last.han === han) last.characters.push(character)
    else runs.push({ han, characters: [character], joined: last !== undefined })
  }
  return runs
}

/** A number without its brackets and points: `x检刑诉〔2026〕12号` → `x检刑诉202612号`. */
export const compact = (folded: string): string => folded.replaceAll(/[^\p{L}\p{N}]+/gu, '')
