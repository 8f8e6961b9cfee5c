import { atZone, type Moment, readMoment, wallAt } from './wall-clock.ts'

/** For dates that are no header: nothing is too late for them. */
export const NO_RECEIPT = Number.POSITIVE_INFINITY

const DAY_MS = 86_400_000
const HALF_YEAR_MS = 180 * DAY_MS
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const CLOCK = '(\\d{1,2}):(\\d{2}):(\\d{2})(?:[.,](\\d{1,6}))?'
const END = '(?=[\\s:]|$)'
const BSD = new RegExp(`^(${MONTHS.join('|')}) {1,2}(\\d{1,2})(?: (20\\d{2}))? ${CLOCK}(?: (20\\d{2}))?${END}`)
const NUMERIC = new RegExp(
  `^(\\d{4})(?:-|/|年)(\\d{1,2})(?:-|/|月)(\\d{1,2})日?[T ]?${CLOCK}(Z|[+-]\\d{2}:?\\d{2})?${END}`,
)
/** RFC 5424 6.2.3: upper-case T and Z, at most 6 digits of a second, no leap second. */
const STRICT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:[0-5]\d(\.\d{1,6})?(Z|[+-]\d{2}:\d{2})$/

/** A time stamp at the head of a text. `moment` undefined: it has the shape of one but is no such time. */
export interface Stamp {
  length: number
  moment: Moment | undefined
}

/**
 * RFC 3164 `Nov  4 10:21:07` (no year: the one nearest to receipt) and what devices in Chinese offices send instead:
 * `Nov 24 2026 10:21:07`, `2026-11-24 10:21:07`, `2026/11/24 …`, `2026年11月24日 …`, ISO 8601.
 * A wall clock without offset is that of `zone`. More than 24 h ahead of receipt is no time; with `NO_RECEIPT` any
 * time is one, and one without year is none.
 */
export function readStamp(text: string, receivedMs: number, zone: string): Stamp | undefined {
  const minute = Math.floor(receivedMs / 60_000)
  if (known.minute !== minute || known.zone !== zone) known = { minute, zone, length: 0, stamps: new Map() }
  const { length, stamps } = known
  const before = length > 0 && endsThere(text, length) ? stamps.get(text.slice(0, length)) : undefined
  if (before) return before
  const stamp = readAnyStamp(text, receivedMs, zone)
  if (!stamp || !endsThere(text, stamp.length)) return stamp
  if (stamps.size >= MAX_STAMPS || stamp.length !== length) stamps.clear()
  known.length = stamp.length
  stamps.set(text.slice(0, stamp.length), stamp)
  return stamp
}

/** Messages come many a second with the same few stamps, all of one length. */
let known = { minute: Number.NaN, zone: '', length: 0, stamps: new Map<string, Stamp>() }
const MAX_STAMPS = 128
/** Followed by a word, and not by the year that some put last. */
const endsThere = (text: string, at: number): boolean => text[at] === ' ' && !text.startsWith(' 20', at)

function readAnyStamp(text: string, receivedMs: number, zone: string): Stamp | undefined {
  const head = text.slice(0, 48)
  const bsd = BSD.exec(head)
  if (bsd) return { length: bsd[0].length, moment: plausible(bsdMoment(bsd, receivedMs, zone), receivedMs) }
  const numeric = NUMERIC.exec(head)
  return numeric
    ? { length: numeric[0].length, moment: plausible(numericMoment(numeric, zone), receivedMs) }
    : undefined
}

export const readStrictStamp = (text: string, receivedMs: number, zone: string): Moment | undefined =>
  STRICT.test(text) ? plausible(readMoment(text, zone), receivedMs) : undefined

const plausible = (moment: Moment | undefined, receivedMs: number): Moment | undefined =>
  moment && moment.ms <= receivedMs + DAY_MS ? moment : undefined

function bsdMoment(match: RegExpExecArray, receivedMs: number, zone: string): Moment | undefined {
  const [, name = '', day = '', yearBefore, hour = '', minute = '', second = '', fraction, yearAfter] = match
  const month = MONTHS.indexOf(name) + 1
  const year = yearBefore ?? yearAfter
  const inYear = (one: number) => wallMoment([one, month, Number(day)], [hour, minute, second], fraction, zone)
  if (year) return inYear(Number(year))
  // Whoever has no time of receipt (a date of its own, not a header) gets no guess.
  if (!Number.isInteger(receivedMs)) return undefined
  const thisYear = Number(atZone(receivedMs, zone).observedAt.slice(0, 4))
  const distance = ({ ms }: Moment) => Math.abs(ms - receivedMs)
  const now = inYear(thisYear)
  // Nearer than half a year, no other year is nearer still.
  if (now && distance(now) < HALF_YEAR_MS) return now
  const candidates = [now, inYear(thisYear - 1), inYear(thisYear + 1)].flatMap((one) => one ?? [])
  return candidates.sort((one, other) => distance(one) - distance(other))[0]
}

function numericMoment(match: RegExpExecArray, zone: string): Moment | undefined {
  const [, year, month = '', day = '', hour = '', minute = '', second = '', fraction, offset] = match
  const date = [Number(year), Number(month), Number(day)] as const
  if (!offset) return wallMoment(date, [hour, minute, second], fraction, zone)
  if (Number(second) > 59) return undefined
  const two = (text: string) => text.padStart(2, '0')
  const clock = `${two(hour)}:${minute}:${second}${fraction ? `.${fraction}` : ''}`
  return readMoment(`${year}-${two(month)}-${two(day)}T${clock}${offset}`, zone)
}

function wallMoment(
  [year, month, day]: readonly [number, number, number],
  [hour, minute, second]: readonly [string, string, string],
  fraction: string | undefined,
  zone: string,
): Moment | undefined {
  const millisecond = fraction ? Number(fraction.padEnd(3, '0').slice(0, 3)) : 0
  return wallAt(
    { year, month, day, hour: Number(hour), minute: Number(minute), second: Number(second), millisecond },
    zone,
  )
}
