import type { ApprovalState } from '../../contract/http/approvals.ts'
import type { RefusalId } from '../../contract/http/problem.ts'

/** Pure rules of the two-person rule (等保 2.0 三级 管理用户权限分离): a decision comes back with its reason. */
export interface Proposal {
  state: ApprovalState
  proposedBy: string
  expiresMs: number
}
export interface Decider {
  username: string
  /** Holds the permission that the kind asks of its approver. */
  mayApprove: boolean
}
export type Judgement = { ok: true } | { ok: false; refusal: RefusalId; why: string }

const no = (refusal: RefusalId, why: string): Judgement => ({ ok: false, refusal, why })

/** May this person approve or reject it now? What is over is said before who may: nothing can be learnt from it. */
export function judgeDecision(proposal: Proposal, who: Decider, now: number): Judgement {
  if (!who.mayApprove) return no('forbidden', '没有批准此类事项的权限')
  if (proposal.proposedBy === who.username) return no('same-person', '提出人不能批准自己提出的事项')
  return judgeOpen(proposal, now)
}

export function judgeWithdrawal(proposal: Proposal, username: string, now: number): Judgement {
  if (proposal.proposedBy !== username) return no('forbidden', '只有提出人可以撤回')
  return judgeOpen(proposal, now)
}

const OVER: Record<Exclude<ApprovalState, 'proposed'>, string> = {
  approved: '此事项已批准并执行，不会再执行一次',
  rejected: '此事项已被否决，如仍需要请重新提出',
  withdrawn: '此事项已由提出人撤回',
  expired: '此事项已过期，请重新提出',
}

function judgeOpen({ state, expiresMs }: Proposal, now: number): Judgement {
  if (state !== 'proposed') return no('conflict', OVER[state])
  return now >= expiresMs ? no('conflict', OVER.expired) : { ok: true }
}
