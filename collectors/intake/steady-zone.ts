/**
 * Offset of a zone on days on which it does not change, remembered: a message has several times, and asking Temporal
 * for each costs more than all the rest of its decoding.
 */
const DAY_MS = 86_400_000
const MAX_DAYS = 512
const offsets = new Map<string, number | undefined>()
/** The day asked for last: nearly always today. */
let last: { zone: string; utcDay: number; offset: number | undefined } | undefined

/**
 * Offset in ms of `zone` during that day of UTC and the days beside it; undefined where it changes then (ask Temporal).
 * @param utcDay days since 1970-01-01
 */
export function steadyOffset(zone: string, utcDay: number): number | undefined {
  if (last?.utcDay !== utcDay || last.zone !== zone) last = { zone, utcDay, offset: rememberedOffset(zone, utcDay) }
  return last.offset
}

function rememberedOffset(zone: string, utcDay: number): number | undefined {
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

const MINUTE_MS = 60_000
/** The minute written last, up to its seconds, and the offset behind them. */
let written = { minute: Number.NaN, offsetMs: Number.NaN, head: '', tail: '' }

/** RFC 3339 of an instant on a wall clock that far from UTC, as Temporal writes it. Years 1000–9999. */
export function formatAt(ms: number, offsetMs: number): string {
  const minute = Math.floor((ms + offsetMs) / MINUTE_MS)
  if (written.minute !== minute || written.offsetMs !== offsetMs) written = writtenMinute(minute, offsetMs)
  const rest = ms + offsetMs - minute * MINUTE_MS
  const fraction = rest % 1000
  const second = two((rest - fraction) / 1000)
  return `${written.head}${second}${fraction === 0 ? '' : fractionOf(fraction)}${written.tail}`
}

const fractionOf = (milliseconds: number): string => `.${String(milliseconds).padStart(3, '0').replace(/0+$/, '')}`

function writtenMinute(minute: number, offsetMs: number) {
  const wall = new Date(minute * MINUTE_MS)
  const minutes = Math.abs(offsetMs) / MINUTE_MS
  const head =
    `${wall.getUTCFullYear()}-${two(wall.getUTCMonth() + 1)}-${two(wall.getUTCDate())}` +
    `T${two(wall.getUTCHours())}:${two(wall.getUTCMinutes())}:`
  const tail = `${offsetMs < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
  return { minute, offsetMs, head, tail }
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
