import type { EventHandler, StoredEvent, Tick, Turn } from '../../feature.ts'
import { DAY_MS, HOUR_MS, type SecurityDeps } from '../context.ts'
import { noteCorrection, readManual, withCorrection } from './corrections.ts'
import { addCheckIns, readCheckIns, readResults, saveResult } from './repository.ts'
import {
  type Assessment,
  assess,
  type PointProof,
  type Round,
  roundsBetween,
  roundWindow,
  type StoredCheckIn,
} from './rules.ts'

/** Files check-ins under their own time, however late the wand was read out. */
export function patrolHandler(): EventHandler {
  return {
    name: 'patrol',
    types: ['patrol.'],
    async handle(turn, events) {
      const rows = events.flatMap((event) => {
        const point = typeof event.data.point === 'string' ? event.data.point : event.object?.replace(/^point:/, '')
        if (event.type !== 'patrol.checkin' || !point) return []
        return [toCheckIn(event, point)]
      })
      if (rows.length === 0) return
      await addCheckIns(turn.tx, rows)
      turn.touch('patrol')
    },
  }
}

function toCheckIn({ id, observedMs, data }: StoredEvent, point: string): StoredCheckIn {
  const text = (value: unknown, length: number) => (typeof value === 'string' ? value.slice(0, length) : null)
  const proof = PROOFS.find((one) => one === data.proof) ?? 'wand'
  const [person, wand] = [text(data.person, 80), text(data.wand, 40)]
  return { id, point: point.slice(0, 64), at: observedMs, person, wand, proof, late: data.late_upload === true }
}
const PROOFS: readonly PointProof[] = ['wand', 'strong', 'weak', 'none']

/** How far back a late download can still correct a round. */
const LOOK_BACK_MS = 2 * DAY_MS

/** Rounds close by time: a change of result is kept, raises 漏检 or 迟到, and a late file takes it back. */
export function roundsTick(deps: SecurityDeps): Tick {
  const { patrol } = deps.config.site
  return {
    name: 'patrol-rounds',
    everyMs: 15_000,
    async run(turn) {
      const rounds = roundsBetween(patrol, turn.now - LOOK_BACK_MS, turn.now, deps.calendar)
      const known = await readResults(
        turn.tx,
        rounds.map(({ id }) => id),
      )
      const checkIns = await readCheckIns(turn.tx, turn.now - LOOK_BACK_MS - HOUR_MS, turn.now + HOUR_MS)
      const manual = await readManual(
        turn.tx,
        rounds.map(({ id }) => id),
      )
      for (const round of rounds)
        for (const route of patrol.routes) {
          const assessment = withCorrection(
            assess(patrol, route, round, checkIns, turn.now),
            manual.get(`${route.id} ${round.id}`),
          )
          const before = known.get(`${route.id} ${round.id}`)
          if (assessment.result === before) continue
          await noteCorrection(turn, { route: route.id, round: round.id, before, after: assessment.result })
          await saveResult(turn.tx, {
            route: route.id,
            round: round.id,
            result: assessment.result,
            changed_ms: turn.now,
          })
          await tell(turn, route, round, assessment, before)
          turn.touch('patrol')
        }
    },
  }

  async function tell(
    turn: Turn,
    route: { id: string; name: string },
    round: Round,
    { result, note, missing, late }: Assessment,
    before: string | undefined,
  ): Promise<void> {
    const { closes } = roundWindow(patrol, round)
    for (const kind of ['missed', 'late'] as const) {
      const cause = `patrol.${kind}:${route.id}:${round.id}`
      if (before === kind) await deps.alerts.clear(turn, cause, turn.now)
      // What was already over before this office had the system is history, not news.
      if (result !== kind || turn.now - closes > DAY_MS) continue
      await deps.alerts.raise(turn, {
        cause,
        rule: `patrol.${kind}`,
        domain: 'patrol',
        object: `route:${route.id}`,
        at: Math.min(closes, turn.now),
        evidence: [],
        clearable: true,
        values: {
          route: route.name,
          round: round.id.slice(11),
          note: note ?? '',
          points: kind === 'missed' ? missing.length : late,
        },
      })
    }
  }
}
