import { z } from 'zod'
import type { Config } from '../../config/load.ts'
import { GRADES, type PerformanceItem, type reviewRoutes } from '../../contract/http/reviews.ts'
import type { Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { personOf, type ReviewDeps } from './context.ts'
import { itemName } from './grades.ts'
import { handsOf } from './present.ts'
import { decidedOf, formsOfKind, type StoredReview } from './repository.ts'

/** 司法业绩档案: what was decided of a person's cases, and what became of it. One person at a time, never a table of all. */
export async function performanceFile(
  deps: ReviewDeps,
  who: Principal,
  query: { person?: string | undefined; cursor?: string | undefined; limit: number },
): Promise<z.input<typeof reviewRoutes.performance.answer>> {
  const person = whose(deps, who, query.person)
  const [, day, id] = /^(\d{4}-\d\d-\d\d) (.+)$/.exec(query.cursor ?? '') ?? []
  const reviews = await decidedOf(deps.records.read, person.id, day && id ? { day, id } : undefined, query.limit)
  const last = reviews.length === query.limit ? reviews.at(-1) : undefined
  return {
    person: person.id,
    name: person.name,
    department: deps.config.site.departments.find(({ id: one }) => one === person.department)?.name ?? '',
    items: await presentFile(deps, reviews),
    cursor: last ? `${last.closedDay} ${last.id}` : null,
  }
}

/** One's own; another's only for who may read all reviews. A stranger's answers like one that does not exist. */
function whose(deps: ReviewDeps, who: Principal, asked: string | undefined): Config['site']['people'][number] {
  if (asked === undefined) return personOf(deps, who)
  const allowed = who.permissions.has('reviews.read') || handsOf(deps, who).person?.id === asked
  const found = deps.config.site.people.find(({ id }) => id === asked)
  if (!found || !allowed) throw new Refusal('not-found', '没有此人的业绩档案，或无权查看')
  return found
}

const Evaluation = z.object({ problems: z.array(z.object({ item: z.string(), text: z.string() })).default([]) })
const Decision = z.object({ rectify: z.array(z.string()).default([]) })
const Rectified = z.object({
  done: z.string(),
  evidence: z.string(),
  files: z.array(z.object({ name: z.string(), sha256: z.string() })).default([]),
})

async function presentFile(deps: ReviewDeps, reviews: readonly StoredReview[]): Promise<PerformanceItem[]> {
  const db = deps.records.read
  const ids = reviews.map(({ id }) => id)
  const [evaluated, decided, rectified] = await Promise.all(
    ['evaluate', 'decide', 'rectify'].map((kind) => formsOfKind(db, kind, ids)),
  )
  return Promise.all(
    reviews.map(async (review) => {
      const { id, grade } = review
      const [evaluation, decision, done] = [evaluated, decided, rectified].map((forms) => forms?.get(id))
      const name = itemName(deps.config.review)
      return {
        reviewId: id,
        caseId: review.caseId,
        caseNo: (await deps.cases.find(db, review.caseId))?.caseNo ?? review.caseId,
        closedDay: review.closedDay,
        kind: review.kind,
        score: review.score,
        grade: grade ?? 'qualified',
        gradeName: GRADES[grade ?? 'qualified'],
        disputed: review.disputed,
        decidedAt: Number(decision?.at_ms ?? review.movedMs),
        problems: Evaluation.parse(JSON.parse(evaluation?.body ?? '{}')).problems.map((one) => ({
          ...one,
          name: name(one.item),
        })),
        rectify: Decision.parse(JSON.parse(decision?.body ?? '{}')).rectify,
        rectified: done ? Rectified.parse(JSON.parse(done.body)) : null,
      }
    }),
  )
}
