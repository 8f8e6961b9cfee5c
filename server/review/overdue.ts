import { officeDate } from '../../config/zone.ts'
import { STEP_WORDS } from '../../contract/http/reviews.ts'
import type { AlertDesk, TaskDesk, TaskSpec, Tick, Turn } from '../feature.ts'
import type { ReviewDeps } from './context.ts'
import { findReview, lateReviews, type StoredReview } from './repository.ts'
import type { OpenStep } from './rules.ts'
import type { ReviewTables } from './tables.ts'

/** Steps past their last day: told once for each step and day, taken back when the step is done. */
export interface OverdueDeps extends ReviewDeps {
  alerts: AlertDesk
  tasks: TaskDesk
}
/** Raised one after another at midnight they would otherwise hold up everybody else. */
const PER_TICK = 200

interface Told {
  review_id: string
  step: string
  due: string
}
const causeOf = ({ review_id, step, due }: Told): string => `review.stage-overdue:${review_id}:${step}:${due}`
const toldOf = ({ id, step, due }: StoredReview): Told => ({ review_id: id, step, due: due ?? '' })

export function overdueTick(deps: OverdueDeps): Tick {
  return {
    name: 'reviews-overdue',
    everyMs: 60_000,
    async run(turn) {
      const late = await lateReviews(turn.tx, officeDate(turn.now))
      const standing = await openTold(turn)
      const known = new Set(standing.map(causeOf))
      const fresh = late.filter((review) => !known.has(causeOf(toldOf(review)))).slice(0, PER_TICK)
      for (const review of fresh) if (await claim(turn, toldOf(review))) await tell(deps, turn, review)
      const still = new Set(late.map((review) => causeOf(toldOf(review))))
      for (const told of standing.filter((one) => !still.has(causeOf(one)))) await takeBack(deps, turn, told)
    },
  }
}

const openTold = (turn: Turn): Promise<Told[]> =>
  turn.tx
    .withTables<ReviewTables>()
    .selectFrom('review_told')
    .select(['review_id', 'step', 'due'])
    .where('cleared_ms', 'is', null)
    .execute()

/** True for the one who tells. */
async function claim(turn: Turn, told: Told): Promise<boolean> {
  const result = await turn.tx
    .withTables<ReviewTables>()
    .insertInto('review_told')
    .values({ ...told, told_ms: turn.now, cleared_ms: null })
    .onConflict((conflict) => conflict.columns(['review_id', 'step', 'due']).doNothing())
    .executeTakeFirst()
  return Number(result.numInsertedOrUpdatedRows ?? 0) > 0
}

async function tell(deps: OverdueDeps, turn: Turn, review: StoredReview): Promise<void> {
  const told = toldOf(review)
  const caseNo = (await deps.cases.find(turn.tx, review.caseId))?.caseNo ?? review.caseId
  const stage = STEP_WORDS[review.step] ?? review.step
  const { departments } = deps.config.site
  await deps.alerts.raise(turn, {
    cause: causeOf(told),
    rule: 'review.stage-overdue',
    domain: 'case',
    object: `case:${caseNo}`.slice(0, 128),
    at: turn.now,
    evidence: [],
    clearable: true,
    values: {
      caseNo,
      stage,
      due: told.due,
      department: departments.find(({ id }) => id === review.department)?.name ?? review.department,
    },
  })
  await deps.tasks.open(turn, [
    {
      key: causeOf(told),
      kind: 'review',
      title: `${stage}已逾期`,
      why: `${caseNo} · 期限 ${told.due}`,
      urgency: 'ordinary',
      severity: 'notice',
      due: told.due,
      link: `/reviews/${review.id}`,
      caseId: review.caseId,
      ...handsOf(review),
    },
  ])
}

/** Who does the step: a person, or whoever holds the role. */
function handsOf(review: StoredReview): Pick<TaskSpec, 'person' | 'department' | 'role'> {
  const person = (id: string | null) => ({ person: id, department: review.department, role: null })
  const role = (id: string) => ({ person: null, department: null, role: id })
  switch (review.step as OpenStep) {
    case 'dept-check':
      return person(null)
    case 'evaluate':
      return { ...person(review.reviewer), department: null }
    case 'restudy':
      return { ...person(review.restudier), department: null }
    case 'assign':
    case 'restudy-assign':
    case 'confirm':
      return role('case-management')
    case 'decide':
      return role('deputy-chief')
    default:
      return person(review.handler)
  }
}

async function takeBack(deps: OverdueDeps, turn: Turn, told: Told): Promise<void> {
  await turn.tx
    .withTables<ReviewTables>()
    .updateTable('review_told')
    .set({ cleared_ms: turn.now })
    .where('review_id', '=', told.review_id)
    .where('step', '=', told.step)
    .where('due', '=', told.due)
    .execute()
  await deps.alerts.clear(turn, causeOf(told), turn.now)
  const review = await findReview(turn.tx, told.review_id)
  await deps.tasks.close(
    turn,
    [causeOf(told)],
    `这一步已办${review ? `，现为“${STEP_WORDS[review.step] ?? review.step}”` : ''}`,
  )
}
