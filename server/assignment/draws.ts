import { createHash } from 'node:crypto'
import { officeDate, officeTime } from '../../config/zone.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import { ALGORITHM, type Committed, commitTo, outcome, totalTickets } from '../../contract/draw.ts'
import type { Principal, Turn } from '../feature.ts'
import { append, readChain } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { type AssignmentDeps, CHAIN, DRAW_PANELS } from './context.ts'
import {
  addLoad,
  type DrawRecord,
  drawOfCase,
  findDraw,
  insertDraw,
  loadMembers,
  moveDraw,
  type Nonce,
  noncesOf,
  putNonce,
} from './repository.ts'
import { freezePool, weightOf } from './rules.ts'

/** The three steps of a draw (draw.md), each one turn. */

export const rulesHash = (rules: unknown): string => createHash('sha256').update(JSON.stringify(rules)).digest('hex')

/** First day of the load window, exclusive. */
export const windowStart = (now: number, days: number): string =>
  officeTime(now).toPlainDate().subtract({ days }).toString()

/** Step 1: freezes the pool and commits. A case with an open draw gets that draw: a double click has one effect. */
export async function commitDraw(
  deps: AssignmentDeps,
  turn: Turn,
  caseId: string,
  requestedBy: string,
): Promise<{ drawId: string; entry: ChainEntry }> {
  const found = await deps.cases.find(turn.tx, caseId)
  if (!found) throw new Refusal('not-found', '没有这件案件')
  const before = await drawOfCase(turn.tx, caseId)
  if (before && before.state !== 'completed') return { drawId: before.id, entry: await entryOf(before, turn) }
  if (found.state !== 'unassigned')
    throw new Refusal('conflict', found.state === 'closed' ? '案件已办结' : '案件已有承办人；如需更换请走变更承办人')
  return startDraw(deps, turn, found, requestedBy)
}

export async function startDraw(
  deps: AssignmentDeps,
  turn: Turn,
  found: { id: string; kind: string },
  requestedBy: string,
): Promise<{ drawId: string; entry: ChainEntry }> {
  const rules = deps.config.assignment
  const members = await loadMembers(turn.tx, windowStart(turn.now, rules.windowDays))
  const { pool, excluded } = freezePool(rules, members, { caseId: found.id, kind: found.kind }, officeDate(turn.now))
  if (pool.length === 0) throw new Refusal('unprocessable', '没有符合条件的承办人，请核对参与名单，或按规定指定')
  const secret = deps.secret()
  const body: Committed = {
    drawId: `d-${deps.newId().replaceAll('-', '').slice(0, 20)}`,
    algorithm: ALGORITHM,
    rules: { version: rules.version, sha256: rulesHash(rules) },
    case: { id: found.id, type: found.kind, weight: weightOf(rules, found.kind) },
    requestedBy,
    params: rules.params,
    pool,
    excluded,
    contributors: rules.contributors,
    serverCommit: await commitTo(secret),
  }
  const entry = await append(turn.tx, CHAIN, 'draw.committed', body, turn.now)
  const record = {
    id: body.drawId,
    caseId: found.id,
    state: 'committed',
    seq: entry.seq,
    commitment: entry.hash,
    secret,
    body,
    requestedBy,
    createdMs: turn.now,
    endedMs: null,
    winner: null,
  } as const
  await insertDraw(turn.tx, record)
  finished(deps, turn, entry)
  return { drawId: body.drawId, entry }
}

async function entryOf(draw: DrawRecord, turn: Turn): Promise<ChainEntry> {
  const [entry] = await readChain(turn.tx, CHAIN, draw.seq, 1)
  if (!entry) throw new Refusal('internal', '链条目缺失')
  return entry
}

function finished(deps: AssignmentDeps, turn: Turn, entry: ChainEntry): void {
  turn.touch(...DRAW_PANELS)
  turn.afterCommit(() => deps.anchor(CHAIN, entry))
}

