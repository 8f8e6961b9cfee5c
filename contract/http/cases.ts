import { z } from 'zod'
import { COLOURS, Colour } from '../panels/cases.ts'
import { DeadlineAnswer, DeadlineEventBody, LedgerRow } from './deadlines.ts'
import { PageQuery, page, route } from './route.ts'

export const CaseItem = z.object({
  id: z.string(),
  caseNo: z.string(),
  unifiedNo: z.string().nullable(),
  type: z.string(),
  kind: z.string(),
  cause: z.string().nullable(),
  department: z.string().nullable(),
  /** Employee number of the handler; null before assignment. */
  handler: z.string().nullable(),
  node: z.string().nullable(),
  custody: z.boolean(),
  coercion: z.string().nullable(),
  accepted: z.string().nullable(),
  assigned: z.string().nullable(),
  /** Our own result; where our engine has no rule, the export's day. Null while the clock stands still. */
  due: z.string().nullable(),
  /** As the case system's export names it. */
  exportedDue: z.string().nullable(),
  /** The two are not the same: show both. */
  differs: z.boolean(),
  /** The work calendar of that year is not published yet. */
  provisional: z.boolean(),
  /** Which limit `due` is, e.g. 审查起诉; null = not reckoned yet. */
  clock: z.string().nullable(),
  daysLeft: z.int().nullable(),
  colour: Colour.nullable(),
  closed: z.string().nullable(),
  outcome: z.string().nullable(),
  restricted: z.boolean(),
  state: z.enum(['unassigned', 'open', 'closed']),
})
export type CaseItem = z.infer<typeof CaseItem>

/** A result that no longer holds; kept for good. */
export const PastDeadline = z.object({
  clock: z.string(),
  version: z.int(),
  due: z.string().nullable(),
  provisional: z.boolean(),
  ruleVersion: z.string(),
  ledger: z.array(LedgerRow),
  computedAt: z.int(),
  until: z.int(),
  /** Why another result took its place, for people. */
  because: z.string(),
})
/** 期限事项: what moves the clock of a case. */
export const CaseAct = DeadlineEventBody.extend({
  id: z.string(),
  label: z.string(),
  note: z.string(),
  /** `desk`: registered by a person; `node`, `due`: told by the export. */
  source: z.enum(['desk', 'node', 'due']),
  by: z.string().nullable(),
  at: z.int(),
  void: z.object({ at: z.int(), by: z.string(), note: z.string() }).nullable(),
})
export const CaseClock = DeadlineAnswer.extend({
  clock: z.string(),
  /** The limit of the case itself. */
  main: z.boolean(),
  rule: z.string().nullable(),
  start: z.string().nullable(),
  custody: z.boolean(),
  /** 退补 and 改变管辖 begin a new run. */
  run: z.int(),
  version: z.int(),
  computedAt: z.int(),
  because: z.string(),
  /** Why our engine could not reckon it; the day is then the export's. */
  problem: z.string().nullable(),
})
/** Days off between start and end that are no plain weekends, and weekends that were worked (调休). */
const Calendar = z.object({
  holidays: z.array(z.object({ from: z.iso.date(), to: z.iso.date(), name: z.string().nullable() })),
  makeUp: z.array(z.iso.date()),
})
export type CaseCalendar = z.infer<typeof Calendar>
/** The explained deadline of a case: the answer of /deadlines/compute for what runs now, and everything beside it. */
export const CaseLedger = DeadlineAnswer.extend({
  caseId: z.string(),
  caseNo: z.string(),
  clock: z.string().nullable(),
  exportedDue: z.string().nullable(),
  differs: z.boolean(),
  /** Both days in one sentence when they differ. */
  difference: z.string().nullable(),
  calendar: Calendar,
  clocks: z.array(CaseClock),
  acts: z.array(CaseAct),
  previous: z.array(PastDeadline),
})
export type CaseLedger = z.infer<typeof CaseLedger>

