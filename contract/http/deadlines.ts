import { z } from 'zod'
import { Colour } from '../panels/cases.ts'
import { route } from './route.ts'

export const DeadlineEventBody = z.object({
  type: z.enum(['extend', 'suspend', 'resume', 'return', 'resubmit', 'jurisdiction-change', 'pause']),
  on: z.string().max(20),
  days: z.int().min(1).max(366).optional(),
  note: z.string().max(200).optional(),
})

export const ComputeBody = z.object({
  rule: z.string().max(80),
  /** `YYYY-MM-DD`; for limits in hours `YYYY-MM-DDTHH:MM`. Asia/Shanghai. */
  start: z.string().max(25),
  custody: z.boolean().default(false),
  caseType: z.string().max(80).optional(),
  events: z.array(DeadlineEventBody).max(100).default([]),
})

export const LedgerRow = z.object({
  date: z.string(),
  what: z.string(),
  days: z.int().optional(),
  law: z.string().optional(),
  /** What the clock does in this step; absent where only an export dates the case. */
  clock: z.enum(['start', 'count', 'extend', 'stop', 'resume', 'restart', 'check']).optional(),
  /** The last day as it stands after this step, before holidays are looked at; null while the clock stands still. */
  end: z.string().nullable().optional(),
})

export const DeadlineAnswer = z.object({
  /** Null while the clock stands still. */
  due: z.string().nullable(),
  provisional: z.boolean(),
  rolledFrom: z.string().optional(),
  stopped: z
    .object({ by: z.enum(['suspend', 'pause', 'return']), since: z.string(), remaining: z.int().nullable() })
    .optional(),
  daysLeft: z.int().nullable(),
  colour: Colour.nullable(),
  ruleVersion: z.string(),
  legalBasis: z.string(),
  ledger: z.array(LedgerRow),
  warnings: z.array(z.string()),
})

export const DeadlineRuleItem = z.object({
  id: z.string(),
  name: z.string(),
  text: z.string(),
  unit: z.string(),
  n: z.int(),
  custodyNoRoll: z.boolean(),
  /** How long one approved extension is; null = the rule knows none. */
  extension: z.object({ unit: z.string(), n: z.int() }).nullable(),
  legalBasis: z.string(),
  effectiveFrom: z.string(),
  unverified: z.boolean(),
  versions: z.array(z.object({ effectiveFrom: z.string(), unit: z.string(), n: z.int(), legalBasis: z.string() })),
})

export const deadlineRoutes = {
  compute: route({
    id: 'computeDeadline',
    method: 'POST',
    path: '/deadlines/compute',
    summary: '计算一个期限，并逐步说明理由',
    tag: 'deadlines',
    permission: 'deadlines.read',
    body: ComputeBody,
    answer: DeadlineAnswer,
  }),
  rules: route({
    id: 'listDeadlineRules',
    method: 'GET',
    path: '/deadlines/rules',
    summary: '全部期限规则、法律依据与起效日',
    tag: 'deadlines',
    permission: 'deadlines.read',
    answer: z.object({ items: z.array(DeadlineRuleItem), cursor: z.null() }),
  }),
}
