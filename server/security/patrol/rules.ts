import type { Site } from '../../../config/schema.ts'
import type { WorkCalendar } from '../../../config/workdays.ts'
import { officeTime, ZONE } from '../../../config/zone.ts'
import type { PatrolResult } from '../../../contract/panels/security.ts'

/** Pure patrol plan (protocols.md 3.3, domain.md F.3): rounds of the plan, what the check-ins make of them. */

export interface Round {
  /** `2026-11-24T07:00` in the office. */
  id: string
  startsAt: number
}

type Plan = Site['patrol']

/** The rounds that start within [from, to), in order. Weekday rounds follow the work calendar. */
export function roundsBetween(plan: Plan, from: number, to: number, calendar: WorkCalendar): Round[] {
  const rounds: Round[] = []
  const last = officeTime(to).toPlainDate()
  for (
    let day = officeTime(from).toPlainDate();
    Temporal.PlainDate.compare(day, last) <= 0;
    day = day.add({ days: 1 })
  ) {
    const workday = calendar.isWorkday(day)
    for (const { at, days } of plan.rounds) {
      if ((days === 'weekdays' && !workday) || (days === 'weekends' && workday)) continue
      const startsAt = day.toZonedDateTime({ timeZone: ZONE, plainTime: Temporal.PlainTime.from(at) }).epochMilliseconds
      if (startsAt >= from && startsAt < to) rounds.push({ id: `${day.toString()}T${at}`, startsAt })
    }
  }
  return rounds.sort((a, b) => a.startsAt - b.startsAt)
}

export interface CheckIn {
  point: string
  at: number
}

export interface Assessment {
  result: PatrolResult
  /** Why, in the words of the wall. */
  note: string | null
  reached: number
  late: number
  missing: string[]
}

/**
 * What became of one route in one round.
 * A wand is read out later: without a single check-in the round waits `downloadHours` before it is missed; with some,
 * the wand has been read and what is missing is missing as soon as the time for being late has passed.
 */
export function assess(
  plan: Plan,
  route: Plan['routes'][number],
  round: Round,
  checkIns: readonly CheckIn[],
  now: number,
): Assessment {
  const { opens, due, closes } = roundWindow(plan, round)
  const first = new Map<string, number>()
  for (const { point, at } of checkIns) {
    if (at < opens || at >= closes || !route.points.includes(point)) continue
    first.set(point, Math.min(first.get(point) ?? at, at))
  }
  const missing = route.points.filter((point) => !first.has(point))
  const late = [...first.values()].filter((at) => at >= due).length
  const reached = first.size
  const outcome = (result: PatrolResult, note: string | null): Assessment => ({ result, note, reached, late, missing })
  if (missing.length === 0) return late > 0 ? outcome('late', `${late} 点迟到`) : outcome('on_time', null)
  if (now < opens) return outcome('planned', null)
  if (now < closes) return outcome('open', null)
  if (reached > 0) return outcome('missed', `漏检 ${missing.length} 点`)
  if (now < closes + plan.downloadHours * 3_600_000) return outcome('pending_download', '巡检器未下载')
  return outcome('missed', '整轮漏检')
}

/** May be walked from `opens`, on time before `due`, late before `closes`. Epoch ms. */
export const roundWindow = (plan: Plan, round: Round): { opens: number; due: number; closes: number } => {
  const due = round.startsAt + plan.windowMin * 60_000
  return { opens: round.startsAt - plan.earlyMin * 60_000, due, closes: due + plan.lateMin * 60_000 }
}

/** Points reached ÷ planned over assessed rounds, percent with one decimal; null for none. */
export function reachedRate(assessed: readonly { points: number; reached: number }[]): number | null {
  const planned = assessed.reduce((total, { points }) => total + points, 0)
  if (planned === 0) return null
  return Math.round((assessed.reduce((total, { reached }) => total + reached, 0) / planned) * 1000) / 10
}
