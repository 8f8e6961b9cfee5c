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

/** A run of Chinese characters, or one of letters and digits; everything else only parts them. */
export interface Run {
  han: boolean
  characters: readonly string[]
}

const RUNS = /(\p{Script=Han}+)|([\p{L}\p{N}]+)/gu
const HAN = /\p{Script=Han}/u

export function runsOf(folded: string): Run[] {
  return [...folded.matchAll(RUNS)].flatMap(([, han, other]) =>
    han ? [{ han: true, characters: [...han] }] : splitAtHan(other ?? ''),
  )
}
/** Letters and Han characters that stand together are two runs: `e1门`. */
function splitAtHan(text: string): Run[] {
  const runs: { han: boolean; characters: string[] }[] = []
  for (const character of text) {
    const han = HAN.test(character)
    const last = runs.at(-1)
    if (last && last.han === han) last.characters.push(character)
    else runs.push({ han, characters: [character] })
  }
  return runs
}

/** A number without its brackets and points: `x检刑诉〔2026〕12号` → `x检刑诉202612号`. */
export const compact = (folded: string): string => folded.replaceAll(/[^\p{L}\p{N}]+/gu, '')
