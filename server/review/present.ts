import { officeDate } from '../../config/zone.ts'
import { GRADES } from '../../contract/http/reviews.ts'
import type { Principal } from '../feature.ts'
import { readChain } from '../records/chain.ts'
import { actsOf, type Hands } from './acts.ts'
import { CHAIN, nameOf, personOf, type ReviewDeps } from './context.ts'
import { formsOf, type ReviewScope, type StoredReview } from './repository.ts'
import { barred, gradesOn, isOverdue, stageOf } from './rules.ts'

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

/** The person behind an account, and what the account may; without a person nothing can be signed. */
export const handsOf = ({ config }: ReviewDeps, who: Principal): Hands => ({
  person: config.site.people.find(({ id, account }) => id === who.id || account === who.username),
  permissions: who.permissions,
})

/** Who judges a case does not see whose it is, as long as the grade is open. */
export function isBlind({ config }: ReviewDeps, who: Principal, review: StoredReview): boolean {
  if (!config.review.blind || review.grade !== null) return false
  const me = handsOf({ config } as ReviewDeps, who).person?.id
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
    closedDay: review.closedDay,
    disputed: review.disputed,
    acts: actsOf(review, handsOf(deps, who)),
    due: review.due,
    overdue: isOverdue(review, officeDate(now)),
    kind: review.kind,
    trigger: deps.config.review.mandatory.find(({ id }) => id === review.trigger)?.name ?? review.trigger,
    grade: review.grade,
    gradeName: review.grade && GRADES[review.grade],
    openedAt: review.openedMs,
  }
}

/** Everything about one review. */
export async function presentDetail(deps: ReviewDeps, review: StoredReview, who: Principal, now: number) {
  const { config, records } = deps
  const blind = isBlind(deps, who, review)
  const hidden = (id: string | null) => (id === null || blind ? null : nameOf(deps, id))
  const item = await presentReview(deps, review, who, now)
  const forms = await formsOf(records.read, review.id)
  return {
    ...item,
    checker: hidden(review.checker),
    reviewer: review.reviewer && nameOf(deps, review.reviewer),
    restudier: review.restudier && nameOf(deps, review.restudier),
    blind,
    outcome: (await deps.cases.find(records.read, review.caseId))?.outcome ?? null,
    veto: review.veto,
    eligible: item.acts.includes('assign') ? eligible(deps, review) : [],
    entries: blind ? [] : await entriesOf(deps, [review.openedSeq, ...forms.map(({ seq }) => seq)]),
    score: review.score,
    proposed: review.proposed,
    grades: gradesOn(config.review, officeDate(now)).map((id) => ({ id, name: GRADES[id] })),
    forms: forms.map(({ kind, by, at_ms, body }) => ({
      kind,
      by: blind ? null : by === 'system' ? '系统' : nameOf(deps, by),
      at: Number(at_ms),
      body: JSON.parse(body) as Record<string, unknown>,
    })),
  }
}

/** Who may be assigned, in the fixed order of the list. */
const eligible = ({ config }: ReviewDeps, review: StoredReview) =>
  config.site.people
    .filter((person) => person.quota && barred(review, person) === undefined)
    .map(({ id, name, department }) => ({
      id,
      name,
      department: config.site.departments.find((one) => one.id === department)?.name ?? department,
    }))

/** Entries of the chain by their places; places that were not kept are left out. */
export async function entriesOf({ records }: ReviewDeps, places: readonly (number | string | null)[]) {
  const known = places.flatMap((seq) => (seq === null ? [] : [Number(seq)]))
  const found = await Promise.all([...new Set(known)].map((seq) => readChain(records.read, CHAIN, seq, 1)))
  return found.flat()
}
