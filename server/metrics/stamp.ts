import type { MetricPoint } from '../feature.ts'

/** Nanoseconds do not fit a JS number: whole ms and the rest (0–999 999 ns). */
export interface Stamp {
  ms: number
  ns: number
}

/** 52 bits of a string, FNV-1a over two lanes; not cryptographic, only spread evenly and for ever the same. */
export function spread(text: string): number {
  let low = 0x811c9dc5
  let high = 0xc2b2ae35
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    low = Math.imul(low ^ code, 0x01000193)
    high = Math.imul(high ^ code, 0x85ebca6b)
  }
  low = Math.imul(low ^ (low >>> 15), 0x2c1b3c6d)
  high = Math.imul(high ^ (high >>> 13) ^ low, 0x297a2d39)
  return ((high ^ (high >>> 16)) >>> 12) * 0x100000000 + ((low ^ (low >>> 14)) >>> 0)
}

/**
 * Time of a point (protocols.md 6.3). An event is moved by a number of ns that follows from its id: inside its ms, or
 * inside its second when its source knows seconds only. So a replay writes the same point, and two events of one
 * second do not overwrite each other.
 */
export function stampOf(point: Pick<MetricPoint, 'at' | 'eventId'>): Stamp {
  if (point.eventId === undefined) return { ms: point.at, ns: 0 }
  const room = point.at % 1000 === 0 ? 1_000_000_000 : 1_000_000
  const offset = spread(point.eventId) % room
  return { ms: point.at + Math.floor(offset / 1_000_000), ns: offset % 1_000_000 }
}

/** Decimal text of the ns since the epoch, as InfluxDB wants it. */
export const nanoText = ({ ms, ns }: Stamp): string => `${ms}${String(ns).padStart(6, '0')}`
