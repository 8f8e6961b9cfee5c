import type { Replacement } from '../../../contract/http/disclosure.ts'
import type { Block, Extract } from './model.ts'

/** A file as one text with offsets, so that one reading finds what is split over paragraphs and cells. */
interface Leaf {
  start: number
  end: number
  put(text: string): void
}
export interface Flat {
  text: string
  leaves: readonly Leaf[]
}

/** Cells part by a tab, paragraphs and rows by a line break. */
export function flatten(blocks: readonly Block[]): Flat {
  const leaves: Leaf[] = []
  let text = ''
  const add = (piece: string, after: string, put: (text: string) => void) => {
    leaves.push({ start: text.length, end: text.length + piece.length, put })
    text += piece + after
  }
  for (const block of blocks) {
    if (block.style !== 'table') {
      add(block.text, '\n', (next) => {
        block.text = next
      })
      continue
    }
    for (const row of block.rows)
      row.forEach((cell, at) => {
        add(cell, at === row.length - 1 ? '\n' : '\t', (next) => {
          row[at] = next
        })
      })
  }
  return { text, leaves }
}

export const textOf = ({ blocks }: Pick<Extract, 'blocks'>): string => flatten(blocks).text

/** A copy of the blocks with the replacements in; one that spans several places stands in the first of them. */
export function replaced(blocks: readonly Block[], replacements: readonly Replacement[]): Block[] {
  const copy = structuredClone(blocks) as Block[]
  const { text, leaves } = flatten(copy)
  let first = 0
  for (const leaf of leaves) {
    let out = ''
    let from = leaf.start
    while (first < replacements.length && (replacements[first]?.end ?? 0) <= leaf.start) first++
    for (let n = first; n < replacements.length; n++) {
      const one = replacements[n]
      if (!one || one.start >= leaf.end) break
      out += text.slice(from, Math.max(from, one.start))
      if (one.start >= leaf.start) out += one.replacement
      from = Math.min(one.end, leaf.end)
    }
    leaf.put(out + text.slice(from, leaf.end))
  }
  return copy
}
