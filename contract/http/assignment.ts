import { z } from 'zod'
import { ChainEntry } from '../chain.ts'
import { MemberId } from '../draw.ts'
import { PageQuery, page, route } from './route.ts'

/** 参与名单与负荷台账 over HTTP: who may be drawn, and each line of everybody's load explained (draw.md). */

/** The closed list of manual reasons (domain.md B.2). `OTHER` needs 20 characters and a second approval. */
export const MANUAL_REASONS = {
  MAJOR_COMPLEX: '重大疑难复杂',
  SPECIALISED_GROUP: '专业化办案组',
  RELATED_CASE: '关联案件',
  RETURNED_CASE: '退补重报、复议另行指派',
  RECUSAL: '回避',
  LEADER_HANDLED: '院领导办案',
  SOLE_ELIGIBLE: '仅一人可办',
  SUPERIOR_ASSIGNED: '上级交办、指定管辖',
  SYSTEM_FAILURE: '系统故障（事后补抽）',
  OTHER: '其他',
} as const
export type ManualReason = keyof typeof MANUAL_REASONS

/** Grounds for a change of handler (domain.md B.3). */
export const CHANGE_REASONS = {
  RECUSAL: '回避',
  LONG_LEAVE: '长期请假或调离',
  DISCIPLINE: '违纪违法被调查处理',
  OVERLOAD: '负荷严重过重',
  UNFIT: '不宜继续办理',
  CHIEF_DECISION: '检察长决定',
  OTHER: '其他',
} as const
export type ChangeReason = keyof typeof CHANGE_REASONS

const reasonText = z.string().trim().min(4, '请写明理由，至少 4 个字').max(1000)
const params = z.object({ id: z.string().max(64) })

export const AssignMember = z.object({
  id: MemberId,
  name: z.string(),
  department: z.string(),
  title: z.string(),
  /** 参与比例, percent. */
  cap: z.int(),
  suspended: z.boolean(),
  taskForceUntil: z.string().nullable(),
  specialities: z.array(z.string()),
  /** Current and coming leave. */
  leave: z.array(z.object({ id: z.string(), from: z.string(), to: z.string() })),
  /** Cases from which the member is recused and that are not closed; empty for who may not read cases. */
  recusals: z.array(z.object({ caseId: z.string(), caseNo: z.string() })),
  /** Thousandths of a standard case over the window. */
  load: z.int(),
  /** Why the member is not drawn today whatever the case; null = takes part. */
  away: z.enum(['leave', 'task-force', 'suspended']).nullable(),
})
export type AssignMember = z.infer<typeof AssignMember>

export const LOAD_KINDS = {
  draw: '抽签分得',
  designated: '指定分得',
  moved: '变更移出',
  absence: '缺勤折算',
  adjusted: '调整',
} as const
export const LoadKind = z.enum(['draw', 'designated', 'moved', 'absence', 'adjusted'])

export const LoadRow = z.object({
  id: z.string(),
  day: z.string(),
  /** Thousandths of a standard case, negative when a case moved away. */
  amount: z.int(),
  kind: LoadKind,
  /** Why, in one sentence. */
  what: z.string(),
  /** The entry of the chain that says so. */
  seq: z.int(),
  /** False: before the window, counts no more. */
  counted: z.boolean(),
})

export const assignmentRoutes = {
  members: route({
    id: 'listMembers',
    method: 'GET',
    path: '/assignments/members',
    tag: 'draws',
    permission: 'draws.read',
    summary: '参与名单：比例、请假、回避、专长、专案组',
    answer: page(AssignMember),
  }),
  loadRows: route({
    id: 'explainLoad',
    method: 'GET',
    path: '/assignments/load/{id}',
    tag: 'draws',
    permission: 'draws.read',
    summary: '一人的负荷台账，逐行说明来由，新的在前',
    params,
    query: PageQuery,
    answer: page(LoadRow).extend({
      load: z.int(),
      /** Rows after that day count. */
      since: z.string(),
      totals: z.array(z.object({ kind: LoadKind, amount: z.int(), count: z.int() })),
    }),
  }),
  endLeave: route({
    id: 'endLeave',
    method: 'POST',
    path: '/assignments/members/{id}/leave/{leave}/end',
    tag: 'draws',
    permission: 'assignments.members',
    summary: '提前销假，或撤回尚未开始的请假',
    params: params.extend({ leave: z.string().max(64) }),
    body: z.object({
      /** Last day of the leave; before its first day = withdrawn. */
      to: z.iso.date(),
      reason: reasonText,
    }),
    answer: z.object({ entry: ChainEntry }),
  }),
}
