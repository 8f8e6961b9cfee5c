import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { z } from 'zod'
import type { Figure } from '../../contract/figures.ts'
import { type Meeting, meetingRoutes as routes } from '../../contract/http/meetings.ts'
import type { RouteSpec } from '../../contract/http/route.ts'
import type { Principal, TaskSpec } from '../../server/feature.ts'
import { meetingsFeature } from '../../server/meetings/index.ts'
import { holds, judge, mayAct, moved } from '../../server/meetings/rules.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import { demoConfig } from '../helpers/office.ts'
import { NORMAL } from '../pictures/fixtures/panels.ts'
import { startPostgres, temporaryFolder } from '../services.ts'

/** A meeting that closes the loop: what was agreed comes back, judged by the data, and nothing is ever taken away. */

const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds
const MONDAY = at('2026-11-23T09:00:00+08:00')
const DAY = 86_400_000

describe('the verdict', () => {
  const one = { comparison: 'ge' as const, target: 95, due: '2026-11-30' }
  const ok = (value: number | null) => ({ value, state: 'ok' as const })
  it.each([
    ['reached on its day', ok(95), '2026-11-30', 'met'],
    ['reached after its day', ok(97.5), '2026-12-07', 'met'],
    ['not reached on its day', ok(94.9), '2026-11-30', 'not-met'],
    ['good before its day', ok(96), '2026-11-29', 'on-track'],
    ['short of it before its day', ok(90), '2026-11-24', 'running'],
    ['unknown', ok(null), '2026-12-07', 'unknown'],
    ['stale', { value: 99, state: 'stale' as const }, '2026-12-07', 'unknown'],
    ['broken', { value: 99, state: 'broken' as const }, '2026-12-07', 'unknown'],
    ['gone from the catalogue', undefined, '2026-12-07', 'unknown'],
  ])('%s', (_what, measured, day, result) => {
    expect(judge(one, measured, day).result).toBe(result)
  })
  it('is never final before its day, and always one or the other from it on when the value is known', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('le' as const, 'ge' as const, 'eq' as const),
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        fc.boolean(),
        (comparison, value, target, early) => {
          const { result } = judge(
            { comparison, target, due: '2026-11-30' },
            ok(value),
            early ? '2026-11-29' : '2026-12-01',
          )
          const good = holds(comparison, value, target)
          expect(result).toBe(early ? (good ? 'on-track' : 'running') : good ? 'met' : 'not-met')
        },
      ),
    )
  })
})

describe('what a state allows', () => {
  it('nothing after the end, no commitment before the start', () => {
    for (const act of ['edit', 'drop', 'open', 'commit', 'close'] as const)
      expect(mayAct('closed', act)).toBe('meeting-closed')
    expect(mayAct('planned', 'commit')).toBe('meeting-not-open')
    expect(mayAct('planned', 'drop')).toBeNull()
    expect(mayAct('held', 'drop')).toBe('meeting-opened')
    expect(mayAct('held', 'open')).toBe('already-open')
  })
  it('moves one and keeps the others in order', () => {
    expect(moved(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b'])
    expect(moved(['a', 'b', 'c'], 'a', 9)).toEqual(['b', 'c', 'a'])
  })
})

const folder = temporaryFolder('meetings')
const postgres = await startPostgres()
afterAll(() => postgres.stop())
let files = 0
const STORES: readonly (readonly [string, () => Promise<RecordsOptions>])[] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(folder, `${++files}.sqlite`) })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]

const person = (over: Partial<Principal> = {}): Principal => ({
  id: 'chief',
  username: 'chief',
  name: '尤方安',
  roles: ['chief'],
  department: null,
  post: '检察长',
  permissions: new Set(['meetings.read', 'meetings.write', 'wall.view']),
  via: 'session',
  sessionId: null,
  ...over,
})