export type Contribution = { nonceHash: string } | { nonce: string }

/** Step 2, and step 3 when the last nonce is there. */
export async function contribute(
  deps: AssignmentDeps,
  turn: Turn,
  drawId: string,
  person: Principal,
  given: Contribution,
): Promise<{ state: DrawRecord['state']; entry?: ChainEntry }> {
  const draw = await findDraw(turn.tx, drawId)
  if (!draw) throw new Refusal('not-found', '没有这次抽签')
  const nonces = await noncesOf(turn.tx, draw.id)
  const role = roleOf(draw, nonces, person, deps)
  const own = nonces.find((nonce) => nonce.role === role)
  if ('nonceHash' in given)
    return promise(deps, turn, draw, nonces, { role, by: person.username, own, nonceHash: given.nonceHash })
  return reveal(deps, turn, draw, nonces, { role, by: person.username, own, nonce: given.nonce })
}

/** The caller's role decides which contribution it is. One person fills one role, and nobody of the pool contributes. */
function roleOf(draw: DrawRecord, nonces: readonly Nonce[], person: Principal, deps: AssignmentDeps): string {
  const personId = deps.config.site.people.find(({ account }) => account === person.username)?.id ?? person.id
  if (draw.body.pool.some(({ id }) => id === personId)) throw new Refusal('forbidden', '候选人不能出具随机数')
  const already = nonces.find(({ by }) => by === person.username)
  if (already) return already.role
  const open = draw.body.contributors.filter((role) => person.roles.includes(role))
  const role = open.find((one) => !nonces.some((nonce) => nonce.role === one)) ?? open[0]
  if (!role) throw new Refusal('forbidden', '本次抽签不由您的岗位出具随机数')
  const filled = nonces.find((nonce) => nonce.role === role)
  if (filled && filled.by !== person.username) throw new Refusal('conflict', '该岗位已有人出具随机数')
  return role
}

interface Offer {
  role: string
  by: string
  own: Nonce | undefined
}

async function promise(
  deps: AssignmentDeps,
  turn: Turn,
  draw: DrawRecord,
  nonces: readonly Nonce[],
  offer: Offer & { nonceHash: string },
) {
  if (draw.body.contributors.length === 1) throw new Refusal('unprocessable', '只有一方出具随机数，请直接提交 nonce')
  if (offer.own) {
    if (offer.own.nonceHash !== offer.nonceHash) throw new Refusal('conflict', '本岗位已提交过另一个哈希，不能更换')
    return { state: draw.state }
  }
  if (draw.state !== 'committed') throw new Refusal('conflict', '抽签已不在接受哈希的阶段')
  await putNonce(
    turn.tx,
    draw.id,
    { role: offer.role, by: offer.by, nonceHash: offer.nonceHash, nonce: null },
    turn.now,
  )
  const body = {
    drawId: draw.id,
    commitment: draw.commitment,
    by: offer.by,
    role: offer.role,
    nonceHash: offer.nonceHash,
  }
  const entry = await append(turn.tx, CHAIN, 'draw.contributed', body, turn.now)
  const all = nonces.length + 1 === draw.body.contributors.length
  if (all) await moveDraw(turn.tx, draw, { state: 'contributed' })
  finished(deps, turn, entry)
  return { state: all ? ('contributed' as const) : draw.state, entry }
}

