import type { Replacement } from '../../../contract/http/disclosure.ts'

/** Puts replacements in; they must be in order and must not overlap. */
export function applied(text: string, replacements: readonly Replacement[]): string {
  let out = ''
  let from = 0
  for (const { start, end, replacement } of replacements) {
    out += text.slice(from, start) + replacement
    from = end
  }
  return out + text.slice(from)
}

/**
 * Two passes as one: `second` was found in what `first` made of the source. A later replacement that touches an
 * earlier one swallows it whole; what it does not cover of the earlier words is kept.
 */
export function composed(source: string, first: readonly Replacement[], second: readonly Replacement[]): Replacement[] {
  const placed = placesOf(first)
  const out: Replacement[] = []
  let next = 0
  let shift = 0
  for (const found of second) {
    while (next < placed.length && (placed[next]?.to ?? 0) <= found.start) {
      const one = placed[next++]
      if (!one) break
      out.push(one.own)
      shift = one.own.end - one.to
    }
    let start = found.start + shift
    let end = found.end + shift
    let before = ''
    let after = ''
    for (let one = placed[next]; one && one.from < found.end; one = placed[++next]) {
      if (one.from <= found.start) {
        start = one.own.start
        before = one.own.replacement.slice(0, found.start - one.from)
      }
      after = one.to >= found.end ? one.own.replacement.slice(found.end - one.from) : ''
      shift = one.own.end - one.to
      end = one.to >= found.end ? one.own.end : found.end + shift
    }
    const last = out.at(-1)
    const replacement = before + found.replacement + after
    // Two of the second pass inside one word of the first: the word goes as a whole.
    if (last && start < last.end)
      out[out.length - 1] = { ...last, end: Math.max(last.end, end), replacement: found.replacement }
    else out.push({ kind: found.kind, start, end, replacement })
  }
  for (const { own } of placed.slice(next)) out.push(own)
  return out.filter(({ start, end, replacement }) => source.slice(start, end) !== replacement)
}

/** Where each replacement stands in the text that it made. */
function placesOf(first: readonly Replacement[]): { from: number; to: number; own: Replacement }[] {
  let shift = 0
  return first.map((own) => {
    const from = own.start + shift
    const to = from + own.replacement.length
    shift += own.replacement.length - (own.end - own.start)
    return { from, to, own }
  })
}
