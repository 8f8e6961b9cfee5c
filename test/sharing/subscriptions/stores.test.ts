import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HitDetail, SubscriptionItem, Usefulness } from '../../../contract/http/sharing-subscriptions.ts'
import type { RecordsOptions } from '../../../server/records/store.ts'
import { startPostgres, temporaryFolder } from '../../services.ts'
import { DAY, FORCED, NOON, numberOf, type Office, officer, office as open } from './office.ts'

const postgres = await startPostgres()
afterAll(() => postgres.stop())
const STORES: readonly (readonly [string, () => Promise<RecordsOptions>])[] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('subscriptions'), 'records.sqlite') })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]
const guard = officer('security-officer')
const clerk = officer('case-management')
const prosecutor = officer('prosecutor')
const anyCase = { match: 'all' as const, of: [{ field: 'custody', op: 'is' as const, value: true }] }

describe.each(STORES)('subscriptions on %s', (_name, fresh) => {
  let office: Office
  beforeEach(async () => {
    office = await open(await fresh())
  })
  afterEach(() => office.close())
  const decide = (id: string, body: object, person = guard) =>
    office.call<HitDetail>('decideHit', person, { params: { id }, body })

  it('put what comes in before the subscriber, once, with why, and open one task for each', async () => {
    await office.arrive(office.event('door.forced', { object: 'door:E1' }))
    const { id } = await office.subscribe({ topic: 'event', when: FORCED, person: guard })
    await office.deliver()
    // What was there before is not delivered.
    expect((await office.hits(guard)).items).toEqual([])
    await office.arrive(office.event('door.forced', { object: 'door:E1' }), office.event('door.held'))
    await office.deliver()
    await office.deliver()
    const { items } = await office.hits(guard)
    expect(items).toMatchObject([{ subscription: id, state: 'open', clue: '一般线索' }])
    expect(office.tasks.opened).toMatchObject([
      { person: guard.id, kind: 'sharing', link: `/sharing/hits/${items[0]?.id}` },
    ])
    const hit = await office.call<HitDetail>('getHit', guard, { params: { id: items[0]?.id ?? '' } })
    expect(hit).toMatchObject({
      because: [{ condition: '事件类型是“强行开启”', value: '强行开启' }],
      may: { decide: true, ask: true, answer: false },
      purpose: '核查夜间出入是否经批准',
    })
    expect((await office.hits(clerk)).items).toEqual([])
    await expect(office.call('getHit', clerk, { params: { id: hit.id } })).rejects.toMatchObject({ id: 'not-found' })
  })

  it('record use, no use and questions, and make them a figure of the source', async () => {
    await office.subscribe({ topic: 'event', when: FORCED, person: clerk })
    for (let n = 0; n < 6; n++) await office.arrive(office.event('door.forced'))
    await office.deliver()
    const ids = (await office.hits(clerk)).items.map(({ id }) => id)
    const [first = '', second = '', ...rest] = ids
    expect(await decide(first, { decision: 'use', note: '移送核查' }, clerk)).toMatchObject({ state: 'used' })
    await expect(decide(first, { decision: 'use', note: '再来一次' }, clerk)).rejects.toMatchObject({ id: 'conflict' })
    await decide(second, { decision: 'not-use', reason: 'known' }, clerk)
    for (const id of rest.slice(0, 3)) await decide(id, { decision: 'use', note: '移送核查' }, clerk)
    const asked = rest[3] ?? ''
    const ask = { params: { id: asked }, body: { role: 'security-officer', question: '当晚是否有施工？' } }
    await expect(
      office.call('askAboutHit', clerk, { ...ask, body: { ...ask.body, role: 'prosecutor' } }),
    ).rejects.toMatchObject({ id: 'unprocessable' })
    await office.call('askAboutHit', clerk, ask)
    expect(office.tasks.standing.get(`sharing:${asked}:1`)).toMatchObject({ role: 'security-officer', person: null })
    expect((await office.hits(guard)).items.map(({ id }) => id)).toEqual([asked])
    await office.call('answerAboutHit', guard, { params: { id: asked }, body: { text: '有，已备案' } })
    // Answered: no longer the guard's affair.
    expect((await office.hits(guard)).items).toEqual([])
    const done = await decide(asked, { decision: 'not-use', reason: 'irrelevant', note: '施工' }, clerk)
    expect(done.steps.map(({ what, text }) => [what, text])).toEqual([
      ['询问', '当晚是否有施工？'],
      ['答复', '有，已备案'],
      ['不采用', '与目的无关：施工'],
    ])
    expect(office.tasks.standing.size).toBe(0)
    const { items, whole } = await office.call<{ items: Usefulness[]; whole: boolean }>('sharingUsefulness', clerk)
    expect({ whole, items }).toMatchObject({
      whole: true,
      items: [{ source: 'probe', hits: 6, used: 4, unused: 2, pending: 0, rate: 66.7 }],
    })
    expect(await office.call('sharingUsefulness', guard)).toMatchObject({ whole: false, items: [] })
    expect(await office.figures()).toMatchObject([
      { name: 'sharing.usefulness', value: 66.7, rows: [{ 来源: 'probe', 命中: 6, 已采用: 4, 未采用: 2, 待决定: 0 }] },
    ])
  })

  it('stop on their day, say so, and deliver nothing of the time between when taken up again', async () => {
    const { id } = await office.subscribe({ topic: 'event', when: FORCED, person: guard, expires: '2026-11-24' })
    await office.arrive(office.event('door.forced'))
    await office.deliver()
    office.records.clock.ms = NOON + DAY
    await office.arrive(office.event('door.forced'))
    await office.deliver()
    await office.deliver()
    expect((await office.hits(guard)).items).toHaveLength(1)
    const told = office.tasks.opened.filter(({ key }) => key.startsWith('sharing:expired'))
    expect(told).toMatchObject([{ person: guard.id, title: '订阅已到期停止：夜间门禁异常' }])
    const list = await office.call<{ items: SubscriptionItem[] }>('listSubscriptions', guard)
    expect(list.items).toMatchObject([{ state: 'expired', stopped: '2026-11-24 到期，自动停止' }])
    await office.call('extendSubscription', guard, {
      params: { id },
      body: { expires: '2026-12-24', reason: '案件尚未查清' },
    })
    await office.arrive(office.event('door.forced'))
    await office.deliver()
    expect((await office.hits(guard)).items).toHaveLength(2)
    await office.call('endSubscription', guard, { params: { id }, body: { reason: '已查清' } })
    await office.arrive(office.event('door.forced'))
    await office.deliver()
    expect((await office.hits(guard)).items).toHaveLength(2)
  })

  it('refuse a topic without right, a wrong sentence and too long a life', async () => {
    await expect(office.subscribe({ topic: 'event', when: FORCED, person: prosecutor })).rejects.toMatchObject({
      id: 'forbidden',
    })
    await expect(office.subscribe({ topic: 'shared', when: FORCED, person: clerk })).rejects.toMatchObject({
      id: 'unprocessable',
      errors: [{ path: 'when.of.0.field' }],
    })
    for (const expires of ['2026-11-23', '2027-11-24'])
      await expect(office.subscribe({ topic: 'event', when: FORCED, person: guard, expires })).rejects.toMatchObject({
        errors: [{ path: 'expires' }],
      })
    await expect(office.call('listSubscriptions', guard, { query: { all: 'true' } })).rejects.toMatchObject({
      id: 'forbidden',
    })
  })

  it('show of cases only those in the scope, at delivery and ever after, in list, detail, preview and count', async () => {
    await office.subscribe({ topic: 'case', when: anyCase, person: prosecutor })
    await office.subscribe({ topic: 'case', when: anyCase, person: clerk })
    const own = { custody: true, handlerNo: numberOf(prosecutor), typeName: '审查起诉' }
    const id = await office.caseArrives('示检起诉受[2026]1号', own)
    await office.caseArrives('示检起诉受[2026]2号', { custody: true, handlerNo: 'somebody', typeName: '审查起诉' })
    await office.caseArrives('示检起诉受[2026]1号', own, 'case.node_changed')
    await office.deliver()
    const titles = async (person: typeof clerk) => (await office.hits(person)).items.map(({ title }) => title).sort()
    expect(await titles(prosecutor)).toEqual(['示检起诉受[2026]1号 审查起诉'])
    expect(await titles(clerk)).toEqual(['示检起诉受[2026]1号 审查起诉', '示检起诉受[2026]2号 审查起诉'])
    const preview = await office.call('previewSubscription', prosecutor, { body: { topic: 'case', when: anyCase } })
    expect(preview).toMatchObject({ looked: 2, hits: 2 })
    const [hit] = (await office.hits(prosecutor)).items
    await office.caseArrives('示检起诉受[2026]1号', { ...own, handlerNo: 'somebody' }, 'case.handler_changed')
    expect(await titles(prosecutor)).toEqual([])
    await expect(office.call('getHit', prosecutor, { params: { id: hit?.id ?? '' } })).rejects.toMatchObject({
      id: 'not-found',
    })
    await expect(decide(hit?.id ?? '', { decision: 'use', note: '采用' }, prosecutor)).rejects.toMatchObject({
      id: 'not-found',
    })
    expect(await office.call('sharingUsefulness', prosecutor)).toMatchObject({ items: [] })
    expect(
      await office.call('previewSubscription', prosecutor, { body: { topic: 'case', when: anyCase } }),
    ).toMatchObject({ looked: 0, hits: 0 })
    expect(id).toMatch(/^c/)
  })

  it('never fit the cause of a restricted case, and deliver to nobody whose account is gone', async () => {
    const theft = { match: 'all' as const, of: [{ field: 'cause', op: 'is' as const, value: '盗窃' }] }
    await office.subscribe({ topic: 'case', when: theft, person: clerk })
    await office.caseArrives('示检起诉受[2026]1号', { cause: '盗窃', restricted: true })
    await office.deliver()
    expect((await office.hits(clerk)).items).toEqual([])
    office.accounts.delete(clerk.username)
    await office.caseArrives('示检起诉受[2026]2号', { cause: '盗窃' })
    await office.deliver()
    office.accounts.set(clerk.username, clerk)
    await office.deliver()
    expect(office.tasks.opened).toEqual([])
  })

  it('take alerts as they are born, without drills, and gather a flood in one task', async () => {
    const critical = { match: 'all' as const, of: [{ field: 'severity', op: 'at-least' as const, value: 'warning' }] }
    await office.subscribe({ topic: 'alert', when: critical, person: guard })
    await office.alert('演练', { kind: 'drill' })
    await office.alert('提示', { severity: 'info' })
    for (let n = 0; n < 40; n++) await office.alert(`强行开启 ${n}`)
    await office.deliver()
    const first = await office.hits(guard, { limit: 25 })
    const second = await office.hits(guard, { limit: 25, cursor: first.cursor ?? '' })
    expect([first.items.length, second.items.length, second.cursor]).toEqual([25, 15, null])
    expect(new Set([...first.items, ...second.items].map(({ id }) => id)).size).toBe(40)
    expect(office.tasks.opened).toHaveLength(31)
    expect(office.tasks.opened.at(-1)).toMatchObject({ key: expect.stringContaining('flood'), person: guard.id })
  })
})

describe('a hit', () => {
  it('is delivered exactly once, whatever stops and starts in between', async () => {
    const step = fc.constantFrom('arrive', 'arrive', 'arrive', 'deliver', 'crash', 'restart', 'subscribe')
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 25 }), async (steps) => {
        const office = await open()
        try {
          const expected: string[] = []
          const standing: string[] = []
          for (const act of steps) {
            if (act === 'arrive') {
              const event = office.event('door.forced')
              await office.arrive(event, office.event('door.held'))
              expected.push(...standing.map((id) => `${id} ${event.id}`))
            } else if (act === 'subscribe') {
              standing.push((await office.subscribe({ topic: 'event', when: FORCED, person: guard })).id)
            } else if (act === 'restart') office.restart()
            else await office[act]()
          }
          office.restart()
          await office.deliver()
          const rows = await office.records.store.read
            .withTables<{ sharing_hit: { subscription: string; delivery: string } }>()
            .selectFrom('sharing_hit')
            .select(['subscription', 'delivery'])
            .execute()
          expect(rows.map((row) => `${row.subscription} ${row.delivery}`).sort()).toEqual(expected.sort())
        } finally {
          await office.close()
        }
      }),
      { numRuns: 25 },
    )
  })
})
