/** The office's wall clock. Business dates are never taken from the process's zone. */
export const ZONE = 'Asia/Shanghai'

/** Date and time of day in the office, of an epoch ms. */
export const officeTime = (ms: number): Temporal.ZonedDateTime =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(ZONE)
/** Epoch ms of 00:00 of that office day. */
export const startOfDay = (ms: number): number => officeTime(ms).startOfDay().epochMilliseconds
/** `YYYY-MM-DD` in the office. */
export const officeDate = (ms: number): string => officeTime(ms).toPlainDate().toString()
/** Epoch ms of 00:00 in the office of a `YYYY-MM-DD`. */
export const dayStart = (date: string): number =>
  Temporal.PlainDate.from(date).toZonedDateTime(ZONE).epochMilliseconds
