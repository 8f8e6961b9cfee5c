/** `[start, end)` pieces in order that do not overlap; asked by halving, since a long text has thousands. */
export interface Span {
  start: number
  end: number
}

/** The first span that ends after a place. */
function firstAfter(spans: readonly Span[], place: number): Span | undefined {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((spans[middle]?.end ?? 0) > place) high = middle
    else low = middle + 1
  }
  return spans[low]
}

export const overlaps = (spans: readonly Span[], start: number, end: number): boolean => {
  const found = firstAfter(spans, start)
  return found !== undefined && found.start < end
}
/** The span that holds all of a piece. */
export const around = (spans: readonly Span[], start: number, end: number): Span | undefined => {
  const found = firstAfter(spans, start)
  return found && found.start <= start && end <= found.end ? found : undefined
}
