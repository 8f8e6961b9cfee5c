import type { MonitoringRules } from '../../config/monitoring.ts'
import type { RefusalId } from '../../contract/http/problem.ts'
import { type FindingStage, isFindingOpen } from '../../contract/monitoring.ts'

/**
 * Pure rules of the handling ladder (domain.md A.4): 到期提示 → 口头提示 → 流程监控通知书 → 部门负责人 → 分管副检察长. Who
 * answers does not judge the answer; a notice that has gone out is taken back by the deputy chief alone.
 */
export interface Finding {
  stage: FindingStage
  /** Person id to whom it is addressed. */
  addressee: string
  /** Department id of the addressee. */
  department: string
  /** Last day of the written answer, `YYYY-MM-DD`; null before a notice. */
  due: string | null
  /** Stage to which a refused answer goes back. */
  back: FindingStage | null
  issuedBy: string | null
  answeredBy: string | null
  refusals: number
}
export interface Actor {
  /** Person id of site.yaml. */
  id: string
  department: string
  /** Head of the own department. */
  head: boolean
}

export type Action =
  | { do: 'remind'; by: string }
  | { do: 'verbal' }
  | { do: 'notice'; by: Actor; due: string }
  | { do: 'reply'; by: Actor }
  | { do: 'accept'; by: Actor }
  /** `due`: new last day when a notice has gone out. */
  | { do: 'refuse'; by: Actor; due: string }
  /** `today` decides whether the reply is late; `early` = somebody wants it for another reason. */
  | { do: 'escalate'; today: string; early: boolean }
  | { do: 'instruct'; due: string }
  | { do: 'hand-over' }
  | { do: 'dismiss'; by: Actor; deputy: boolean }
  /** The data no longer show it. */
  | { do: 'gone' }

export type Verdict = { ok: true; next: Finding } | { ok: false; refusal: RefusalId; why: string }

const no = (why: string, refusal: RefusalId = 'unprocessable'): Verdict => ({ ok: false, refusal, why })

const FROM: Record<Action['do'], readonly FindingStage[]> = {
  remind: ['found'],
  verbal: ['found', 'reminded'],
  notice: ['found', 'reminded', 'verbal'],
  reply: ['reminded', 'verbal', 'noticed', 'head', 'deputy'],
  accept: ['answered'],
  refuse: ['answered'],
  escalate: ['noticed', 'head'],
  instruct: ['deputy'],
  'hand-over': ['deputy'],
  dismiss: ['found', 'reminded', 'verbal', 'noticed', 'answered', 'head', 'deputy'],
  gone: ['found', 'reminded', 'verbal'],
}
export const mayFrom = (stage: FindingStage, action: Action['do']): boolean => FROM[action].includes(stage)

/** A written notice has gone out: it stands until it is answered, accepted or taken back. */
export const isWritten = ({ issuedBy }: Pick<Finding, 'issuedBy'>): boolean => issuedBy !== null

/** The last day itself is in time. */
export const isReplyOverdue = ({ stage, due }: Pick<Finding, 'stage' | 'due'>, today: string): boolean =>
  ['noticed', 'head', 'deputy'].includes(stage) && due !== null && due < today

export function act(rules: MonitoringRules, finding: Finding, action: Action): Verdict {
  if (!mayFrom(finding.stage, action.do))
    return no(
      isFindingOpen(finding.stage) ? '这一步已由他人完成，或还没有轮到' : '此项已经了结，不能再处理',
      'conflict',
    )
  const to = (stage: FindingStage, change: Partial<Finding> = {}): Verdict => ({
    ok: true,
    next: { ...finding, ...change, stage },
  })
  switch (action.do) {
    case 'remind':
      return to('reminded')
    case 'verbal':
      return to('verbal')
    case 'notice':
      return action.by.id === finding.addressee
        ? no('不能给自己发流程监控通知书，请由案管部门另一人办理', 'same-person')
        : to('noticed', { issuedBy: action.by.id, due: action.due })
    case 'reply':
      return mayReply(finding, action.by)
        ? to('answered', { answeredBy: action.by.id, back: finding.stage })
        : no('只能由被监控的承办人或其部门负责人答复', 'forbidden')
    case 'accept':
      return judged(rules, finding, action.by) ?? to('corrected', { back: null })
    case 'refuse':
      return (
        judged(rules, finding, action.by) ??
        to(finding.back ?? 'reminded', {
          back: null,
          refusals: finding.refusals + 1,
          due: isWritten(finding) ? action.due : null,
        })
      )
    case 'escalate':
      return escalated(rules, finding, action, to)
    case 'instruct':
      return to('noticed', { due: action.due })
    case 'hand-over':
      return to('handed-over')
    case 'dismiss':
      if (isWritten(finding) && !action.deputy)
        return no('通知书已发出，只能由分管副检察长撤销；有误请升级报告说明', 'forbidden')
      return action.by.id === finding.addressee ? no('不能认定自己的事项不属问题', 'same-person') : to('dismissed')
    case 'gone':
      return to('corrected')
  }
}

export const mayReply = (finding: Finding, by: Actor): boolean =>
  by.id === finding.addressee || (by.head && by.department === finding.department)

function judged(rules: MonitoringRules, finding: Finding, by: Actor): Verdict | undefined {
  if (by.id === finding.answeredBy) return no('答复人不能审核自己的答复', 'same-person')
  if (by.id === finding.addressee) return no('被监控的人不能审核本事项的答复', 'same-person')
  if (!rules.issuerMayAccept && by.id === finding.issuedBy)
    return no('发通知书的人不能审核答复，请由案管部门另一人办理', 'same-person')
  return undefined
}

type To = (stage: FindingStage, change?: Partial<Finding>) => Verdict

function escalated(
  rules: MonitoringRules,
  finding: Finding,
  { today, early }: Extract<Action, { do: 'escalate' }>,
  to: To,
): Verdict {
  const next = finding.stage === 'noticed' ? 'head' : 'deputy'
  const waits = next === 'head' ? rules.escalate.headDays : rules.escalate.deputyDays
  const ripe = finding.due !== null && Temporal.PlainDate.from(finding.due).add({ days: waits }).toString() < today
  const stubborn = early && finding.refusals >= rules.refusalsToEscalate
  return ripe || stubborn
    ? to(next)
    : no(`答复期限 ${finding.due ?? '未定'} 尚未届满${waits > 0 ? `（另加 ${waits} 日）` : ''}，还不能升级`)
}
