import { randomUUID } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { CaseItem } from '../../contract/http/cases.ts'
import type { PanelName } from '../../contract/panels/index.ts'
import { casesFeature } from '../../server/cases/index.ts'
import type { Call, Feature, Principal } from '../../server/feature.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import {
  alertLog,
  feed,
  loadPanel,
  storedEvent,
  type TestRecords,
  taskLog,
  testRecords,
  tick,
} from '../helpers/records.ts'

const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
const person = (grants: string[], username = 'x'): Principal => ({
  id: username,
  username,
  name: '',
  roles: [],
  department: null,
  post: '',
  permissions: new Set(grants),
  via: 'session',
  sessionId: null,
})

describe('一网通全岗 on a real store', () => {
  let records: TestRecords
  let alerts: ReturnType<typeof alertLog>
  let tasks: ReturnType<typeof taskLog>
  let feature: Feature
  beforeEach(async () => {
    alerts = alertLog()
    tasks = taskLog()
    const deps = {
      config: demoConfig(),
      calendar: demoCalendar(),
      alerts,
      tasks,
      newId: () => randomUUID(),
      freshness: async () => alive('业务系统', NOON),
    }
    records = await testRecords([casesFeature({ ...deps, records: {} as never })], NOON)
    feature = casesFeature({ ...deps, records: records.store })
    await feed(records, feature, [
      add('1', {
        kind: '审查逮捕',
        department: '第一检察部',
        handlerNo: '10001',
        custody: true,
        due: '2026-11-24',
        acceptedAt: '2026-11-17',
      }),
      add('2', {
        kind: '审查起诉',
        department: '第一检察部',
        handlerNo: '10002',
        custody: false,
        due: '2026-11-20',
        acceptedAt: '2026-10-20',
      }),
      add('3', {
        kind: '审查起诉',
        department: '第二检察部',
        custody: true,
        due: '2026-12-20',
        acceptedAt: '2026-11-20',
      }),
      add('4', {
        kind: '民事监督',
        department: '第三检察部',
        handlerNo: '10003',
        closedAt: '2026-11-01',
        acceptedAt: '2026-09-01',
      }),
      add('5', {
        kind: '审查起诉',
        department: '第二检察部',
        handlerNo: '10001',
        custody: true,
        due: '2026-11-23',
        acceptedAt: '2026-10-23',
        juvenile: true,
      }),
    ])
  })
  afterEach(() => records.close())
  const add = (no: string, data: Record<string, unknown>) =>
    storedEvent('case.accepted', '2026-11-24T08:00:00+08:00', { object: `case:${no}`, data: { caseNo: no, ...data } })
  const panel = <Name extends PanelName>(name: Name) => loadPanel(feature, name, NOON)
  const call = async (id: string, over: Partial<Call<unknown, unknown, unknown>>) => {
    const route = feature.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const query = over.query === undefined ? undefined : route.spec.query.parse(over.query)
    return route.handle({
      person: person([]),
      params: undefined,
      body: undefined,
      now: NOON,
      ip: '',
      headers: {},
      setCookie: () => undefined,
      ...over,
      query,
    })
  }

  it('draws the flow panel: colours, custody first, over-detention apart, fixed order of departments', async () => {
    const flow = await panel('flow')
    expect(flow).toMatchObject({ open: 4, byColour: { red: 3, orange: 0, yellow: 0, green: 1 }, overDetention: 1 })
    expect(flow.next.map(({ caseNo }) => caseNo)).toEqual(['5', '1', '3', '2'])
    expect(flow.nodes?.map(({ name }) => name)).toEqual(['审查逮捕', '审查起诉'])
    expect(flow.next[0]).toMatchObject({ node: '审查起诉', provisional: false })
    expect(flow).toMatchObject({ provisional: 0, differs: 0 })
    expect(flow.departments.map(({ name }) => name)).toEqual(['第一检察部', '第二检察部', '第三检察部', '第四检察部'])
  })
  it('tells each rung once, and takes it back when the case closes', async () => {
    await tick(records, feature)
    await tick(records, feature)
    expect(alerts.raised.map(({ rule }) => rule).sort()).toEqual([
      'case.custody-last-day',
      'case.over-detention',
      'case.overdue',
    ])
    await feed(records, feature, [
      storedEvent('case.closed', '2026-11-24T12:01:00+08:00', {
        object: 'case:1',
        data: { caseNo: '1', closedAt: '2026-11-24' },
      }),
    ])
    await tick(records, feature)
    expect([...alerts.open.values()].map(({ rule }) => rule).sort()).toEqual(['case.over-detention', 'case.overdue'])
  })
  it('opens new rungs for a new due date, and says so when the export names another day', async () => {
    await tick(records, feature)
    const told = (no: string, due: string) =>
      feed(records, feature, [
        storedEvent('case.deadline_changed', '2026-11-24T12:01:00+08:00', {
          object: `case:${no}`,
          data: { caseNo: no, due },
        }),
      ])
    // 2026-11-20 plus the extension of 15 days is a Saturday: the export tells of an extension.
    await told('2', '2026-12-07')
    await tick(records, feature)
    expect([...alerts.open.values()].filter(({ rule }) => rule === 'case.overdue')).toHaveLength(0)
    expect(tasks.opened.filter(({ key }) => key.startsWith('differs:'))).toHaveLength(0)
    // What no act explains stays a difference, and both days are shown.
    await told('3', '2026-12-22')
    const item = ((await call('listCases', { query: {}, person: person(['cases.read']) })) as { items: CaseItem[] })
      .items
    expect(item.find(({ caseNo }) => caseNo === '2')).toMatchObject({ due: '2026-12-07', differs: false })
    expect(item.find(({ caseNo }) => caseNo === '3')).toMatchObject({
      due: '2026-12-20',
      exportedDue: '2026-12-22',
      differs: true,
    })
    expect([...tasks.standing.keys()].filter((key) => key.startsWith('differs:'))).toHaveLength(1)
  })
  it('lists by state, pages, and shows a prosecutor own cases only', async () => {
    const list = async (query: object, who: Principal) =>
      (await call('listCases', { query, person: who })) as { items: CaseItem[]; cursor: string | null }
    const all = person(['cases.read', 'cases.read-own'])
    expect((await list({ state: 'unassigned' }, all)).items.map(({ caseNo }) => caseNo)).toEqual(['3'])
    expect((await list({ state: 'closed' }, all)).items.map(({ caseNo }) => caseNo)).toEqual(['4'])
    expect((await list({}, all)).items).toHaveLength(5)
    const first = await list({ limit: 2 }, all)
    const second = await list({ limit: 2, cursor: first.cursor }, all)
    const third = await list({ limit: 2, cursor: second.cursor }, all)
    expect(new Set([first, second, third].flatMap(({ items }) => items.map(({ id }) => id))).size).toBe(5)
    expect(third.cursor).toBe(null)
    const own = demoConfig().site.people.find(({ employeeNo, account }) => employeeNo && account)
    const mine = await list({}, person(['cases.read-own'], own?.account ?? ''))
    expect(mine.items.every(({ handler }) => handler === own?.employeeNo)).toBe(true)
    expect((await list({}, person(['cases.read-own'], 'nobody'))).items).toEqual([])
  })
  it("a stranger's case answers like one that does not exist", async () => {
    const id = (await panel('flow')).next[0]
      ? ((await call('listCases', { query: {}, person: person(['cases.read']) })) as { items: CaseItem[] }).items[0]?.id
      : ''
    expect(CaseItem.parse(await call('getCase', { params: { id }, person: person(['cases.read']) })).id).toBe(id)
    await expect(
      call('getCase', { params: { id }, person: person(['cases.read-own'], 'nobody') }),
    ).rejects.toMatchObject({ id: 'not-found' })
    expect(await call('caseLedger', { params: { id }, person: person(['cases.read']) })).toMatchObject({ caseId: id })
    for (const route of ['caseLedger', 'registerCaseAct', 'voidCaseAct'])
      await expect(
        call(route, {
          params: { id, actId: 'x' },
          body: { type: 'extend', on: '2026-11-24', note: '批准' },
          person: person(['cases.read-own', 'cases.register'], 'nobody'),
        }),
      ).rejects.toMatchObject({ id: 'not-found' })
    await expect(call('getCase', { params: { id: 'c0' }, person: person(['cases.read']) })).rejects.toMatchObject({
      id: 'not-found',
    })
  })
  it('draws the wide panels', async () => {
    expect((await panel('due-calendar')).days[0]).toMatchObject({
      date: '2026-11-24',
      custody: 1,
      free: 0,
      workday: true,
    })
    const trend = await panel('case-trend')
    expect(trend.months).toHaveLength(12)
    expect(trend.months.at(-1)).toMatchObject({ month: '2026-11', accepted: 2, closed: 1 })
    expect((await panel('structure')).parts.find(({ name }) => name === '民事')?.percent).toBe(20)
  })
  it('seals: no restricted case in the rows of a figure', async () => {
    const figures = (await feature.figures?.[0]?.list(NOON)) ?? []
    expect(figures.find(({ name }) => name === 'flow.over-detention')).toMatchObject({ value: 1, rows: [] })
    expect(figures.map(({ name }) => name)).toEqual(feature.figures?.[0]?.names)
  })
})