async function reveal(
  deps: AssignmentDeps,
  turn: Turn,
  draw: DrawRecord,
  nonces: readonly Nonce[],
  offer: Offer & { nonce: string },
) {
  const nonceHash = createHash('sha256').update(Buffer.from(offer.nonce, 'hex')).digest('hex')
  const several = draw.body.contributors.length > 1
  if (draw.state === 'completed' && offer.own?.nonce === offer.nonce) return { state: draw.state }
  if (draw.state === 'completed' || draw.state === 'cancelled')
    throw new Refusal('conflict', draw.state === 'completed' ? '抽签已完成' : '抽签已撤销')
  if (several && draw.state !== 'contributed') throw new Refusal('conflict', '还有岗位没有提交哈希，请稍后再公开随机数')
  if (offer.own && offer.own.nonceHash !== nonceHash) throw new Refusal('unprocessable', '随机数与先前提交的哈希不符')
  await putNonce(turn.tx, draw.id, { role: offer.role, by: offer.by, nonceHash, nonce: offer.nonce }, turn.now)
  const known = new Map([
    ...nonces.map((one) => [one.role, one] as const),
    [offer.role, { role: offer.role, by: offer.by, nonceHash, nonce: offer.nonce }],
  ])
  const contributions = draw.body.contributors.flatMap((role) => {
    const one = known.get(role)
    return one?.nonce ? [{ by: one.by, role, nonce: one.nonce }] : []
  })
  if (contributions.length < draw.body.contributors.length) return { state: draw.state }
  return complete(deps, turn, draw, contributions)
}

/** Step 3: the number, the winner, the load row, the case. */
async function complete(
  deps: AssignmentDeps,
  turn: Turn,
  draw: DrawRecord,
  contributions: { by: string; role: string; nonce: string }[],
) {
  const result = await outcome(
    draw.body.pool,
    draw.commitment,
    draw.secret,
    contributions.map(({ nonce }) => nonce),
  )
  const moved = await moveDraw(turn.tx, draw, { state: 'completed', ended_ms: turn.now, winner: result.winner })
  if (!moved) throw new Refusal('conflict')
  const body = { drawId: draw.id, commitment: draw.commitment, serverSecret: draw.secret, contributions, ...result }
  const entry = await append(turn.tx, CHAIN, 'draw.completed', body, turn.now)
  await addLoad(turn.tx, {
    id: `draw:${draw.id}`,
    member: result.winner,
    day: officeDate(turn.now),
    amount: draw.body.case.weight,
    kind: 'draw',
    ref: draw.id,
    seq: entry.seq,
  })
  await deps.cases.assign(turn, draw.caseId, result.winner)
  await deps.alerts.clear(turn, `draw.unfinished:${draw.id}`, turn.now)
  finished(deps, turn, entry)
  return { state: 'completed' as const, entry }
}

/** Never silently redrawn: the secret and the nonces so far are shown, so that everybody sees what it would have been. */
export async function cancelDraw(deps: AssignmentDeps, turn: Turn, drawId: string, person: Principal, reason: string) {
  const draw = await findDraw(turn.tx, drawId)
  if (!draw) throw new Refusal('not-found', '没有这次抽签')
  if (draw.state === 'completed' || draw.state === 'cancelled') throw new Refusal('conflict', '抽签已经结束，不能撤销')
  if (draw.requestedBy === person.username) throw new Refusal('same-person')
  const nonces = await noncesOf(turn.tx, draw.id)
  const contributions = nonces.flatMap(({ by, role, nonce }) => (nonce ? [{ by, role, nonce }] : []))
  if (!(await moveDraw(turn.tx, draw, { state: 'cancelled', ended_ms: turn.now }))) throw new Refusal('conflict')
  const body = {
    drawId: draw.id,
    commitment: draw.commitment,
    serverSecret: draw.secret,
    contributions,
    reason,
    approvedBy: person.username,
  }
  const entry = await append(turn.tx, CHAIN, 'draw.cancelled', body, turn.now)
  await deps.alerts.clear(turn, `draw.unfinished:${draw.id}`, turn.now)
  finished(deps, turn, entry)
  return { state: 'cancelled' as const, entry }
}

/** Chances of one member in percent with one decimal, for pages. */
export const chancePercent = (draw: Pick<DrawRecord, 'body'>, member: string): number => {
  const total = totalTickets(draw.body.pool)
  const own = draw.body.pool.find(({ id }) => id === member)?.tickets ?? 0
  return total === 0 ? 0 : Math.round((1000 * own) / total) / 10
}
