import type { z } from 'zod'
import {
  Assessment,
  PetitionChannel,
  PetitionColour,
  PetitionFile,
  PetitionReply,
  PetitionStage,
} from '../../contract/http/petitions.ts'
import type { Reader, Tx } from '../feature.ts'
import type { Reply } from './clocks.ts'
import type { PetitionTables as Tables } from './tables.ts'

/** Reads and writes matters; every move is conditional on the revision it was read in. */
export const on = (db: Reader | Tx) => db.withTables<Tables>()
export type StepRow = Tables['petition_step']
export type OutboxRow = Tables['petition_outbox']
export type FactRow = Tables['petition_fact']

export interface Matter {
  id: string
  no: string
  title: string
  demand: string
  kind: string
  channel: z.output<typeof PetitionChannel>
  receivedOn: string
  people: number
  anonymous: boolean
  contact: { name: string; phone: string } | null
  object: string | null
  area: string | null
  caseNo: string | null
  externalNo: string | null
  department: string
  handler: string | null
  leader: string | null
  colour: PetitionColour | null
  colourMs: number | null
  stage: PetitionStage
  open: boolean
  pending: 'downgrade' | 'close' | null
  pendingId: string | null
  pendingUntilMs: number | null
  assessment: Assessment | null
  exempt: string | null
  answered: boolean
  attempts: number
  firstActionDue: number | null
  reviewDue: string | null
  closedOn: string | null
  revisits: { days: number; doneOn: string | null }[]
  registeredMs: number
  movedMs: number
  rev: number
  /** In the order of their kinds and numbers. */
  replies: Reply[]
}
export const NEVER_MS = 9_999_999_999_999

const number = (value: number | null): number | null => (value === null ? null : Number(value))
function toMatter(row: Tables['petition'], replies: Reply[]): Matter {
  return {
    id: row.id,
    no: row.no,
    title: row.title,
    demand: row.demand,
    kind: row.kind,
    channel: PetitionChannel.parse(row.channel),
    receivedOn: row.received_on,
    people: Number(row.people),
    anonymous: row.anonymous === 1,
    contact: row.contact === null ? null : (JSON.parse(row.contact) as Matter['contact']),
    object: row.object,
    area: row.area,
    caseNo: row.case_no,
    externalNo: row.external_no,
    department: row.department,
    handler: row.handler,
    leader: row.leader,
    colour: row.colour === null ? null : PetitionColour.parse(row.colour),
    colourMs: number(row.colour_ms),
    stage: PetitionStage.parse(row.stage),
    open: row.open === 1,
    pending: row.pending === 'downgrade' || row.pending === 'close' ? row.pending : null,
    pendingId: row.pending_id,
    pendingUntilMs: number(row.pending_until_ms),
    assessment: row.assessment === null ? null : Assessment.parse(JSON.parse(row.assessment)),
    exempt: row.exempt,
    answered: row.answered === 1,
    attempts: Number(row.attempts),
    firstActionDue: number(row.first_action_due_ms),
    reviewDue: row.review_due,
    closedOn: row.closed_on,
    revisits: JSON.parse(row.revisits) as Matter['revisits'],
    registeredMs: Number(row.registered_ms),
    movedMs: Number(row.moved_ms),
    rev: Number(row.rev),
    replies,
  }
}
const toRow = (one: Matter, nextDueMs: number): Tables['petition'] => ({
  id: one.id,
  no: one.no,
  title: one.title,
  demand: one.demand,
  kind: one.kind,
  channel: one.channel,
  received_on: one.receivedOn,
  people: one.people,
  anonymous: one.anonymous ? 1 : 0,
  contact: one.contact && JSON.stringify(one.contact),
  object: one.object,
  area: one.area,
  case_no: one.caseNo,
  external_no: one.externalNo,
  department: one.department,
  handler: one.handler,
  leader: one.leader,
  colour: one.colour,
  colour_ms: one.colourMs,
  stage: one.stage,
  open: one.open ? 1 : 0,
  pending: one.pending,
  pending_id: one.pendingId,
  pending_until_ms: one.pendingUntilMs,
  score: one.assessment?.score ?? null,
  assessment: one.assessment && JSON.stringify(one.assessment),
  exempt: one.exempt,
  answered: one.answered ? 1 : 0,
  attempts: one.attempts,
  first_action_due_ms: one.firstActionDue,
  review_due: one.reviewDue,
  closed_on: one.closedOn,
  revisits: JSON.stringify(one.revisits),
  next_due_ms: nextDueMs,
  registered_ms: one.registeredMs,
  moved_ms: one.movedMs,
  rev: one.rev,
})

