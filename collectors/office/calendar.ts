import type { Config } from '../../config/load.ts'
import { type WorkCalendar, workCalendar } from '../../config/workdays.ts'
import { officeTime, startOfDay, ZONE } from '../../config/zone.ts'

const DAY = 86_400_000

/** One day of the office. China has no summer time: a day is always 24 h. */
export interface OfficeDay {
  /** `YYYY-MM-DD` */
  date: string
  /** Epoch ms of 00:00. */
  start: number
  workday: boolean
}

export interface OfficeCalendar {
  day(ms: number): OfficeDay
  /** The days that touch [from, to], in order. */
  days(from: number, to: number): OfficeDay[]
  work: WorkCalendar
}

/** @returns days of the office, remembered by start */
export function officeCalendar(config: Config['calendar']): OfficeCalendar {
  const work = workCalendar(config)
  const known = new Map<number, OfficeDay>()
  const at = (start: number): OfficeDay => {
    const seen = known.get(start)
    if (seen) return seen
    const date = officeTime(start).toPlainDate()
    const day = { date: date.toString(), start, workday: work.isWorkday(date) }
    known.set(start, day)
    return day
  }
  return {
    work,
    day: (ms) => at(startOfDay(Math.floor(ms))),
    days(from, to) {
      const days: OfficeDay[] = []
      for (let start = startOfDay(Math.floor(from)); start <= to; start += DAY) days.push(at(start))
      return days
    },
  }
}

/** Epoch ms of 00:00 of `YYYY-MM-DD` in the office. */
export const dateStart = (date: string): number => Temporal.PlainDate.from(date).toZonedDateTime(ZONE).epochMilliseconds

const pad = (value: number): string => String(value).padStart(2, '0')
/** `2026-11-24 10:20:58`: how every Chinese device writes local time. China stands at +08:00 without summer time. */
export function localStamp(ms: number): string {
  const shifted = officeParts(ms)
  return `${shifted.date} ${shifted.time}`
}
export function officeParts(ms: number): { date: string; time: string } {
  const days = Math.floor((ms + 8 * 3_600_000) / DAY)
  const rest = Math.floor((ms + 8 * 3_600_000 - days * DAY) / 1000)
  return {
    date: civilDate(days),
    time: `${pad(Math.floor(rest / 3600))}:${pad(Math.floor(rest / 60) % 60)}:${pad(rest % 60)}`,
  }
}
const dates = new Map<number, string>()
function civilDate(epochDays: number): string {
  let date = dates.get(epochDays)
  if (!date) {
    date = Temporal.PlainDate.from('1970-01-01').add({ days: epochDays }).toString()
    dates.set(epochDays, date)
  }
  return date
}
