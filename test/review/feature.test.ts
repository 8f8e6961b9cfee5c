import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ChainEntry } from '../../contract/chain.ts'
import { SampleCommitted, sampleOutcome } from '../../contract/sample.ts'
import { reviewPort } from '../../server/cases/review-port.ts'
import { loadPanel, tick } from '../helpers/records.ts'
import {
  chief,
  config,
  DAY,
  handler,
  head,
  manager,
  NOON,
  type Office,
  office,
  reviewer,
  second,
  who,
} from './office.ts'

type Moved = { review: { id: string; step: string; gradeName: string | null } }
let o: Office
beforeEach(async () => {
  o = await office()
})
afterEach(() => o.records.close())

const problems: never[] = []
const checks = async (id: string) => {
  await o.call('selfCheck', handler, { id }, { problems, statement: '无问题' })
  await o.call('departmentCheck', head, { id }, { passed: true, problems, opinion: '同意' })
}
const stages = async () => (await loadPanel(o.review, 'review', o.records.clock.ms)).stages.map(({ count }) => count)

describe('a review', () => {
  it('is not there while nothing is concluded, and the panel says so', async () => {
    await tick(o.records, o.review)
    const panel = await loadPanel(o.review, 'review', NOON)
    expect(panel).toMatchObject({ open: 0, rectified: 0, archived: 0 })
    expect(panel.stages.map(({ name, count, overdue }) => [name, count, overdue])).toEqual([
      ['检查', 0, 0],
      ['核查', 0, 0],
      ['评查', 0, 0],
      ['反馈', 0, 0],
      ['整改', 0, 0],
    ])
  })
  it('opens by itself for what was concluded lately, once, and late self-checks are counted', async () => {
    await o.conclude(1)
    await o.conclude(2, { day: '2026-10-01' })
    await tick(o.records, o.review)
    await tick(o.records, o.review)
    expect(await o.list(manager)).toMatchObject([{ step: 'self-check', overdue: false, kind: null }])
    expect(await stages()).toEqual([1, 0, 0, 0, 0])
    o.records.clock.ms += 10 * DAY
    const panel = await loadPanel(o.review, 'review', o.records.clock.ms)
    expect(panel.stages[0]).toMatchObject({ count: 1, overdue: 1 })
    expect(await o.list(manager, { overdue: 'true', stage: 'check' })).toHaveLength(1)
    expect(await o.list(manager, { stage: 'review' })).toHaveLength(0)
  })
  it('goes through all five stages to the performance file, each step in the chain', async () => {
    await o.conclude(1, { outcome: '相对不起诉', custody: true })
    await tick(o.records, o.review)
    const [opened] = await o.list(manager)
    expect(opened).toMatchObject({ kind: 'key', trigger: '逮捕后不起诉或判无罪' })
    const id = opened?.id ?? ''
    await checks(id)
    expect(await stages()).toEqual([0, 0, 1, 0, 0])
    await o.call('assignReviewer', manager, { id }, { reviewer: 'p22' })
    const evaluation = { deductions: { documents: 6 }, grade: 'qualified', reason: '文书有误', problems }
    await o.call('evaluateCase', reviewer, { id }, evaluation)
    await o.call('answerReview', handler, { id }, { accepted: false, opinion: '文书没有错' })
    await o.call('assignReviewer', manager, { id }, { reviewer: 'p31' })
    await o.call('restudyReview', second, { id }, { grade: 'qualified', opinion: '维持原意见' })
    expect(await stages()).toEqual([0, 0, 0, 1, 0])
    const decision = {
      grade: 'qualified',
      reason: '同意复核意见',
      committee: '检委会〔2026〕3号',
      rectify: ['补正文书'],
    }
    await o.call('decideReview', chief, { id }, decision)
    expect(await stages()).toEqual([0, 0, 0, 0, 1])
    await o.call('rectifyCase', handler, { id }, { done: '已补正文书', evidence: '补正决定书' })
    const done = await o.call<Moved>('confirmRectification', manager, { id }, { passed: true, note: '到位' })
    expect(done.review).toMatchObject({ step: 'archived', gradeName: '合格案件' })
    expect(await loadPanel(o.review, 'review', NOON)).toMatchObject({ open: 0, rectified: 1, archived: 1 })
    const entries = await o.chain()
    expect(entries.map(({ type }) => type)).toEqual([
      'review.opened',
      'review.self-check',
      'review.dept-check',
      'review.assign',
      'review.evaluate',
      'review.answer',
      'review.assign',
      'review.restudy',
      'review.decide',
      'review.rectify',
      'review.confirm',
    ])
    expect(o.anchored.map(({ hash }) => hash)).toEqual(entries.map(({ hash }) => hash))
    const detail = await o.call<{ forms: { kind: string; by: string }[] }>('getReview', handler, { id })
    expect(detail.forms).toHaveLength(10)
  })
  it('is blind for who judges, and hidden from strangers', async () => {
    await o.conclude(1, { outcome: '撤回起诉' })
    await tick(o.records, o.review)
    const id = (await o.list(manager))[0]?.id ?? ''
    await checks(id)
    await o.call('assignReviewer', manager, { id }, { reviewer: 'p22' })
    expect((await o.list(reviewer))[0]?.handler).toBeNull()
    expect((await o.list(manager))[0]?.handler).not.toBeNull()
    expect(await o.list(head)).toHaveLength(1)
    expect(await o.list(second)).toEqual([])
    await expect(o.call('getReview', second, { id })).rejects.toMatchObject({ id: 'not-found' })
    await expect(o.call('getReview', who('nobody'), { id })).rejects.toMatchObject({ id: 'forbidden' })
  })
  it('two at once: one effect', async () => {
    await o.conclude(1)
    await tick(o.records, o.review)
    const id = (await o.list(manager))[0]?.id ?? ''
    const twice = [1, 2].map(() => o.call('selfCheck', handler, { id }, { problems, statement: '无问题' }))
    const answers = await Promise.allSettled(twice)
    expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    expect((await o.chain()).filter(({ type }) => type === 'review.self-check')).toHaveLength(1)
  })
  it('opens on request, once, and not before the case is concluded', async () => {
    await o.conclude(2, { day: '2026-10-01' })
    const cases = await reviewPort(config).closedSince(o.records.store.read, '2026-01-01')
    const caseId = cases[0]?.id ?? ''
    await o.call('openReview', manager, undefined, { caseId })
    await expect(o.call('openReview', manager, undefined, { caseId })).rejects.toMatchObject({ id: 'conflict' })
    await expect(o.call('openReview', manager, undefined, { caseId: 'no' })).rejects.toMatchObject({ id: 'not-found' })
  })
  it('goes on to the decision when nobody answers in time', async () => {
    await o.conclude(1, { outcome: '撤回起诉' })
    await tick(o.records, o.review)
    const id = (await o.list(manager))[0]?.id ?? ''
    await checks(id)
    await o.call('assignReviewer', manager, { id }, { reviewer: 'p22' })
    await o.call('evaluateCase', reviewer, { id }, { grade: 'excellent', reason: '没有问题', problems })
    o.records.clock.ms += 10 * DAY
    await tick(o.records, o.review, 'reviews-silent')
    expect((await o.list(manager))[0]?.step).toBe('answer')
    o.records.clock.ms += DAY
    await tick(o.records, o.review, 'reviews-silent')
    expect((await o.list(manager))[0]?.step).toBe('decide')
  })
})

