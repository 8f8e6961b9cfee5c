const ZERO = 48
const DASH = 45
const DOT = 46
const COLON = 58
const PLUS = 43
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Two digits at a place; NaN when they are none. */
function two(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : Number.NaN
}

const leap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

/** Days since 1970-01-01 of a proleptic Gregorian date (days_from_civil of H. Hinnant). */
function epochDay(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const ofEra = shifted - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719468
}

/** Milliseconds of a fraction that starts after its dot at `from`, and where it ends; undefined without a digit. */
function fraction(text: string, from: number): { ms: number; end: number } | undefined {
  let ms = 0
  let worth = 100
  let at = from
  for (; at < text.length; at++) {
    const digit = text.charCodeAt(at) - ZERO
    if (!(digit >= 0 && digit <= 9)) break
    if (at < from + 3) ms += digit * worth
    worth /= 10
  }
  return at > from ? { ms, end: at } : undefined
}

/** Minutes east of Greenwich of the rest of the text, which must be `Z` or `±hh:mm`; NaN when it is neither. */
function offsetMinutes(text: string, at: number): number {
  if (text.length === at + 1 && text[at] === 'Z') return 0
  const sign = text.charCodeAt(at)
  if (text.length !== at + 6 || (sign !== PLUS && sign !== DASH) || text.charCodeAt(at + 3) !== COLON) return Number.NaN
  const hours = two(text, at + 1)
  const minutes = two(text, at + 4)
  if (!(hours <= 23 && minutes <= 59)) return Number.NaN
  return (sign === DASH ? -1 : 1) * (hours * 60 + minutes)
}

/**
 * Epoch ms of an RFC 3339 moment with offset, NaN for anything else. By hand, because the check runs for every event
 * and `Date.parse` also takes what is no RFC 3339; agrees with `z.iso.datetime({ offset: true })` of the contract.
 */
export function parseMoment(text: string): number {
  if (text.length < 20 || text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH || text[10] !== 'T')
    return Number.NaN
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return Number.NaN
  const year = two(text, 0) * 100 + two(text, 2)
  const month = two(text, 5)
  const day = two(text, 8)
  const hour = two(text, 11)
  const minute = two(text, 14)
  const second = two(text, 17)
  if (!(month >= 1 && month <= 12 && hour <= 23 && minute <= 59 && second <= 59)) return Number.NaN
  const last = month === 2 && leap(year) ? 29 : (DAYS[month - 1] ?? 0)
  if (!(day >= 1 && day <= last)) return Number.NaN
  const rest = text.charCodeAt(19) === DOT ? fraction(text, 20) : { ms: 0, end: 19 }
  if (!rest) return Number.NaN
  const local = ((epochDay(year, month, day) * 24 + hour) * 60 + minute) * 60 + second
  return (local - offsetMinutes(text, rest.end) * 60) * 1000 + rest.ms
}
