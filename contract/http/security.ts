import { z } from 'zod'
import { DoorMark } from '../panels/security.ts'
import { page, route } from './route.ts'

export const ZeroFactItem = z.object({
  kind: z.enum(['petition', 'accident', 'case']),
  date: z.iso.date(),
  what: z.string(),
  /** 一票否决项 of rules/petitions.yaml `zeros.vetoes`, by id: the quarter is lost whatever else happened. */
  veto: z.string().max(64).optional(),
  /** Department that answers for it, id of site.yaml. */
  department: z.string().max(64).optional(),
})
const Named = z.object({ id: z.string(), name: z.string() })
export const ZeroEntry = z.object({
  kind: ZeroFactItem.shape.kind,
  date: z.iso.date(),
  what: z.string(),
  veto: Named.nullable(),
  department: Named.nullable(),
  /** `config`: before this house kept books; `register`: written down by somebody; `petition`: counted by itself. */
  source: z.enum(['config', 'register', 'petition']),
  by: z.string().nullable(),
  at: z.int().nullable(),
})
export type ZeroEntry = z.infer<typeof ZeroEntry>
/** 三零 board: a quarter is met, at risk, not met, or lost by a veto item. */
export const ZeroQuarter = z.object({
  /** `2026Q4` */
  quarter: z.string(),
  status: z.enum(['met', 'warning', 'unmet', 'vetoed', 'unknown']),
  word: z.string(),
  facts: z.int(),
  vetoes: z.array(z.string()),
})
export const ZeroBoard = z.object({
  at: z.int(),
  zeros: z.array(
    z.object({
      kind: ZeroFactItem.shape.kind,
      title: z.string(),
      days: z.int().nullable(),
      last: z.iso.date().nullable(),
      /** Newest first, at most eight. */
      quarters: z.array(ZeroQuarter),
      entries: z.array(ZeroEntry),
    }),
  ),
  /** Facts and open risks (matters at orange or red) by the department that answers for them. */
  departments: z.array(
    z.object({ id: z.string(), name: z.string(), petition: z.int(), accident: z.int(), case: z.int(), risks: z.int() }),
  ),
  vetoes: z.array(z.object({ id: z.string(), kind: ZeroFactItem.shape.kind, name: z.string() })),
})
export type ZeroBoard = z.infer<typeof ZeroBoard>

export const securityRoutes = {
  doors: route({
    id: 'listDoors',
    method: 'GET',
    path: '/doors',
    summary: '全部门的当前状态',
    tag: 'security',
    permission: 'doors.read',
    answer: page(DoorMark),
  }),
  zeroFacts: route({
    id: 'listZeroFacts',
    method: 'GET',
    path: '/zeros/facts',
    summary: '三零登记台账',
    tag: 'security',
    permission: 'figures.read',
    answer: page(ZeroFactItem),
  }),
  zeroBoard: route({
    id: 'zeroBoard',
    method: 'GET',
    path: '/zeros/board',
    summary: '三零看板：天数、近八个季度、否决项、按部门的责任；由登记事实推算',
    tag: 'security',
    permission: 'figures.read',
    answer: ZeroBoard,
  }),
  addZeroFact: route({
    id: 'addZeroFact',
    method: 'POST',
    path: '/zeros/facts',
    summary: '登记一件事实，只增不改',
    tag: 'security',
    permission: 'zeros.write',
    body: ZeroFactItem.extend({ what: z.string().trim().min(4, '请写明事由，至少 4 个字').max(400) }),
    answer: ZeroFactItem,
    status: 201,
  }),
}
