import { type ApprovalItem, approvalRoutes } from '../../contract/http/approvals.ts'
import type { AuditPort } from '../audit/journal.ts'
import {
  type Approvals,
  bind,
  type DangerousAct,
  type Feature,
  type Principal,
  type Records,
  type Turn,
} from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import {
  expireProposals,
  findProposal,
  insertProposal,
  listProposals,
  openProposal,
  type StoredProposal,
  settle,
} from './repository.ts'
import { type Judgement, judgeDecision, judgeWithdrawal } from './rules.ts'
import { approvalMigrations } from './tables.ts'

export interface ApprovalDeps {
  records: Records
  audit: AuditPort
  /** Every act that features have registered. */
  acts(): readonly DangerousAct<never>[]
  newId(): string
  /** After each settled proposal, e.g. to let the proposer know. */
  settled?(turn: Turn, proposal: StoredProposal): Promise<void>
}

const SWEEP_MS = 60_000

/** The two-person rule as one mechanism: proposer ≠ approver, replay-safe, expiring, each step in the trail. */
export function approvalsFeature(deps: ApprovalDeps): Feature & Approvals {
  const { records, audit, newId } = deps
  let table: Map<string, DangerousAct<never>> | undefined
  const acts = () => (table ??= new Map(deps.acts().map((act) => [act.kind, act])))

  const present = (row: StoredProposal, who: Principal, now: number): ApprovalItem => {
    const act = acts().get(row.kind)
    const proposal = { state: row.state, proposedBy: row.proposed_by, expiresMs: Number(row.expires_ms) }
    const decider = { username: who.username, mayApprove: act !== undefined && who.permissions.has(act.approve) }
    return {
      id: row.id,
      kind: row.kind,
      kindName: act?.name ?? row.kind,
      subject: row.subject,
      summary: row.summary,
      reason: row.reason,
      state: row.state === 'proposed' && now >= proposal.expiresMs ? 'expired' : row.state,
      proposedBy: row.proposed_by,
      proposedAt: Number(row.proposed_ms),
      expiresAt: proposal.expiresMs,
      decidedBy: row.decided_by,
      decidedAt: row.decided_ms === null ? null : Number(row.decided_ms),
      note: row.note,
      mayDecide: judgeDecision(proposal, decider, now).ok,
      mayWithdraw: judgeWithdrawal(proposal, who.username, now).ok,
    }
  }

  /** Settles and leaves the trace; the second of two at once is told so. */
  const close = async (
    turn: Turn,
    row: StoredProposal,
    state: 'approved' | 'rejected' | 'withdrawn',
    who: Principal,
    ip: string,
    note: string,
  ) => {
    if (!(await settle(turn.tx, row.id, state, { username: who.username, at: turn.now, note })))
      throw new Refusal('conflict', '此事项刚刚已由他人处理')
    const detail = { approval: row.id, act: row.kind, proposedBy: row.proposed_by }
    await audit.record(turn.tx, turn.now, {
      kind: `approval.${state}`,
      actor: who.username,
      ip,
      object: row.subject,
      detail,
    })
    const settled = await findProposal(turn.tx, row.id)
    if (settled) await deps.settled?.(turn, settled)
    return settled ?? row
  }

  /** The one whom neither its own proposer nor its approvers are shows as if it did not exist. */
  const load = async (turn: Turn, id: string, who: Principal) => {
    const row = await findProposal(turn.tx, id)
    const act = row && acts().get(row.kind)
    const known = row && (row.proposed_by === who.username || (act && who.permissions.has(act.approve)))
    if (!row || !known) throw new Refusal('not-found', '没有这一事项，或无权查看')
    const proposal = { state: row.state, proposedBy: row.proposed_by, expiresMs: Number(row.expires_ms) }
    return { row, act, proposal }
  }
  const insist = (judgement: Judgement): void => {
    if (!judgement.ok) throw new Refusal(judgement.refusal, judgement.why)
  }

  return {
    name: 'approvals',
    migrations: approvalMigrations,
    async propose(turn, act, person, { subject, summary, reason, payload }) {
      const open = await openProposal(turn.tx, act.kind, subject)
      if (open) {
        if (Number(open.expires_ms) > turn.now) throw new Refusal('conflict', '同一事项已有人提出，正等待批准')
        await expireProposals(turn.tx, turn.now)
      }
      const id = newId()
      await insertProposal(turn.tx, {
        id,
        kind: act.kind,
        subject,
        summary,
        reason,
        payload: JSON.stringify(act.payload.parse(payload)),
        state: 'proposed',
        proposed_by: person.username,
        proposed_ms: turn.now,
        expires_ms: turn.now + act.ttlMs,
        decided_by: null,
        decided_ms: null,
        note: '',
      })
      return id
    },
    routes: [
      bind(approvalRoutes.list, async ({ query, person, now }) => {
        const offset = offsetOf(query.cursor)
        const kinds = [...acts().values()]
          .filter(({ approve }) => person.permissions.has(approve))
          .map(({ kind }) => kind)
        const { state, limit } = query
        const rows = await listProposals(records.read, { state, username: person.username, kinds, offset, limit })
        return {
          items: rows.map((row) => present(row, person, now)),
          cursor: rows.length === limit ? String(offset + rows.length) : null,
        }
      }),
      bind(approvalRoutes.approve, async ({ params, body, person, now, ip }) => {
        const row = await records.write(async (turn) => {
          const { row, act, proposal } = await load(turn, params.id, person)
          const mayApprove = act !== undefined && person.permissions.has(act.approve)
          insist(judgeDecision(proposal, { username: person.username, mayApprove }, turn.now))
          const settled = await close(turn, row, 'approved', person, ip, body.note)
          const payload = act?.payload.parse(JSON.parse(row.payload)) as never
          await act?.perform(turn, payload, { proposer: row.proposed_by, approver: person.username })
          return settled
        })
        return present(row, person, now)
      }),
      bind(approvalRoutes.reject, async ({ params, body, person, now, ip }) => {
        const row = await records.write(async (turn) => {
          const { row, act, proposal } = await load(turn, params.id, person)
          const mayApprove = act !== undefined && person.permissions.has(act.approve)
          insist(judgeDecision(proposal, { username: person.username, mayApprove }, turn.now))
          return close(turn, row, 'rejected', person, ip, body.note)
        })
        return present(row, person, now)
      }),
      bind(approvalRoutes.withdraw, async ({ params, person, now, ip }) => {
        const row = await records.write(async (turn) => {
          const { row, proposal } = await load(turn, params.id, person)
          insist(judgeWithdrawal(proposal, person.username, turn.now))
          return close(turn, row, 'withdrawn', person, ip, '')
        })
        return present(row, person, now)
      }),
    ],
    ticks: [{ name: 'approvals.expire', everyMs: SWEEP_MS, run: ({ tx, now }) => expireProposals(tx, now) }],
  }
}
