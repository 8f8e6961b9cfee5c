import { sql } from 'kysely'
import { z } from 'zod'
import type { Committed } from '../../contract/draw.ts'
import type { Reader, Tx } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { loadOf, type Member } from './rules.ts'
import type { DrawState, AssignmentTables as Tables } from './tables.ts'

export interface DrawRecord {
  id: string
  caseId: string
  state: DrawState
  seq: number
  commitment: string
  secret: string
  body: Committed
  requestedBy: string
  createdMs: number
  endedMs: number | null
  winner: string | null
}
export interface Nonce {
  role: string
  by: string
  nonceHash: string
  nonce: string | null
}

const on = (db: Reader | Tx) => db.withTables<Tables>()

/** A member with the leave as it is written down. */
export interface StoredMember extends Member {
  leave: readonly { id: string; from: string; to: string; since: string | null }[]
}

/** Members with leave, recusals and the load of the window that begins on `since`. */
export async function loadMembers(db: Reader | Tx, since: string): Promise<StoredMember[]> {
  const [members, leave, recusals, rows] = [
    await on(db).selectFrom('assign_member').selectAll().orderBy('id').execute(),
    await on(db).selectFrom('assign_leave').selectAll().execute(),
    await on(db).selectFrom('assign_recusal').selectAll().execute(),
    await on(db)
      .selectFrom('load_row')
      .select((eb) => ['member', eb.fn.sum<number>('amount').as('amount')])
      .where('day', '>', since)
      .groupBy('member')
      .execute(),
  ]
  const loads = new Map(rows.map(({ member, amount }) => [member, Number(amount)]))
  return members.map((row) => ({
    id: row.id,
    department: row.department,
    cap: row.cap,
    suspended: row.suspended === 1,
    taskForceUntil: row.task_force_until,
    specialities: z.array(z.string()).parse(JSON.parse(row.specialities)),
    leave: leave
      .filter(({ member }) => member === row.id)
      .map(({ id, from_day, to_day, since_day }) => ({ id, from: from_day, to: to_day, since: since_day })),
    recused: new Set(recusals.filter(({ member }) => member === row.id).map(({ case_id }) => case_id)),
    load: loadOf([loads.get(row.id) ?? 0]),
  }))
}

export async function putMember(tx: Tx, row: Tables['assign_member']): Promise<void> {
  const { id: _id, ...change } = row
  await on(tx)
    .insertInto('assign_member')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doUpdateSet(change))
    .execute()
}
export const addLeave = async (tx: Tx, row: Tables['assign_leave']): Promise<void> => {
  await on(tx).insertInto('assign_leave').values(row).execute()
}
/** A new last day; a leave that ends before it began is gone. The chain keeps what was. */
export async function changeLeave(tx: Tx, id: string, from: string, to: string): Promise<void> {
  if (to < from) await on(tx).deleteFrom('assign_leave').where('id', '=', id).execute()
  else await on(tx).updateTable('assign_leave').set({ to_day: to }).where('id', '=', id).execute()
}
export const addRecusal = async (tx: Tx, row: Tables['assign_recusal']): Promise<void> => {
  await on(tx)
    .insertInto('assign_recusal')
    .values(row)
    .onConflict((conflict) => conflict.columns(['member', 'case_id']).doNothing())
    .execute()
}
/** True for the first time: the id is the claim. */
export async function addLoad(tx: Tx, row: Tables['load_row']): Promise<boolean> {
  const result = await on(tx)
    .insertInto('load_row')
    .values(row)
    .onConflict((conflict) => conflict.column('id').doNothing())
    .executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0
}
export const hasLoad = async (db: Tx, id: string): Promise<boolean> =>
  (await on(db).selectFrom('load_row').select('id').where('id', '=', id).executeTakeFirst()) !== undefined

/** Load given on one day to each member by draws and designations. */
export async function loadGivenOn(db: Tx, day: string): Promise<Map<string, number>> {
  const rows = await on(db)
    .selectFrom('load_row')
    .select((eb) => ['member', eb.fn.sum<number>('amount').as('amount')])
    .where('day', '=', day)
    .where('kind', 'in', ['draw', 'designated'])
    .groupBy('member')
    .execute()
  return new Map(rows.map(({ member, amount }) => [member, Number(amount)]))
}

