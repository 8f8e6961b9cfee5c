import { GradeId } from '../../config/schema.ts'
import { type Grade, ReviewKind } from '../../contract/http/reviews.ts'
import type { Reader, Tx } from '../feature.ts'
import type { Review, Step } from './rules.ts'
import type { ReviewTables as Tables } from './tables.ts'

/** Reads and writes reviews; every move is conditional on the step it was read in. */
const on = (db: Reader | Tx) => db.withTables<Tables>()

export interface StoredReview extends Review {
  closedDay: string
  openedMs: number
  movedMs: number
  openedSeq: number | null
}

const gradeOf = (text: string | null) => GradeId.nullable().parse(text)
const toReview = (row: Tables['review']): StoredReview => ({
  id: row.id,
  caseId: row.case_id,
  handler: row.handler,
  department: row.department,
  closedDay: row.closed_day,
  step: row.step as Step,
  due: row.due,
  kind: ReviewKind.nullable().parse(row.kind),
  trigger: row.cause,
  checker: row.checker,
  reviewer: row.reviewer,
  restudier: row.restudier,
  disputed: row.disputed === 1,
  score: row.score,
  veto: row.veto === 1,
  proposed: gradeOf(row.proposed),
  grade: gradeOf(row.grade),
  openedMs: Number(row.opened_ms),
  movedMs: Number(row.moved_ms),
  openedSeq: row.opened_seq === null ? null : Number(row.opened_seq),
})
const toRow = (review: StoredReview): Tables['review'] => ({
  id: review.id,
  case_id: review.caseId,
  handler: review.handler,
  department: review.department,
  closed_day: review.closedDay,
  step: review.step,
  due: review.due,
  kind: review.kind,
  cause: review.trigger,
  checker: review.checker,
  reviewer: review.reviewer,
  restudier: review.restudier,
  disputed: review.disputed ? 1 : 0,
  score: review.score,
  veto: review.veto ? 1 : 0,
  proposed: review.proposed,
  grade: review.grade,
  opened_ms: review.openedMs,
  moved_ms: review.movedMs,
  opened_seq: review.openedSeq,
})

/** True for the one who opens it: a case has one review. */
export async function insertReview(tx: Tx, review: StoredReview): Promise<boolean> {
  const result = await on(tx)
    .insertInto('review')
    .values(toRow(review))
    .onConflict((conflict) => conflict.column('case_id').doNothing())
    .executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0
}
/** Two at once, one effect: false when the review has moved on meanwhile. */
export async function moveReview(tx: Tx, before: StoredReview, after: StoredReview): Promise<boolean> {
  const { id: _id, ...change } = toRow(after)
  const result = await on(tx)
    .updateTable('review')
    .set(change)
    .where('id', '=', before.id)
    .where('step', '=', before.step)
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}
export async function findReview(db: Reader | Tx, id: string): Promise<StoredReview | undefined> {
  const row = await on(db).selectFrom('review').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toReview(row) : undefined
}
export async function reviewOfCase(db: Reader | Tx, caseId: string): Promise<StoredReview | undefined> {
  const row = await on(db).selectFrom('review').selectAll().where('case_id', '=', caseId).executeTakeFirst()
  return row ? toReview(row) : undefined
}
/** Which of these cases have a review. */
export async function reviewedCases(db: Reader | Tx, caseIds: readonly string[]): Promise<Set<string>> {
  const found = new Set<string>()
  for (let from = 0; from < caseIds.length; from += 500) {
    const some = caseIds.slice(from, from + 500)
    const rows = await on(db).selectFrom('review').select('case_id').where('case_id', 'in', some).execute()
    for (const row of rows) found.add(row.case_id)
  }
  return found
}

/** Whose reviews a caller may see; empty = all. */
export interface ReviewScope {
  person?: string
  department?: string
}

/** One way in which a review waits for somebody: in these steps, when these columns hold this person. */
export interface Waits {
  steps: readonly Step[]
  is?: { column: 'handler' | 'reviewer' | 'restudier'; person: string }
  department?: string
  not?: { columns: readonly ('handler' | 'checker' | 'reviewer' | 'restudier')[]; person: string }
}
export interface ReviewFilter extends ReviewScope {
  steps: readonly Step[]
  kind?: string
  caseId?: string
  dueBefore?: string
  /** Only what waits in one of these ways; an empty list = nothing does. */
  waits?: readonly Waits[]
  offset: number
  limit: number
}

