/** Pure rules of 三零 (domain.md F.6): days since the last registered fact, and what a quarter has come to. */

export type ZeroStatus = 'met' | 'warning' | 'unmet' | 'vetoed' | 'unknown'
export interface DatedFact {
  /** `YYYY-MM-DD` */
  date: string
  /** Name of the 一票否决项; null = none. */
  veto: string | null
}
export interface QuarterState {
  /** `2026Q4` */
  quarter: string
  status: ZeroStatus
  word: string
  facts: number
  vetoes: string[]
}

/** The quarter of a date, as its first day. */
export const quarterStart = (day: Temporal.PlainDate): Temporal.PlainDate =>
  Temporal.PlainDate.from({ year: day.year, month: Math.floor((day.month - 1) / 3) * 3 + 1, day: 1 })
const nameOf = (start: Temporal.PlainDate): string => `${start.year}Q${Math.floor((start.month - 1) / 3) + 1}`

const WORDS: Readonly<Record<ZeroStatus, string>> = {
  met: '达标',
  warning: '预警',
  unmet: '未达标',
  vetoed: '一票否决',
  unknown: '尚未起算',
}

/**
 * @param facts registered events, any order; future ones do not count yet
 * @param since start of counting where nothing has ever happened
 * @param risks open matters that put the running quarter at risk
 */
export function zeroStatus(
  facts: readonly DatedFact[],
  since: string,
  today: Temporal.PlainDate,
  risks = 0,
): { days: number | null; last: string | null; status: ZeroStatus; word: string } {
  const last =
    facts
      .map(({ date }) => date)
      .filter((date) => date <= today.toString())
      .sort()
      .at(-1) ?? null
  const days = Temporal.PlainDate.from(last ?? since).until(today, { largestUnit: 'days' }).days
  if (days < 0) return { days: null, last, status: 'unknown', word: WORDS.unknown }
  const { status, word } = quarterOf(facts, quarterStart(today), today, risks)
  return { days, last, status, word: `本季${word}` }
}

function quarterOf(
  facts: readonly DatedFact[],
  start: Temporal.PlainDate,
  today: Temporal.PlainDate,
  risks: number,
): QuarterState {
  const end = start.add({ months: 3 }).toString()
  const own = facts.filter(({ date }) => date >= start.toString() && date < end && date <= today.toString())
  const vetoes = [...new Set(own.flatMap(({ veto }) => veto ?? []))]
  const status = vetoes.length > 0 ? 'vetoed' : own.length > 0 ? 'unmet' : risks > 0 ? 'warning' : 'met'
  return { quarter: nameOf(start), status, word: WORDS[status], facts: own.length, vetoes }
}

/** The running quarter and those before it, newest first, not before counting began. */
export function quarters(
  facts: readonly DatedFact[],
  since: string,
  today: Temporal.PlainDate,
  risks = 0,
  most = 8,
): QuarterState[] {
  const first = quarterStart(Temporal.PlainDate.from(since))
  const running = quarterStart(today)
  return Array.from({ length: most }, (_, n) => running.subtract({ months: 3 * n }))
    .filter((start) => Temporal.PlainDate.compare(start, first) >= 0)
    .map((start, n) => quarterOf(facts, start, today, n === 0 ? risks : 0))
}
