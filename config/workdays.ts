import chineseDays from 'chinese-days'
import type { Config } from './load.ts'

/** The office's work calendar: overrides of config/calendar first, then the State Council arrangements of the library. */
export interface WorkCalendar {
  isWorkday(date: Temporal.PlainDate): boolean
  /** False for a year that nothing covers: every deadline in it is provisional and said so. */
  covers(year: number): boolean
}

/** Builds the calendar from configuration. The library answers for unpublished years as if they had only weekends. */
export function workCalendar({ index, years }: Config['calendar']): WorkCalendar {
  const covered = new Set([...index.coveredYears, ...years.map(({ year }) => year)])
  const off = new Set(years.flatMap((year) => year.off))
  const work = new Set(years.flatMap((year) => year.work))
  const known = new Map<string, boolean>()
  return {
    covers: (year) => covered.has(year),
    isWorkday(date) {
      const day = date.toString()
      if (off.has(day)) return false
      if (work.has(day)) return true
      if (!covered.has(date.year)) return date.dayOfWeek <= 5
      let answer = known.get(day)
      if (answer === undefined) {
        answer = chineseDays.isWorkday(day)
        known.set(day, answer)
      }
      return answer
    },
  }
}
