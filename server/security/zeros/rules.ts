/** Pure rules of 三零 (domain.md F.6): days since the last registered fact, and whether the quarter is met. */

export type ZeroStatus = 'met' | 'unmet' | 'unknown'

/** The quarter of a date, as its first day. */
export const quarterStart = (day: Temporal.PlainDate): Temporal.PlainDate =>
  Temporal.PlainDate.from({ year: day.year, month: Math.floor((day.month - 1) / 3) * 3 + 1, day: 1 })

/**
 * @param facts dates `YYYY-MM-DD` of registered events, any order; future ones do not count yet
 * @param since start of counting where nothing has ever happened
 */
export function zeroStatus(
  facts: readonly string[],
  since: string,
  today: Temporal.PlainDate,
): { days: number | null; last: string | null; status: ZeroStatus; word: string } {
  const past = facts.filter((date) => date <= today.toString()).sort()
  const last = past.at(-1) ?? null
  const from = Temporal.PlainDate.from(last ?? since)
  const days = from.until(today, { largestUnit: 'days' }).days
  if (days < 0) return { days: null, last, status: 'unknown', word: '尚未起算' }
  const unmet = last !== null && last >= quarterStart(today).toString()
  return { days, last, status: unmet ? 'unmet' : 'met', word: unmet ? '本季未达标' : '本季达标' }
}
