import { officeDate, officeTime } from '../../config/zone.ts'
import { monitoringRoutes } from '../../contract/http/monitoring.ts'
import { type BoundRoute, bind, type Principal, type Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { actorOf, checkOf, type MonitoringDeps } from './context.ts'
import { moveOn, seen } from './moves.ts'
import { inScope, replyDeadline, scopeOf } from './present.ts'
import { addStep, findingsOfCases, insertFindings, insertNotice, nextNumber, type StoredFinding } from './repository.ts'
import { readDetail } from './routes.ts'
import type { Action, Actor } from './rules.ts'
import { caseFacts, newFinding } from './sweep.ts'

/** Steps that people take. Each says which version of the finding they have seen. */
export function workingRoutes(deps: MonitoringDeps): BoundRoute[] {
  const { records } = deps
  interface StepCall {
    params: { id: string }
    person: Principal
    now: number
    body: { version: number }
  }
  const step = async (
    call: StepCall,
    action: (by: Actor, today: string) => Action,
    also?: (turn: Turn, after: StoredFinding) => Promise<void>,
  ) => {
    const by = actorOf(deps, call.person)
    const { version, ...body } = call.body
    await records.write(async (turn) => {
      const before = await seen(deps, turn, call.params.id, version)
      if (!inScope(scopeOf(deps, call.person), before)) throw new Refusal('not-found', '没有这项发现，或无权查看')
      const after = await moveOn(deps, turn, before, action(by, officeDate(turn.now)), { by: by.id, body })
      await also?.(turn, after)
      turn.touch('flow')
    })
    return readDetail(deps, call.params.id, call.person, call.now)
  }
  const nextDue = (today: string): string => replyDeadline(deps, today).due ?? today
  return [
    bind(monitoringRoutes.create, async ({ body, person, now }) => {
      const by = actorOf(deps, person)
      const id = await records.write((turn) => register(deps, turn, body, by))
      return readDetail(deps, id, person, now)
    }),
    bind(monitoringRoutes.remind, (call) => step(call, (by) => ({ do: 'remind', by: by.id }))),
    bind(monitoringRoutes.verbal, (call) => step(call, () => ({ do: 'verbal' }))),
    bind(monitoringRoutes.notice, (call) =>
      step(
        call,
        (by, today) => ({ do: 'notice', by, due: nextDue(today) }),
        (turn, after) => issue(turn, after, call.body, deps.newId()),
      ),
    ),
    bind(monitoringRoutes.reply, (call) => step(call, (by) => ({ do: 'reply', by }))),
    bind(monitoringRoutes.decide, (call) =>
      step(call, (by, today) =>
        call.body.accepted ? { do: 'accept', by } : { do: 'refuse', by, due: nextDue(today) },
      ),
    ),
    bind(monitoringRoutes.escalate, (call) => step(call, (_by, today) => ({ do: 'escalate', today, early: true }))),
    bind(monitoringRoutes.instruct, (call) =>
      step(call, (_by, today) =>
        call.body.outcome === 'urge' ? { do: 'instruct', due: nextDue(today) } : { do: 'hand-over' },
      ),
    ),
    bind(monitoringRoutes.dismiss, (call) => step(call, (by) => ({ do: 'dismiss', by, deputy: false }))),
    bind(monitoringRoutes.withdraw, (call) => step(call, (by) => ({ do: 'dismiss', by, deputy: true }))),
  ]
}

/** The notice's number is taken in the same turn: no gap, no double. */
async function issue(
  turn: Turn,
  finding: StoredFinding,
  { facts, demand }: { facts: string; demand: string },
  id: string,
): Promise<void> {
  const { year } = officeTime(turn.now)
  await insertNotice(turn.tx, {
    id,
    finding_id: finding.id,
    year,
    number: await nextNumber(turn.tx, year),
    issued_by: finding.issuedBy ?? '',
    issued_day: officeDate(turn.now),
    due: finding.due ?? officeDate(turn.now),
    facts,
    demand,
    answered_ms: null,
    in_time: null,
  })
}

/** A finding by hand; the same check in the same case on the same day is one. */
async function register(
  deps: MonitoringDeps,
  turn: Turn,
  { caseId, check: checkId, text }: { caseId: string; check: string; text: string },
  by: Actor,
): Promise<string> {
  const check = checkOf(deps, checkId)
  if (!check?.enabled)
    throw new Refusal('unprocessable', '没有这个检查项', [{ path: 'check', message: '没有这个检查项' }])
  const [one] = await deps.cases.byIds(turn.tx, [caseId])
  if (!one) throw new Refusal('not-found', '没有这件案件')
  if (check.kinds.length > 0 && !check.kinds.includes(one.kind))
    throw new Refusal('unprocessable', `“${check.title}”不适用于${one.typeName}案件`)
  const run = `manual ${officeDate(turn.now)}`
  const known = await findingsOfCases(turn.tx, [caseId])
  if (known.some((finding) => finding.check === checkId && finding.run === run))
    throw new Refusal('conflict', '今天已登记过同一案件的同一问题')
  const finding: StoredFinding = {
    ...newFinding(deps, turn, one),
    check: checkId,
    run,
    group: check.group,
    stage: 'found',
    words: text,
    evidence: { grounds: [], events: one.history.slice(-10).map(({ eventId }) => eventId), facts: caseFacts(one) },
  }
  await insertFindings(turn.tx, [finding])
  const body = { words: text, rules: deps.config.monitoring.version }
  await addStep(turn.tx, finding.id, {
    seq: 1,
    kind: 'found',
    by: by.id,
    at: turn.now,
    from: 'found',
    to: 'found',
    body,
  })
  turn.touch('flow')
  return finding.id
}
