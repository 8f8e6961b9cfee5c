import { officeDate, officeTime } from '../../config/zone.ts'
import { FINDING_ACTIONS, FINDING_STAGES } from '../../contract/monitoring.ts'
import type { Turn } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { type MonitoringDeps, nameOf } from './context.ts'
import { addStep, answerNotice, findFinding, moveFinding, type StoredFinding, stepsOf } from './repository.ts'
import { type Action, act, isReplyOverdue, isWritten } from './rules.ts'
import { followUp } from './tell.ts'

/** Every step of a finding is one turn: the rule decides, the history keeps it, tasks and alerts follow. */

/** Loads a finding for a step of somebody who saw `version`. @throws Refusal 409 that says what has happened meanwhile */
export async function seen(deps: MonitoringDeps, turn: Turn, id: string, version: number): Promise<StoredFinding> {
  const finding = await findFinding(turn.tx, id)
  if (!finding) throw new Refusal('not-found', '没有这项流程监控发现')
  if (finding.version !== version) throw await movedOn(deps, turn, finding)
  return finding
}

async function movedOn(deps: MonitoringDeps, turn: Turn, finding: StoredFinding): Promise<Refusal> {
  const last = (await stepsOf(turn.tx, finding.id)).at(-1)
  const who = last ? nameOf(deps, last.by) : '他人'
  const at = officeTime(last?.at ?? turn.now)
    .toPlainTime()
    .toString({ smallestUnit: 'minute' })
  const what = last ? FINDING_ACTIONS[last.kind] : '处理'
  return new Refusal(
    'conflict',
    `此项已由${who}于 ${at} 处理（${what}），现为“${FINDING_STAGES[finding.stage]}”，请刷新后再决定`,
  )
}

/** @throws Refusal with the rule's reason */
export async function moveOn(
  deps: MonitoringDeps,
  turn: Turn,
  before: StoredFinding,
  action: Action,
  how: { by: string; body: Record<string, unknown>; change?: Partial<StoredFinding> },
): Promise<StoredFinding> {
  const verdict = act(deps.config.monitoring, before, action)
  if (!verdict.ok) throw new Refusal(verdict.refusal, verdict.why)
  const after: StoredFinding = {
    ...before,
    ...verdict.next,
    ...how.change,
    version: before.version + 1,
    movedMs: turn.now,
  }
  if (!(await moveFinding(turn.tx, before, after))) throw new Refusal('conflict')
  await addStep(turn.tx, before.id, {
    seq: after.version,
    kind: action.do,
    by: how.by,
    at: turn.now,
    from: before.stage,
    to: after.stage,
    body: how.body,
  })
  if (action.do === 'reply' && isWritten(before))
    await answerNotice(turn.tx, before.id, turn.now, !isReplyOverdue(before, officeDate(turn.now)))
  await followUp(deps, turn, before, after)
  return after
}

/** Something that is worth a line of history but moves nothing. */
export async function note(
  turn: Turn,
  before: StoredFinding,
  kind: 'gone' | 'readdress',
  how: { by: string; body: Record<string, unknown>; change: Partial<StoredFinding> },
): Promise<StoredFinding> {
  const after: StoredFinding = { ...before, ...how.change, version: before.version + 1, movedMs: turn.now }
  if (!(await moveFinding(turn.tx, before, after))) throw new Refusal('conflict')
  const { stage } = before
  await addStep(turn.tx, before.id, {
    seq: after.version,
    kind,
    by: how.by,
    at: turn.now,
    from: stage,
    to: stage,
    body: how.body,
  })
  return after
}
