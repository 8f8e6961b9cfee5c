import { type Entity, EntityType } from '../../contract/http/assist.ts'
import type { Paragraph } from './corpus.ts'

export interface Score {
  type: EntityType
  truth: number
  found: number
  right: number
  precision: number
  recall: number
}

/** An entity is right when type and span are the truth's, to the character. What the frames say outside slots is no fault. */
export function score(paragraphs: readonly Paragraph[], find: (text: string) => readonly Entity[]) {
  const counts = new Map(EntityType.options.map((type) => [type, { truth: 0, found: 0, right: 0 }]))
  const wrong: string[] = []
  for (const { text, truth } of paragraphs) {
    const found = find(text)
    const key = ({ type, start, end }: { type: EntityType; start: number; end: number }) => `${type}:${start}-${end}`
    const wanted = new Set(truth.map(key))
    for (const one of truth) {
      const count = counts.get(one.type)
      if (count) count.truth += 1
      if (!found.some((entity) => key(entity) === key(one)))
        wrong.push(`missed ${one.type} “${text.slice(one.start, one.end)}” in ${text}`)
    }
    for (const entity of found) {
      const count = counts.get(entity.type)
      if (!count) continue
      // A second mention of a person, or a circumstance that a frame says in its own words, is true as well.
      const repeated = truth.some(
        ({ type, start, end }) => type === entity.type && text.slice(start, end) === entity.text,
      )
      if (
        !wanted.has(key(entity)) &&
        (repeated || !truth.some(({ start, end }) => start < entity.end && entity.start < end))
      )
        continue
      count.found += 1
      if (wanted.has(key(entity))) count.right += 1
      else wrong.push(`wrong ${entity.type} “${entity.text}” in ${text}`)
    }
  }
  const scores: Score[] = [...counts].map(([type, count]) => ({
    type,
    ...count,
    precision: count.found === 0 ? 1 : count.right / count.found,
    recall: count.truth === 0 ? 1 : count.right / count.truth,
  }))
  return { scores, wrong }
}
