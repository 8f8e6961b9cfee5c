import type { Masked } from '../../../contract/http/disclosure.ts'

/** A text cut at its masks: plain pieces and masked ones, for both sides of the recheck page. */
export interface Segment {
  at: number
  text: string
  mask?: Masked
}

export function segmentsOf(text: string, masks: readonly Masked[]): Segment[] {
  const out: Segment[] = []
  let from = 0
  for (const mask of masks) {
    if (mask.start > from) out.push({ at: from, text: text.slice(from, mask.start) })
    out.push({ at: mask.start, text: text.slice(mask.start, mask.end), mask })
    from = mask.end
  }
  if (from < text.length) out.push({ at: from, text: text.slice(from) })
  return out
}

/** Where a place inside a shown piece lies in the whole text. The piece carries its offset as `data-at`. */
export function placeOf(node: Node | null, offset: number): number | null {
  const element = node instanceof Element ? node : (node?.parentElement ?? null)
  const at = element?.closest('[data-at]')?.getAttribute('data-at')
  return at === null || at === undefined ? null : Number(at) + offset
}
