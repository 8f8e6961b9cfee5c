import { z } from 'zod'
import { ChainEntry } from '../chain.ts'
import { Committed, MemberId } from '../draw.ts'
import { PageQuery, page, route } from './route.ts'

const hex32 = z.string().regex(/^[0-9a-f]{64}$/, '须为 64 位小写十六进制（32 字节）')
export const DrawState = z.enum(['committed', 'contributed', 'completed', 'cancelled'])

export const DrawItem = z.object({
  drawId: z.string(),
  caseId: z.string(),
  caseNo: z.string(),
  state: DrawState,
  commitment: z.string(),
  requestedBy: z.string(),
  createdAt: z.int(),
  endedAt: z.int().nullable(),
  winner: z.string().nullable(),
  /** Name of the winner, for those who may see names. */
  winnerName: z.string().nullable(),
  poolSize: z.int(),
  /** 候选过少，近似指定. */
  warning: z.string().nullable(),
})
export const DrawDetail = DrawItem.extend({
  body: Committed,
  /** Title of everybody on the list, and the leave that kept somebody out; not part of the chain. */
  people: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      leave: z.object({ from: z.string(), to: z.string() }).nullable(),
    }),
  ),
  entries: z.array(ChainEntry),
  contributions: z.array(z.object({ role: z.string(), by: z.string(), nonceHash: z.string(), revealed: z.boolean() })),
  waitingFor: z.array(z.string()),
  /** Which draw of this case it is, from 1, and how many of the case's draws were cancelled: no silent redraw. */
  nth: z.int(),
  cancelled: z.int(),
})
/** Conditions of the list and of its export. */
export const DrawFilters = z.object({ caseId: z.string().max(64).optional() })
const drawParams = z.object({ id: z.string().max(64) })

export const Designation = z.object({
  id: z.string(),
  kind: z.enum(['designate', 'change']),
  caseId: z.string(),
  caseNo: z.string(),
  member: z.string().nullable(),
  memberName: z.string().nullable(),
  reason: z.string(),
  /** The reason in words. */
  reasonName: z.string(),
  note: z.string(),
  interference: z.string(),
  proposedBy: z.string(),
  proposedAt: z.int(),
  state: z.enum(['proposed', 'approved', 'rejected']),
  /** Who has approved a proposal that needs two approvals; null = nobody yet. */
  firstApprovedBy: z.string().nullable(),
  decidedBy: z.string().nullable(),
  decidedAt: z.int().nullable(),
  /** What the decider wrote. */
  decidedNote: z.string(),
  /** The draw that an approved change of handler began. */
  drawId: z.string().nullable(),
})
export type Designation = z.infer<typeof Designation>
export const DesignationFilters = z.object({
  state: z.enum(['proposed', 'approved', 'rejected']).optional(),
  kind: z.enum(['designate', 'change']).optional(),
})
const reasonText = z.string().trim().min(4, '请写明理由，至少 4 个字').max(1000)

const FairTest = z.object({ statistic: z.number(), degrees: z.int(), p: z.number().nullable() })
/** One question put to the past draws, answered in words, with the counts behind it. */
const FairQuestion = z.object({
  key: z.enum(['members', 'positions', 'weekdays', 'requesters', 'runs']),
  name: z.string(),
  question: z.string(),
  /** The answer in one sentence. */
  words: z.string(),
  p: z.number().nullable(),
  ok: z.boolean(),
  cells: z.array(z.object({ label: z.string(), observed: z.int(), expected: z.number() })),
})
export type FairQuestion = z.infer<typeof FairQuestion>

