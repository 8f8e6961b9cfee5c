import { z } from 'zod'
import { PageQuery, page, route } from './route.ts'

/** The two-person rule: what is dangerous is proposed by one and done by the approval of another. */
export const ApprovalState = z.enum(['proposed', 'approved', 'rejected', 'withdrawn', 'expired'])
export type ApprovalState = z.infer<typeof ApprovalState>

export const ApprovalItem = z.object({
  id: z.string(),
  /** What will be done, e.g. `people.create`. */
  kind: z.string(),
  kindName: z.string(),
  /** To what: an account, a document, a matter. */
  subject: z.string(),
  /** The act in one sentence, as the approver must read it. */
  summary: z.string(),
  reason: z.string(),
  state: ApprovalState,
  proposedBy: z.string(),
  proposedAt: z.int(),
  expiresAt: z.int(),
  decidedBy: z.string().nullable(),
  decidedAt: z.int().nullable(),
  note: z.string(),
  /** The caller may approve or reject it now. */
  mayDecide: z.boolean(),
  /** The caller may take it back. */
  mayWithdraw: z.boolean(),
})
export type ApprovalItem = z.infer<typeof ApprovalItem>

const params = z.object({ id: z.string().max(64) })
const tag = 'approvals'
export const approvalRoutes = {
  list: route({
    id: 'listApprovals',
    method: 'GET',
    path: '/approvals',
    tag,
    permission: 'approvals.use',
    summary: '双人复核：自己提出的与有权批准的事项',
    query: PageQuery.extend({ state: ApprovalState.optional() }),
    answer: page(ApprovalItem),
  }),
  approve: route({
    id: 'approveProposal',
    method: 'POST',
    path: '/approvals/{id}/approve',
    tag,
    permission: 'approvals.use',
    summary: '批准并执行：批准人不能是提出人',
    params,
    body: z.object({ note: z.string().trim().max(1000).default('') }).default({ note: '' }),
    answer: ApprovalItem,
  }),
  reject: route({
    id: 'rejectProposal',
    method: 'POST',
    path: '/approvals/{id}/reject',
    tag,
    permission: 'approvals.use',
    summary: '不批准，写明理由',
    params,
    body: z.object({ note: z.string().trim().min(2, '请写明不批准的理由').max(1000) }),
    answer: ApprovalItem,
  }),
  withdraw: route({
    id: 'withdrawProposal',
    method: 'POST',
    path: '/approvals/{id}/withdraw',
    tag,
    permission: 'approvals.use',
    summary: '提出人撤回',
    params,
    answer: ApprovalItem,
  }),
}
