import { NO_RECEIPT, readStamp } from '../intake/syslog-time.ts'
import { atZone, type Moment, readMoment } from '../intake/wall-clock.ts'

/** Epoch values from here on are milliseconds; smaller ones are seconds (1e12 ms is 2001, 1e12 s is far away). */
const MS_FROM = 1e12
const OLDEST_S = 1e8
/** 10000-01-01: a later time is no four-digit year (RFC 3339) and no event. */
const END_MS = 253_402_300_800_000
const WITH_NAMED_ZONE = /^(.*\d)\s*(?:GMT|UTC)([+-]\d{2}:?\d{2})?$/

/**
 * An event's time as vendors write it: epoch seconds or ms as number or text, `2026-11-24 10:21:07` on the wall clock
 * of `zone`, ISO 8601, `Nov 24 2026 02:23:23 GMT+00:00`. Undefined when it is none of these.
 */
export function readEventTime(value: unknown, zone: string): Moment | undefined {
  if (typeof value !== 'string' && typeof value !== 'number') return undefined
  const key = `${zone}|${value}`
  if (known.has(key)) return known.get(key)
  if (known.size >= MAX_KNOWN) known.clear()
  const moment = readTime(String(value).trim(), zone)
  if (key.length <= 64) known.set(key, moment)
  return moment
}

/** Messages come many a second with the same times. */
const known = new Map<string, Moment | undefined>()
const MAX_KNOWN = 256

function readTime(text: string, zone: string): Moment | undefined {
  if (/^\d{9,16}(\.\d+)?$/.test(text)) return ofEpoch(Number(text), zone)
  const named = WITH_NAMED_ZONE.exec(text)
  if (named) return wallOrIso(named[1]?.trim() ?? '', named[2] ?? '+00:00')
  return wallOrIso(text, zone)
}

function ofEpoch(value: number, zone: string): Moment | undefined {
  const ms = Math.trunc(value >= MS_FROM ? value : value * 1000)
  return value < OLDEST_S || ms >= END_MS ? undefined : atZone(ms, zone)
}

function wallOrIso(text: string, zone: string): Moment | undefined {
  const moment = readMoment(text, zone)
  if (moment) return moment
  // The year stands in the text, or it is none of an event: no guess from the time of receipt.
  if (!/\b(19|20)\d{2}\b/.test(text)) return undefined
  const stamp = readStamp(text, NO_RECEIPT, zone)
  return stamp?.length === text.length ? stamp.moment : undefined
}