export const drawRoutes = {
  create: route({
    id: 'createDraw',
    method: 'POST',
    path: '/draws',
    tag: 'draws',
    permission: 'draws.write',
    status: 201,
    summary: '发起一次抽签：冻结名单并作出承诺',
    body: z.object({ caseId: z.string().min(1).max(64) }),
    answer: z.object({ drawId: z.string(), entry: ChainEntry }),
  }),
  list: route({
    id: 'listDraws',
    method: 'GET',
    path: '/draws',
    tag: 'draws',
    permission: 'draws.read',
    summary: '抽签列表，新的在前；caseId 只列一件案件的',
    query: PageQuery.extend(DrawFilters.shape),
    answer: page(DrawItem),
  }),
  get: route({
    id: 'getDraw',
    method: 'GET',
    path: '/draws/{id}',
    tag: 'draws',
    permission: 'draws.read',
    summary: '一次抽签的全部记录',
    params: drawParams,
    answer: DrawDetail,
  }),
  contribute: route({
    id: 'contributeToDraw',
    method: 'POST',
    path: '/draws/{id}/contributions',
    tag: 'draws',
    permission: 'draws.contribute',
    summary: '出具随机数：多方时先交哈希再公开，单方时直接公开',
    params: drawParams,
    body: z.union([z.strictObject({ nonceHash: hex32 }), z.strictObject({ nonce: hex32 })]),
    answer: z.object({ state: DrawState, entry: ChainEntry.optional() }),
  }),
  cancel: route({
    id: 'cancelDraw',
    method: 'POST',
    path: '/draws/{id}/cancel',
    tag: 'draws',
    permission: 'draws.cancel',
    summary: '撤销未完成的抽签：公开密值与已交随机数，从不悄悄重抽',
    params: drawParams,
    body: z.object({ reason: reasonText }),
    answer: z.object({ state: DrawState, entry: ChainEntry }),
  }),
  verify: route({
    id: 'verifyDraws',
    method: 'POST',
    path: '/draws/verify',
    tag: 'draws',
    permission: 'draws.read',
    consumes: 'raw',
    /** A chain of some ten thousand draws. */
    maxBytes: 64 * 1024 * 1024,
    summary: '复算一份导出的分案链（NDJSON）',
    answer: z.object({
      ok: z.boolean(),
      entries: z.int(),
      draws: z.int(),
      failures: z.array(z.object({ seq: z.int(), what: z.string() })),
    }),
  }),
  fairness: route({
    id: 'drawFairness',
    method: 'GET',
    path: '/draws/fairness',
    tag: 'draws',
    permission: 'draws.read',
    summary: '公平性检验，用白话说明',
    answer: z.object({
      draws: z.int(),
      sentence: z.string(),
      members: FairTest,
      positions: FairTest,
      weekdays: FairTest,
      requesters: FairTest,
      runs: z.number().nullable(),
      questions: z.array(FairQuestion),
      /** Draws below need this many before anything is said. */
      least: z.int(),
      smallPool: z.int(),
      smallPools: z.array(z.object({ drawId: z.string(), caseNo: z.string(), poolSize: z.int(), at: z.int() })),
      /** This year's designated share, percent with one decimal, against the limit of the rules. */
      designated: z.object({
        drawn: z.int(),
        designated: z.int(),
        percent: z.number().nullable(),
        limit: z.number(),
        byReason: z.array(z.object({ reason: z.string(), count: z.int() })),
        /** The same proposer designating the same member more than once. */
        pairs: z.array(z.object({ proposer: z.string(), member: z.string(), count: z.int() })),
      }),
    }),
  }),
  load: route({
    id: 'loadLedger',
    method: 'GET',
    path: '/assignments/load',
    tag: 'draws',
    permission: 'draws.read',
    summary: '负荷台账：参与人与近一年负荷',
    answer: page(
      z.object({
        id: MemberId,
        name: z.string(),
        department: z.string(),
        cap: z.int(),
        load: z.int(),
        onLeave: z.boolean(),
      }),
    ),
  }),
  chain: route({
    id: 'exportChain',
    method: 'GET',
    path: '/chains/{name}.ndjson',
    tag: 'draws',
    permission: 'chains.export',
    produces: 'ndjson',
    summary: '导出一条链，逐行一个条目',
    params: z.object({
      name: z.enum(['assignment', 'audit', 'review', 'petitions', 'disclosure', 'mediations', 'handover']),
    }),
    query: z.object({ from: z.coerce.number().int().min(1).default(1) }),
  }),
  designate: route({
    id: 'proposeDesignation',
    method: 'POST',
    path: '/assignments/designate',
    tag: 'draws',
    permission: 'assignments.propose',
    status: 201,
    summary: '提出指定分案：封闭的理由清单，由另一人批准',
    body: z.object({
      caseId: z.string().min(1).max(64),
      member: MemberId,
      reason: z.string().max(32),
      note: reasonText,
      /** 三个规定: 过问、干预的记录, or 无. */
      interference: z.string().trim().min(1, '请填写“三个规定”记录，没有请填“无”').max(1000).default('无'),
    }),
    answer: Designation,
  }),
  change: route({
    id: 'proposeHandlerChange',
    method: 'POST',
    path: '/assignments/change',
    tag: 'draws',
    permission: 'assignments.propose',
    status: 201,
    summary: '申请变更承办人：批准后默认重新抽签',
    body: z.object({
      caseId: z.string().min(1).max(64),
      reason: z.string().max(32),
      note: reasonText,
      interference: z.string().trim().min(1).max(1000).default('无'),
    }),
    answer: Designation,
  }),
  approve: route({
    id: 'approveDesignation',
    method: 'POST',
    path: '/assignments/{id}/approve',
    tag: 'draws',
    permission: 'assignments.approve',
    summary: '批准：批准人不能是提出人',
    params: drawParams,
    body: z.object({ note: z.string().max(1000).default('') }).default({ note: '' }),
    answer: z.object({
      designation: Designation,
      /** Null when this was the first of two approvals. */
      entry: ChainEntry.nullable(),
      drawId: z.string().nullable(),
    }),
  }),
  reject: route({
    id: 'rejectDesignation',
    method: 'POST',
    path: '/assignments/{id}/reject',
    tag: 'draws',
    permission: 'assignments.approve',
    summary: '不批准',
    params: drawParams,
    body: z.object({ note: reasonText }),
    answer: Designation,
  }),
  designations: route({
    id: 'listDesignations',
    method: 'GET',
    path: '/assignments',
    tag: 'draws',
    permission: 'draws.read',
    summary: '指定与变更的申请',
    query: PageQuery.extend(DesignationFilters.shape),
    answer: page(Designation),
  }),
  leave: route({
    id: 'addLeave',
    method: 'POST',
    path: '/assignments/members/{id}/leave',
    tag: 'draws',
    permission: 'assignments.members',
    status: 201,
    summary: '登记请假：期间不参与抽签，回来按缺勤折算负荷',
    params: drawParams,
    body: z
      .object({ from: z.iso.date(), to: z.iso.date(), reason: reasonText })
      .refine(({ from, to }) => from <= to, '结束日期早于开始日期'),
    answer: z.object({ entry: ChainEntry }),
  }),
  recuse: route({
    id: 'addRecusal',
    method: 'POST',
    path: '/assignments/members/{id}/recusals',
    tag: 'draws',
    permission: 'assignments.members',
    status: 201,
    summary: '登记回避',
    params: drawParams,
    body: z.object({ caseId: z.string().min(1).max(64), reason: reasonText }),
    answer: z.object({ entry: ChainEntry }),
  }),
  member: route({
    id: 'changeMember',
    method: 'POST',
    path: '/assignments/members/{id}',
    tag: 'draws',
    permission: 'assignments.members',
    summary: '变更参与比例、暂停或专案抽调；每次都是链上一条',
    params: drawParams,
    body: z.object({
      cap: z.int().min(1).max(100).optional(),
      suspended: z.boolean().optional(),
      taskForceUntil: z.iso.date().nullable().optional(),
      specialities: z.array(z.string().trim().min(2).max(20)).max(10).optional(),
      reason: reasonText,
    }),
    answer: z.object({ entry: ChainEntry }),
  }),
}
