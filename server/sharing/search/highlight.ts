import type { MarkedText, SearchMark } from '../../../contract/http/search.ts'
import { fold } from './fold.ts'
import type { Sought } from './query.ts'

/** Where in a text what was sought stands: offsets into the original, reckoned by us, never markup. */
const BETWEEN = '[^\\p{L}\\p{N}]*'
const literal = (text: string): string => text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')
const joined = (pieces: readonly string[]): string => pieces.map(literal).join(BETWEEN)

function patternOf(sought: readonly Sought[], how: 'words' | 'number'): RegExp | null {
  const pieces = sought.flatMap((one) => [
    how === 'number' ? joined([...one.compact]) : joined(one.runs.map(({ characters }) => characters.join(''))),
    ...one.words.map((word) => literal(fold(word).text)),
  ])
  const useful = pieces.filter((piece) => piece !== '').toSorted((a, b) => b.length - a.length)
  return useful.length === 0 ? null : new RegExp(useful.join('|'), 'gu')
}

export function marksOf(text: string, sought: readonly Sought[], how: 'words' | 'number' = 'words'): SearchMark[] {
  const pattern = patternOf(sought, how)
  if (!pattern) return []
  const folded = fold(text)
  return [...folded.text.matchAll(pattern)].flatMap(({ index, 0: found }) => {
    const start = folded.from[index] ?? 0
    // A folded character may be one of several of the same original: up to the next one that begins anew.
    let end = index + found.length
    while (end < folded.text.length && folded.from[end] === folded.from[end - 1]) end++
    const till = folded.from[end] ?? text.length
    return till > start ? [{ start, end: till }] : []
  })
}
export const marked = (text: string, sought: readonly Sought[], how?: 'words' | 'number'): MarkedText => ({
  text,
  marks: merged(marksOf(text, sought, how)),
})

/** Folding may make two finds share a character. */
function merged(marks: readonly SearchMark[]): SearchMark[] {
  const kept: SearchMark[] = []
  for (const mark of marks) {
    const last = kept.at(-1)
    if (last && mark.start < last.end) kept[kept.length - 1] = { start: last.start, end: Math.max(last.end, mark.end) }
    else kept.push(mark)
  }
  return kept
}

const BEFORE = 24
const LONGEST = 120
/** The surroundings of the first find, or the beginning, on one line; at most 120 characters and the dots. */
export function snippet(text: string, sought: readonly Sought[]): MarkedText | null {
  if (text.trim() === '') return null
  const first = marksOf(text, sought)[0]
  const from = whole(text, Math.max(0, (first?.start ?? 0) - BEFORE))
  const to = whole(text, Math.min(text.length, from + LONGEST))
  const cut = text.slice(from, to).replaceAll(/\s/g, ' ')
  const shown = `${from > 0 ? '…' : ''}${cut}${to < text.length ? '…' : ''}`
  return marked(shown, sought)
}
/** Never in the middle of a surrogate pair. */
const whole = (text: string, at: number): number => (/[\udc00-\udfff]/.test(text[at] ?? '') ? at - 1 : at)
