/** Which paragraphs of a file are drawn around a place, and where in them the marked words stand. */
export interface TextParagraph {
  start: number
  end: number
  page: number | null
}
export interface DrawnLine {
  start: number
  page: number | null
  /** A page begins with it. */
  turns: boolean
  pieces: { text: string; on: boolean }[]
}
const AROUND = 120

export function paragraphOf(paragraphs: readonly TextParagraph[], offset: number): number {
  let [low, high] = [0, paragraphs.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((paragraphs[middle]?.start ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

export function windowOf(
  text: string,
  paragraphs: readonly TextParagraph[],
  mark: { start: number; end: number },
  more: { before: number; after: number },
): { list: DrawnLine[]; before: boolean; after: boolean } {
  const at = paragraphOf(paragraphs, mark.start)
  const from = Math.max(0, at - AROUND - more.before)
  const to = Math.min(paragraphs.length, at + AROUND + more.after)
  const list = paragraphs.slice(from, to).map(({ start, end, page }, n) => ({
    start,
    page,
    turns: page !== null && page !== paragraphs[from + n - 1]?.page,
    pieces: piecesOf(text, { start, end }, mark),
  }))
  return { list, before: from > 0, after: to < paragraphs.length }
}

function piecesOf(text: string, { start, end }: { start: number; end: number }, mark: { start: number; end: number }) {
  const [from, to] = [Math.max(start, mark.start), Math.min(end, mark.end)]
  if (from >= to) return [{ text: text.slice(start, end), on: false }]
  return [
    { text: text.slice(start, from), on: false },
    { text: text.slice(from, to), on: true },
    { text: text.slice(to, end), on: false },
  ].filter((piece) => piece.text !== '')
}
