import { z } from 'zod'
import {
  FINDING_ACTIONS,
  FINDING_STAGE_IDS,
  type FindingAction,
  MEASURE_IDS,
  MONITORING_GROUP_IDS,
} from '../monitoring.ts'
import { PageQuery, page, route } from './route.ts'

/** 案件流程监控 over HTTP (domain.md A.4). */
const Stage = z.enum(FINDING_STAGE_IDS)
const Group = z.enum(MONITORING_GROUP_IDS)
const Action = z.enum(Object.keys(FINDING_ACTIONS) as [FindingAction, ...FindingAction[]])
const day = z.iso.date()

export const FindingItem = z.object({
  id: z.string(),
  caseId: z.string(),
  caseNo: z.string(),
  check: z.string(),
  title: z.string(),
  group: Group,
  groupName: z.string(),
  stage: Stage,
  stageName: z.string(),
  /** What was found, one sentence. */
  words: z.string(),
  /** Day that it belongs to. */
  day,
  department: z.string(),
  /** Name of the person to whom it is addressed; the department when there is none. */
  addressee: z.string(),
  custody: z.boolean(),
  restricted: z.boolean(),
  /** Last day of the written answer; null before a notice. */
  due: day.nullable(),
  /** 0 = today, negative = past; null when no answer is awaited. */
  daysLeft: z.int().nullable(),
  overdue: z.boolean(),
  /** Number of the written notice; null = none. */
  noticeNo: z.string().nullable(),
  /** The data no longer show it, while a notice still wants its answer. */
  gone: z.boolean(),
  version: z.int(),
  foundAt: z.int(),
  movedAt: z.int(),
})
export type FindingItem = z.infer<typeof FindingItem>

export const FindingDetail = FindingItem.extend({
  /** Name of the procuratorate, for the notice. */
  unit: z.string(),
  /** Everything is generated: said on the notice too. */
  demo: z.boolean(),
  measure: z.enum(MEASURE_IDS),
  basis: z.string(),
  unverified: z.boolean(),
  rulesVersion: z.string(),
  /** Conditions of the check, each with the fact that met it. */
  grounds: z.array(z.object({ fact: z.string(), label: z.string(), value: z.string(), condition: z.string() })),
  /** The case as it was when it was found. */
  facts: z.array(z.object({ label: z.string(), text: z.string() })),
  events: z.array(z.string()),
  /** What the caller may do now. */
  actions: z.array(Action),
  steps: z.array(
    z.object({
      seq: z.int(),
      kind: Action,
      kindName: z.string(),
      by: z.string(),
      at: z.int(),
      from: Stage,
      to: Stage,
      toName: z.string(),
      text: z.string(),
    }),
  ),
  notice: z
    .object({
      number: z.string(),
      issuedBy: z.string(),
      issuedDay: day,
      due: day,
      facts: z.string(),
      demand: z.string(),
      answeredAt: z.int().nullable(),
      inTime: z.boolean().nullable(),
      ledger: z.array(z.object({ date: z.string(), what: z.string(), law: z.string().optional() })),
    })
    .nullable(),
})
export type FindingDetail = z.infer<typeof FindingDetail>

export const MonitoringCheckItem = z.object({
  id: z.string(),
  group: Group,
  groupName: z.string(),
  title: z.string(),
  /** False: the data cannot show it, it is registered by hand. */
  automatic: z.boolean(),
  /** Kinds of case that it looks at; empty = every kind. */
  kinds: z.array(z.string()),
  enabled: z.boolean(),
  conditions: z.array(z.string()),
  basis: z.string(),
  measure: z.enum(MEASURE_IDS),
  unverified: z.boolean(),
})

const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, '写成 YYYY-MM')
const count = z.int()
export const MonitoringReport = z.object({
  month,
  caption: z.string(),
  rulesVersion: z.string(),
  unit: z.string(),
  total: count,
  /** Mean of up to twelve months before; null = monitoring had not begun. */
  before: z.number().nullable(),
  groups: z.array(
    z.object({
      group: Group,
      name: z.string(),
      count,
      percent: z.number().nullable(),
      before: z.number().nullable(),
    }),
  ),
  checks: z.array(
    z.object({ check: z.string(), title: z.string(), group: Group, count, previous: count, repeated: z.boolean() }),
  ),
  /** Twelve months, the last is `month`. `count` null = before monitoring; `recorded` = only concluded cases were looked at. */
  trend: z.array(z.object({ month: z.string(), count: count.nullable(), recorded: z.boolean() })),
  handled: z.object({ corrected: count, dismissed: count, open: count, recorded: count }),
  notices: z.object({ issued: count, due: count, inTime: count, late: count, waiting: count, corrected: count }),
})
export type MonitoringReport = z.infer<typeof MonitoringReport>

const params = z.object({ id: z.string().max(64) })
const words = (least: number) => z.string().trim().min(least, `请写明，至少 ${least} 个字`).max(2000)
/** The version that the caller has seen: a step on an older one is refused with what happened meanwhile. */
const version = z.int().min(1)
const list = (allowed: readonly string[]) =>
  z
    .string()
    .max(300)
    .optional()
    .transform((text) => (text ? text.split(',') : []))
    .refine((given) => given.every((one) => allowed.includes(one)), `只能是 ${allowed.join('、')}`)

