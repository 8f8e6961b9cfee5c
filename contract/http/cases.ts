import { z } from 'zod'
import { Colour } from '../panels/cases.ts'
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

const CASE_STATES = ['unassigned', 'open', 'closed']

export const caseRoutes = {
  list: route({
    id: 'listCases',
    method: 'GET',
    path: '/cases',
    summary: '案件列表；承办检察官只看到自己的案件',
    tag: 'cases',
    permission: 'cases.read-own',
    query: PageQuery.extend({
      state: z
        .string()
        .optional()
        .transform((text) => (text ? text.split(',') : []))
        .refine((states) => states.every((state) => CASE_STATES.includes(state)), '只能是 unassigned、open、closed'),
    }),
    answer: page(CaseItem),
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
