import { createHash } from 'node:crypto'

/**
 * A record's place in the index: newer is higher, so that «newest first» is the order of the index itself and a page
 * costs what it shows. Minutes since 1970 times 2^27, and below that a hash of the record's own key: the place of one
 * record says nothing of any other.
 */
const SLOTS = 2 ** 27
const MINUTE_MS = 60_000

export const placeOf = (kind: string, ref: string, at: number | null): number =>
  minuteOf(at) * SLOTS + (createHash('sha256').update(`${kind}|${ref}`).digest().readUInt32BE() % SLOTS)
const minuteOf = (at: number | null): number => Math.min(2 ** 26 - 1, Math.max(0, Math.floor((at ?? 0) / MINUTE_MS)))

/** Places of records from a moment on, or before it. */
export const placeFrom = (at: number): number => minuteOf(at) * SLOTS
export const LAST_PLACE = Number.MAX_SAFE_INTEGER
