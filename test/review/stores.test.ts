import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { ReviewDetail } from '../../contract/http/reviews.ts'
import { verifyReview } from '../../contract/verify-review.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { loadPanel, tick } from '../helpers/records.ts'
import { startPostgres, temporaryFolder } from '../services.ts'
import { chief, DAY, handler, head, manager, type Office, office, reviewer, second } from './office.ts'

/** The whole way of a review, its lists and its races, the same on every database. */
const postgres = await startPostgres()
afterAll(() => postgres.stop())

const STORES: [string, () => Promise<RecordsOptions>][] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('reviews'), 'records.sqlite') })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]

describe.each(STORES)('reviews on %s', (_name, fresh) => {
  type Moved = { review: { step: string; acts: string[] } }
  type Detail = z.output<typeof ReviewDetail>
  type Page = { items: { id: string; step: string; caseNo: string }[]; cursor: string | null }
  let o: Office
  beforeEach(async () => {
    o = await office(await fresh())
  })
  afterEach(() => o.records.close())
  const problems = [{ item: 'documents', text: '起诉书案号有误' }]
  const detail = (person: Parameters<Office['call']>[1], id: string) => o.call<Detail>('getReview', person, { id })
  const ndjson = async () => `${(await o.chain()).map((entry) => JSON.stringify(entry)).join('\n')}\n`
  const opened = async (n: number) => {
    for (let at = 1; at <= n; at++) await o.conclude(at)
    await tick(o.records, o.review, 'reviews-open')
    return (await o.list(manager)).map(({ id }) => id)
  }
  const checked = async (id: string) => {
    await o.call('selfCheck', handler, { id }, { problems: [], statement: '无问题' })
    await o.call('departmentCheck', head, { id }, { passed: true, problems: [], opinion: '同意' })
  }

  it('goes the disputed way to the performance file; everybody sees what waits for them', async () => {
    const [id = ''] = await opened(1)
    const mine = async (person: typeof handler) => (await o.list(person, { mine: 'true' })).map(({ step }) => step)
    expect(await mine(handler)).toEqual(['self-check'])
    expect(await mine(head)).toEqual([])
    await checked(id)
    expect(await mine(handler)).toEqual([])
    await o.call('selectForReview', manager, { id }, { kind: 'key', trigger: 'petition', reason: '群众信访反映' })
    expect(await mine(manager)).toEqual(['assign'])
    const before = await detail(manager, id)
    expect(before.eligible.map((one) => one.id)).not.toContain('p07')
    expect(before.eligible.map((one) => one.id)).toContain('p22')
    await o.call('assignReviewer', manager, { id }, { reviewer: 'p22' })
    expect(await mine(reviewer)).toEqual(['evaluate'])
    const blind = await detail(reviewer, id)
    expect(blind).toMatchObject({ blind: true, handler: null, checker: null, entries: [], acts: ['evaluate'] })
    expect(JSON.stringify(blind)).not.toMatch(/p07|p06|蒋大天/)
    const evaluation = { deductions: { documents: 6 }, grade: 'qualified', reason: '文书有误', problems }
    await o.call('evaluateCase', reviewer, { id }, evaluation)
    await o.call('answerReview', handler, { id }, { accepted: false, opinion: '案号系系统生成' })
    expect(await mine(manager)).toEqual(['restudy-assign'])
    await o.call('assignReviewer', manager, { id }, { reviewer: 'p31' })
    await o.call('restudyReview', second, { id }, { grade: 'qualified', opinion: '维持原意见' })
    expect(await mine(chief)).toEqual(['decide'])
    const decision = { grade: 'qualified', reason: '同意复核意见', committee: '检委会〔2026〕3号', rectify: ['补正'] }
    await o.call('decideReview', chief, { id }, decision)
    const files = [{ name: '补正决定书.pdf', bytes: 12, sha256: 'ab'.repeat(32) }]
    await o.call('rectifyCase', handler, { id }, { done: '已经补正文书', evidence: '补正决定书', files })
    expect(await mine(manager)).toEqual(['confirm'])
    const done = await o.call<Moved>('confirmRectification', manager, { id }, { passed: true, note: '到位' })
    expect(done.review).toMatchObject({ step: 'archived', acts: [] })
    expect(await loadPanel(o.review, 'review-grades', o.records.clock.ms)).toMatchObject({
      decided: 1,
      grades: [
        { name: '优质案件', count: 0 },
        { name: '合格案件', count: 1 },
        { name: '基本合格案件', count: 0 },
        { name: '不合格案件', count: 0 },
      ],
      problems: [{ name: '文书制作', count: 1 }],
    })
    const after = await detail(manager, id)
    expect(after.entries.map(({ type }) => type)).toEqual((await o.chain()).map(({ type }) => type))
    expect(after.entries).toHaveLength(after.forms.length + 1)
    type File = { items: object[]; name: string }
    const own = await o.call<File>('performanceFile', handler, undefined)
    expect(own.items).toMatchObject([
      {
        gradeName: '合格案件',
        disputed: true,
        problems: [{ name: '文书制作' }],
        rectified: { files: [{ name: '补正决定书.pdf' }] },
      },
    ])
    expect((await o.call<File>('performanceFile', manager, undefined, { person: 'p07' })).items).toEqual(own.items)
    await expect(o.call('performanceFile', second, undefined, { person: 'p07' })).rejects.toMatchObject({
      id: 'not-found',
    })
    expect(await o.call('verifyReviews', manager, undefined, await ndjson())).toMatchObject({ ok: true, reviews: 1 })
  })
  it('lists by page, step, kind and day', async () => {
    const ids = await opened(7)
    await checked(ids[0] ?? '')
    await o.call('selectForReview', manager, { id: ids[1] ?? '' }, { kind: 'thematic', reason: '专项评查计划' })
    const seen: string[] = []
    for (let cursor: string | undefined; ; ) {
      const page = await o.call<Page>('listReviews', manager, undefined, { limit: 3, ...(cursor ? { cursor } : {}) })
      seen.push(...page.items.map(({ id }) => id))
      if (page.cursor === null) break
      cursor = page.cursor
    }
    expect(seen.toSorted()).toEqual(ids.toSorted())
    expect(await o.list(manager, { step: 'filed' })).toHaveLength(1)
    expect(await o.list(manager, { kind: 'thematic' })).toHaveLength(1)
    expect(await o.list(manager, { stage: 'check' })).toHaveLength(6)
    o.records.clock.ms += 11 * DAY
    expect(await o.list(manager, { overdue: 'true' })).toHaveLength(6)
  })
  it('two at once: one effect for every step', async () => {
    const [id = ''] = await opened(1)
    const race = async (...tries: Promise<unknown>[]) =>
      (await Promise.allSettled(tries)).map(({ status }) => status).toSorted()
    const twice = (run: () => Promise<unknown>) => race(run(), run())
    const one = ['fulfilled', 'rejected']
    expect(await twice(() => o.call('selfCheck', handler, { id }, { problems: [], statement: '无问题' }))).toEqual(one)
    const check = (passed: boolean) =>
      o.call('departmentCheck', head, { id }, { passed, problems: [], opinion: passed ? '同意' : '退回' })
    expect(await race(check(true), check(true))).toEqual(one)
    expect(
      await twice(() => o.call('selectForReview', manager, { id }, { kind: 'key', reason: '上级院要求评查' })),
    ).toEqual(one)
    expect(
      await race(
        o.call('assignReviewer', manager, { id }, { reviewer: 'p22' }),
        o.call('assignReviewer', manager, { id }, { reviewer: 'p31' }),
      ),
    ).toEqual(one)
    expect((await verifyReview(await ndjson())).failures).toEqual([])
    expect((await o.chain()).length).toBe(5)
  })
  it('draws the sample once, and lists it with what anybody needs to repeat it', async () => {
    for (const id of await opened(5)) await checked(id)
    const [first, again] = await Promise.all([
      o.call<{ sampleId: string }>('commitSample', manager, undefined),
      o.call<{ sampleId: string }>('commitSample', manager, undefined),
    ])
    expect(again.sampleId).toBe(first.sampleId)
    const draw = () =>
      o.call('completeSample', manager, { id: first.sampleId }, { nonce: randomBytes(32).toString('hex') })
    const answers = await Promise.allSettled([draw(), draw()])
    expect(answers.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected'])
    type Samples = { items: { state: string; entries: { type: string }[]; caseNos: object }[] }
    const { items } = await o.call<Samples>('listSamples', manager, undefined)
    expect(items).toMatchObject([
      { state: 'completed', entries: [{ type: 'sample.committed' }, { type: 'sample.completed' }] },
    ])
    expect(Object.keys(items[0]?.caseNos ?? {})).toHaveLength(2)
    expect(await verifyReview(await ndjson())).toMatchObject({ ok: true, samples: 1, reviews: 5 })
  })
  it('a silent handler, a returned form, an opening on request', async () => {
    const [id = ''] = await opened(1)
    await o.call('selfCheck', handler, { id }, { problems: [], statement: '无问题' })
    await o.call('departmentCheck', head, { id }, { passed: false, problems, opinion: '退回补充' })
    expect((await o.list(handler, { mine: 'true' })).map(({ step }) => step)).toEqual(['self-check'])
    await checked(id)
    await o.call('selectForReview', manager, { id }, { kind: 'cross', reason: '交叉评查安排' })
    await o.call('assignReviewer', manager, { id }, { reviewer: 'p22' })
    await o.call('evaluateCase', reviewer, { id }, { grade: 'excellent', reason: '没有问题', problems: [] })
    o.records.clock.ms += 12 * DAY
    await tick(o.records, o.review, 'reviews-silent')
    const forms = (await detail(manager, id)).forms
    expect(forms.at(-1)).toMatchObject({ kind: 'silence', by: '系统' })
    expect((await verifyReview(await ndjson())).ok).toBe(true)
  })
})
