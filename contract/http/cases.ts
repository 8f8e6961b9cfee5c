import { z } from 'zod'
import { COLOURS, Colour } from '../panels/cases.ts'
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
  due: z.string().nullable(),
  daysLeft: z.int().nullable(),
  colour: Colour.nullable(),
  closed: z.string().nullable(),
  outcome: z.string().nullable(),
  restricted: z.boolean(),
  state: z.enum(['unassigned', 'open', 'closed']),
})
export type CaseItem = z.infer<typeof CaseItem>

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
    }),
  }),
}
