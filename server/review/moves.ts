import { createHash } from 'node:crypto'
import { officeDate, officeTime } from '../../config/zone.ts'
import type { ChainEntry } from '../../contract/chain.ts'
import { canonicalJson } from '../../contract/jcs.ts'
import type { Tick, Turn } from '../feature.ts'
import { append } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { CHAIN, REVIEW_PANELS, type ReviewDeps, type ReviewedCase } from './context.ts'
import {
  addForm,
  findReview,
  insertReview,
  moveReview,
  reviewedCases,
  reviewOfCase,
  type StoredReview,
  silentReviews,
} from './repository.ts'
import { type Action, act, dueOf, mandatoryTrigger } from './rules.ts'

/** Every step of a review is one turn: the rule decides, the form is kept, the chain says so. */
export interface Moved {
  review: StoredReview
  entry: ChainEntry
}
export interface Form {
  by: string
  body: Record<string, unknown>
}
/** Steps taken one after another at midnight would otherwise hold up everybody else. */
const PER_TICK = 200

async function note(deps: ReviewDeps, turn: Turn, type: string, body: Record<string, unknown>): Promise<ChainEntry> {
  const entry = await append(turn.tx, CHAIN, type, body, turn.now)
  turn.touch(...REVIEW_PANELS)
  turn.afterCommit(() => deps.anchor(CHAIN, entry))
  return entry
}

/** Begins the review of a concluded case; the law's triggers select it for 评查 at once. */
export async function openReview(deps: ReviewDeps, turn: Turn, found: ReviewedCase): Promise<Moved> {
  if (await reviewOfCase(turn.tx, found.id)) throw new Refusal('conflict', '此案已在检查或评查中')
  if (!found.closed) throw new Refusal('unprocessable', '案件尚未办结')
  if (!found.handler) throw new Refusal('unprocessable', '案件没有承办人，或承办人不在人员名单中')
  const rules = deps.config.review
  const trigger = mandatoryTrigger(rules, found) ?? null
  const review: StoredReview = {
    id: deps.newId(),
    caseId: found.id,
    handler: found.handler.id,
    department: found.handler.department,
    closedDay: found.closed,
    step: 'self-check',
    due: dueOf(rules, 'self-check', found.closed),
    kind: trigger === null ? null : 'key',
    trigger,
    checker: null,
    reviewer: null,
    restudier: null,
    disputed: false,
    score: null,
    veto: false,
    proposed: null,
    grade: null,
    openedMs: turn.now,
    movedMs: turn.now,
    openedSeq: null,
  }
  const body = { reviewId: review.id, caseId: found.id, rules: rules.version, trigger: trigger ?? '' }
  const entry = await note(deps, turn, 'review.opened', body)
  const kept: StoredReview = { ...review, openedSeq: entry.seq }
  if (!(await insertReview(turn.tx, kept))) throw new Refusal('conflict', '此案已在检查或评查中')
  return { review: kept, entry }
}

/** @throws Refusal with the rule's reason */
export async function move(deps: ReviewDeps, turn: Turn, id: string, action: Action, form: Form): Promise<Moved> {
  const before = await findReview(turn.tx, id)
  if (!before) throw new Refusal('not-found', '没有这份检查或评查')
  return moveOn(deps, turn, before, action, form)
}

export async function moveOn(
  deps: ReviewDeps,
  turn: Turn,
  before: StoredReview,
  action: Action,
  form: Form,
): Promise<Moved> {
  const verdict = act(deps.config.review, before, action, officeDate(turn.now))
  if (!verdict.ok) throw new Refusal(verdict.refusal, verdict.why)
  const review: StoredReview = { ...before, ...verdict.next, movedMs: turn.now }
  if (!(await moveReview(turn.tx, before, review))) throw new Refusal('conflict')
  const body = canonicalJson(form.body)
  const entry = await note(deps, turn, `review.${action.do}`, {
    reviewId: review.id,
    caseId: review.caseId,
    from: before.step,
    to: review.step,
    by: form.by,
    // What the form says stays in our own records; the chain carries its hash.
    form: createHash('sha256').update(body).digest('hex'),
    grade: review.grade ?? '',
  })
  await addForm(turn.tx, {
    id: deps.newId(),
    review_id: review.id,
    kind: action.do,
    by: form.by,
    at_ms: turn.now,
    body,
    seq: entry.seq,
  })
  return { review, entry }
}

/** Every concluded case is checked: those of the last days are opened by themselves. */
export function openingTick(deps: ReviewDeps): Tick {
  return {
    name: 'reviews-open',
    everyMs: 30_000,
    async run(turn) {
      const since = officeTime(turn.now).toPlainDate().subtract({ days: deps.config.review.openDays }).toString()
      const closed = (await deps.cases.closedSince(turn.tx, since)).filter(({ handler }) => handler !== null)
      const known = await reviewedCases(
        turn.tx,
        closed.map(({ id }) => id),
      )
      for (const one of closed.filter(({ id }) => !known.has(id)).slice(0, PER_TICK)) await openReview(deps, turn, one)
    },
  }
}

/** No answer within the window: the opinion goes on to the decision. */
export function silenceTick(deps: ReviewDeps): Tick {
  return {
    name: 'reviews-silent',
    everyMs: 60_000,
    async run(turn) {
      for (const review of (await silentReviews(turn.tx, officeDate(turn.now))).slice(0, PER_TICK))
        await moveOn(deps, turn, review, { do: 'silence' }, { by: 'system', body: { due: review.due ?? '' } })
    },
  }
}
