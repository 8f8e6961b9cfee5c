import { type Moment, ofZone, readMoment } from '../intake/wall-clock.ts'

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const MAX_FORMAT = 64

/** Letter of java.text.SimpleDateFormat → group name and what it matches, by the number of letters. */
const LETTERS: Readonly<Record<string, (count: number) => [group: string, pattern: string]>> = {
  y: (count) => (count === 2 ? ['shortYear', '\\d{2}'] : ['year', '\\d{4}']),
  M: (count) => (count >= 3 ? ['monthName', '[A-Za-z]{3,9}'] : ['month', '\\d{1,2}']),
  d: () => ['day', '\\d{1,2}'],
  H: () => ['hour', '\\d{1,2}'],
  h: () => ['hour12', '\\d{1,2}'],
  a: () => ['half', '[AaPp][Mm]'],
  m: () => ['minute', '\\d{1,2}'],
  s: () => ['second', '\\d{1,2}'],
  S: () => ['fraction', '\\d{1,9}'],
  E: () => ['weekday', '[A-Za-z]{3,9}'],
  z: () => ['zone', '(?:GMT|UTC)?(?:[+-]\\d{2}:?\\d{2})?|Z'],
  Z: () => ['zone', '[+-]\\d{2}:?\\d{2}|Z'],
  X: () => ['zone', '[+-]\\d{2}(?::?\\d{2})?|Z'],
}

/**
 * A time in the format that a LEEF record names in `devTimeFormat` (java.text.SimpleDateFormat, as QRadar reads it).
 * Without offset it is the wall clock of `zone`. Undefined when format or time are none that can be read.
 */
export function readFormatted(text: string, format: string, zone: string): Moment | undefined {
  const pattern = format.length > MAX_FORMAT ? undefined : known(format)
  const found = pattern?.exec(text.trim())?.groups
  if (!found) return undefined
  const wall = wallOf(found)
  if (!wall) return undefined
  if (found.zone === undefined || found.zone === '') return ofZone(wall, zone)
  return readMoment(`${wall.toString({ smallestUnit: 'millisecond' })}${offsetOf(found.zone)}`, zone)
}

/** A sender has one format: compiled once. */
const patterns = new Map<string, RegExp | undefined>()
const MAX_PATTERNS = 32
function known(format: string): RegExp | undefined {
  if (!patterns.has(format)) {
    if (patterns.size >= MAX_PATTERNS) patterns.clear()
    patterns.set(format, patternOf(format))
  }
  return patterns.get(format)
}

function patternOf(format: string): RegExp | undefined {
  let source = ''
  const seen = new Set<string>()
  for (const [token] of format.matchAll(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']+|'/g)) {
    const letter = token[0] ?? ''
    if (!/[A-Za-z]/.test(letter)) {
      source += escaped(token.startsWith("'") ? token.slice(1, -1).replaceAll("''", "'") || "'" : token)
      continue
    }
    const [group, pattern] = LETTERS[letter]?.(token.length) ?? []
    if (!group || seen.has(group)) return undefined
    seen.add(group)
    source += `(?<${group}>${pattern})`
  }
  return new RegExp(`^${source}$`)
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(/\s+/g, '\\s{1,4}')

function wallOf(found: Readonly<Record<string, string | undefined>>): Temporal.PlainDateTime | undefined {
  const number = (name: string) => (found[name] === undefined ? undefined : Number(found[name]))
  const short = number('shortYear')
  const half = found.half?.toLowerCase()
  const twelve = number('hour12')
  const fields = {
    year: number('year') ?? (short === undefined ? undefined : 2000 + short),
    month: number('month') ?? MONTHS.indexOf(found.monthName?.slice(0, 3).toLowerCase() ?? '') + 1,
    day: number('day'),
    hour: number('hour') ?? (twelve === undefined ? 0 : (twelve % 12) + (half === 'pm' ? 12 : 0)),
    minute: number('minute') ?? 0,
    second: number('second') ?? 0,
    millisecond: Number((found.fraction ?? '').padEnd(3, '0').slice(0, 3)),
  }
  const { year, month, day } = fields
  if (year === undefined || month === 0 || day === undefined) return undefined
  try {
    return Temporal.PlainDateTime.from({ ...fields, year, month, day }, { overflow: 'reject' })
  } catch {
    return undefined
  }
}

function offsetOf(zone: string): string {
  const offset = zone.replace(/^(GMT|UTC)/, '')
  if (offset === '' || offset === 'Z') return 'Z'
  return offset.length === 3 ? `${offset}:00` : offset
}