const some = (words: readonly string[]) =>
  z
    .string()
    .max(200)
    .optional()
    .transform((text) => (text ? text.split(',') : []))
    .refine((chosen) => chosen.every((one) => words.includes(one)), `只能是 ${words.join('、')}，多个用逗号分开`)
const yes = z.enum(['true', 'false']).optional()

/** Conditions of the list, of its summary and of its export: one shape, so one set of numbers. */
export const CaseFilters = z.object({
  state: some(['unassigned', 'open', 'closed']),
  /** Parts of a case number, words, pinyin or initials, parted by blanks; full width counts as half width. */
  q: z.string().max(100).optional(),
  colour: some(COLOURS),
  custody: yes,
  /** In custody and past the limit. */
  overDetention: yes,
  /** Name as in the list. */
  department: z.string().max(200).optional(),
})
export type CaseFilters = z.output<typeof CaseFilters>

export const CaseSummary = z.object({
  total: z.int(),
  byColour: z.record(Colour, z.int()),
  custody: z.int(),
  overDetention: z.int(),
  unassigned: z.int(),
})

export const caseRoutes = {
  list: route({
    id: 'listCases',
    method: 'GET',
    path: '/cases',
    summary: '案件列表；承办检察官只看到自己的案件',
    tag: 'cases',
    permission: 'cases.read-own',
    query: PageQuery.extend({
      ...CaseFilters.shape,
      /** `urgency`: in custody first, then the earliest due date. `closed`: the last closed first. */
      sort: z.enum(['id', 'urgency', 'closed']).default('id'),
    }),
    answer: page(CaseItem),
  }),
  summary: route({
    id: 'summariseCases',
    method: 'GET',
    path: '/cases/summary',
    summary: '同一条件下的件数：总数、四色（不受颜色条件影响）、在押、超期羁押、待分案',
    tag: 'cases',
    permission: 'cases.read-own',
    query: CaseFilters,
    answer: CaseSummary,
  }),
  get: route({
    id: 'getCase',
    method: 'GET',
    path: '/cases/{id}',
    summary: '一件案件与其经过',
    tag: 'cases',
    permission: 'cases.read-own',
    params: z.object({ id: z.string().max(64) }),
    answer: CaseItem.extend({
      history: z.array(z.object({ at: z.int(), type: z.string(), label: z.string(), what: z.string() })),
      /** Earlier results of our own engine, newest first. */
      previous: z.array(PastDeadline),
    }),
  }),
  ledger: route({
    id: 'caseLedger',
    method: 'GET',
    path: '/cases/{id}/ledger',
    summary: '一件案件的期限是怎样算出的：逐步理由、期限事项、与导出的差异、以往结果',
    tag: 'cases',
    permission: 'cases.read-own',
    params: z.object({ id: z.string().max(64) }),
    answer: CaseLedger,
  }),
  register: route({
    id: 'registerCaseAct',
    method: 'POST',
    path: '/cases/{id}/acts',
    summary: '登记期限事项（延长、退补、中止等），随即重新推算；推不通的不予登记',
    tag: 'cases',
    permission: 'cases.register',
    params: z.object({ id: z.string().max(64) }),
    body: z.strictObject({
      ...DeadlineEventBody.shape,
      on: z.iso.date('日期须为 YYYY-MM-DD'),
      note: z.string().trim().min(2, '请写明依据，如批准文号').max(200),
    }),
    answer: CaseLedger,
  }),
  voidAct: route({
    id: 'voidCaseAct',
    method: 'POST',
    path: '/cases/{id}/acts/{actId}/void',
    summary: '撤销登记错的期限事项，留痕并重新推算',
    tag: 'cases',
    permission: 'cases.register',
    params: z.object({ id: z.string().max(64), actId: z.string().max(64) }),
    body: z.strictObject({ note: z.string().trim().min(2, '请写明撤销理由').max(200) }),
    answer: CaseLedger,
  }),
}
