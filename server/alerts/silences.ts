/** A silence: no sound, no climbing, until a moment and for a reason. What is silenced stays on the wall. */
export interface Silence {
  id: string
  /** Exactly one of the three is set. */
  cause: string | null
  rule: string | null
  object: string | null
  reason: string
  until: number
  createdAt: number
  post: string
  username: string
  /** When it was lifted or ran out; null = still there. */
  endedAt: number | null
}

export type Silenceable = { cause: string; rule: string; object: string | null }

const fits = (silence: Silence, alert: Silenceable): boolean =>
  silence.cause !== null
    ? silence.cause === alert.cause
    : silence.rule !== null
      ? silence.rule === alert.rule
      : silence.object === alert.object

export const isActive = (silence: Silence, now: number): boolean => silence.endedAt === null && silence.until > now

/** The latest end of all silences that fit and are running; null = not silenced. */
export function silencedUntil(alert: Silenceable, silences: readonly Silence[], now: number): number | null {
  const ends = silences.filter((one) => isActive(one, now) && fits(one, alert)).map(({ until }) => until)
  return ends.length > 0 ? Math.max(...ends) : null
}
