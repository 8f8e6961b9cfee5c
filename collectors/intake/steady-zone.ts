/**
 * Offset of a zone on days on which it does not change, remembered: a message has several times, and asking Temporal
 * for each costs more than all the rest of its decoding.
 */
const DAY_MS = 86_400_000
const MAX_DAYS = 512
const offsets = new Map<string, number | undefined>()

/**
 * Offset in ms of `zone` during that day of UTC and the days beside it; undefined where it changes then (ask Temporal).
 * @param utcDay days since 1970-01-01
 */
export function steadyOffset(zone: string, utcDay: number): number | undefined {
  const key = `${zone}|${utcDay}`
  if (offsets.has(key)) return offsets.get(key)
  const from = Temporal.Instant.fromEpochMilliseconds((utcDay - 1) * DAY_MS).toZonedDateTimeISO(zone)
  const next = from.getTimeZoneTransition('next')?.epochMilliseconds ?? Number.POSITIVE_INFINITY
  const milliseconds = from.offsetNanoseconds / 1e6
  const steady = next > (utcDay + 2) * DAY_MS && milliseconds % 60_000 === 0 ? milliseconds : undefined
  if (offsets.size >= MAX_DAYS) offsets.clear()
  offsets.set(key, steady)
  return steady
}

const two = (value: number): string => (value < 10 ? `0${value}` : String(value))

/** RFC 3339 of an instant on a wall clock that far from UTC, as Temporal writes it. Years 1000–9999. */
export function formatAt(ms: number, offsetMs: number): string {
  const wall = new Date(ms + offsetMs)
  const fraction = wall.getUTCMilliseconds()
  const minutes = Math.abs(offsetMs) / 60_000
  const offset = `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  return (
    `${wall.getUTCFullYear()}-${two(wall.getUTCMonth() + 1)}-${two(wall.getUTCDate())}` +
    `T${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}:${two(wall.getUTCSeconds())}` +
    `${fraction === 0 ? '' : `.${String(fraction).padStart(3, '0').replace(/0+$/, '')}`}${offset}`
  )
}

/** Does that time of that day exist in the Gregorian calendar? */
export function isWall(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): boolean {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return false
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate()
}