/** A page in the order of the due day; those that wait for nothing come last. */
export async function listReviews(db: Reader, filter: ReviewFilter): Promise<StoredReview[]> {
  let query = on(db).selectFrom('review').selectAll()
  const { person, department } = filter
  if (person !== undefined || department !== undefined)
    query = query.where((eb) =>
      eb.or([
        ...(department === undefined ? [] : [eb('department', '=', department)]),
        ...(person === undefined
          ? []
          : [eb('handler', '=', person), eb('reviewer', '=', person), eb('restudier', '=', person)]),
      ]),
    )
  if (filter.steps.length > 0) query = query.where('step', 'in', [...filter.steps])
  if (filter.kind !== undefined) query = query.where('kind', '=', filter.kind)
  if (filter.caseId !== undefined) query = query.where('case_id', '=', filter.caseId)
  if (filter.dueBefore !== undefined) query = query.where('due', '<', filter.dueBefore)
  const { waits } = filter
  if (waits?.length === 0) return []
  if (waits)
    query = query.where((eb) =>
      eb.or(
        waits.map(({ steps, is, department: own, not }) =>
          eb.and([
            eb('step', 'in', [...steps]),
            ...(is ? [eb(is.column, '=', is.person)] : []),
            ...(own === undefined ? [] : [eb('department', '=', own)]),
            ...(not ? not.columns.map((column) => eb(eb.fn.coalesce(column, eb.val('')), '!=', not.person)) : []),
          ]),
        ),
      ),
    )
  const rows = await query
    .orderBy((eb) => eb.fn.coalesce('due', eb.val('9999-12-31')))
    .orderBy('id')
    .offset(filter.offset)
    .limit(filter.limit)
    .execute()
  return rows.map(toReview)
}
/** Everything in the five stages. */
export async function openReviews(db: Reader): Promise<StoredReview[]> {
  const rows = await on(db).selectFrom('review').selectAll().where('step', 'not in', ['filed', 'archived']).execute()
  return rows.map(toReview)
}
/** Handlers whose window for an answer is over. */
export async function silentReviews(tx: Tx, today: string): Promise<StoredReview[]> {
  const rows = await on(tx)
    .selectFrom('review')
    .selectAll()
    .where('step', '=', 'answer')
    .where('due', '<', today)
    .limit(500)
    .execute()
  return rows.map(toReview)
}
/** Steps past their last day; who does not answer in the window is not late, the opinion goes on by itself. */
export async function lateReviews(tx: Tx, today: string): Promise<StoredReview[]> {
  const rows = await on(tx)
    .selectFrom('review')
    .selectAll()
    .where('step', 'not in', ['filed', 'archived', 'answer'])
    .where('due', '<', today)
    .orderBy('due')
    .orderBy('id')
    .execute()
  return rows.map(toReview)
}
/** All reviews of cases concluded in a year: what the sample is drawn from. */
export async function reviewsOfYear(db: Reader | Tx, year: number): Promise<StoredReview[]> {
  const rows = await on(db)
    .selectFrom('review')
    .selectAll()
    .where('closed_day', '>=', `${year}-01-01`)
    .where('closed_day', '<=', `${year}-12-31`)
    .orderBy('handler')
    .orderBy('case_id')
    .execute()
  return rows.map(toReview)
}

export const addForm = async (tx: Tx, form: Tables['review_form']): Promise<void> => {
  await on(tx).insertInto('review_form').values(form).execute()
}
export const formsOf = (db: Reader, reviewId: string): Promise<Tables['review_form'][]> =>
  on(db)
    .selectFrom('review_form')
    .selectAll()
    .where('review_id', '=', reviewId)
    .orderBy('at_ms')
    .orderBy('seq')
    .execute()
