import type { z } from 'zod'
import type { Assessment, petitionRoutes } from '../../../contract/http/petitions.ts'

/** What the form of 研判 starts from; pure. */
type Part = z.output<typeof petitionRoutes.rules.answer>['parts'][number]
export type Facts = Record<string, number | string>

/**
 * The last assessment's own answers, so that nobody has to fill in anew what has not changed: a level by its name, a
 * number as it stands at the head of the reason. Where there is none: the calmest.
 */
export function startingFacts(parts: readonly Part[], last: z.output<typeof Assessment> | null, people: number): Facts {
  const start = (part: Part): number | string => {
    const reason = last?.parts.find(({ id }) => id === part.id)?.reason ?? ''
    if (part.ask === 'level') return (part.levels.find(({ name }) => name === reason) ?? part.levels[0])?.id ?? ''
    const known = Number.parseInt(reason, 10)
    if (Number.isSafeInteger(known) && known >= 0) return known
    return part.id === 'people' ? people : 1
  }
  return Object.fromEntries(parts.filter(({ ask }) => ask !== 'system').map((part) => [part.id, start(part)]))
}
