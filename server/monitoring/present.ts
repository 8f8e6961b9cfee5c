import { officeDate } from '../../config/zone.ts'
import type { FindingDetail, FindingItem } from '../../contract/http/monitoring.ts'
import {
  FINDING_ACTIONS,
  FINDING_STAGES,
  type FindingAction,
  isFindingOpen,
  MONITORING_GROUPS,
} from '../../contract/monitoring.ts'
import { computeDeadline } from '../deadlines/rules.ts'
import type { Principal } from '../feature.ts'
import { actorOf, checkOf, departmentName, type MonitoringDeps, nameOf, personIdOf } from './context.ts'
import type { FindingScope, FindingStep, Notice, StoredFinding } from './repository.ts'
import { act, isReplyOverdue, isWritten, mayFrom, mayReply } from './rules.ts'

/** Which findings a person may see: all, those of the own department, or those addressed to them. */
export function scopeOf(deps: MonitoringDeps, who: Principal): FindingScope {
  if (who.permissions.has('monitoring.read')) return {}
  const { id, department } = actorOf(deps, who)
  return who.permissions.has('monitoring.read-department') ? { person: id, department } : { person: id }
}
export const inScope = ({ person, department }: FindingScope, finding: StoredFinding): boolean =>
  (person === undefined && department === undefined) ||
  (department !== undefined && finding.department === department) ||
  finding.addressee === person

export const noticeNumber = ({ config }: MonitoringDeps, { year, number }: Pick<Notice, 'year' | 'number'>): string =>
  `${config.monitoring.noticePrefix}〔${year}〕${number}号`

/** Last day of an answer to a notice of that day, with its reckoning. */
export const replyDeadline = ({ config, calendar }: MonitoringDeps, today: string) =>
  computeDeadline(
    { rules: config.deadlines, calendar },
    { rule: config.monitoring.replyRule, start: today, custody: false, events: [] },
  )

/** Names each field that may leave. */
export function presentFinding(
  deps: MonitoringDeps,
  finding: StoredFinding,
  notice: Notice | undefined,
  now: number,
): FindingItem {
  const today = Temporal.PlainDate.from(officeDate(now))
  const waits = finding.due !== null && ['noticed', 'head', 'deputy'].includes(finding.stage)
  return {
    id: finding.id,
    caseId: finding.caseId,
    caseNo: finding.caseNo,
    check: finding.check,
    title: checkOf(deps, finding.check)?.title ?? finding.check,
    group: finding.group,
    groupName: MONITORING_GROUPS[finding.group],
    stage: finding.stage,
    stageName: FINDING_STAGES[finding.stage],
    words: finding.words,
    day: finding.day,
    department: departmentName(deps.config, finding.department),
    addressee: nameOf(deps, finding.addressee),
    custody: finding.custody,
    restricted: finding.restricted,
    due: finding.due,
    daysLeft:
      waits && finding.due !== null
        ? today.until(Temporal.PlainDate.from(finding.due), { largestUnit: 'days' }).days
        : null,
    overdue: isReplyOverdue(finding, today.toString()),
    noticeNo: notice ? noticeNumber(deps, notice) : null,
    gone: finding.gone && isFindingOpen(finding.stage),
    version: finding.version,
    foundAt: finding.foundMs,
    movedAt: finding.movedMs,
  }
}

export function presentDetail(
  deps: MonitoringDeps,
  { finding, notice, steps }: { finding: StoredFinding; notice: Notice | undefined; steps: readonly FindingStep[] },
  who: Principal,
  now: number,
): FindingDetail {
  const check = checkOf(deps, finding.check)
  return {
    ...presentFinding(deps, finding, notice, now),
    unit: deps.config.site.unit,
    demo: deps.config.site.demo,
    measure: check?.measure ?? 'remind',
    basis: check?.basis ?? deps.config.monitoring.legal_basis,
    unverified: check?.unverified ?? false,
    rulesVersion: finding.rulesVersion,
    grounds: finding.evidence.grounds,
    facts: Object.entries(finding.evidence.facts).map(([label, text]) => ({ label, text })),
    events: finding.evidence.events,
    actions: actionsOf(deps, finding, who, officeDate(now)),
    steps: steps.map(({ seq, kind, by, at, from, to, body }) => ({
      seq,
      kind,
      kindName: FINDING_ACTIONS[kind],
      by: nameOf(deps, by),
      at,
      from,
      to,
      toName: FINDING_STAGES[to],
      text: stepText(body),
    })),
    notice: notice
      ? {
          number: noticeNumber(deps, notice),
          issuedBy: nameOf(deps, notice.issued_by),
          issuedDay: notice.issued_day,
          due: finding.due ?? notice.due,
          facts: notice.facts,
          demand: notice.demand,
          answeredAt: notice.answered_ms === null ? null : Number(notice.answered_ms),
          inTime: notice.in_time === null ? null : notice.in_time === 1,
          ledger: replyDeadline(deps, notice.issued_day).ledger.map(({ date, what, law }, at) => ({
            date,
            // The engine speaks of cases: what starts this clock is the notice.
            what: at === 0 ? '发出通知书，当日不计' : what,
            law,
          })),
        }
      : null,
  }
}

const stepText = (body: Record<string, unknown>): string =>
  ['words', 'text', 'measures', 'facts', 'demand']
    .flatMap((key) => (typeof body[key] === 'string' && body[key] !== '' ? [body[key]] : []))
    .join('；')

/** What stands open to this person; the rules refuse all the same. */
function actionsOf(deps: MonitoringDeps, finding: StoredFinding, who: Principal, today: string): FindingAction[] {
  const may = (permission: string) => who.permissions.has(permission)
  const me = personIdOf(deps, who)
  const self = me !== null && (me === finding.addressee || me === finding.answeredBy)
  const open = (['remind', 'verbal', 'notice', 'accept', 'refuse'] as const).filter(
    (action) => may('monitoring.write') && mayFrom(finding.stage, action) && !(action !== 'remind' && self),
  )
  const answers = may('monitoring.answer') && me !== null && mayReply(finding, actorOf(deps, who))
  const ripe = act(deps.config.monitoring, finding, { do: 'escalate', today, early: true }).ok
  const takesBack = isWritten(finding) ? may('monitoring.decide') : may('monitoring.write')
  return [
    ...open,
    ...(answers && mayFrom(finding.stage, 'reply') ? (['reply'] as const) : []),
    ...(may('monitoring.write') && ripe ? (['escalate'] as const) : []),
    ...(may('monitoring.decide') && mayFrom(finding.stage, 'instruct') ? (['instruct', 'hand-over'] as const) : []),
    ...(takesBack && mayFrom(finding.stage, 'dismiss') && me !== finding.addressee ? (['dismiss'] as const) : []),
  ]
}
