import { FINDING_STAGES, isFindingOpen } from '../../contract/monitoring.ts'
import type { TaskSpec, Turn } from '../feature.ts'
import { checkOf, headOf, type MonitoringDeps, nameOf } from './context.ts'
import type { StoredFinding } from './repository.ts'

/** Who has to do something about a finding now hears of it; who had to, no longer sees it. */

/** Each stage, each round of it and each last day asks anew. */
const taskKey = ({ id, stage, refusals, due }: StoredFinding) => `flow:${id}:${stage}:${refusals}:${due ?? ''}`
export const overdueCause = ({ id }: Pick<StoredFinding, 'id'>) => `monitoring.reply-overdue:${id}`

type Wanted = Pick<TaskSpec, 'title' | 'person' | 'department' | 'role'>
/** Undefined: nobody in particular is awaited. */
function wanted(deps: MonitoringDeps, finding: StoredFinding): Wanted | undefined {
  const { site } = deps.config
  const title = checkOf(deps, finding.check)?.title ?? finding.check
  const person = site.people.some(({ id }) => id === finding.addressee) ? finding.addressee : null
  const own = { person, department: finding.department, role: null }
  switch (finding.stage) {
    case 'reminded':
      return { title: `核实并纠正：${title}`, ...own }
    case 'verbal':
      return { title: `口头提示，请纠正：${title}`, ...own }
    case 'noticed':
      return { title: `答复流程监控通知书：${title}`, ...own }
    case 'head':
      return { title: `逾期未答复，请督促：${title}`, ...own, person: headOf(deps, finding.department) }
    case 'answered':
      return { title: `审核答复：${title}`, person: null, department: null, role: 'case-management' }
    case 'deputy':
      return { title: `流程监控升级，请批示：${title}`, person: null, department: null, role: 'deputy-chief' }
    default:
      return undefined
  }
}

export function taskOf(deps: MonitoringDeps, finding: StoredFinding): TaskSpec | undefined {
  const task = wanted(deps, finding)
  if (!task) return undefined
  return {
    ...task,
    key: taskKey(finding),
    kind: 'flow-monitoring',
    why: `${finding.restricted ? '限制查看的案件' : finding.caseNo} · ${finding.words}`,
    urgency: finding.custody ? 'custody' : 'ordinary',
    severity: ['noticed', 'head', 'deputy'].includes(finding.stage) ? 'warning' : 'notice',
    due: finding.stage === 'answered' ? null : finding.due,
    link: `/monitoring/${finding.id}`,
    caseId: finding.caseId,
  }
}

/** Somebody else's now: what was asked of the old handler is asked of the new one. */
export async function handOver(deps: MonitoringDeps, turn: Turn, finding: StoredFinding): Promise<void> {
  const task = taskOf(deps, finding)
  if (!task) return
  const { key, person, department, role } = task
  await deps.tasks?.readdress(turn, [{ key, person, department, role }])
}

export async function followUp(
  deps: MonitoringDeps,
  turn: Turn,
  before: StoredFinding,
  after: StoredFinding,
): Promise<void> {
  await deps.tasks?.close(turn, [taskKey(before)], `已转为“${FINDING_STAGES[after.stage]}”`)
  const task = taskOf(deps, after)
  if (task) await deps.tasks?.open(turn, [task])
  if (after.stage === 'answered' || !isFindingOpen(after.stage) || after.due !== before.due)
    await deps.alerts.clear(turn, overdueCause(after), turn.now)
}

/** A written answer is late: told once for each last day. */
export async function tellOverdue(deps: MonitoringDeps, turn: Turn, finding: StoredFinding): Promise<void> {
  await deps.alerts.raise(turn, {
    cause: overdueCause(finding),
    rule: 'monitoring.reply-overdue',
    domain: 'case',
    object: `case:${finding.caseNo}`.slice(0, 128),
    at: turn.now,
    evidence: [],
    clearable: true,
    values: {
      caseNo: finding.restricted ? '限制查看的案件' : finding.caseNo,
      what: checkOf(deps, finding.check)?.title ?? finding.check,
      due: finding.due ?? '',
      department: nameOf(deps, finding.department),
    },
  })
}
