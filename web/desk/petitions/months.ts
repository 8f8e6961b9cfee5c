import type { z } from 'zod'
import {
  type ByColour,
  PETITION_COLOURS,
  type PetitionColour,
  type petitionRoutes,
} from '../../../contract/http/petitions.ts'

/** The month that is replayed; pure. */
export type Month = z.output<typeof petitionRoutes.changes.answer>
type Day = Month['days'][number]

const MONTH = /^\d{4}-(0[1-9]|1[0-2])$/
export const isMonth = (text: unknown): text is string => typeof text === 'string' && MONTH.test(text)

/** The month so many before or after. */
export function shiftMonth(month: string, by: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number)
  const months = year * 12 + (number - 1) + by
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, '0')}`
}
export const monthName = (month: string): string => `${month.slice(0, 4)}年${Number(month.slice(5))}月`

export const sum = (colours: ByColour): number => PETITION_COLOURS.reduce((total, colour) => total + colours[colour], 0)

export type Direction = 'first' | 'up' | 'down' | 'closed'
/** What a change was: first colour, rise, fall, end. */
export function directionOf({ from, to }: { from: PetitionColour | null; to: PetitionColour | null }): Direction {
  if (to === null) return 'closed'
  if (from === null) return 'first'
  return PETITION_COLOURS.indexOf(to) > PETITION_COLOURS.indexOf(from) ? 'up' : 'down'
}
export const DIRECTION_NAMES: Readonly<Record<Direction, string>> = {
  first: '定色',
  up: '升级',
  down: '降级',
  closed: '销号',
}

/** What an area looked like at the end of a day; null where nothing was open. */
export const areaOn = (day: Day | undefined, area: string): Day['byArea'][number] | null =>
  day?.byArea.find((one) => one.area === area) ?? null