const ORDER = ['procedural', 'substantive', 'monthly']
const toReply = (row: Tables['petition_reply']): Reply => ({
  kind: PetitionReply.parse(row.kind),
  n: Number(row.n),
  due: row.due,
  unrolled: row.unrolled,
  basis: row.basis,
  doneOn: row.done_on,
})
async function withReplies(db: Reader | Tx, rows: Tables['petition'][]): Promise<Matter[]> {
  const found = new Map<string, Reply[]>()
  for (let from = 0; from < rows.length; from += 500) {
    const ids = rows.slice(from, from + 500).map(({ id }) => id)
    const replies = await on(db).selectFrom('petition_reply').selectAll().where('petition_id', 'in', ids).execute()
    for (const row of replies) found.set(row.petition_id, [...(found.get(row.petition_id) ?? []), toReply(row)])
  }
  const sorted = (list: Reply[]) => list.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.n - b.n)
  return rows.map((row) => toMatter(row, sorted(found.get(row.id) ?? [])))
}

export async function insertMatters(tx: Tx, matters: readonly { matter: Matter; nextDueMs: number }[]): Promise<void> {
  for (let from = 0; from < matters.length; from += 100) {
    const some = matters.slice(from, from + 100)
    await on(tx)
      .insertInto('petition')
      .values(some.map(({ matter, nextDueMs }) => toRow(matter, nextDueMs)))
      .execute()
    await saveReplies(
      tx,
      some.map(({ matter }) => matter),
    )
  }
}
/** New ones are added, done ones get their day; what stands is never taken away. */
async function saveReplies(tx: Tx, matters: readonly Matter[]): Promise<void> {
  const rows = matters.flatMap((matter) =>
    matter.replies.map(({ kind, n, due, unrolled, basis, doneOn }) => ({
      petition_id: matter.id,
      kind,
      n,
      due,
      unrolled,
      basis,
      done_on: doneOn,
    })),
  )
  if (rows.length === 0) return
  await on(tx)
    .insertInto('petition_reply')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['petition_id', 'kind', 'n']).doUpdateSet(({ fn, ref }) => ({
        done_on: fn.coalesce(ref('petition_reply.done_on'), ref('excluded.done_on')),
      })),
    )
    .execute()
}
/** Two at once, one effect: false when somebody has moved it meanwhile. */
export async function moveMatter(tx: Tx, before: Matter, after: Matter, nextDueMs: number): Promise<boolean> {
  const { id: _id, ...change } = toRow({ ...after, rev: before.rev + 1 }, nextDueMs)
  const result = await on(tx)
    .updateTable('petition')
    .set(change)
    .where('id', '=', before.id)
    .where('rev', '=', before.rev)
    .executeTakeFirst()
  if (Number(result.numUpdatedRows) === 0) return false
  await saveReplies(tx, [after])
  return true
}

