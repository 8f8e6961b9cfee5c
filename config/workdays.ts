import published from 'chinese-days/dist/chinese-days.json' with { type: 'json' }
import type { Config } from './load.ts'

/** The office's work calendar: overrides of config/calendar first, then the State Council arrangements of the library. */
export interface WorkCalendar {
  isWorkday(date: Temporal.PlainDate): boolean
  /** False for a year that nothing covers: every deadline in it is provisional and said so. */
  covers(year: number): boolean
  /** 国庆节 of a published day off; null = none, or the office's own. */
  holiday?(date: Temporal.PlainDate): string | null
}

/** `National Day,国庆节,3` by day. */
const HOLIDAYS: Readonly<Record<string, string>> = published.holidays

/**
 * Builds the calendar from configuration. Only the library's published dates are used: its functions go through `Date`
 * and answer by the process's own zone, and treat unpublished years as if they had only weekends.
 */
export function workCalendar({ index, years }: Config['calendar']): WorkCalendar {
  const covered = new Set([...index.coveredYears, ...years.map(({ year }) => year)])
  const off = new Set([...Object.keys(published.holidays), ...years.flatMap((year) => year.off)])
  const work = new Set([...Object.keys(published.workdays), ...years.flatMap((year) => year.work)])
  for (const year of years) {
    for (const day of year.work) off.delete(day)
    for (const day of year.off) work.delete(day)
  }
  return {
    covers: (year) => covered.has(year),
    holiday: (date) => HOLIDAYS[date.toString()]?.split(',')[1] ?? null,
    isWorkday(date) {
      const day = date.toString()
      if (off.has(day)) return false
      return work.has(day) || date.dayOfWeek <= 5
    },
  }
}
