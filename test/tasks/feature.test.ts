import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type TaskItem, taskRoutes } from '../../contract/http/tasks.ts'
import type { Call, Principal, TaskSpec } from '../../server/feature.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import { tasksFeature } from '../../server/tasks/index.ts'
import { mayDo, maySee, sortKey, type Viewer } from '../../server/tasks/rules.ts'
import { demoConfig } from '../helpers/office.ts'
import { startPostgres, temporaryFolder } from '../services.ts'

const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
const site = demoConfig().site
const seat = (account: string) => site.people.find((one) => one.account === account)
const who = (account: string, grants: string[], roles = [account]): Principal => ({
  id: account,
  username: account,
  name: account,
  roles,
  department: null,
  post: '',
  permissions: new Set(['tasks.read-own', ...grants]),
  via: 'session',
  sessionId: null,
})
const spec = (key: string, over: Partial<TaskSpec> = {}): TaskSpec => ({
  key,
  kind: 'deadline',
  title: `待办 ${key}`,
  why: '期限将至',
  urgency: 'ordinary',
  severity: 'notice',
  due: '2026-11-26',
  link: '/cases/c1',
  caseId: 'c1',
  person: null,
  department: null,
  role: null,
  ...over,
})

describe('who sees and does a task', () => {
  const viewer = (over: Partial<Viewer>): Viewer => ({
    person: 'p07',
    department: 'd1',
    roles: [],
    sees: 'own',
    ...over,
  })
  it.each([
    ['own person', { person: 'p07', department: 'd1', role: null }, {}, true, true],
    ["a colleague's", { person: 'p08', department: 'd1', role: null }, {}, false, false],
    [
      "a colleague's, as head",
      { person: 'p08', department: 'd1', role: null },
      { sees: 'department' as const },
      true,
      true,
    ],
    [
      "another department's, as head",
      { person: 'p22', department: 'd2', role: null },
      { sees: 'department' as const },
      false,
      false,
    ],
    ['own role', { person: null, department: null, role: 'inspection' }, { roles: ['inspection'] }, true, true],
    [
      'who watches all does only the own',
      { person: 'p08', department: 'd1', role: null },
      { sees: 'all' as const },
      true,
      false,
    ],
    ['nobody of site.yaml', { person: null, department: null, role: 'chief' }, { person: null }, false, false],
  ])('%s', (_what, task, over, sees, does) => {
    expect(maySee(task, viewer(over))).toBe(sees)
    expect(mayDo(task, viewer(over))).toBe(does)
  })
  it('sorts over-detention before everything, then custody, then the day', () => {
    const keys = [
      sortKey('ordinary', '2026-01-01'),
      sortKey('custody', null),
      sortKey('custody', '2026-12-31'),
      sortKey('over-detention', '2027-01-01'),
    ]
    expect([...keys].sort()).toEqual([keys[3], keys[2], keys[1], keys[0]])
  })
})

const postgres = await startPostgres()
afterAll(() => postgres.stop())
const STORES: readonly (readonly [string, () => Promise<RecordsOptions>])[] = [
  ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('tasks'), 'records.sqlite') })],
  ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
]

