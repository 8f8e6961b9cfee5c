import type { Turn } from '../feature.ts'
import type { ClockDeps } from './clock-deps.ts'
import { type Climb, casesById, earlySteps, loadClocks, saveClimbs, stepKey, stepsOfCases } from './clock-store.ts'
import type { ClimbRow } from './clock-tables.ts'
import { isFarOff, nextDay, type Rung, reached, stepsOf } from './ladder.ts'
import { clearRung, openRungs } from './repository.ts'
import { bandOf, bandOfRule, caseState, daysLeft } from './rules.ts'
import { RungDesk } from './rung-desk.ts'

/** The clock as the ladder keeps it, until its next rung; without one it is left out. */
export const climbOn = (
  { case_id, name, run, due, custody, provisional, band }: Omit<ClimbRow, 'next_day'>,
  next_day: string | null,
): Climb =>
  next_day === null ? { case_id, name, next_day } : { case_id, name, run, due, custody, provisional, band, next_day }

/** All rungs of these clocks that are reached today: the hardest is told, milder ones are noted and taken back. */
export async function climb(
  deps: ClockDeps,
  turn: Turn,
  clocks: readonly ClimbRow[],
  today: Temporal.PlainDate,
): Promise<void> {
  const ids = [...new Set(clocks.map(({ case_id }) => case_id))]
  const [cases, known] = await Promise.all([casesById(turn.tx, ids), stepsOfCases(turn.tx, ids)])
  const steps = new Map(known.map((step) => [stepKey(step), step]))
  const work = new RungDesk(deps, turn)
  const next: Climb[] = []
  for (const clock of clocks) {
    const record = cases.get(clock.case_id)
    const band = record && bandOf(deps.config.flow, { kind: record.kind, band: clock.band })
    if (!record || !band || caseState(record) === 'closed') {
      next.push({ case_id: clock.case_id, name: clock.name, next_day: null })
      continue
    }
    const ladder = stepsOf(band, clock.custody === 1)
    const days = daysLeft(clock.due, today)
    const passed = reached(ladder, days)
    const top = passed.at(-1)
    const of = { case_id: clock.case_id, name: clock.name, run: clock.run, due: clock.due }
    for (const rung of passed) {
      const step = steps.get(stepKey({ ...of, rung }))
      if (rung === top) work.stand(step ?? null, { ...of, rung }, { record, clock, days })
      else if (!step) work.note({ ...of, rung })
      else if (step.cleared_ms === null) work.withdraw(step, '已到更紧一档')
    }
    next.push(climbOn(clock, nextDay(ladder, clock.due, days)))
  }
  await work.save()
  await saveClimbs(turn.tx, next)
}

/** Rungs of clocks that have changed, ended, or belong to a concluded case. */
export async function withdrawGone(deps: ClockDeps, turn: Turn, caseIds: readonly string[]): Promise<void> {
  const standing = (await stepsOfCases(turn.tx, caseIds)).filter(({ cleared_ms }) => cleared_ms === null)
  if (standing.length === 0) return
  const clocks = await loadClocks(turn.tx, caseIds)
  const work = new RungDesk(deps, turn)
  for (const step of standing) {
    const clock = clocks.get(step.case_id)?.find(({ name }) => name === step.name)
    const holds =
      clock?.ended_ms === null &&
      clock.run === step.run &&
      clock.due === step.due &&
      // In custody or not: each has its own end of the ladder.
      (step.rung === 'overdue' ? clock.custody === 0 : clock.custody === 1 || !END.includes(step.rung))
    if (!holds) work.withdraw(step, clock?.ended_ms === null ? '期限已变化' : '案件已办结或节点已结束')
  }
  await work.save()
}
const END = ['last-day', 'over-detention']

/** After a start, and when the clock was set back: a rung that is far off again is withdrawn and may be told anew. */
export async function lookAgain(deps: ClockDeps, turn: Turn, today: Temporal.PlainDate): Promise<void> {
  // Alerts of the ladder before this one.
  for (const old of await openRungs(turn.tx)) {
    await clearRung(turn.tx, old, turn.now)
    await deps.alerts.clear(turn, `case.${old.rung}:${old.case_id}:${old.due}`, turn.now)
  }
  const standing = await earlySteps(turn.tx, today.toString())
  const ids = [...new Set(standing.map(({ case_id }) => case_id))]
  const [cases, clocks] = await Promise.all([casesById(turn.tx, ids), loadClocks(turn.tx, ids)])
  const work = new RungDesk(deps, turn)
  const next: Climb[] = []
  for (const step of standing) {
    const record = cases.get(step.case_id)
    const clock = clocks.get(step.case_id)?.find(({ name }) => name === step.name)
    const named = bandOfRule(deps.config.deadlines, clock?.rule ?? null)
    const band = record && bandOf(deps.config.flow, { kind: record.kind, band: named })
    if (!clock || !band || clock.due === null) continue
    const ladder = stepsOf(band, clock.custody === 1)
    const days = daysLeft(step.due, today)
    if (!isFarOff(ladder, step.rung as Rung, days)) continue
    work.withdraw(step, '系统时钟已校正，未到此档')
    // Milder rungs may stand again.
    next.push(climbOn({ ...clock, due: clock.due, band: named }, nextDay(ladder, clock.due, Number.POSITIVE_INFINITY)))
  }
  await work.save()
  await saveClimbs(turn.tx, next)
}
