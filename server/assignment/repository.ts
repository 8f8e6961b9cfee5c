import { sql } from 'kysely'
import type { Committed } from '../../contract/draw.ts'
import type { Reader, Tx } from '../feature.ts'
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

/** Members with leave, recusals and the load of the window that begins on `since`. */
export async function loadMembers(db: Reader | Tx, since: string): Promise<Member[]> {
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
    leave: leave
      .filter(({ member }) => member === row.id)
      .map(({ from_day, to_day }) => ({ from: from_day, to: to_day })),
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
export const listDesignations = (db: Reader, state: string | undefined): Promise<Tables['designation'][]> => {
  let query = on(db).selectFrom('designation').selectAll().orderBy('proposed_ms', 'desc').limit(500)
  if (state) query = query.where('state', '=', state)
  return query.execute()
}
/** Decides once: false when somebody else already has. */
export async function decideDesignation(
  tx: Tx,
  id: string,
  state: 'approved' | 'rejected',
  by: string,
  at: number,
): Promise<boolean> {
  const result = await on(tx)
    .updateTable('designation')
    .set({ state, decided_by: by, decided_ms: at })
    .where('id', '=', id)
    .where('state', '=', 'proposed')
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}

/** Counts since a moment, for the panel: draws completed, and designations by reason. */
export async function shareSince(
  db: Reader,
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
export async function listDraws(db: Reader, after: string, limit: number): Promise<DrawRecord[]> {
  let query = on(db).selectFrom('draw').selectAll().orderBy('seq', 'desc').limit(limit)
  if (after !== '') query = query.where('seq', '<', Number(after))
  return (await query.execute()).map(toDraw)
}
