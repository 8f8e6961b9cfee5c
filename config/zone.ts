/** The office's wall clock. Business dates are never taken from the process's zone. */
export const ZONE = 'Asia/Shanghai'

/** Date and time of day in the office, of an epoch ms. */
export const officeTime = (ms: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(ZONE)

/** Events come mostly in order of time, and Temporal costs microseconds for each: the day asked for last is kept. */
let lastDay = { from: 0, to: 0, date: '' }
function dayOf(ms: number): typeof lastDay {
  if (ms >= lastDay.from && ms < lastDay.to) return lastDay
  const start = officeTime(ms).startOfDay()
  const [from, to] = [start.epochMilliseconds, start.add({ days: 1 }).epochMilliseconds]
  lastDay = { from, to, date: start.toPlainDate().toString() }
  return lastDay
}

/** Epoch ms of 00:00 of that office day. */
export const startOfDay = (ms: number): number => dayOf(ms).from
/** `YYYY-MM-DD` in the office. */
export const officeDate = (ms: number): string => dayOf(ms).date
/** Epoch ms of 00:00 in the office of a `YYYY-MM-DD`. */
export const dayStart = (date: string): number => Temporal.PlainDate.from(date).toZonedDateTime(ZONE).epochMilliseconds
