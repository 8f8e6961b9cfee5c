import type { PastAnswer, PastFrame } from '../../../contract/past.ts'
import { PAST_REFUSALS } from '../../../contract/past.ts'
import { type Frozen, nextEntry, type PanelEntry } from '../../live/store.ts'

/** Pure: panels of the past in the shape in which the wall draws. */
export function entriesOf(
  panels: Iterable<readonly [string, Pick<PastFrame, 'at' | 'data'>]>,
): ReadonlyMap<string, PanelEntry | null> {
  return new Map([...panels].map(([name, { at, data }]) => [name, nextEntry(name, data, at, null)]))
}

/**
 * Pure: what a frozen wall shows once the server has answered. Its own last states stay when the server kept none: then
 * the wall says so.
 */
export function agreed(frozen: Frozen, answer: PastAnswer): Frozen {
  if ('refused' in answer) return { ...frozen, kept: { refused: PAST_REFUSALS[answer.refused] } }
  return { ...frozen, panels: entriesOf(Object.entries(answer.panels)), kept: 'server' }
}
