import type { Comparison, MeetingState, VerdictWord } from '../../contract/http/meetings.ts'

/** Pure rules of meetings. Days are `YYYY-MM-DD` in the office and compare as text. */

/** What the data say: the value that counts, or null when there is none that may be trusted. */
export interface Measured {
  value: number | null
  state: 'ok' | 'stale' | 'unknown' | 'broken'
}

export function holds(comparison: Comparison, value: number, target: number): boolean {
  if (comparison === 'le') return value <= target
  return comparison === 'ge' ? value >= target : value === target
}

/**
 * Met or not from the data alone. Before its day a commitment is neither; a stale or unknown figure decides nothing: it
 * is looked at again at the next meeting.
 */
export function judge(
  one: { comparison: Comparison; target: number; due: string },
  measured: Measured | undefined,
  today: string,
): { result: VerdictWord; value: number | null } {
  const value = measured?.state === 'ok' ? measured.value : null
  if (value === null) return { result: 'unknown', value: null }
  const good = holds(one.comparison, value, one.target)
  if (today < one.due) return { result: good ? 'on-track' : 'running', value }
  return { result: good ? 'met' : 'not-met', value }
}

/** `met` closes a commitment; everything else comes back at the next meeting. */
export const isSettled = (result: VerdictWord): boolean => result === 'met'

export type EditReason = 'meeting-closed' | 'meeting-not-open' | 'meeting-opened' | 'already-open'
export const EDIT_WORDS: Readonly<Record<EditReason, string>> = {
  'meeting-closed': '会议已结束，议程与记录不可再改',
  'meeting-not-open': '会议尚未开始，请先点「开会」',
  'meeting-opened': '会议已经开始，议程不可再删',
  'already-open': '会议已经开始',
}

/** Which act a state allows. */
export function mayAct(state: MeetingState, act: 'edit' | 'drop' | 'open' | 'commit' | 'close'): EditReason | null {
  if (state === 'closed') return 'meeting-closed'
  if (state === 'planned') return act === 'commit' || act === 'close' ? 'meeting-not-open' : null
  if (act === 'drop') return 'meeting-opened'
  return act === 'open' ? 'already-open' : null
}

/** Pure: `id` moved to `to`; the others keep their order. */
export function moved(ids: readonly string[], id: string, to: number): string[] {
  const others = ids.filter((one) => one !== id)
  return [...others.slice(0, to), id, ...others.slice(to)]
}
