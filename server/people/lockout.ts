/** GB/T 22239-2019 8.1.4.1 b): failed sign-ins are counted and the account is closed for a while. */
export const MAX_FAILURES = 5
export const LOCK_MS = 30 * 60_000

export interface Failures {
  count: number
  lastAt: number
  lockedUntil: number | null
}

export const isLocked = (failures: Failures | undefined, now: number): boolean =>
  failures !== undefined && failures.lockedUntil !== null && failures.lockedUntil > now

/** Failures after one more; those older than the lock time are forgotten. */
export function afterFailure(failures: Failures | undefined, now: number): Failures {
  const fresh = failures && now - failures.lastAt < LOCK_MS ? failures.count : 0
  const count = fresh + 1
  return { count, lastAt: now, lockedUntil: count >= MAX_FAILURES ? now + LOCK_MS : null }
}

/** A write may be dated a moment ahead of the next look; further ahead is a clock that was set back. */
export const AHEAD_MS = 5000

/** After the clock was set back the lock counts from now: it lasts no longer than it may, and is not opened early. */
export const reinFailures = (failures: Failures | undefined, now: number): Failures | undefined =>
  failures && failures.lastAt > now + AHEAD_MS
    ? { ...failures, lastAt: now, lockedUntil: failures.lockedUntil === null ? null : now + LOCK_MS }
    : failures

export const IDLE_MS = 30 * 60_000
export const ABSOLUTE_MS = 12 * 3_600_000

export type SessionEnd = 'idle' | 'absolute'
/** Why a session is over; undefined while it lives. */
export function sessionEnd(session: { createdAt: number; seenAt: number }, now: number): SessionEnd | undefined {
  if (now - session.createdAt >= ABSOLUTE_MS) return 'absolute'
  if (now - session.seenAt >= IDLE_MS) return 'idle'
  return undefined
}
