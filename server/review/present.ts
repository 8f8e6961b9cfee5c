import { officeDate } from '../../config/zone.ts'
import { GRADES } from '../../contract/http/reviews.ts'
import type { Principal } from '../feature.ts'
import { nameOf, personOf, type ReviewDeps } from './context.ts'
import type { ReviewScope, StoredReview } from './repository.ts'
import { isOverdue, stageOf } from './rules.ts'

/** Which reviews a person may see: all, those of the own department, or those in which they have a hand. */
export function scopeOf(deps: ReviewDeps, who: Principal): ReviewScope {
  if (who.permissions.has('reviews.read')) return {}
  const { id, department } = personOf(deps, who)
  return who.permissions.has('reviews.read-department') ? { person: id, department } : { person: id }
}
export const inScope = ({ person, department }: ReviewScope, review: StoredReview): boolean =>
  (person === undefined && department === undefined) ||
  review.department === department ||
  [review.handler, review.reviewer, review.restudier].includes(person ?? '')

/** Who judges a case does not see whose it is, as long as the grade is open. */
export function isBlind({ config }: ReviewDeps, who: Principal, review: StoredReview): boolean {
  if (!config.review.blind || review.grade !== null) return false
  const me = config.site.people.find(({ id, account }) => id === who.id || account === who.username)?.id
  return me !== undefined && (me === review.reviewer || me === review.restudier)
}

/** Names each field that may leave. */
export async function presentReview(deps: ReviewDeps, review: StoredReview, who: Principal, now: number) {
  const found = await deps.cases.find(deps.records.read, review.caseId)
  return {
    id: review.id,
    caseId: review.caseId,
    caseNo: found?.caseNo ?? review.caseId,
    handler: isBlind(deps, who, review) ? null : nameOf(deps, review.handler),
    department: deps.config.site.departments.find(({ id }) => id === review.department)?.name ?? review.department,
    stage: stageOf(review.step),
    step: review.step,
    due: review.due,
    overdue: isOverdue(review, officeDate(now)),
    kind: review.kind,
    trigger: deps.config.review.mandatory.find(({ id }) => id === review.trigger)?.name ?? review.trigger,
    grade: review.grade,
    gradeName: review.grade && GRADES[review.grade],
    openedAt: review.openedMs,
  }
}
