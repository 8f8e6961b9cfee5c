import { officeDate } from '../../config/zone.ts'
import { GRADES, type ReviewFilters, reviewRoutes, type StageId } from '../../contract/http/reviews.ts'
import { SampleCommitted } from '../../contract/sample.ts'
import { verifyReview } from '../../contract/verify-review.ts'
import { type BoundRoute, bind, type Principal } from '../feature.ts'
import { offsetOf } from '../offset.ts'
import { Refusal } from '../refusal.ts'
import { waitsFor } from './acts.ts'
import { nameOf, type ReviewDeps } from './context.ts'
import { performanceFile } from './performance.ts'
import { entriesOf, handsOf, inScope, presentDetail, presentReview, scopeOf } from './present.ts'
import { findReview, listReviews, listSamples } from './repository.ts'
import { gradesOn, type Step, stageOf } from './rules.ts'
import { sampleSeqs } from './samples.ts'

const STEPS: readonly Step[] = [
  'self-check',
  'dept-check',
  'assign',
  'evaluate',
  'answer',
  'restudy-assign',
  'restudy',
  'decide',
  'rectify',
  'confirm',
]
const stepsOf = (stage: StageId | undefined, step: Step | undefined): readonly Step[] =>
  step ? [step] : stage ? STEPS.filter((one) => stageOf(one) === stage) : []

/** A page of the list: what the route answers and what the file is made of. */
export async function reviewPage(
  deps: ReviewDeps,
  query: ReviewFilters & { cursor?: string | undefined; limit: number },
  person: Principal,
  now: number,
) {
  const offset = offsetOf(query.cursor)
  const reviews = await listReviews(deps.records.read, {
    ...scopeOf(deps, person),
    steps: stepsOf(query.stage, query.step),
    ...(query.kind ? { kind: query.kind } : {}),
    ...(query.caseId ? { caseId: query.caseId } : {}),
    ...(query.overdue ? { dueBefore: officeDate(now) } : {}),
    ...(query.mine ? { waits: waitsFor(handsOf(deps, person)) } : {}),
    offset,
    limit: query.limit,
  })
  return {
    items: await Promise.all(reviews.map((review) => presentReview(deps, review, person, now))),
    cursor: reviews.length === query.limit ? String(offset + reviews.length) : null,
  }
}

/** What may be read; the fixed paths stand before `/reviews/{id}`. */
export function readingRoutes(deps: ReviewDeps): BoundRoute[] {
  const { records } = deps
  return [
    bind(reviewRoutes.rules, async ({ now }) => presentRules(deps, officeDate(now))),
    bind(reviewRoutes.performance, ({ query, person }) => performanceFile(deps, person, query)),
    bind(reviewRoutes.samples, async ({ query }) => {
      const [, ms, id] = /^(\d+) (.+)$/.exec(query.cursor ?? '') ?? []
      const rows = await listSamples(records.read, ms && id ? { ms: Number(ms), id } : undefined, query.limit)
      const last = rows.length === query.limit ? rows.at(-1) : undefined
      return {
        items: await Promise.all(rows.map((row) => presentSample(deps, row))),
        cursor: last ? `${last.created_ms} ${last.id}` : null,
      }
    }),
    // A raw route hands over bytes; its schema only documents them.
    bind(reviewRoutes.verify, async ({ body }) => verifyReview(String((body as unknown) ?? ''))),
    bind(reviewRoutes.list, ({ query, person, now }) => reviewPage(deps, query, person, now)),
    bind(reviewRoutes.get, async ({ params, person, now }) => {
      const review = await findReview(records.read, params.id)
      // A stranger's review answers like one that does not exist.
      if (!review || !inScope(scopeOf(deps, person), review)) throw new Refusal('not-found', '没有这份评查，或无权查看')
      return presentDetail(deps, review, person, now)
    }),
  ]
}

function presentRules({ config }: ReviewDeps, today: string) {
  const { version, legal_basis, blind, card, veto, bands, mandatory, days } = config.review
  return {
    version,
    basis: legal_basis,
    blind,
    card: card.map(({ id, name, weight }) => ({ id, name, weight })),
    veto: veto.map(({ id, name }) => ({ id, name })),
    grades: gradesOn(config.review, today).map((id) => ({ id, name: GRADES[id], from: bands[id] ?? null })),
    triggers: mandatory.map(({ id, name }) => ({ id, name })),
    days: { ...days },
  }
}

async function presentSample(deps: ReviewDeps, row: Awaited<ReturnType<typeof listSamples>>[number]) {
  const body = SampleCommitted.loose().parse(JSON.parse(row.body))
  const entries = await entriesOf(deps, await sampleSeqs(deps, row))
  const drawn = entries.flatMap(({ body: { drawn: list } }) =>
    Array.isArray(list) ? (list as { cases: string[] }[]).flatMap(({ cases }) => cases) : [],
  )
  const numbers = await Promise.all(
    drawn.map(async (id) => [id, (await deps.cases.find(deps.records.read, id))?.caseNo ?? id] as const),
  )
  return {
    sampleId: row.id,
    state: row.state === 'completed' ? ('completed' as const) : ('committed' as const),
    createdAt: Number(row.created_ms),
    entries,
    caseNos: Object.fromEntries(numbers),
    names: Object.fromEntries(body.groups.map(({ handler }) => [handler, nameOf(deps, handler)])),
  }
}
