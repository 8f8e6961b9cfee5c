import type { WorkCalendar } from '../../config/workdays.ts'
import type { CaseCalendar } from '../../contract/http/cases.ts'

/** Longer lines are not drawn day by day. */
const MOST_DAYS = 800
const WEEKEND = '周末'

/**
 * Pure: days off that are no plain weekend, each run with the weekends that join it, and worked weekends (调休), from the
 * start of a limit to its last day or today.
 */
export function daysOff(
  calendar: WorkCalendar,
  start: string | null,
  due: string | null,
  today: Temporal.PlainDate,
): CaseCalendar {
  if (start === null) return { holidays: [], makeUp: [] }
  const first = Temporal.PlainDate.from(start)
  const last = due === null || due < today.toString() ? today : Temporal.PlainDate.from(due)
  const count = Math.min(first.until(last, { largestUnit: 'days' }).days + 1, MOST_DAYS)
  const runs: CaseCalendar['holidays'] = []
  const makeUp: string[] = []
  for (let n = 0; n < count; n++) {
    const day = first.add({ days: n })
    const date = day.toString()
    if (calendar.isWorkday(day)) {
      if (day.dayOfWeek > 5) makeUp.push(date)
      continue
    }
    const name = calendar.holiday?.(day) ?? (day.dayOfWeek > 5 ? WEEKEND : null)
    const run = runs.at(-1)
    if (run?.to !== day.subtract({ days: 1 }).toString()) runs.push({ from: date, to: date, name })
    else {
      run.to = date
      if (run.name === WEEKEND) run.name = name
    }
  }
  return { holidays: runs.filter(({ name }) => name !== WEEKEND), makeUp }
}
