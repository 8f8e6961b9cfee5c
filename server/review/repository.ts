import { GradeId } from '../../config/schema.ts'
import { ReviewKind } from '../../contract/http/reviews.ts'
import type { Reader, Tx } from '../feature.ts'
import type { Review, Step } from './rules.ts'
import type { ReviewTables as Tables } from './tables.ts'

/** Reads and writes reviews; every move is conditional on the step it was read in. */
const on = (db: Reader | Tx) => db.withTables<Tables>()

export interface StoredReview extends Review {
  closedDay: string
  openedMs: number
  movedMs: number
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

/** A page in the order of the due day; those that wait for nothing come last. */
export async function listReviews(
  db: Reader,
  filter: ReviewScope & { steps: readonly Step[]; dueBefore?: string; offset: number; limit: number },
): Promise<StoredReview[]> {
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
  if (filter.dueBefore !== undefined) query = query.where('due', '<', filter.dueBefore)
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
  on(db).selectFrom('review_form').selectAll().where('review_id', '=', reviewId).orderBy('at_ms').execute()
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
export const closeSample = async (tx: Tx, id: string): Promise<void> => {
  await on(tx).updateTable('review_sample').set({ state: 'completed' }).where('id', '=', id).execute()
}
