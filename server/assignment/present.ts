import type { z } from 'zod'
import { officeDate } from '../../config/zone.ts'
import type { Designation, DrawItem } from '../../contract/http/draws.ts'
import type { Principal } from '../feature.ts'
import { readChain } from '../records/chain.ts'
import { type AssignmentDeps, CHAIN } from './context.ts'
import { caseNoOf, reasonName } from './ledger.ts'
import { type DrawRecord, drawsOfCase, loadMembers, noncesOf } from './repository.ts'
import type { AssignmentTables } from './tables.ts'

/** Names each field that may leave. */
export const personName = (deps: AssignmentDeps, id: string): string =>
  deps.config.site.people.find((person) => person.id === id)?.name ?? id

export async function presentDraw(
  deps: AssignmentDeps,
  draw: DrawRecord,
  person: Principal,
): Promise<z.input<typeof DrawItem>> {
  const small = draw.body.pool.length <= deps.config.assignment.smallPool
  const named = person.permissions.has('cases.read')
  return {
    drawId: draw.id,
    caseId: draw.caseId,
    caseNo: await caseNoOf(deps, draw.caseId),
    state: draw.state,
    commitment: draw.commitment,
    requestedBy: draw.requestedBy,
    createdAt: draw.createdMs,
    endedAt: draw.endedMs,
    winner: draw.winner,
    winnerName: draw.winner && named ? personName(deps, draw.winner) : null,
    poolSize: draw.body.pool.length,
    warning: small ? `候选仅 ${draw.body.pool.length} 人，随机意义有限，近似指定` : null,
  }
}

export async function presentDetail(deps: AssignmentDeps, draw: DrawRecord, person: Principal) {
  const db = deps.records.read
  const [nonces, all] = await Promise.all([noncesOf(db, draw.id), drawsOfCase(db, draw.caseId)])
  const open = draw.state === 'committed' || draw.state === 'contributed'
  return {
    ...(await presentDraw(deps, draw, person)),
    body: draw.body,
    people: await peopleOf(deps, draw),
    entries: await entriesOf(deps, draw),
    contributions: nonces.map(({ role, by, nonceHash, nonce }) => ({ role, by, nonceHash, revealed: nonce !== null })),
    waitingFor: draw.body.contributors.filter(
      (role) => open && !nonces.some((one) => one.role === role && (draw.state === 'committed' || one.nonce !== null)),
    ),
    nth: all.findIndex(({ id }) => id === draw.id) + 1,
    cancelled: all.filter(({ state }) => state === 'cancelled').length,
  }
}

/** Who they are, for the list of the draw; leave as it covers the day of the commitment. */
async function peopleOf(deps: AssignmentDeps, draw: DrawRecord) {
  const day = officeDate(draw.createdMs)
  const members = new Map((await loadMembers(deps.records.read, day)).map((member) => [member.id, member]))
  return [...draw.body.pool, ...draw.body.excluded].map(({ id }) => {
    const away = members.get(id)?.leave.find(({ from, to }) => from <= day && day <= to)
    const title = deps.config.site.people.find((person) => person.id === id)?.title ?? ''
    return { id, title, leave: away ? { from: away.from, to: away.to } : null }
  })
}

/** The entries of one draw: it begins at its own seq and ends soon after. */
async function entriesOf(deps: AssignmentDeps, draw: DrawRecord) {
  const found = []
  for (let from = draw.seq; ; ) {
    const entries = await readChain(deps.records.read, CHAIN, from, 500)
    found.push(...entries.filter(({ body }) => body.drawId === draw.id))
    const last = entries.at(-1)
    const ended = found.some(({ type }) => type === 'draw.completed' || type === 'draw.cancelled')
    if (!last || ended) return found
    from = last.seq + 1
  }
}

const designationState = (state: string): Designation['state'] =>
  state === 'approved' || state === 'rejected' ? state : 'proposed'

export const presentDesignation = async (
  deps: AssignmentDeps,
  row: AssignmentTables['designation'],
): Promise<Designation> => ({
  id: row.id,
  kind: row.kind === 'change' ? 'change' : 'designate',
  caseId: row.case_id,
  caseNo: await caseNoOf(deps, row.case_id),
  member: row.member,
  memberName: row.member && personName(deps, row.member),
  reason: row.reason,
  reasonName: reasonName(row.kind, row.reason),
  note: row.note,
  interference: row.interference,
  proposedBy: row.proposed_by,
  proposedAt: Number(row.proposed_ms),
  state: designationState(row.state),
  firstApprovedBy: row.first_approver,
  decidedBy: row.decided_by,
  decidedAt: row.decided_ms === null ? null : Number(row.decided_ms),
  decidedNote: row.decided_note,
  drawId: row.draw_id,
})
