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

/** How that instant reads on the zone's wall clock. */
export const atZone = (ms: number, zone: string): Moment => ({
  ms,
  observedAt: Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(zone).toString({ timeZoneName: 'never' }),
})

function tidyOffset(offset: string): string {
  if (offset === 'Z' || offset === 'z') return 'Z'
  return offset.includes(':') ? offset : `${offset.slice(0, 3)}:${offset.slice(3)}`
}
