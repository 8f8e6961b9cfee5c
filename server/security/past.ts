import type { WorkCalendar } from '../../config/workdays.ts'
import { officeTime } from '../../config/zone.ts'

/** Pure: comparison with the own past at the same hour of the last workdays. */

/** The median of numbers; undefined for none. */
export const median = (values: readonly number[]): number | undefined => quantile(values, 0.5)

/** Linear quantile (type 7) of unsorted numbers. */
export function quantile(values: readonly number[], q: number): number | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? 0
  const high = sorted[Math.ceil(place)] ?? low
  return low + (high - low) * (place - Math.floor(place))
}

/** The last `count` workdays before the day of `now`, newest first, as `YYYY-MM-DD`. */
export function pastWorkdays(now: number, count: number, calendar: WorkCalendar): string[] {
  const days: string[] = []
  let day = officeTime(now).toPlainDate()
  for (let looked = 0; days.length < count && looked < count * 4; looked++) {
    day = day.subtract({ days: 1 })
    if (calendar.isWorkday(day)) days.push(day.toString())
  }
  return days
}

/** Values at each hour of the given days: hour 0–23 → one value per day that has any data (0 for a silent hour). */
export function byHour(points: readonly { hourMs: number; value: number }[], days: readonly string[]): number[][] {
  const wanted = new Set(days)
  const perDay = new Map<string, number[]>()
  for (const point of points) {
    const local = officeTime(point.hourMs)
    const day = local.toPlainDate().toString()
    if (!wanted.has(day)) continue
    const hours = perDay.get(day) ?? new Array<number>(24).fill(0)
    hours[local.hour] = (hours[local.hour] ?? 0) + point.value
    perDay.set(day, hours)
  }
  return Array.from({ length: 24 }, (_, hour) => [...perDay.values()].map((hours) => hours[hour] ?? 0))
}
