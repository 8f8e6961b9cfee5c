import type { Place } from '../../../contract/http/assist-reading.ts'

/** A file of a case as one text; paragraphs know where they stand, and on which page where the file has pages. */
export interface Paragraph {
  /** Half-open, in UTF-16 units of `text`. */
  start: number
  end: number
  /** 1-based; null where the format has no pages. */
  page: number | null
}
export interface SourceText {
  /** Id of the file. */
  file: string
  name: string
  text: string
  paragraphs: readonly Paragraph[]
}
export interface Span {
  start: number
  end: number
}

/** What a reader found, put behind one another with line breaks. */
export function sourceText(
  file: string,
  name: string,
  parts: readonly { page: number | null; text: string }[],
): SourceText {
  const paragraphs: Paragraph[] = []
  let text = ''
  for (const { page, text: part } of parts)
    for (const line of part.split('\n')) {
      paragraphs.push({ start: text.length, end: text.length + line.length, page })
      text += `${line}\n`
    }
  return { file, name, text, paragraphs }
}

/** Index of the paragraph in which an offset stands. */
export function paragraphAt(paragraphs: readonly Paragraph[], offset: number): number {
  let [low, high] = [0, paragraphs.length - 1]
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((paragraphs[middle]?.start ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return Math.max(0, low)
}

const QUOTE = 200
/** Where something stands, with its words: at most the first 200 of them. */
export function placeOf(source: SourceText, { start, end }: Span): Place {
  const at = paragraphAt(source.paragraphs, start)
  const to = Math.min(end, start + QUOTE)
  return {
    file: source.file,
    start,
    end: to,
    paragraph: at + 1,
    page: source.paragraphs[at]?.page ?? null,
    quote: source.text.slice(start, to),
  }
}

/** Sentences of a stretch of text, without the blanks around them. */
export function sentencesOf(text: string, { start, end }: Span): Span[] {
  const found: Span[] = []
  for (const match of text.slice(start, end).matchAll(/[^。！？!?；;\n]+[。！？!?；;]?/gu)) {
    const lead = /^\s*/.exec(match[0])?.[0].length ?? 0
    const words = match[0].trim()
    if (words !== '') found.push({ start: start + match.index + lead, end: start + match.index + lead + words.length })
  }
  return found
}
