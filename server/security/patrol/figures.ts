import { officeDate } from '../../../config/zone.ts'
import type { Freshness } from '../../../contract/panels/common.ts'
import type { PatrolPanel } from '../../../contract/panels/security.ts'
import { DAY_MS, HOUR_MS, type SecurityDeps, sourcesOf } from '../context.ts'
import { readManual, withCorrection } from './corrections.ts'
import { readCheckIns } from './repository.ts'
import { type Assessment, assess, type Round, reachedRate, roundsBetween } from './rules.ts'

const SHOWN_PAST = 3
const SHOWN_NEXT = 2
const RATED_ROUNDS = 6

/** Assessed rounds of all routes around now. */
export interface PatrolBoard {
  freshness: Freshness
  rounds: Round[]
  nowIndex: number
  cells: Map<string, Assessment>
  rate: number | null
  rated: { route: string; round: string; assessment: Assessment }[]
}

export async function readPatrolBoard(deps: SecurityDeps, now: number): Promise<PatrolBoard> {
  const { patrol } = deps.config.site
  const around = roundsBetween(patrol, now - 4 * DAY_MS, now + 2 * DAY_MS, deps.calendar)
  const next = around.findIndex(({ startsAt }) => startsAt > now)
  const split = next === -1 ? around.length : next
  const past = around.slice(0, split)
  const rounds = [...past.slice(-SHOWN_PAST), ...around.slice(split, split + SHOWN_NEXT)]
  const [freshness, checkIns, manual] = await Promise.all([
    deps.freshness(sourcesOf(deps.config, 'patrol')),
    readCheckIns(deps.records.read, now - 5 * DAY_MS, now + HOUR_MS),
    readManual(
      deps.records.read,
      around.map(({ id }) => id),
    ),
  ])
  const of = (round: Round) =>
    patrol.routes.map((route) => ({
      route: route.id,
      round: round.id,
      assessment: withCorrection(assess(patrol, route, round, checkIns, now), manual.get(`${route.id} ${round.id}`)),
    }))
  const closed = past.filter((round) =>
    of(round).every(({ assessment }) => !['open', 'planned', 'pending_download'].includes(assessment.result)),
  )
  const rated = closed.slice(-RATED_ROUNDS).flatMap(of)
  const points = new Map(patrol.routes.map((route) => [route.id, route.points.length]))
  return {
    freshness,
    rounds,
    nowIndex: Math.min(SHOWN_PAST, past.length),
    cells: new Map(rounds.flatMap(of).map((cell) => [`${cell.route} ${cell.round}`, cell.assessment])),
    rate: reachedRate(
      rated.map(({ route, assessment }) => ({ points: points.get(route) ?? 0, reached: assessment.reached })),
    ),
    rated,
  }
}

export function patrolPanel(deps: SecurityDeps, now: number, board: PatrolBoard): PatrolPanel {
  const { patrol } = deps.config.site
  return {
    freshness: board.freshness,
    points: patrol.points.length,
    routes: patrol.routes.map((route) => ({
      id: route.id,
      name: route.name,
      cells: board.rounds.map((round) => {
        const cell = board.cells.get(`${route.id} ${round.id}`)
        return { round: round.id, result: cell?.result ?? 'planned', note: cell?.note ?? null }
      }),
    })),
    rounds: board.rounds.map((round) => ({ id: round.id, label: roundLabel(round, now), startsAt: round.startsAt })),
    nowIndex: board.nowIndex,
    reachedRate: board.rate,
  }
}

/** `07:00` today, `昨 18:30`, `明 07:00`, else `11-22 07:00`. */
export function roundLabel(round: Round, now: number): string {
  const [day = '', time = ''] = round.id.split('T')
  const away = Temporal.PlainDate.from(officeDate(now)).until(Temporal.PlainDate.from(day)).days
  const word = away === 0 ? '' : away === -1 ? '昨 ' : away === 1 ? '明 ' : `${day.slice(5)} `
  return `${word}${time}`
}
