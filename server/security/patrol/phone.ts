import { type CheckInSent, type CheckInVerdict, patrolRoutes } from '../../../contract/http/patrol.ts'
import { codeStep, patrolCode, tidyCode } from '../../../contract/patrol-code.ts'
import { type BoundRoute, bind, type Principal, type Turn } from '../../feature.ts'
import { Refusal } from '../../refusal.ts'
import { DAY_MS, type SecurityDeps } from '../context.ts'
import { type Judgement, judge } from './checkin.ts'
import { roundLabel } from './figures.ts'
import type { PhonePort } from './port.ts'
import { addCheckIns } from './repository.ts'
import { roundsBetween, roundWindow } from './rules.ts'
import { addUploads, readUploads, readUsedCodes } from './uploads.ts'

const COLLECTOR = 'checkin'
/** Half minutes around the scan in which typed letters are looked for; `CODE_GOOD_MS` of checkin.ts. */
const TYPED_STEPS = [0, -1, -2, 1]

function stepsOf({ via, step, clientAt }: CheckInSent): number[] {
  if (via === 'static') return [0]
  if (via === 'rotating') return step ? [step] : []
  const current = codeStep(clientAt)
  return [...TYPED_STEPS.map((away) => current + away).filter((one) => one > 0), 0]
}

/** Check-in by phone (protocols.md 3.2): QR of a display or plate, or the chip of a point, also uploaded later. */
export function phoneRoutes(deps: SecurityDeps, phone: PhonePort): BoundRoute[] {
  const { patrol } = deps.config.site
  const points = new Map(patrol.points.map((point) => [point.id, point]))
  return [
    bind(patrolRoutes.plan, async ({ now }) => {
      const next = roundsBetween(patrol, now - DAY_MS, now + 2 * DAY_MS, deps.calendar)
        .map((round) => ({ round, ...roundWindow(patrol, round) }))
        .find(({ closes }) => closes > now)
      return {
        points: patrol.points.map(({ id, name }) => ({ id, name })),
        routes: patrol.routes.map(({ id, name, points: ids }) => ({ id, name, points: ids })),
        next: next
          ? { label: roundLabel(next.round, now), startsAt: next.round.startsAt, closesAt: next.closes }
          : null,
      }
    }),
    bind(patrolRoutes.display, async ({ params }) => {
      const point = points.get(params.id)
      if (!point) throw new Refusal('not-found')
      const key = phone.keyOf(point.id)
      return { point: point.id, name: point.name, key, plate: await patrolCode(key, point.id, 0) }
    }),
    bind(patrolRoutes.checkIn, async ({ body, person }) => {
      const resolved = await Promise.all(body.items.map(resolve))
      return deps.records.write(async (turn) => ({ items: await take(turn, resolved, person) }))
    }),
  ]

  /** Typed letters may be of the step before, or of a plate: found out here, judged like a scan. */
  async function resolve(sent: CheckInSent): Promise<{ sent: CheckInSent; fits: boolean }> {
    const point = points.get(sent.point)
    if (!point) return { sent, fits: false }
    const code = tidyCode(sent.code)
    if (sent.via === 'nfc') return { sent, fits: code === tidyCode(point.chip) }
    for (const step of stepsOf(sent))
      if (code === (await patrolCode(phone.keyOf(point.id), point.id, step)))
        return { sent: { ...sent, via: step === 0 ? 'static' : 'rotating', step }, fits: true }
    return { sent, fits: false }
  }

  async function take(
    turn: Turn,
    items: readonly { sent: CheckInSent; fits: boolean }[],
    person: Principal,
  ): Promise<CheckInVerdict[]> {
    const hash = phone.hashOf(person)
    const before = await readUploads(
      turn.tx,
      items.map(({ sent }) => sent.id),
    )
    const used = await readUsedCodes(turn.tx, hash, [...new Set(items.map(({ sent }) => sent.point))])
    const verdicts: CheckInVerdict[] = []
    const accepted: { sent: CheckInSent; judged: Judgement }[] = []
    for (const { sent, fits } of items) {
      const code = `${sent.point} ${sent.step ?? 0}`
      const judged = judge(sent, {
        now: turn.now,
        known: points.has(sent.point),
        fits,
        used: used.has(code),
        again: before.get(sent.id)?.accepted === 1 || verdicts.some(({ id, accepted: ok }) => ok && id === sent.id),
        at: points.get(sent.point)?.place,
      })
      verdicts.push({ id: sent.id, ...judged })
      if (judged.reason !== 'taken') continue
      if (sent.via === 'rotating') used.add(code)
      accepted.push({ sent, judged })
    }
    await keep(turn, accepted, hash)
    return verdicts
  }

  async function keep(
    turn: Turn,
    accepted: readonly { sent: CheckInSent; judged: Judgement }[],
    person: string,
  ): Promise<void> {
    if (accepted.length === 0) return
    await addUploads(
      turn.tx,
      accepted.map(({ sent, judged }) => ({
        ...{ id: sent.id, point: sent.point, person, step: sent.step ?? 0, accepted: 1 },
        ...{ client_ms: sent.clientAt, server_ms: turn.now, reason: judged.reason, proof: judged.proof },
      })),
    )
    // The event that follows says the same once more and merges with it; a crash between the two loses nothing.
    await addCheckIns(
      turn.tx,
      accepted.map(({ sent, judged }) => ({
        ...{ id: `checkin-${sent.id}`, point: sent.point, at: sent.clientAt, person, wand: null },
        ...{ proof: judged.proof ?? 'none', late: judged.late },
      })),
    )
    turn.touch('patrol')
    turn.afterCommit(() =>
      deps.derive(
        accepted.map(({ sent, judged }) => ({
          ...{ type: 'patrol.checkin', collector: COLLECTOR, object: `point:${sent.point}`, at: sent.clientAt },
          key: `checkin|${sent.id}`,
          data: {
            ...{ point: sent.point, person, via: sent.via, proof: judged.proof, because: judged.because },
            ...{ late_upload: judged.late, client_at: sent.clientAt, server_at: turn.now },
          },
        })),
      ),
    )
  }
}