const toDraw = (row: Tables['draw']): DrawRecord => ({
  id: row.id,
  caseId: row.case_id,
  state: row.state as DrawState,
  seq: Number(row.seq),
  commitment: row.commitment,
  secret: row.secret,
  body: JSON.parse(row.body) as Committed,
  requestedBy: row.requested_by,
  createdMs: Number(row.created_ms),
  endedMs: row.ended_ms === null ? null : Number(row.ended_ms),
  winner: row.winner,
})

export async function insertDraw(tx: Tx, draw: DrawRecord): Promise<void> {
  await on(tx)
    .insertInto('draw')
    .values({
      id: draw.id,
      case_id: draw.caseId,
      state: draw.state,
      seq: draw.seq,
      commitment: draw.commitment,
      secret: draw.secret,
      body: JSON.stringify(draw.body),
      requested_by: draw.requestedBy,
      created_ms: draw.createdMs,
      ended_ms: null,
      winner: null,
      warned: 0,
    })
    .execute()
}
export async function findDraw(db: Reader | Tx, id: string): Promise<DrawRecord | undefined> {
  const row = await on(db).selectFrom('draw').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toDraw(row) : undefined
}
/** All draws of a case, oldest first: no silent redraw. */
export async function drawsOfCase(db: Reader | Tx, caseId: string): Promise<Pick<DrawRecord, 'id' | 'state'>[]> {
  const rows = await on(db)
    .selectFrom('draw')
    .select(['id', 'state'])
    .where('case_id', '=', caseId)
    .orderBy('seq')
    .execute()
  return rows.map(({ id, state }) => ({ id, state: state as DrawState }))
}
/** The draw of a case that is not cancelled, newest first. */
export async function drawOfCase(db: Reader | Tx, caseId: string): Promise<DrawRecord | undefined> {
  const row = await on(db)
    .selectFrom('draw')
    .selectAll()
    .where('case_id', '=', caseId)
    .where('state', '!=', 'cancelled')
    .orderBy('created_ms', 'desc')
    .executeTakeFirst()
  return row ? toDraw(row) : undefined
}
/** Moves a draw on only from the state it was read in: two at once, one effect. */
export async function moveDraw(
  tx: Tx,
  draw: DrawRecord,
  change: { state: DrawState; ended_ms?: number; winner?: string },
): Promise<boolean> {
  const result = await on(tx)
    .updateTable('draw')
    .set(change)
    .where('id', '=', draw.id)
    .where('state', '=', draw.state)
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}
export async function unfinishedDraws(tx: Tx, before: number): Promise<DrawRecord[]> {
  const rows = await on(tx)
    .selectFrom('draw')
    .selectAll()
    .where('state', 'in', ['committed', 'contributed'])
    .where('created_ms', '<', before)
    .where('warned', '=', 0)
    .execute()
  return rows.map(toDraw)
}
export const markWarned = async (tx: Tx, id: string): Promise<void> => {
  await on(tx).updateTable('draw').set({ warned: 1 }).where('id', '=', id).execute()
}

export async function noncesOf(db: Reader | Tx, drawId: string): Promise<Nonce[]> {
  const rows = await on(db)
    .selectFrom('draw_nonce')
    .selectAll()
    .where('draw_id', '=', drawId)
    .orderBy('at_ms')
    .execute()
  return rows.map(({ role, by, nonce_hash, nonce }) => ({ role, by, nonceHash: nonce_hash, nonce }))
}
export const putNonce = async (tx: Tx, drawId: string, nonce: Nonce, at: number): Promise<void> => {
  await on(tx)
    .insertInto('draw_nonce')
    .values({
      draw_id: drawId,
      role: nonce.role,
      by: nonce.by,
      nonce_hash: nonce.nonceHash,
      nonce: nonce.nonce,
      at_ms: at,
    })
    .onConflict((conflict) => conflict.columns(['draw_id', 'role']).doUpdateSet({ nonce: nonce.nonce }))
    .execute()
}

export const insertDesignation = async (tx: Tx, row: Tables['designation']): Promise<void> => {
  await on(tx).insertInto('designation').values(row).execute()
}
export const findDesignation = (db: Reader | Tx, id: string): Promise<Tables['designation'] | undefined> =>
  on(db).selectFrom('designation').selectAll().where('id', '=', id).executeTakeFirst()