describe.each(STORES)('meetings on %s', (_name, fresh) => {
  let store: RecordStore
  let feature: ReturnType<typeof meetingsFeature>
  let clock = MONDAY
  let made = 0
  const values = new Map<string, Partial<Figure>>()
  const opened: TaskSpec[] = []
  const closed: string[] = []
  beforeEach(async () => {
    clock = MONDAY
    values.clear()
    opened.length = 0
    closed.length = 0
    store = new RecordStore(await fresh(), { now: () => clock, committed: () => undefined, failed: () => undefined })
    feature = meetingsFeature({
      config: demoConfig(),
      records: store,
      newId: () => `m${String(++made).padStart(6, '0')}`,
      now: () => clock,
      failed: (error) => {
        throw error
      },
      sample: async () => {
        for (const [panel, data] of Object.entries(NORMAL))
          feature.past.shown({ panel, text: JSON.stringify(data), at: clock, readAt: clock })
      },
      pastFolder: join(folder, `past-${++files}`),
      bounds: { keepDays: 30, maxMb: 100 },
      office: { unit: '示例区人民检察院', demo: true },
      files: {
        docx: async (blocks) => Buffer.from(JSON.stringify(blocks)),
        pdf: async (blocks) => Buffer.from(JSON.stringify(blocks)),
        xlsx: async () => Buffer.from(''),
      },
      tasks: {
        open: async (_turn, specs) => void opened.push(...specs),
        close: async (_turn, keys) => void closed.push(...keys),
      },
      figure: async (name) => {
        const known = values.get(name)
        return known && { ...FIGURE, name, ...known }
      },
    })
    await store.migrate(feature.migrations ?? [])
    await feature.start?.()
  })
  afterEach(async () => {
    await feature.stop?.()
    await store.close()
  })
  const FIGURE: Figure = {
    ...{ name: '', title: '终端在线率', value: 90, unit: '%', at: null, staleAfter: 60, state: 'ok' },
    ...{ source: '', formula: '', rows: [] },
  }
  async function ask<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
    spec: RouteSpec<P, Q, B, A>,
    given: { params?: object; query?: object; body?: object; person?: Principal } = {},
  ): Promise<z.output<A>> {
    const route = feature.routes?.find((one) => one.spec.id === spec.id)
    if (!route) throw new Error(spec.id)
    const answer = await route.handle({
      person: given.person ?? person(),
      params: given.params,
      query: spec.query.safeParse(undefined).success ? undefined : spec.query.parse(given.query ?? {}),
      body: given.body === undefined ? undefined : spec.body.parse(given.body),
      ...{ now: clock, ip: '', headers: {}, setCookie: () => undefined },
    })
    return spec.produces === 'json' ? spec.answer.parse(answer) : (answer as z.output<A>)
  }
  const held = async (title = '周例会'): Promise<Meeting> => {
    const { id } = await ask(routes.create, {
      body: { title, day: '2026-11-23', items: [{ title: '安全态势', view: '/wall?screen=16x9', notes: '先讲门禁' }] },
    })
    return ask(routes.open, { params: { id } })
  }
  const promise = (id: string, over: object = {}) =>
    ask(routes.commit, {
      params: { id },
      body: {
        ...{ owner: 'd1', what: '终端在线率回到 95% 以上', figure: 'terminal.online-rate' },
        ...{ comparison: 'ge', target: 95, due: '2026-11-30', ...over },
      },
    })

  it('is prepared, opened at an instant, written down and ended; then nothing changes any more', async () => {
    values.set('terminal.online-rate', {})
    const meeting = await held()
    expect(meeting).toMatchObject({ state: 'held', at: MONDAY, mayWrite: true })
    const [item] = meeting.items
    const params = { id: meeting.id, item: item?.id }
    const more = await ask(routes.addItem, { params: { id: meeting.id }, body: { title: '其他事项' } })
    expect(more.items.map(({ title }) => title)).toEqual(['安全态势', '其他事项'])
    const second = { id: meeting.id, item: more.items[1]?.id }
    expect((await ask(routes.changeItem, { params: second, body: { position: 0 } })).items[0]?.title).toBe('其他事项')
    await ask(routes.changeItem, { params, body: { minutes: '两处门禁更换磁条' } })
    await expect(ask(routes.dropItem, { params })).rejects.toMatchObject({ id: 'conflict' })
    const over = await ask(routes.close, { params: { id: meeting.id } })
    expect(over).toMatchObject({ state: 'closed', mayWrite: false })
    await expect(ask(routes.changeItem, { params, body: { minutes: '改写' } })).rejects.toMatchObject({
      id: 'conflict',
    })
    await expect(promise(meeting.id)).rejects.toMatchObject({ id: 'conflict' })
    expect(over.history.map(({ text }) => text)).toEqual([
      '筹备会议「周例会」',
      '开会；待落实事项 0 项',
      '加入议程「其他事项」',
      '修改议程「其他事项」',
      '记录「安全态势」：两处门禁更换磁条',
      '散会',
    ])
    expect(over.history.every(({ by }) => by === '检察长')).toBe(true)
  })

  it('takes up what was agreed, meeting after meeting, until the data say that it is met', async () => {
    values.set('terminal.online-rate', { value: 90 })
    const first = await promise((await held()).id)
    expect(first.commitments[0]).toMatchObject({ ownerName: '第一检察部', baseline: 90, state: 'open', verdicts: [] })
    expect(opened).toMatchObject([
      { kind: 'meeting', department: 'd1', due: '2026-11-30', link: `/meetings/${first.id}` },
    ])
    await ask(routes.close, { params: { id: first.id } })

    clock = MONDAY + 2 * DAY
    const early = await held('专题会')
    expect(early.carried[0]?.verdicts.map(({ result, value }) => [result, value])).toEqual([['running', 90]])
    clock = MONDAY + 7 * DAY
    values.set('terminal.online-rate', { value: 93 })
    const late = await held('周例会二')
    expect(late.carried[0]?.verdicts.at(-1)).toMatchObject({ result: 'not-met', value: 93, meetingId: late.id })
    expect(late.history.at(-1)?.text).toBe('开会；待落实事项 1 项：未达成 1')
    clock = MONDAY + 14 * DAY
    values.set('terminal.online-rate', { value: 99, state: 'stale' })
    const blind = await held('周例会三')
    expect(blind.carried[0]?.verdicts.at(-1)).toMatchObject({ result: 'unknown', value: null })
    clock = MONDAY + 21 * DAY
    values.set('terminal.online-rate', { value: 96.5 })
    const good = await held('周例会四')
    expect(good.carried[0]).toMatchObject({ state: 'met' })
    expect(good.carried[0]?.verdicts.map(({ result }) => result)).toEqual(['running', 'not-met', 'unknown', 'met'])
    expect(closed).toHaveLength(1)
    expect((await held('周例会五')).carried).toEqual([])
    // What an earlier meeting took up stays with it.
    await ask(routes.close, { params: { id: late.id } })
    expect((await ask(routes.one, { params: { id: late.id } })).carried).toHaveLength(1)
  })

  it('withdraws with a reason and keeps the record', async () => {
    values.set('terminal.online-rate', { value: 90 })
    const { id, commitments } = await promise((await held()).id)
    const params = { id: commitments[0]?.id }
    expect(await ask(routes.withdraw, { params, body: { reason: '口径调整' } })).toMatchObject({
      state: 'withdrawn',
      reason: '口径调整',
    })
    await expect(ask(routes.withdraw, { params, body: { reason: '再次' } })).rejects.toMatchObject({ id: 'conflict' })
    expect((await ask(routes.one, { params: { id } })).history.at(-1)?.text).toContain('口径调整')
    expect((await held('下一次')).carried).toEqual([])
    expect((await ask(routes.commitments, { query: { state: 'withdrawn' } })).items).toHaveLength(1)
  })

  it('refuses what cannot be judged later', async () => {
    const { id } = await held()
    await expect(promise(id)).rejects.toMatchObject({ id: 'unprocessable' })
    values.set('terminal.online-rate', {})
    await expect(promise(id, { owner: 'p01' })).rejects.toMatchObject({ id: 'unprocessable' })
    await expect(promise(id, { due: '2026-11-22' })).rejects.toMatchObject({ id: 'unprocessable' })
    await expect(promise('nothing')).rejects.toMatchObject({ id: 'not-found' })
  })

  it('saves views of our own pages only, and pages over them', async () => {
    for (const path of ['https://example.org/wall', '//example.org', '/wallet', '/desk#x', 'javascript:alert(1)'])
      await expect(ask(routes.saveView, { body: { title: '外部', path } })).rejects.toThrow()
    for (const n of [1, 2, 3])
      await ask(routes.saveView, { body: { title: `视图 ${n}`, path: `/desk/alerts?page=${n}` } })
    const seen: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const answer: { items: { title: string }[]; cursor: string | null } = await ask(routes.views, {
        query: { limit: 2, cursor },
      })
      seen.push(...answer.items.map(({ title }) => title))
      cursor = answer.cursor
    }
    expect(seen).toEqual(['视图 1', '视图 2', '视图 3'])
    const [view] = (await ask(routes.views)).items
    await ask(routes.dropView, { params: { id: view?.id } })
    await expect(ask(routes.dropView, { params: { id: view?.id } })).rejects.toMatchObject({ id: 'not-found' })
  })

  it('lists the newest first, page by page', async () => {
    for (const day of ['2026-11-03', '2026-11-10', '2026-11-17'])
      await ask(routes.create, { body: { title: `例会 ${day}`, day } })
    const first = await ask(routes.list, { query: { limit: 2 } })
    expect(first.items.map(({ day }) => day)).toEqual(['2026-11-17', '2026-11-10'])
    const rest = await ask(routes.list, { query: { limit: 2, cursor: first.cursor } })
    expect(rest.items.map(({ day }) => day)).toEqual(['2026-11-03'])
    expect(first.owners.map(({ id }) => id)).toContain('d1')
  })

  it('prints figures of its instant, minutes and commitments', async () => {
    values.set('terminal.online-rate', { value: 90 })
    const { id } = await promise((await held()).id)
    const answer = (await ask(routes.file, { params: { id }, query: { format: 'docx' } })) as unknown as {
      stream: AsyncIterable<Buffer>
      filename: string
    }
    let text = ''
    for await (const chunk of answer.stream) text += chunk.toString()
    // The history of the wall is thrown away one day; the brief of a meeting is not.
    clock += 60 * DAY
    const again = (await ask(routes.file, { params: { id }, query: { format: 'docx' } })) as unknown as typeof answer
    let later = ''
    for await (const chunk of again.stream) later += chunk.toString()
    expect(later).toBe(text)
    for (const words of ['92.7', '2026-11-23 09:00:00', '安全态势', '终端在线率 不低于 95%', '第一检察部'])
      expect(text).toContain(words)
    expect(answer.filename).toBe('周例会-2026-11-23-090000-演示.docx')
    const planned = await ask(routes.create, { body: { title: '未开的会', day: '2026-12-01' } })
    await expect(ask(routes.file, { params: { id: planned.id }, query: { format: 'pdf' } })).rejects.toMatchObject({
      id: 'conflict',
    })
  })
})
