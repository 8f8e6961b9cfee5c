import type { Reader, Tx } from '../feature.ts'
import type { MeetingTables as Tables } from './tables.ts'

export type StoredMeeting = Tables['meeting']
export type StoredItem = Tables['meeting_item']
export type StoredCommitment = Tables['meeting_commitment']
export type StoredVerdict = Tables['meeting_verdict']
export type StoredEvent = Tables['meeting_event']
export type StoredView = Tables['saved_view']
const on = (db: Reader | Tx) => db.withTables<Tables>()
/** Ids of one statement stay far below the stores' limit of parameters. */
const IDS = 500

export interface After {
  key: string
  id: string
}

export const findMeeting = (db: Reader | Tx, id: string): Promise<StoredMeeting | undefined> =>
  on(db).selectFrom('meeting').selectAll().where('id', '=', id).executeTakeFirst()

/** Newest day first. */
export function listMeetings(
  db: Reader,
  { state, after, limit }: { state: string | undefined; after: After | null; limit: number },
): Promise<StoredMeeting[]> {
  let query = on(db).selectFrom('meeting').selectAll()
  if (state !== undefined) query = query.where('state', '=', state)
  if (after)
    query = query.where((eb) =>
      eb.or([eb('day', '<', after.key), eb.and([eb('day', '=', after.key), eb('id', '<', after.id)])]),
    )
  return query.orderBy('day', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

/** Rows of each meeting of a page in one of its tables. */
export async function countOf(
  db: Reader,
  table: 'meeting_item' | 'meeting_commitment',
  meetings: readonly string[],
): Promise<Map<string, number>> {
  if (meetings.length === 0) return new Map()
  const rows = await on(db)
    .selectFrom(table)
    .select((eb) => ['meeting_id', eb.fn.countAll().as('n')])
    .where('meeting_id', 'in', meetings)
    .groupBy('meeting_id')
    .execute()
  return new Map(rows.map(({ meeting_id, n }) => [meeting_id, Number(n)]))
}

export const itemsOf = (db: Reader | Tx, meeting: string): Promise<StoredItem[]> =>
  on(db).selectFrom('meeting_item').selectAll().where('meeting_id', '=', meeting).orderBy('position').execute()

export const eventsOf = (db: Reader, meeting: string): Promise<StoredEvent[]> =>
  on(db).selectFrom('meeting_event').selectAll().where('meeting_id', '=', meeting).orderBy('seq').execute()

export const commitmentsOf = (db: Reader, meeting: string): Promise<StoredCommitment[]> =>
  on(db)
    .selectFrom('meeting_commitment')
    .selectAll()
    .where('meeting_id', '=', meeting)
    .orderBy('made_ms')
    .orderBy('id')
    .execute()

/** Those that a meeting takes up: open ones of other meetings, and those that got a verdict at this one. */
export function carriedTo(db: Reader, meeting: string, withOpen: boolean): Promise<StoredCommitment[]> {
  return on(db)
    .selectFrom('meeting_commitment')
    .selectAll()
    .where('meeting_id', '!=', meeting)
    .where((eb) => {
      const judged = eb(
        'id',
        'in',
        eb.selectFrom('meeting_verdict').select('commitment_id').where('meeting_verdict.meeting_id', '=', meeting),
      )
      return withOpen ? eb.or([eb('state', '=', 'open'), judged]) : judged
    })
    .orderBy('due')
    .orderBy('id')
    .limit(1000)
    .execute()
}

export const openCommitments = (tx: Tx, exceptMeeting: string): Promise<StoredCommitment[]> =>
  on(tx)
    .selectFrom('meeting_commitment')
    .selectAll()
    .where('state', '=', 'open')
    .where('meeting_id', '!=', exceptMeeting)
    .orderBy('due')
    .orderBy('id')
    .limit(1000)
    .execute()

export const findCommitment = (db: Reader | Tx, id: string): Promise<StoredCommitment | undefined> =>
  on(db).selectFrom('meeting_commitment').selectAll().where('id', '=', id).executeTakeFirst()

/** Nearest day first. */
export function listCommitments(
  db: Reader,
  { state, after, limit }: { state: string | undefined; after: After | null; limit: number },
): Promise<StoredCommitment[]> {
  let query = on(db).selectFrom('meeting_commitment').selectAll()
  if (state !== undefined) query = query.where('state', '=', state)
  if (after)
    query = query.where((eb) =>
      eb.or([eb('due', '>', after.key), eb.and([eb('due', '=', after.key), eb('id', '>', after.id)])]),
    )
  return query.orderBy('due').orderBy('id').limit(limit).execute()
}

export async function verdictsOf(db: Reader | Tx, commitments: readonly string[]): Promise<StoredVerdict[]> {
  const rows: StoredVerdict[] = []
  for (let from = 0; from < commitments.length; from += IDS)
    rows.push(
      ...(await on(db)
        .selectFrom('meeting_verdict')
        .selectAll()
        .where('commitment_id', 'in', commitments.slice(from, from + IDS))
        .orderBy('at_ms')
        .orderBy('id')
        .execute()),
    )
  return rows
}

export const titlesOf = async (db: Reader, meetings: readonly string[]): Promise<Map<string, string>> => {
  if (meetings.length === 0) return new Map()
  const ids = [...new Set(meetings)].slice(0, 1000)
  const rows = await on(db).selectFrom('meeting').select(['id', 'title']).where('id', 'in', ids).execute()
  return new Map(rows.map(({ id, title }) => [id, title]))
}

export async function insertMeeting(tx: Tx, meeting: StoredMeeting, items: readonly StoredItem[]): Promise<void> {
  await on(tx).insertInto('meeting').values(meeting).execute()
  if (items.length > 0)
    await on(tx)
      .insertInto('meeting_item')
      .values([...items])
      .execute()
}
export const insertItem = (tx: Tx, item: StoredItem) => on(tx).insertInto('meeting_item').values(item).execute()
export const updateItem = (tx: Tx, id: string, change: Partial<StoredItem>) =>
  on(tx).updateTable('meeting_item').set(change).where('id', '=', id).execute()
export const deleteItem = (tx: Tx, id: string) => on(tx).deleteFrom('meeting_item').where('id', '=', id).execute()
export const updateMeeting = (tx: Tx, id: string, change: Partial<StoredMeeting>) =>
  on(tx).updateTable('meeting').set(change).where('id', '=', id).execute()
export const insertCommitment = (tx: Tx, row: StoredCommitment) =>
  on(tx).insertInto('meeting_commitment').values(row).execute()
export const updateCommitment = (
  tx: Tx,
  id: string,
  change: Pick<StoredCommitment, 'state'> & Partial<StoredCommitment>,
) => on(tx).updateTable('meeting_commitment').set(change).where('id', '=', id).execute()
export async function insertVerdicts(tx: Tx, rows: readonly StoredVerdict[]): Promise<void> {
  for (let from = 0; from < rows.length; from += IDS)
    await on(tx)
      .insertInto('meeting_verdict')
      .values(rows.slice(from, from + IDS))
      .execute()
}

/** Appends one line to the meeting's history. */
export async function note(
  tx: Tx,
  meeting: string,
  line: { id: string; at: number; actor: string; words: string },
): Promise<void> {
  const last = await on(tx)
    .selectFrom('meeting_event')
    .select((eb) => eb.fn.max('seq').as('seq'))
    .where('meeting_id', '=', meeting)
    .executeTakeFirst()
  const seq = Number(last?.seq ?? 0) + 1
  const words = line.words.slice(0, 1000)
  await on(tx)
    .insertInto('meeting_event')
    .values({ id: line.id, meeting_id: meeting, seq, at_ms: line.at, actor: line.actor, words })
    .execute()
}

export const keepBrief = (tx: Tx, meeting: string, body: string) =>
  on(tx)
    .insertInto('meeting_brief')
    .values({ meeting_id: meeting, body })
    .onConflict((conflict) => conflict.column('meeting_id').doNothing())
    .execute()
export const keptBrief = async (db: Reader, meeting: string): Promise<string | undefined> =>
  (await on(db).selectFrom('meeting_brief').select('body').where('meeting_id', '=', meeting).executeTakeFirst())?.body

export const insertView = (tx: Tx, view: StoredView) => on(tx).insertInto('saved_view').values(view).execute()
export const deleteView = async (tx: Tx, id: string): Promise<boolean> =>
  ((await on(tx).deleteFrom('saved_view').where('id', '=', id).executeTakeFirst()).numDeletedRows ?? 0n) > 0n
export function listViews(db: Reader, { after, limit }: { after: After | null; limit: number }): Promise<StoredView[]> {
  let query = on(db).selectFrom('saved_view').selectAll()
  if (after)
    query = query.where((eb) =>
      eb.or([eb('title', '>', after.key), eb.and([eb('title', '=', after.key), eb('id', '>', after.id)])]),
    )
  return query.orderBy('title').orderBy('id').limit(limit).execute()
}
