/** The picture of a deadline, pure. Dates are `YYYY-MM-DD…`; places are percent of the line. */
export interface Timeline {
  /** Until today: what is used. */
  used: number
  overdue: boolean
  marks: { at: number; label: string }[]
  /** Saturdays and Sundays, percent from and width. */
  weekends: { at: number; width: number }[]
  usedDays: number
  leftDays: number
}

const DAY = 86_400_000
/** Days since the epoch of a calendar date; time zones play no part. */
const dayOf = (date: string): number => Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY)

export function timeline(start: string, due: string, today: string, events: readonly string[]): Timeline | null {
  const [first, last, now] = [dayOf(start), dayOf(due), dayOf(today)]
  if (![first, last, now].every(Number.isFinite) || last < first) return null
  // The day of the end counts in full.
  const end = Math.max(last, Math.min(now, last + 60)) + 1
  const at = (day: number) => (100 * Math.min(Math.max(day - first, 0), end - first)) / (end - first)
  const weekends = Array.from({ length: Math.min(end - first, 800) }, (_, n) => first + n)
    .filter((day) => [2, 3].includes(((day % 7) + 7) % 7))
    .map((day) => ({ at: at(day), width: at(day + 1) - at(day) }))
  const inner = [...new Set(events.map((date) => date.slice(0, 10)))].filter(
    (date) => dayOf(date) > first && dayOf(date) < last,
  )
  return {
    used: at(Math.min(now, last + 1)),
    overdue: now > last,
    marks: inner.map((date) => ({ at: at(dayOf(date)), label: date.slice(5) })),
    weekends,
    usedDays: Math.max(0, Math.min(now, last) - first),
    leftDays: last - now,
  }
}
