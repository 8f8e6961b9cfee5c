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
  person?: string | null
  wand?: string | null
  /** Missing: of a wand. */
  proof?: PointProof
  /** Uploaded long after it was done. */
  late?: boolean
}
export type PointProof = 'wand' | 'strong' | 'weak' | 'none'

/** What became of one point. */
export interface PointOutcome {
  point: string
  result: 'on_time' | 'early' | 'late' | 'out_of_order' | 'missed' | 'open'
  at: number | null
  proof: PointProof | null
  late: boolean
  suspect: boolean
}

export interface Assessment {
  result: PatrolResult
  /** Why, in the words of the wall. */
  note: string | null
  reached: number
  late: number
  missing: string[]
  points: PointOutcome[]
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
  const first = new Map<string, CheckIn>()
  for (const one of checkIns) {
    if (one.at < opens || one.at >= closes || !route.points.includes(one.point)) continue
    const known = first.get(one.point)
    if (!known || one.at < known.at) first.set(one.point, one)
  }
  const missing = route.points.filter((point) => !first.has(point))
  const late = [...first.values()].filter(({ at }) => at >= due).length
  const reached = first.size
  const points = pointsOf(plan, route, { first, round, due, isOver: now >= closes })
  const disorder = points.filter(({ result }) => result === 'out_of_order').length
  const outcome = (result: PatrolResult, note: string | null): Assessment => ({
    ...{ result, note, reached, late, missing, points },
  })
  const order = disorder > 0 ? `${disorder} 点未按顺序` : null
  if (missing.length === 0) return late > 0 ? outcome('late', `${late} 点迟到`) : outcome('on_time', order)
  if (now < opens) return outcome('planned', null)
  if (now < closes) return outcome('open', null)
  if (reached > 0) return outcome('missed', `漏检 ${missing.length} 点`)
  if (now < closes + plan.downloadHours * 3_600_000) return outcome('pending_download', '巡检器未下载')
  return outcome('missed', '整轮漏检')
}

/** Point by point in the order of the plan; a strict route is out of order where the walk went back. */
function pointsOf(
  plan: Plan,
  route: Plan['routes'][number],
  by: { first: ReadonlyMap<string, CheckIn>; round: Round; due: number; isOver: boolean },
): PointOutcome[] {
  const walked = [...by.first.values()].sort((a, b) => a.at - b.at)
  const hasty = new Set(
    walked
      .filter(({ at }, n) => n > 0 && at - (walked[n - 1]?.at ?? 0) < plan.minGapS * 1000)
      .map(({ point }) => point),
  )
  let furthest = Number.NEGATIVE_INFINITY
  return route.points.map((point) => {
    const seen = by.first.get(point)
    if (!seen)
      return { point, result: by.isOver ? 'missed' : 'open', at: null, proof: null, late: false, suspect: false }
    const back = route.order === 'strict' && seen.at < furthest
    furthest = Math.max(furthest, seen.at)
    const timely = seen.at >= by.due ? 'late' : seen.at < by.round.startsAt ? 'early' : 'on_time'
    return {
      point,
      result: back ? 'out_of_order' : timely,
      at: seen.at,
      proof: seen.proof ?? 'wand',
      late: seen.late ?? false,
      suspect: hasty.has(point),
    }
  })
}

/** One touch that is known already, and what the newcomer adds to it. */
export interface StoredCheckIn extends CheckIn {
  id: string
}

const MINUTE_MS = 60_000

/**
 * The month sheet without persons and the day sheet with them tell the same touch twice: same point, same minute, same
 * wand, persons that do not contradict each other (protocols.md 3.1). Returns what is new and who is now known.
 */
export function mergeCheckIns(
  stored: readonly StoredCheckIn[],
  incoming: readonly StoredCheckIn[],
): { add: StoredCheckIn[]; name: { id: string; person: string }[] } {
  const all = new Map<string, StoredCheckIn[]>()
  const keyOf = ({ point, at }: CheckIn): string => `${point} ${Math.floor(at / MINUTE_MS)}`
  const put = (one: StoredCheckIn): void => {
    all.set(keyOf(one), [...(all.get(keyOf(one)) ?? []), one])
  }
  for (const one of stored) put(one)
  const add: StoredCheckIn[] = []
  const name = new Map<string, string>()
  for (const one of incoming) {
    const same = (all.get(keyOf(one)) ?? []).find((known) => isSameTouch(known, one))
    if (!same) {
      add.push(one)
      put(one)
    } else if (!same.person && one.person) {
      same.person = one.person
      const fresh = add.find(({ id }) => id === same.id)
      if (!fresh) name.set(same.id, one.person)
    }
  }
  return { add, name: [...name].map(([id, person]) => ({ id, person })) }
}

const isSameTouch = (a: StoredCheckIn, b: StoredCheckIn): boolean =>
  a.id === b.id ||
  ((!a.person || !b.person || a.person === b.person) &&
    (!a.wand || !b.wand || a.wand === b.wand) &&
    (a.proof ?? 'wand') === (b.proof ?? 'wand'))

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
