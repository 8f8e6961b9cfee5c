import { COMPARISONS, type Commitment, VERDICTS, type Verdict } from '../../../contract/http/meetings.ts'
import * as format from '../../ui/format.ts'

/** 终端在线率 不低于 95% */
export const goalWords = (one: Commitment): string =>
  `${one.figureTitle} ${COMPARISONS[one.comparison]} ${format.count(one.target)}${one.unit}`

export const verdictWords = (one: Verdict, unit: string): string =>
  one.value === null ? VERDICTS[one.result] : `${VERDICTS[one.result]} · ${format.count(one.value)}${unit}`

/** An instant of the wall in an address; `screen` and other conditions of the view stay. */
export function viewAt(path: string, at: number | null): string {
  const url = new URL(path, 'http://wall')
  const isWall = url.pathname === '/wall'
  if (isWall && at !== null && !url.searchParams.has('at') && !url.searchParams.has('from'))
    url.searchParams.set('at', new Date(at).toISOString())
  return `${url.pathname}${url.search}`
}

/** `datetime-local` of an input is the office's wall clock (UTC+8 the whole year), whatever zone the computer has. */
export function officeInstant(text: string): number | null {
  const at = Date.parse(`${text}${text.length === 16 ? ':00' : ''}+08:00`)
  return Number.isFinite(at) ? at : null
}
export const officeInput = (at: number): string => new Date(at + 8 * 3_600_000).toISOString().slice(0, 19)
