import { createHash } from 'node:crypto'
import { officeDate } from '../../config/zone.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import { CHANGE_REASONS, MANUAL_REASONS } from '../../contract/http/assignment.ts'
import type { Principal, Turn } from '../feature.ts'
import { append } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { type AssignmentDeps, CHAIN, DRAW_PANELS } from './context.ts'
import { startDraw } from './draws.ts'
import {
  addLoad,
  addRecusal,
  approveFirst,
  decideDesignation,
  drawOfCase,
  findDesignation,
  insertDesignation,
  noteDraw,
} from './repository.ts'
import { weightOf } from './rules.ts'
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

const REASONS: Record<Proposal['kind'], Readonly<Record<string, string>>> = {
  designate: MANUAL_REASONS,
  change: CHANGE_REASONS,
}
/** `OTHER` says least, so that it needs two people's approval (domain.md B.2). */
const needsTwo = (row: Row): boolean => row.kind === 'designate' && row.reason === 'OTHER'

export async function propose(deps: AssignmentDeps, turn: Turn, person: Principal, proposal: Proposal): Promise<Row> {
  const reasons = REASONS[proposal.kind]
  const words = `理由只能是 ${Object.keys(reasons).join('、')}`
  if (!Object.hasOwn(reasons, proposal.reason))
    throw new Refusal('unprocessable', words, [{ path: 'reason', message: words }])
  if (proposal.reason === 'OTHER' && proposal.note.length < 20)
    throw new Refusal('unprocessable', '“其他”须写明理由，至少 20 个字', [{ path: 'note', message: '至少 20 个字' }])
  const found = await deps.cases.find(turn.tx, proposal.caseId)
  if (!found) throw new Refusal('not-found', '没有这件案件')
  if (proposal.kind === 'designate' && found.state !== 'unassigned')
    throw new Refusal('conflict', '案件已有承办人或已办结')
  if (proposal.kind === 'designate') await noOpenDraw(turn, proposal.caseId)
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
    decided_note: '',
    first_approver: null,
    draw_id: null,
  }
  await insertDesignation(turn.tx, row)
  return row
}

/** A draw that nobody likes is not overtaken by a designation: it is completed, or cancelled with its reason. */
async function noOpenDraw(turn: Turn, caseId: string): Promise<void> {
  const draw = await drawOfCase(turn.tx, caseId)
  if (draw && draw.state !== 'completed')
    throw new Refusal('conflict', '此案正在抽签，请先完成抽签，或由批准人说明理由撤销后再指定')
}

export interface Decided {
  row: Row
  /** Null when nothing is carried out: refused, or the first of two approvals. */
  entry: ChainEntry | null
  drawId: string | null
}

export async function decide(
  deps: AssignmentDeps,
  turn: Turn,
  id: string,
  person: Principal,
  decision: { state: 'approved' | 'rejected'; note: string },
): Promise<Decided> {
  const row = await findDesignation(turn.tx, id)
  if (!row) throw new Refusal('not-found', '没有这份申请')
  if (row.proposed_by === person.username) throw new Refusal('same-person')
  const { state, note } = decision
  if (state === 'approved' && needsTwo(row) && row.first_approver === null) {
    if (row.state !== 'proposed' || !(await approveFirst(turn.tx, id, person.username)))
      throw new Refusal('conflict', '这份申请已有决定')
    return { row: { ...row, first_approver: person.username }, entry: null, drawId: null }
  }
  if (state === 'approved' && row.first_approver === person.username)
    throw new Refusal('same-person', '“其他”理由须由另一人再次批准')
  if (!(await decideDesignation(turn.tx, id, state, person.username, turn.now, note)))
    throw new Refusal('conflict', '这份申请已有决定')
  const decided: Row = { ...row, state, decided_by: person.username, decided_ms: turn.now, decided_note: note }
  if (state === 'rejected') return { row: decided, entry: null, drawId: null }
  const carried =
    row.kind === 'change' ? await changeHandler(deps, turn, row, person) : await designate(deps, turn, row, person)
  if (carried.drawId) await noteDraw(turn.tx, id, carried.drawId)
  turn.touch(...DRAW_PANELS)
  turn.afterCommit(() => deps.anchor(CHAIN, carried.entry))
  return { row: { ...decided, draw_id: carried.drawId }, ...carried }
}

/** Evidence and reasons stay in our own records; the chain carries their hash. */
const evidenceHash = (row: Row): string =>
  createHash('sha256')
    .update(JSON.stringify([row.note, row.interference]))
    .digest('hex')

async function designate(deps: AssignmentDeps, turn: Turn, row: Row, person: Principal) {
  const found = await deps.cases.find(turn.tx, row.case_id)
  if (found?.state !== 'unassigned' || !row.member) throw new Refusal('conflict', '案件状态已变化，不能再指定')
  await noOpenDraw(turn, row.case_id)
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
    ...(row.first_approver === null ? {} : { firstApprovedBy: row.first_approver }),
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