/** Forms of a kind of some reviews, by review. */
export async function formsOfKind(
  db: Reader,
  kind: string,
  reviewIds: readonly string[],
): Promise<Map<string, Tables['review_form']>> {
  if (reviewIds.length === 0) return new Map()
  const rows = await on(db)
    .selectFrom('review_form')
    .selectAll()
    .where('kind', '=', kind)
    .where('review_id', 'in', [...reviewIds])
    .orderBy('at_ms')
    .execute()
  return new Map(rows.map((row) => [row.review_id, row]))
}
/** Bodies of the forms of a kind since a moment, newest first: what the structure of problems is counted from. */
export const bodiesSince = async (db: Reader, kind: string, since: number, limit: number): Promise<string[]> =>
  (
    await on(db)
      .selectFrom('review_form')
      .select('body')
      .where('kind', '=', kind)
      .where('at_ms', '>=', since)
      .orderBy('at_ms', 'desc')
      .limit(limit)
      .execute()
  ).map(({ body }) => body)
/** Grades decided since a moment. */
export async function gradesSince(db: Reader, since: number): Promise<{ grade: Grade; count: number }[]> {
  const rows = await on(db)
    .selectFrom('review')
    .innerJoin('review_form', 'review_form.review_id', 'review.id')
    .select((eb) => ['review.grade', eb.fn.countAll<number>().as('n')])
    .where('review_form.kind', '=', 'decide')
    .where('review_form.at_ms', '>=', since)
    .where('review.grade', 'is not', null)
    .groupBy('review.grade')
    .execute()
  return rows.flatMap(({ grade, n }) => (grade === null ? [] : [{ grade: GradeId.parse(grade), count: Number(n) }]))
}
/** A person's decided reviews, newest concluded first; `before` = day and id of the last one seen. */
export async function decidedOf(
  db: Reader,
  handler: string,
  before: { day: string; id: string } | undefined,
  limit: number,
): Promise<StoredReview[]> {
  let query = on(db).selectFrom('review').selectAll().where('handler', '=', handler).where('grade', 'is not', null)
  if (before)
    query = query.where((eb) =>
      eb.or([eb('closed_day', '<', before.day), eb.and([eb('closed_day', '=', before.day), eb('id', '<', before.id)])]),
    )
  return (await query.orderBy('closed_day', 'desc').orderBy('id', 'desc').limit(limit).execute()).map(toReview)
}
/** Forms of a kind since a moment. */
export async function countForms(db: Reader, kind: string, since: number): Promise<number> {
  const row = await on(db)
    .selectFrom('review_form')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('kind', '=', kind)
    .where('at_ms', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}
export async function countArchived(db: Reader, since: number): Promise<number> {
  const row = await on(db)
    .selectFrom('review')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('step', '=', 'archived')
    .where('moved_ms', '>=', since)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

export const insertSample = async (tx: Tx, row: Tables['review_sample']): Promise<void> => {
  await on(tx).insertInto('review_sample').values(row).execute()
}
export const openSample = (tx: Tx): Promise<Tables['review_sample'] | undefined> =>
  on(tx).selectFrom('review_sample').selectAll().where('state', '=', 'committed').executeTakeFirst()
export const findSample = (tx: Tx, id: string): Promise<Tables['review_sample'] | undefined> =>
  on(tx).selectFrom('review_sample').selectAll().where('id', '=', id).executeTakeFirst()
/** Once: false when somebody else has drawn it. */
export async function closeSample(tx: Tx, id: string): Promise<boolean> {
  const result = await on(tx)
    .updateTable('review_sample')
    .set({ state: 'completed' })
    .where('id', '=', id)
    .where('state', '=', 'committed')
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}
/** Samples, newest first; `before` = moment and id of the last one seen. */
export const listSamples = (
  db: Reader,
  before: { ms: number; id: string } | undefined,
  limit: number,
): Promise<Tables['review_sample'][]> => {
  let query = on(db).selectFrom('review_sample').selectAll()
  if (before)
    query = query.where((eb) =>
      eb.or([eb('created_ms', '<', before.ms), eb.and([eb('created_ms', '=', before.ms), eb('id', '<', before.id)])]),
    )
  return query.orderBy('created_ms', 'desc').orderBy('id', 'desc').limit(limit).execute()
}
