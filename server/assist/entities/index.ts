import type { SentencingRules } from '../../../config/sentencing.ts'
import type { Entity } from '../../../contract/http/assist.ts'
import { findOrganisations, findPersons, findPlaces } from './names.ts'
import { numberDetectors } from './numbers.ts'
import type { Found } from './types.ts'
import { wordDetectors } from './words.ts'

/**
 * Entities of a case text (domain.md G.2): numbers by their shape and check, words of the law by their lists, names by
 * their surroundings. Works off line; each entity stands at its place and says how sure it is.
 */
export function entityFinder(sentencing: Pick<SentencingRules, 'factors'>): (text: string) => Entity[] {
  const detectors = [...numberDetectors, ...wordDetectors(sentencing), findPersons, findOrganisations, findPlaces]
  return (text) =>
    settled(detectors.flatMap((detect) => detect(text))).map(({ type, start, end, confidence }) => ({
      type,
      text: text.slice(start, end),
      start,
      end,
      confidence,
    }))
}

/** Of two that share a character the surer one stands, then the longer, then the earlier. */
function settled(found: readonly Found[]): Found[] {
  const ranked = [...found].sort(
    (a, b) => b.confidence - a.confidence || b.end - b.start - (a.end - a.start) || a.start - b.start,
  )
  const taken: Found[] = []
  // Sorted places of what stands so far: a new one is compared with its neighbours only.
  for (const one of ranked) {
    const at = lowerBound(taken, one.start)
    const before = taken[at - 1]
    const after = taken[at]
    if ((before && before.end > one.start) || (after && after.start < one.end)) continue
    taken.splice(at, 0, one)
  }
  return taken
}

function lowerBound(sorted: readonly Found[], start: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((sorted[middle]?.start ?? 0) < start) low = middle + 1
    else high = middle
  }
  return low
}
