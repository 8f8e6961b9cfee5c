import type { AssignmentRules } from '../../config/schema.ts'
import { byId, type ExclusionReason, type PoolMember, tickets } from '../../contract/draw.ts'

/** Pure rules of who may be drawn and with how many chances (domain.md B.4, draw.md). */

export interface Member {
  /** Person id, `[a-z0-9-]+`. */
  id: string
  department: string
  /** Percent 1–100. */
  cap: number
  suspended: boolean
  /** Off the wheel for a task force until then, `YYYY-MM-DD`. */
  taskForceUntil: string | null
  /** 专长, in the words of the rules. */
  specialities: readonly string[]
  leave: readonly { from: string; to: string }[]
  /** Cases from which the member is recused. */
  recused: ReadonlySet<string>
  /** Thousandths of a standard case over the window, never negative. */
  load: number
}

export interface Candidate {
  caseId: string
  kind: string
}

/** Why a member cannot be drawn; undefined = can. The first reason in the order of the law counts. */
export function exclusion(
  rules: AssignmentRules,
  member: Member,
  candidate: Candidate,
  today: string,
): ExclusionReason | undefined {
  if (member.suspended) return 'suspended'
  const kinds = rules.kinds[member.department] ?? []
  if (!kinds.includes(candidate.kind) && !kinds.includes('*')) return 'ineligible-type'
  const wanted = rules.specialities[candidate.kind]
  if (wanted !== undefined && !member.specialities.includes(wanted)) return 'speciality'
  if (member.recused.has(candidate.caseId)) return 'recusal'
  if (member.leave.some(({ from, to }) => from <= today && today <= to)) return 'leave'
  if (member.taskForceUntil !== null && today <= member.taskForceUntil) return 'task-force'
  return undefined
}

export interface FrozenPool {
  pool: PoolMember[]
  excluded: { id: string; reason: ExclusionReason }[]
}

/** The pool of a draw with its tickets, and everybody who is not in it with the reason, both in byte order. */
export function freezePool(
  rules: AssignmentRules,
  members: readonly Member[],
  candidate: Candidate,
  today: string,
): FrozenPool {
  const eligible: Member[] = []
  const excluded: FrozenPool['excluded'] = []
  for (const member of members) {
    const reason = exclusion(rules, member, candidate, today)
    if (reason) excluded.push({ id: member.id, reason })
    else eligible.push(member)
  }
  return { pool: tickets(eligible, rules.params).pool, excluded: excluded.sort(byId) }
}

export const weightOf = (rules: AssignmentRules, kind: string): number =>
  rules.weights[kind] ?? rules.weights.other ?? 1000

/** max(0, sum of the ledger rows of the window). */
export const loadOf = (amounts: readonly number[]): number =>
  Math.max(
    0,
    amounts.reduce((sum, amount) => sum + amount, 0),
  )

/**
 * Absence credit of one day (draw.md): ⌊load given that day to the present members · cap_i ÷ sum of their caps⌋, so
 * that leave is neither rewarded nor punished. Nobody present = no credit.
 */
export function absenceCredit(given: number, presentCaps: readonly number[], cap: number): number {
  const caps = presentCaps.reduce((sum, one) => sum + one, 0)
  return caps === 0 || given <= 0 ? 0 : Math.floor((given * cap) / caps)
}