export async function findMatter(db: Reader | Tx, id: string): Promise<Matter | undefined> {
  const rows = await on(db).selectFrom('petition').selectAll().where('id', '=', id).execute()
  return (await withReplies(db, rows))[0]
}
export interface MatterFilter {
  /** Only those of this person. */
  person?: string
  colour?: PetitionColour | 'none'
  stage?: PetitionStage
  state: 'open' | 'closed' | 'all'
  channel?: string
  department?: string
  lateAt?: number
  q?: string
}
const filtered = (db: Reader | Tx, filter: MatterFilter) => {
  const { person, colour, stage, state, channel, department, lateAt, q } = filter
  let query = on(db).selectFrom('petition')
  if (person !== undefined)
    query = query.where(({ or, eb }) => or([eb('handler', '=', person), eb('leader', '=', person)]))
  if (colour === 'none') query = query.where('colour', 'is', null)
  else if (colour !== undefined) query = query.where('colour', '=', colour)
  if (stage !== undefined) query = query.where('stage', '=', stage)
  if (state !== 'all') query = query.where('open', '=', state === 'open' ? 1 : 0)
  if (channel !== undefined) query = query.where('channel', '=', channel)
  if (department !== undefined) query = query.where('department', '=', department)
  if (lateAt !== undefined) query = query.where('next_due_ms', '<=', lateAt)
  if (q) {
    const like = `%${q.replaceAll(/[\\%_]/g, '')}%`
    query = query.where(({ or, eb }) =>
      or(
        (['title', 'demand', 'no', 'case_no', 'object', 'external_no'] as const).map((column) =>
          eb(column, 'like', like),
        ),
      ),
    )
  }
  return query
}
/** The nearest clock first; what waits for nothing comes last, newest first. */
export async function listMatters(
  db: Reader | Tx,
  filter: MatterFilter,
  { offset, limit }: { offset: number; limit: number },
): Promise<Matter[]> {
  const rows = await filtered(db, filter)
    .selectAll()
    .orderBy('next_due_ms')
    .orderBy('registered_ms', 'desc')
    .orderBy('id')
    .offset(offset)
    .limit(limit)
    .execute()
  return withReplies(db, rows)
}
export async function countByColour(db: Reader, filter: MatterFilter): Promise<Map<string | null, number>> {
  const rows = await filtered(db, filter)
    .select((eb) => ['colour', eb.fn.countAll<number>().as('n')])
    .groupBy('colour')
    .execute()
  return new Map(rows.map(({ colour, n }) => [colour, Number(n)]))
}
/** Open ones, and closed ones that wait for a revisit: everything with a clock. */
export async function runningMatters(db: Reader | Tx): Promise<Matter[]> {
  const rows = await on(db)
    .selectFrom('petition')
    .selectAll()
    .where(({ or, eb }) => or([eb('open', '=', 1), eb('stage', '=', 'revisit')]))
    .execute()
  return withReplies(db, rows)
}
/** Columns that likeness is judged by, newest first, bounded. */
export const comparables = (db: Reader, limit: number) =>
  on(db)
    .selectFrom('petition')
    .select(['id', 'title', 'demand', 'object', 'case_no', 'contact'])
    .orderBy('registered_ms', 'desc')
    .limit(limit)
    .execute()
export async function mattersById(db: Reader | Tx, ids: readonly string[]): Promise<Map<string, Matter>> {
  if (ids.length === 0) return new Map()
  const rows = await on(db)
    .selectFrom('petition')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return new Map((await withReplies(db, rows)).map((matter) => [matter.id, matter]))
}
export async function knownExternal(tx: Tx, numbers: readonly string[]): Promise<Set<string>> {
  const known = new Set<string>()
  for (let from = 0; from < numbers.length; from += 500) {
    const rows = await on(tx)
      .selectFrom('petition')
      .select('external_no')
      .where('external_no', 'in', numbers.slice(from, from + 500))
      .execute()
    for (const { external_no } of rows) if (external_no !== null) known.add(external_no)
  }
  return known
}
/** The last running number of a year's prefix, e.g. `信访〔2026〕`. */
export async function lastNumber(tx: Tx, prefix: string): Promise<number> {
  const rows = await on(tx).selectFrom('petition').select('no').where('no', 'like', `${prefix}%`).execute()
  return rows.reduce((most, { no }) => Math.max(most, Number(/(\d+) 号$/.exec(no)?.[1] ?? 0)), 0)
}

export const addSteps = async (tx: Tx, rows: readonly StepRow[]): Promise<void> => {
  for (let from = 0; from < rows.length; from += 200)
    await on(tx)
      .insertInto('petition_step')
      .values(rows.slice(from, from + 200))
      .execute()
}
export const stepsOf = (db: Reader | Tx, petitionId: string): Promise<StepRow[]> =>
  on(db).selectFrom('petition_step').selectAll().where('petition_id', '=', petitionId).orderBy('seq').execute()
/** Steps that change a colour or the number of open matters, in order. */
export const turningPoints = (db: Reader, from: number, to: number): Promise<StepRow[]> =>
  on(db)
    .selectFrom('petition_step')
    .selectAll()
    .where('step', 'in', ['register', 'assess', 'downgrade', 'close', 'reopen', 'revisit'])
    .where('at_ms', '>=', from)
    .where('at_ms', '<', to)
    .orderBy('seq')
    .execute()
export const filesOfRow = (row: { files: string }): PetitionFile[] => PetitionFile.array().parse(JSON.parse(row.files))
