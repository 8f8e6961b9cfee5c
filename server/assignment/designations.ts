import { createHash } from 'node:crypto'
import { officeDate } from '../../config/zone.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import type { Principal, Turn } from '../feature.ts'
import { append } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { type AssignmentDeps, CHAIN, DRAW_PANELS } from './context.ts'
import { startDraw } from './draws.ts'
import { addLoad, addRecusal, decideDesignation, findDesignation, insertDesignation } from './repository.ts'
import { MANUAL_REASONS, type ManualReason, weightOf } from './rules.ts'
import type { AssignmentTables } from './tables.ts'

/** Manual cases (draw.md): a closed list of reasons, evidence, proposer ≠ approver. Changes of handler are re-drawn. */
type Row = AssignmentTables['designation']

export interface Proposal {
  kind: 'designate' | 'change'
  caseId: string
  member: string | null
  reason: string
  note: string
  interference: string
}

const isReason = (text: string): text is ManualReason => text in MANUAL_REASONS

export async function propose(deps: AssignmentDeps, turn: Turn, person: Principal, proposal: Proposal): Promise<Row> {
  const words = `理由只能是 ${Object.keys(MANUAL_REASONS).join('、')}`
  if (!isReason(proposal.reason)) throw new Refusal('unprocessable', words, [{ path: 'reason', message: words }])
  if (proposal.reason === 'OTHER' && proposal.note.length < 20)
    throw new Refusal('unprocessable', '“其他”须写明理由，至少 20 个字', [{ path: 'note', message: '至少 20 个字' }])
  const found = await deps.cases.find(turn.tx, proposal.caseId)
  if (!found) throw new Refusal('not-found', '没有这件案件')
  if (proposal.kind === 'designate' && found.state !== 'unassigned')
    throw new Refusal('conflict', '案件已有承办人或已办结')
  if (proposal.kind === 'change' && found.state !== 'open') throw new Refusal('conflict', '案件没有承办人可变更')
  const known =
    proposal.member === null || deps.config.site.people.some(({ id, quota }) => id === proposal.member && quota)
  if (!known)
    throw new Refusal('unprocessable', '承办人须是员额检察官', [{ path: 'member', message: '不是员额检察官' }])
  const row: Row = {
    id: deps.newId(),
    kind: proposal.kind,
    case_id: proposal.caseId,
    member: proposal.member,
    reason: proposal.reason,
    note: proposal.note,
    interference: proposal.interference,
    proposed_by: person.username,
    proposed_ms: turn.now,
    state: 'proposed',
    decided_by: null,
    decided_ms: null,
  }
  await insertDesignation(turn.tx, row)
  return row
}

export async function decide(
  deps: AssignmentDeps,
  turn: Turn,
  id: string,
  person: Principal,
  state: 'approved' | 'rejected',
): Promise<{ row: Row; entry: ChainEntry | null; drawId: string | null }> {
  const row = await findDesignation(turn.tx, id)
  if (!row) throw new Refusal('not-found', '没有这份申请')
  if (row.proposed_by === person.username) throw new Refusal('same-person')
  if (!(await decideDesignation(turn.tx, id, state, person.username, turn.now)))
    throw new Refusal('conflict', '这份申请已有决定')
  const decided: Row = { ...row, state, decided_by: person.username, decided_ms: turn.now }
  if (state === 'rejected') return { row: decided, entry: null, drawId: null }
  const carried =
    row.kind === 'change' ? await changeHandler(deps, turn, row, person) : await designate(deps, turn, row, person)
  turn.touch(...DRAW_PANELS)
  turn.afterCommit(() => deps.anchor(CHAIN, carried.entry))
  return { row: decided, ...carried }
}

/** Evidence and reasons stay in our own records; the chain carries their hash. */
const evidenceHash = (row: Row): string =>
  createHash('sha256')
    .update(JSON.stringify([row.note, row.interference]))
    .digest('hex')

async function designate(deps: AssignmentDeps, turn: Turn, row: Row, person: Principal) {
  const found = await deps.cases.find(turn.tx, row.case_id)
  if (found?.state !== 'unassigned' || !row.member) throw new Refusal('conflict', '案件状态已变化，不能再指定')
  const weight = weightOf(deps.config.assignment, found.kind)
  const body = {
    designationId: row.id,
    case: { id: found.id, type: found.kind, weight },
    member: row.member,
    reason: row.reason,
    evidence: evidenceHash(row),
    interferenceRecorded: row.interference !== '无',
    proposedBy: row.proposed_by,
    approvedBy: person.username,
  }
  const entry = await append(turn.tx, CHAIN, 'case.designated', body, turn.now)
  await addLoad(turn.tx, {
    id: `designated:${row.id}`,
    member: row.member,
    day: officeDate(turn.now),
    amount: weight,
    kind: 'designated',
    ref: row.id,
    seq: entry.seq,
  })
  await deps.cases.assign(turn, found.id, row.member)
  return { entry, drawId: null }
}

/** The old handler keeps the acts done, gives back the weight, and is not in the new pool. */
async function changeHandler(deps: AssignmentDeps, turn: Turn, row: Row, person: Principal) {
  const found = await deps.cases.find(turn.tx, row.case_id)
  if (found?.state !== 'open') throw new Refusal('conflict', '案件状态已变化，不能再变更')
  const from = found.handler
  const body = {
    designationId: row.id,
    caseId: found.id,
    from: from ?? '',
    reason: row.reason,
    evidence: evidenceHash(row),
    proposedBy: row.proposed_by,
    approvedBy: person.username,
  }
  const entry = await append(turn.tx, CHAIN, 'handler.changed', body, turn.now)
  if (from) {
    await addRecusal(turn.tx, { member: from, case_id: found.id })
    await addLoad(turn.tx, {
      id: `moved:${row.id}`,
      member: from,
      day: officeDate(turn.now),
      amount: -weightOf(deps.config.assignment, found.kind),
      kind: 'moved',
      ref: row.id,
      seq: entry.seq,
    })
  }
  const { drawId } = await startDraw(deps, turn, found, person.username)
  return { entry, drawId }
}