const step = <Body extends z.ZodType>(id: string, path: string, permission: string, summary: string, body: Body) =>
  route({
    id,
    method: 'POST',
    path: `/monitoring/findings/{id}/${path}`,
    tag: 'monitoring',
    permission,
    summary,
    params,
    body,
    answer: FindingDetail,
  })

/** Conditions of both lists and of their export. */
export const FindingFilters = z.object({
  stage: list([...FINDING_STAGE_IDS, 'open']),
  group: list(MONITORING_GROUP_IDS),
  check: z.string().max(64).optional(),
  department: z.string().max(64).optional(),
  caseId: z.string().max(64).optional(),
  overdue: z.enum(['true']).optional(),
  /** Only what is addressed to the caller. */
  mine: z.enum(['true']).optional(),
})
export type FindingFilters = z.output<typeof FindingFilters>

export const monitoringRoutes = {
  checks: route({
    id: 'listMonitoringChecks',
    method: 'GET',
    path: '/monitoring/checks',
    tag: 'monitoring',
    permission: 'monitoring.read-own',
    summary: '流程监控的检查项：条件、依据、处置方式；按《规定》的分组，不按数量',
    answer: z.object({ version: z.string(), legalBasis: z.string(), items: z.array(MonitoringCheckItem) }),
  }),
  list: route({
    id: 'listFindings',
    method: 'GET',
    path: '/monitoring/findings',
    tag: 'monitoring',
    permission: 'monitoring.read-own',
    summary: '流程监控发现，新的在前；承办人只看到自己的，部门负责人看到本部门的；stage=open 为全部未了结',
    query: PageQuery.extend(FindingFilters.shape),
    answer: page(FindingItem).extend({
      /** Of everything that the caller may see, by stage, whatever the filter. */
      stages: z.record(z.string(), z.int()),
    }),
  }),
  notices: route({
    id: 'listFlowNotices',
    method: 'GET',
    path: '/monitoring/notices',
    tag: 'monitoring',
    permission: 'monitoring.read-own',
    summary: '发出过流程监控通知书的发现；条件同 /monitoring/findings',
    query: PageQuery.extend(FindingFilters.shape),
    answer: page(FindingItem),
  }),
  get: route({
    id: 'getFinding',
    method: 'GET',
    path: '/monitoring/findings/{id}',
    tag: 'monitoring',
    permission: 'monitoring.read-own',
    summary: '一项发现：满足了哪些条件、依据、经过、通知书与答复',
    params,
    answer: FindingDetail,
  }),
  create: route({
    id: 'registerFinding',
    method: 'POST',
    path: '/monitoring/findings',
    tag: 'monitoring',
    permission: 'monitoring.write',
    status: 201,
    summary: '人工登记一项发现；数据看不出来的检查项用此登记',
    body: z.object({ caseId: z.string().min(1).max(64), check: z.string().min(1).max(64), text: words(4) }),
    answer: FindingDetail,
  }),
  remind: step('remindFinding', 'remind', 'monitoring.write', '发出到期提示', z.object({ version, text: words(2) })),
  verbal: step(
    'verballyWarn',
    'verbal',
    'monitoring.write',
    '口头提示，写明向谁、何时提示',
    z.object({ version, text: words(4) }),
  ),
  notice: step(
    'issueFlowNotice',
    'notice',
    'monitoring.write',
    '发出流程监控通知书，期限内书面答复',
    z.object({ version, facts: words(4), demand: words(4) }),
  ),
  reply: step(
    'replyFinding',
    'reply',
    'monitoring.answer',
    '书面答复：承办人本人或其部门负责人',
    z.object({ version, text: words(4), measures: z.string().trim().max(2000).default('') }),
  ),
  decide: step(
    'decideReply',
    'decision',
    'monitoring.write',
    '审核答复：认可，或退回补充；答复人不能审核自己的答复',
    z.object({ version, accepted: z.boolean(), text: words(2) }),
  ),
  escalate: step(
    'escalateFinding',
    'escalate',
    'monitoring.write',
    '升级：先报部门负责人，再报分管副检察长；须逾期未答复或答复屡次被退回',
    z.object({ version, text: words(4) }),
  ),
  instruct: step(
    'instructFinding',
    'instruct',
    'monitoring.decide',
    '分管副检察长批示：限期答复，或移送检务督察',
    z.object({ version, outcome: z.enum(['urge', 'hand-over']), text: words(4) }),
  ),
  dismiss: step(
    'dismissFinding',
    'dismiss',
    'monitoring.write',
    '认定不属问题，写明理由；通知书发出后只能由分管副检察长撤销',
    z.object({ version, text: words(10) }),
  ),
  withdraw: step(
    'withdrawFlowNotice',
    'withdraw',
    'monitoring.decide',
    '撤销已发出的通知书，写明理由',
    z.object({ version, text: words(10) }),
  ),
  report: route({
    id: 'monitoringReport',
    method: 'GET',
    path: '/monitoring/report',
    tag: 'monitoring',
    permission: 'monitoring.report',
    summary: '月度流程监控通报：按问题类别的数量、结构、与自身过去相比；不涉及个人和部门',
    query: z.object({ month: month.optional() }),
    answer: MonitoringReport,
  }),
}