describe('the yearly sample', () => {
  type Sample = { sampleId: string; body: SampleCommitted; entry: ChainEntry }
  const commit = () => o.call<Sample>('commitSample', manager, undefined)
  beforeEach(async () => {
    for (let n = 1; n <= 6; n++) await o.conclude(n)
    await tick(o.records, o.review)
    for (const { id } of await o.list(manager)) await checks(id)
  })
  it('draws at least two of a handler, and anybody can repeat it', async () => {
    const first = await commit()
    expect(await commit()).toEqual(first)
    expect(first.body.groups).toMatchObject([{ handler: 'p07', closed: 6, sampled: 0, need: 2 }])
    const nonce = 'ab'.repeat(32)
    const params = { id: first.sampleId }
    const { drawn, entry } = await o.call<{ drawn: { cases: string[] }[]; entry: ChainEntry }>(
      'completeSample',
      manager,
      params,
      { nonce },
    )
    const { commitment, serverSecret } = entry.body as { commitment: string; serverSecret: string }
    expect(commitment).toBe(first.entry.hash)
    const groups = SampleCommitted.parse(first.entry.body).groups
    expect(await sampleOutcome(groups, commitment, serverSecret, nonce)).toEqual(drawn)
    expect(await o.list(manager, { stage: 'review' })).toMatchObject([{ kind: 'routine' }, { kind: 'routine' }])
    await expect(o.call('completeSample', manager, params, { nonce })).rejects.toMatchObject({ id: 'conflict' })
    await expect(commit()).rejects.toMatchObject({ id: 'unprocessable' })
  })
})

describe('figures', () => {
  it('stand on the same numbers as the panel', async () => {
    await o.conclude(1)
    await tick(o.records, o.review)
    const figures = (await o.review.figures?.[0]?.list(NOON)) ?? []
    expect(figures.map(({ name, value }) => [name, value])).toEqual([
      ['review.open', 1],
      ['review.overdue', 0],
      ['review.rectified-year', 0],
      ['review.archived-year', 0],
      ['review.decided-year', 0],
      ['review.problems-year', 0],
    ])
    expect(figures[0]?.rows).toMatchObject([{ 环节: '检查', 期限: '2026-12-03' }])
  })
})
