/**
 * How a text is read by the detectors: full-width letters, digits and compatibility forms folded (NFKC, where one
 * character stays one), and, in the tight view, without blanks, line breaks and invisible characters.
 */
export interface View {
  text: string
  /** Offset in the original of each character of `text`, and one more for the end. */
  at: Uint32Array
}

/** Blanks, zero-width and soft-hyphen characters: what an OCR or a layout puts inside a word. */
const EMPTY = /[\s\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff]/
/** Combining joiner and variation selectors, by number: a character class must not hold them. */
const isSelector = (code: number): boolean => code === 0x34f || (code >= 0xfe00 && code <= 0xfe0f)
const isEmpty = (code: number): boolean =>
  code <= 32 ||
  code === 0x3000 ||
  (code >= 0x7f && (code < 0x4e00 || code > 0x9fff) && (isSelector(code) || EMPTY.test(String.fromCharCode(code))))

/** Dots between the parts of a name: all the ways a keyboard or an OCR writes them. */
const DOTS = new Set([0x2022, 0x2027, 0x2219, 0x22c5, 0x30fb, 0xff65, 0x2e31, 0x0387])

const folded = new Map<number, string>()
/** One character, folded; a form that would become several stays as it is, so that offsets hold. */
function foldOne(code: number): string {
  let known = folded.get(code)
  if (known === undefined) {
    const own = String.fromCharCode(code)
    const normal = DOTS.has(code) ? '·' : own.normalize('NFKC')
    known = normal.length === 1 && normal !== ' ' ? normal : own
    folded.set(code, known)
  }
  return known
}

/** ASCII and common Han characters are their own folded form. */
const isPlain = (code: number): boolean => code < 0x80 || (code >= 0x4e00 && code <= 0x9fff)

/** The text as it stands, character for character. */
export function plainView(original: string): string {
  let out = ''
  let from = 0
  for (let at = 0; at < original.length; at++) {
    const code = original.charCodeAt(at)
    if (isPlain(code)) continue
    const fold = foldOne(code)
    if (fold.charCodeAt(0) === code) continue
    out += original.slice(from, at) + fold
    from = at + 1
  }
  return from === 0 ? original : out + original.slice(from)
}

/** Three line breaks or more are a real border (table cell, page part): one stays, and nothing is read across it. */
export function tightView(plain: string): View {
  const kept: string[] = []
  const at = new Uint32Array(plain.length + 1)
  let length = 0
  let from = -1
  let breaks = 0
  const flush = (to: number) => {
    if (from >= 0) kept.push(plain.slice(from, to))
    from = -1
  }
  for (let n = 0; n < plain.length; n++) {
    const code = plain.charCodeAt(n)
    if (code < 0x4e00 || code > 0x9fff) {
      if (isEmpty(code)) {
        flush(n)
        if (code === 10 && ++breaks === 3) {
          kept.push('\n')
          at[length++] = n
        }
        continue
      }
    }
    breaks = 0
    if (from < 0) from = n
    at[length++] = n
  }
  flush(plain.length)
  at[length] = plain.length
  return { text: kept.join(''), at: at.subarray(0, length + 1) }
}

/** Where a piece of the view stands in the original: `[start, end)`. */
export function original({ at }: View, start: number, end: number): { start: number; end: number } {
  return { start: at[start] ?? 0, end: end > start ? (at[end - 1] ?? 0) + 1 : (at[start] ?? 0) }
}
/** A gap of this many characters or more before a place: two things that only look like one. */
export const gapBefore = ({ at }: View, place: number): number =>
  place === 0 ? 0 : (at[place] ?? 0) - (at[place - 1] ?? 0) - 1
