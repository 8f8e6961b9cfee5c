import { formatAt, isWall, steadyOffset } from './steady-zone.ts'

/** An instant and how the source wrote it. `observedAt`: RFC 3339 with the source's own offset. */
export interface Moment {
  ms: number
  observedAt: string
}

const STAMP = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):(\d{2}):(\d{2})(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?$/i

/**
 * `2026-11-24T08:31:05+08:00`, `…Z`, `…+0800`, or without offset: then it is the wall clock of `zone`, never of the
 * process. Undefined when it is no such time or does not exist.
 */
export function readMoment(text: string, zone: string): Moment | undefined {
  const match = STAMP.exec(text.trim())
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction = '', offset] = match
  const wall = `${year}-${month}-${day}T${hour}:${minute}:${second}${fraction}`
  try {
    if (!offset && fraction.length <= 4)
      return wallAt(
        {
          year: Number(year),
          month: Number(month),
          day: Number(day),
          hour: Number(hour),
          minute: Number(minute),
          second: Number(second),
          millisecond: Number(fraction.slice(1).padEnd(3, '0')),
        },
        zone,
      )
    if (!offset) return ofZone(Temporal.PlainDateTime.from(wall, { overflow: 'reject' }), zone)
    Temporal.PlainDateTime.from(wall, { overflow: 'reject' })
    const observedAt = wall + tidyOffset(offset)
    return { ms: Temporal.Instant.from(observedAt).epochMilliseconds, observedAt }
  } catch {
    return undefined
  }
}

/** A wall clock of that zone. */
export function ofZone(wall: Temporal.PlainDateTime, zone: string): Moment {
  const zoned = wall.toZonedDateTime(zone)
  return { ms: zoned.epochMilliseconds, observedAt: zoned.toString({ timeZoneName: 'never' }) }
}

const DAY_MS = 86_400_000
const FIRST_MS = -3e13
const LAST_MS = 2.5e14

/** How that instant reads on the zone's wall clock. */
export function atZone(ms: number, zone: string): Moment {
  const whole = Number.isInteger(ms) && ms > FIRST_MS && ms < LAST_MS
  const offset = whole ? steadyOffset(zone, Math.floor(ms / DAY_MS)) : undefined
  if (offset !== undefined) return { ms, observedAt: formatAt(ms, offset) }
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone)
  return { ms, observedAt: zoned.toString({ timeZoneName: 'never' }) }
}

/** The numbers of a wall clock; month and day from 1. */
export interface WallFields {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
  millisecond: number
}

/** That wall clock in the zone; undefined when there is no such time. */
export function wallAt(wall: WallFields, zone: string): Moment | undefined {
  const { year, month, day, hour, minute, second, millisecond } = wall
  if (year < 1000 || year > 9999 || !isWall(year, month, day, hour, minute, second)) return undefined
  const asUtc = Date.UTC(year, month - 1, day, hour, minute, second, millisecond)
  try {
    const offset = steadyOffset(zone, Math.floor(asUtc / DAY_MS))
    if (offset !== undefined) return { ms: asUtc - offset, observedAt: formatAt(asUtc - offset, offset) }
    return ofZone(Temporal.PlainDateTime.from(wall), zone)
  } catch {
    // The zone may stand in the foreign text too: `GMT+99:61`.
    return undefined
  }
}

function tidyOffset(offset: string): string {
  if (offset === 'Z' || offset === 'z') return 'Z'
  return offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`
}