/** A page, newest first; `before` is the place of the last one seen. */
export const listDesignations = (
  db: Reader,
  filter: { state?: string; kind?: string; before?: { ms: number; id: string }; limit: number },
): Promise<Tables['designation'][]> => {
  let query = on(db).selectFrom('designation').selectAll()
  if (filter.state) query = query.where('state', '=', filter.state)
  if (filter.kind) query = query.where('kind', '=', filter.kind)
  const { before } = filter
  if (before)
    query = query.where((eb) =>
      eb.or([eb('proposed_ms', '<', before.ms), eb.and([eb('proposed_ms', '=', before.ms), eb('id', '<', before.id)])]),
    )
  return query.orderBy('proposed_ms', 'desc').orderBy('id', 'desc').limit(filter.limit).execute()
}
/** The first of two approvals, once: false when somebody else was first or it is decided. */
export async function approveFirst(tx: Tx, id: string, by: string): Promise<boolean> {
  const result = await on(tx)
    .updateTable('designation')
    .set({ first_approver: by })
    .where('id', '=', id)
    .where('state', '=', 'proposed')
    .where('first_approver', 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}
export const noteDraw = async (tx: Tx, id: string, drawId: string): Promise<void> => {
  await on(tx).updateTable('designation').set({ draw_id: drawId }).where('id', '=', id).execute()
}
/** Decides once: false when somebody else already has. */
export async function decideDesignation(
  tx: Tx,
  id: string,
  state: 'approved' | 'rejected',
  by: string,
  at: number,
  note: string,
): Promise<boolean> {
  const result = await on(tx)
    .updateTable('designation')
    .set({ state, decided_by: by, decided_ms: at, decided_note: note })
    .where('id', '=', id)
    .where('state', '=', 'proposed')
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}

/** Counts since a moment, for the panel: draws completed, and designations by reason. */
export async function shareSince(
  db: Reader | Tx,
  since: number,
): Promise<{ drawn: number; designated: { reason: string; count: number }[] }> {
  const drawn = await on(db)
    .selectFrom('draw')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('state', '=', 'completed')
    .where('ended_ms', '>=', since)
    .executeTakeFirstOrThrow()
  const designated = await on(db)
    .selectFrom('designation')
    .select((eb) => ['reason', eb.fn.countAll<number>().as('n')])
    .where('kind', '=', 'designate')
    .where('state', '=', 'approved')
    .where('decided_ms', '>=', since)
    .groupBy('reason')
    .orderBy(sql`2 desc`)
    .execute()
  return { drawn: Number(drawn.n), designated: designated.map(({ reason, n }) => ({ reason, count: Number(n) })) }
}

/** Who designated whom more than once since a moment: a habit worth a look (domain.md B.2). */
export async function repeatedPairs(
  db: Reader,
  since: number,
): Promise<{ proposer: string; member: string; count: number }[]> {
  const rows = await on(db)
    .selectFrom('designation')
    .select((eb) => ['proposed_by', 'member', eb.fn.countAll<number>().as('n')])
    .where('kind', '=', 'designate')
    .where('state', '=', 'approved')
    .where('decided_ms', '>=', since)
    .groupBy(['proposed_by', 'member'])
    .having((eb) => eb.fn.countAll<number>(), '>', 1)
    .orderBy('proposed_by')
    .orderBy('member')
    .execute()
  return rows.map(({ proposed_by, member, n }) => ({ proposer: proposed_by, member: member ?? '', count: Number(n) }))
}

/** The newest completed draws, newest first. */
export async function completedDraws(db: Reader, limit: number): Promise<DrawRecord[]> {
  const rows = await on(db)
    .selectFrom('draw')
    .selectAll()
    .where('state', '=', 'completed')
    .orderBy('ended_ms', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toDraw)
}
/** A page of draws, newest first; `cursor` = seq of the last one seen. */
export async function listDraws(
  db: Reader,
  { cursor, limit, caseId }: { cursor?: string | undefined; limit: number; caseId?: string | undefined },
): Promise<DrawRecord[]> {
  let query = on(db).selectFrom('draw').selectAll().orderBy('seq', 'desc').limit(limit)
  if (cursor) query = query.where('seq', '<', offsetOf(cursor))
  if (caseId !== undefined) query = query.where('case_id', '=', caseId)
  return (await query.execute()).map(toDraw)
}
