/** Storm control (EEMUA 191: more than an operator can read is no longer a list). Pure. */
export const STORM_WINDOW_MS = 60_000
export const stormCause = (rule: string): string => `storm:${rule}`

export type StormDecision = { gather: boolean; reason: 'within-limit' | 'over-limit' }

/**
 * @param born new alerts of the rule within the last minute, gathered ones included
 * @param perMinute how many of them may have a card of their own
 */
export const stormDecision = (born: number, perMinute: number): StormDecision =>
  born >= perMinute ? { gather: true, reason: 'over-limit' } : { gather: false, reason: 'within-limit' }