describe.each(STORES)('the task list on %s', (_name, fresh) => {
  let store: RecordStore
  let feature: ReturnType<typeof tasksFeature>
  let made = 0
  beforeEach(async () => {
    const deps = { config: demoConfig(), newId: () => `t${++made}` }
    store = new RecordStore(await fresh(), { now: () => NOON, committed: () => undefined, failed: () => undefined })
    feature = tasksFeature({ ...deps, records: store })
    await store.migrate(feature.migrations ?? [])
  })
  afterEach(() => store.close())
  const open = (...specs: TaskSpec[]) => store.write((turn) => feature.desk.open(turn, specs))
  const call = async (id: string, over: Partial<Call<unknown, unknown, unknown>>) => {
    const route = feature.routes?.find(({ spec: { id: own } }) => own === id)
    if (!route) throw new Error(id)
    return route.handle({
      person: who('x', []),
      params: undefined,
      now: NOON,
      ip: '',
      headers: {},
      setCookie: () => undefined,
      ...over,
      query: over.query === undefined ? undefined : route.spec.query.parse(over.query),
      body: over.body === undefined ? undefined : route.spec.body.parse(over.body),
    })
  }
  const list = async (person: Principal, query: object = {}) =>
    taskRoutes.list.answer.parse(await call('listTasks', { person, query }))
  const prosecutor = who('prosecutor', [])
  const mine = { person: seat('prosecutor')?.id ?? '', department: seat('prosecutor')?.department ?? '' }

  it('opens one task for a key, however often it is asked for', async () => {
    await open(spec('a', mine), spec('b', mine))
    await open(spec('a', { ...mine, title: '再来一次' }))
    const { items } = await list(prosecutor)
    expect(items.map(({ title }) => title).sort()).toEqual(['待办 a', '待办 b'])
    expect(items[0]).toMatchObject({
      kindName: '期限预警',
      daysLeft: 2,
      addressee: seat('prosecutor')?.name,
      mayDo: true,
    })
  })
  it('pages over every task in order: over-detention, custody, day', async () => {
    await open(
      ...Array.from({ length: 25 }, (_, n) =>
        spec(`k${n}`, {
          ...mine,
          urgency: n % 3 === 0 ? 'custody' : 'ordinary',
          due: n % 5 === 0 ? null : `2026-12-${10 + (n % 20)}`,
        }),
      ),
      spec('over', { ...mine, urgency: 'over-detention' }),
    )
    const seen: TaskItem[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const answer = await list(prosecutor, { limit: 7, cursor })
      seen.push(...answer.items)
      cursor = answer.cursor
      expect(answer.open).toBe(26)
    }
    expect(new Set(seen.map(({ id }) => id)).size).toBe(26)
    expect(seen[0]?.urgency).toBe('over-detention')
    const keys = seen.map(({ urgency, due }) => sortKey(urgency, due))
    expect(keys).toEqual([...keys].sort())
  })
  it('shows each one what is addressed to him, the department to its head, all to case management', async () => {
    await open(
      spec('mine', mine),
      spec('colleague', { person: 'p08', department: mine.department }),
      spec('other', { person: 'p22', department: 'd2' }),
      spec('office', { role: 'case-management' }),
    )
    const titles = async (person: Principal, query = {}) =>
      (await list(person, query)).items.map(({ title }) => title.slice(3)).sort()
    expect(await titles(prosecutor)).toEqual(['mine'])
    expect(await titles(who('department-head', ['tasks.read-department']))).toEqual(['colleague', 'mine'])
    const manager = who('case-management', ['tasks.read'])
    expect(await titles(manager)).toEqual(['colleague', 'mine', 'office', 'other'])
    expect(await titles(manager, { mine: 'true' })).toEqual(['office'])
    expect(await titles(who('auditor', []))).toEqual([])
  })
  it('is done once, with a note, by whom it is addressed to', async () => {
    await open(spec('a', mine), spec('b', { person: 'p22', department: 'd2' }))
    const manager = who('case-management', ['tasks.read'])
    const all = (await list(manager)).items
    const id = (title: string) => all.find((one) => one.title.endsWith(title))?.id
    const done = (person: Principal, title: string, note = '已办理') =>
      call('finishTask', { person, params: { id: id(title) }, body: { note } })
    await expect(done(prosecutor, 'b')).rejects.toMatchObject({ id: 'not-found' })
    await expect(done(manager, 'a')).rejects.toMatchObject({ id: 'forbidden' })
    await expect(done(prosecutor, 'a', ' ')).rejects.toThrow()
    expect(await done(prosecutor, 'a')).toMatchObject({ state: 'done', note: '已办理', mayDo: false })
    expect(await done(prosecutor, 'a', '第二次点击')).toMatchObject({ state: 'done', note: '已办理' })
    await expect(done(who('department-head', ['tasks.read-department']), 'a')).rejects.toMatchObject({ id: 'conflict' })
    expect((await list(prosecutor)).open).toBe(0)
    expect((await list(prosecutor, { state: 'done' })).items).toHaveLength(1)
  })
  it('drops what has lost its cause, and leaves what is done as it is', async () => {
    await open(spec('a', mine), spec('b', mine))
    const b = (await list(prosecutor)).items.find(({ title }) => title.endsWith('b'))?.id
    await call('finishTask', { person: prosecutor, params: { id: b }, body: { note: '已办理' } })
    await store.write((turn) => feature.desk.close(turn, ['a', 'b', 'unheard-of'], '案件已办结'))
    expect((await list(prosecutor, { state: 'dropped' })).items).toMatchObject([
      { title: '待办 a', note: '案件已办结' },
    ])
    expect((await list(prosecutor, { state: 'done' })).items).toHaveLength(1)
  })
})
