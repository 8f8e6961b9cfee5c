import type { Replacement } from '../../../contract/http/disclosure.ts'
import { linesOf, textOf } from './files.ts'
import type { Story } from './story.ts'

/** Whether anything of a text shows, whatever stands between its characters. */
const bare = (text: string): string =>
  text
    .normalize('NFKC')
    .replaceAll(/[\s\u200b\u00ad·•・]/g, '')
    .toLowerCase()

/** Secrets of zero tolerance that a text still shows. */
export function leaksOf(story: Story, shown: string): string[] {
  const text = bare(shown)
  const secrets = [
    ...linesOf(story)
      .flat()
      .filter(({ kind }) => ['name', 'id-card', 'phone', 'bank-card'].includes(kind ?? ''))
      .map((piece) => piece.text),
    ...story.corners.flatMap((corner) => corner.split(' ')).filter((corner) => /\d{11}/.test(corner)),
  ]
  return [...new Set(secrets.map(bare))].filter((secret) => text.includes(secret))
}

export interface Score {
  /** Secrets of the kind, and those of them that are covered whole. */
  secrets: number
  hidden: number
  /** Masks of the kind, and those of them that cover a secret. */
  masks: number
  right: number
}
export interface Tally {
  kinds: Map<string, Score>
  /** Words and characters that are no secret, and those of them that were masked. */
  tokens: number
  lost: number
}
export const emptyTally = (): Tally => ({ kinds: new Map(), tokens: 0, lost: 0 })

const TOKEN = /\p{Script=Han}|[0-9A-Za-z.]+/gu

/** Holds the replacements of a story's plain text against what it is known to hold. */
export function tally(story: Story, replacements: readonly Replacement[], into: Tally): void {
  const truth: { start: number; end: number; kind: string }[] = []
  let at = 0
  for (const line of linesOf(story)) {
    for (const { text, kind } of line) {
      if (kind) truth.push({ start: at, end: at + text.length, kind })
      at += text.length
    }
    at++
  }
  const scoreOf = (kind: string): Score => {
    const known = into.kinds.get(kind) ?? { secrets: 0, hidden: 0, masks: 0, right: 0 }
    into.kinds.set(kind, known)
    return known
  }
  for (const { start, end, kind } of truth) {
    const score = scoreOf(kind)
    score.secrets++
    // The year of a birth date stays.
    const from = kind === 'birth-date' ? start + 4 : start
    if (replacements.some((one) => one.start <= from && end <= one.end)) score.hidden++
  }
  for (const one of replacements) {
    const score = scoreOf(one.kind)
    score.masks++
    if (truth.some(({ start, end }) => start < one.end && one.start < end)) score.right++
  }
  const covered = (spans: readonly { start: number; end: number }[], place: number) =>
    spans.some(({ start, end }) => start <= place && place < end)
  for (const { index } of textOf(story).matchAll(TOKEN)) {
    if (covered(truth, index)) continue
    into.tokens++
    if (covered(replacements, index)) into.lost++
  }
}
