import type { DraftField, DraftLine } from '../../../contract/http/assist-drafts.ts'
import type { DocxBlock } from '../context.ts'

/** Templates as lines with named fields; rendering is pure, so screen and .docx are made of the same pieces. */
const FIELD = /\{\{([^{}\n]{1,40})\}\}/g

/** Names in the order of their first place. */
export const fieldNames = (text: string): string[] => [
  ...new Set([...text.matchAll(FIELD)].map(([, name = '']) => name.trim())),
]
/** What stands in the place of a value that nobody has given. */
export const blank = (name: string): string => `【待填：${name}】`

export function linesOf(text: string, fields: readonly DraftField[]): DraftLine[] {
  const values = new Map(fields.map((field) => [field.name, field.value]))
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, mark = '', rest = ''] = /^(##|#|>>)?\s*(.*)$/.exec(line.trim()) ?? []
      const style = mark === '#' ? 'title' : mark === '##' ? 'heading' : mark === '>>' ? 'right' : 'body'
      return { style, pieces: piecesOf(rest, values) }
    })
}

function piecesOf(line: string, values: ReadonlyMap<string, string | null>): DraftLine['pieces'] {
  const pieces: DraftLine['pieces'] = []
  let at = 0
  for (const match of line.matchAll(FIELD)) {
    const name = (match[1] ?? '').trim()
    if (match.index > at) pieces.push({ text: line.slice(at, match.index), field: null })
    pieces.push({ text: values.get(name) ?? blank(name), field: name })
    at = match.index + match[0].length
  }
  if (at < line.length) pieces.push({ text: line.slice(at), field: null })
  return pieces
}

/** A value of several lines becomes several paragraphs. */
export function blocksOf(lines: readonly DraftLine[], footer: string): DocxBlock[] {
  const blocks = lines.flatMap(({ style, pieces }): DocxBlock[] =>
    pieces
      .map(({ text }) => text)
      .join('')
      .split('\n')
      .map((text) => ({
        style: style === 'title' || style === 'heading' ? style : 'body',
        align: style === 'title' ? 'center' : style === 'right' ? 'right' : 'both',
        text: style === 'body' ? `　　${text}` : text,
      })),
  )
  return [...blocks, { style: 'footer', align: 'center', text: footer }]
}
