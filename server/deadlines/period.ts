import type { WorkCalendar } from '../../config/workdays.ts'

/** Pure: how far a period reaches (刑事诉讼法 105; 法释〔2021〕1号 202). The starting day is never counted. */
export type Unit = 'day' | 'workday' | 'month'
export type MonthEnd = 'last-day' | 'same-number'

/** Unrolled last day of a period. */
export function endOf(
  start: Temporal.PlainDate,
  unit: Unit,
  n: number,
  calendar: WorkCalendar,
  monthEnd: MonthEnd,
): Temporal.PlainDate {
  if (unit === 'day') return start.add({ days: n })
  if (unit === 'workday') return addWorkdays(start, n, calendar)
  const end = start.add({ months: n })
  const fromLastDay = start.day === start.daysInMonth
  return monthEnd === 'last-day' && fromLastDay ? end.with({ day: end.daysInMonth }) : end
}

function addWorkdays(start: Temporal.PlainDate, n: number, calendar: WorkCalendar): Temporal.PlainDate {
  let day = start
  for (let counted = 0; counted < n; ) {
    day = day.add({ days: 1 })
    if (calendar.isWorkday(day)) counted++
  }
  return day
}

/** The first workday on or after the day. */
export function rollForward(day: Temporal.PlainDate, calendar: WorkCalendar): Temporal.PlainDate {
  let rolled = day
  while (!calendar.isWorkday(rolled)) rolled = rolled.add({ days: 1 })
  return rolled
}

/** Hours: the starting hour is not counted, 10:20 + 24 h ends at 11:00 the next day. */
export const endOfHours = (start: Temporal.PlainDateTime, n: number): Temporal.PlainDateTime =>
  start.round({ smallestUnit: 'hour', roundingMode: 'floor' }).add({ hours: n + 1 })

export const daysBetween = (from: Temporal.PlainDate, to: Temporal.PlainDate): number =>
  from.until(to, { largestUnit: 'days' }).days
