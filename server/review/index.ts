import { reviewRoutes } from '../../contract/http/reviews.ts'
import { type BoundRoute, bind, type Feature, type Principal } from '../feature.ts'
import { chainMigrations } from '../records/chain.ts'
import { Refusal } from '../refusal.ts'
import { PANEL, personOf, type ReviewDeps } from './context.ts'
import { reviewExporter } from './export.ts'
import { REVIEW_FIGURES, readReviewBoard, reviewFigures, reviewGradesPanel, reviewPanel } from './figures.ts'
import { move, openingTick, openReview, silenceTick } from './moves.ts'
import { overdueTick } from './overdue.ts'
import { presentReview } from './present.ts'
import { readingRoutes } from './reading.ts'
import type { Action, Person } from './rules.ts'
import { commitSample, completeSample } from './samples.ts'
import { reviewMigrations } from './tables.ts'

export type { ReviewCases, ReviewDeps } from './context.ts'

/** 一案一评查: 检查→核查→评查→反馈→整改. */
export function reviewFeature(deps: ReviewDeps): Feature {
  const { alerts, tasks } = deps
  return {
    name: 'review',
    migrations: [...chainMigrations, ...reviewMigrations],
    routes: [...readingRoutes(deps), ...workingRoutes(deps), ...sampleRoutes(deps)],
    panels: [
      {
        name: PANEL,
        permission: 'wall.view',
        everyMs: 60_000,
        load: async (now) => reviewPanel(await readReviewBoard(deps, now)),
      },
      {
        name: 'review-grades',
        permission: 'wall.view',
        everyMs: 300_000,
        load: (now) => reviewGradesPanel(deps, now),
      },
    ],
    figures: [{ permission: 'figures.read', names: REVIEW_FIGURES, list: (now) => reviewFigures(deps, now) }],
    exports: [reviewExporter(deps)],
    ticks: [
      openingTick(deps),
      silenceTick(deps),
      ...(alerts && tasks ? [overdueTick({ ...deps, alerts, tasks })] : []),
    ],
  }
}

function workingRoutes(deps: ReviewDeps): BoundRoute[] {
  const { records, config } = deps
  /** One step: who acts, what the rule is asked, what the form keeps. */
  const step = async (
    call: { params: { id: string }; person: Principal; now: number; body: object },
    action: (by: Person) => Action,
  ) => {
    const by = personOf(deps, call.person)
    const form = { by: by.id, body: call.body as Record<string, unknown> }
    const { review, entry } = await records.write((turn) => move(deps, turn, call.params.id, action(by), form))
    return { review: await presentReview(deps, review, call.person, call.now), entry }
  }
  return [
    bind(reviewRoutes.open, async ({ body, person, now }) => {
      const { review, entry } = await records.write(async (turn) => {
        const found = await deps.cases.find(turn.tx, body.caseId)
        if (!found) throw new Refusal('not-found', '没有这件案件')
        return openReview(deps, turn, found)
      })
      return { review: await presentReview(deps, review, person, now), entry }
    }),
    bind(reviewRoutes.selfCheck, (call) =>
      step(call, (by) => ({ do: 'self-check', by, problems: call.body.problems.length })),
    ),
    bind(reviewRoutes.deptCheck, (call) => step(call, (by) => ({ do: 'dept-check', by, passed: call.body.passed }))),
    bind(reviewRoutes.select, (call) => {
      const { kind, trigger } = call.body
      const known = trigger === undefined || config.review.mandatory.some(({ id }) => id === trigger)
      if (!known) throw new Refusal('unprocessable', '没有这种重点评查情形')
      return step(call, () => ({ do: 'select', kind, trigger: trigger ?? null }))
    }),
    bind(reviewRoutes.assign, (call) => {
      const reviewer = config.site.people.find(({ id, quota }) => id === call.body.reviewer && quota)
      if (!reviewer) throw new Refusal('unprocessable', '评查人须是员额检察官')
      return step(call, () => ({ do: 'assign', reviewer }))
    }),
    bind(reviewRoutes.evaluate, (call) => {
      const { deductions, veto, grade, reason } = call.body
      return step(call, (by) => ({ do: 'evaluate', by, deductions, veto, grade, reason }))
    }),
    bind(reviewRoutes.answer, (call) => step(call, (by) => ({ do: 'answer', by, accepted: call.body.accepted }))),
    bind(reviewRoutes.restudy, (call) => step(call, (by) => ({ do: 'restudy', by, grade: call.body.grade }))),
    bind(reviewRoutes.decide, (call) => {
      const { grade, committee, rectify } = call.body
      return step(call, (by) => ({ do: 'decide', by, grade, committee, rectify: rectify.length > 0 }))
    }),
    bind(reviewRoutes.rectify, (call) => step(call, (by) => ({ do: 'rectify', by }))),
    bind(reviewRoutes.confirm, (call) => step(call, (by) => ({ do: 'confirm', by, passed: call.body.passed }))),
  ]
}

function sampleRoutes(deps: ReviewDeps): BoundRoute[] {
  const { records } = deps
  return [
    bind(reviewRoutes.sample, ({ person }) => records.write((turn) => commitSample(deps, turn, person.username))),
    bind(reviewRoutes.drawSample, ({ params, body, person }) =>
      records.write((turn) => completeSample(deps, turn, params.id, person.username, body.nonce)),
    ),
  ]
}
