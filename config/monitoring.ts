import { z } from 'zod'
import { MEASURE_IDS, MONITORING_GROUP_IDS } from '../contract/monitoring.ts'

/** rules/monitoring.yaml: what flow monitoring looks at, by group of the 2016 regulation, and its ladder. */

const id = z.string().regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, '只能用小写字母、数字、点和连字符')
const text = z.string().min(1)
const days = z.int().min(0).max(366)

/** What is known of a case, one word each. `null` = unknown: no condition is met by what is not known. */
export const FACTS = {
  state: '状态',
  custody: '在押',
  coercion: '强制措施',
  node: '当前节点',
  nodes: '经过节点',
  daysSinceAccepted: '受理后日数',
  workdaysToAssign: '受理至分案工作日数',
  daysLeft: '法定剩余日数',
  daysLateClosed: '办结晚于期限日数',
  closedOnRestDay: '办结日为休息日',
  daysAtNode: '停留当前节点日数',
  extensions: '期限变更次数',
  unapprovedHandlerChanges: '无审批的承办人变更次数',
  handlerDiffersFromDraw: '承办人与分案结果不一致',
  entryLagDays: '受理日与录入日相差日数',
  hasOutcome: '已填结论',
  hasDue: '已载明期限',
  hasCause: '已填案由',
  formOverdueDays: '质量检查表逾期日数',
} as const
export type FactName = keyof typeof FACTS
const factName = z.enum(Object.keys(FACTS) as [FactName, ...FactName[]])

/** One condition on one fact; all of a check's conditions must be met. `before`: earlier in the sequence of its kind. */
export const MonitoringCondition = z.union(
  [
    z.strictObject({ fact: factName, is: z.union([z.string(), z.boolean()]) }),
    z.strictObject({ fact: factName, in: z.array(text).min(1) }),
    z.strictObject({ fact: factName, atLeast: z.number() }),
    z.strictObject({ fact: factName, atMost: z.number() }),
    z.strictObject({ fact: factName, lacks: text }),
    z.strictObject({ fact: factName, before: text }),
    z.strictObject({ fact: factName, empty: z.literal(true) }),
  ],
  '条件写成 { fact: 事实, is / in / atLeast / atMost / lacks / before / empty: 值 }',
)
export type MonitoringCondition = z.output<typeof MonitoringCondition>

export const MonitoringCheck = z.strictObject({
  id,
  group: z.enum(MONITORING_GROUP_IDS),
  title: text,
  /** Kinds of flow.yaml; empty = every kind. */
  kinds: z.array(z.string()).default([]),
  /** Empty = the data cannot show it: registered by hand. */
  when: z.array(MonitoringCondition).default([]),
  /** Sentence with `{fact}` placeholders. */
  words: z.string().default(''),
  basis: text,
  measure: z.enum(MEASURE_IDS),
  /** The first reminder goes out by itself. */
  auto: z.boolean().default(false),
  /** What opens a new finding of the same check in the same case. */
  run: z.enum(['case', 'due', 'node']).default('case'),
  /** The day that a finding belongs to: of discovery, or on which the case was concluded. */
  day: z.enum(['today', 'closed']).default('today'),
  enabled: z.boolean().default(true),
  /** Limits of law that somebody must still compare with the text. */
  unverified: z.boolean().default(false),
})
export type MonitoringCheck = z.output<typeof MonitoringCheck>

export const MonitoringRules = z
  .strictObject({
    version: text,
    effective_from: z.iso.date(),
    legal_basis: text,
    /** Concluded cases are looked at that long. */
    closedDays: days,
    /** What was concluded longer ago when it is found is only counted: 历史登记. */
    recordOnlyDays: days,
    /** Rule of deadlines.yaml for the written answer. */
    replyRule: text,
    /** 〔年〕号 of a notice begins with this. */
    noticePrefix: text,
    /** Days past the reply's due day after which it goes to the head, and on to the deputy chief. */
    escalate: z.strictObject({ headDays: days, deputyDays: days }),
    /** After so many refused answers it may be escalated before its day. */
    refusalsToEscalate: z.int().min(1),
    /** Who issued the notice does not judge the answer. */
    issuerMayAccept: z.boolean(),
    headTitles: z.array(text).min(1),
    managementDepartment: text,
    /** Kind → nodes in their order. */
    sequences: z.record(z.string(), z.array(text).min(2)),
    checks: z.array(MonitoringCheck).min(1),
  })
  .superRefine((rules, context) => {
    const seen = new Set<string>()
    rules.checks.forEach((check, at) => {
      const complain = (path: PropertyKey[], message: string) =>
        context.addIssue({ code: 'custom', path: ['checks', at, ...path], message })
      if (seen.has(check.id)) complain(['id'], `“${check.id}” 重复`)
      seen.add(check.id)
      if (check.when.length > 0 && check.words === '') complain(['when'], '自动检查须写 words：向承办人说明发现了什么')
      for (const [, name] of check.words.matchAll(/\{(\w+)\}/g))
        if (!(name !== undefined && name in FACTS)) complain(['words'], `没有事实 {${name}}`)
      check.when.forEach((one, n) => {
        if (!('before' in one)) return
        const known = check.kinds.length > 0 && check.kinds.every((kind) => rules.sequences[kind]?.includes(one.before))
        if (!known) complain(['when', n], `before 须限定 kinds，且每一类的 sequences 里都有节点 “${one.before}”`)
      })
    })
  })
export type MonitoringRules = z.output<typeof MonitoringRules>
