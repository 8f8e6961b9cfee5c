/** Escalation (Article «值班» of the office's own rules, config/rules/alerts.yaml). Pure; times are epoch ms. */
export interface Rung {
  afterS: number
  post: string
}
export type Ladder = readonly Rung[]

/**
 * When the next rung is due, or null when there is none. Counted from the moment since which nobody has acknowledged;
 * a silence stops the count, it begins anew when the silence ends.
 */
export function nextDue(ladder: Ladder, rung: number, unackSince: number, silencedUntil: number | null): number | null {
  const next = ladder[rung]
  if (!next) return null
  return Math.max(unackSince, silencedUntil ?? 0) + next.afterS * 1000
}

/** Post id of the rung that is climbed now. */
export const rungPost = (ladder: Ladder, rung: number): string | undefined => ladder[rung]?.post
