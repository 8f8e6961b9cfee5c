import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type CaseItem, caseRoutes } from '../../contract/http/cases.ts'
import { COLOURS } from '../../contract/panels/cases.ts'
import { casesFeature } from '../../server/cases/index.ts'
import { bandColour, bandNamed } from '../../server/cases/rules.ts'
import type { ExportCell, Feature, Principal } from '../../server/feature.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, feed, storedEvent, type TestRecords, taskLog, testRecords } from '../helpers/records.ts'

const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
const KINDS = ['审查逮捕', '审查起诉（速裁）', '审查起诉', '民事生效裁判监督', '公益诉讼', '其他事项']
const CAUSES = ['故意伤害罪', '盗窃罪', '诈骗罪']
const DEPARTMENTS = ['第一检察部', '第二检察部']

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
const CHIEF = person(['cases.read', 'cases.read-own'])

describe('the case list in the store', () => {
  let records: TestRecords
  let feature: Feature
  beforeAll(async () => {
    const deps = {
      config: demoConfig(),
      calendar: demoCalendar(),
      alerts: alertLog(),
      freshness: async () => alive('业务系统', NOON),
      tasks: taskLog(),
      newId: () => randomUUID(),
    }
    const parts = (store: TestRecords['store'] | undefined) => casesFeature({ ...deps, records: store as never })
    records = await testRecords([parts(undefined)], NOON)
    feature = parts(records.store)
    const events = Array.from({ length: 60 }, (_, n) => {
      const due = Temporal.PlainDate.from('2026-11-24').add({ days: ((n * 7) % 41) - 6 })
      const caseNo = `示检刑诉受[2026]1000${String(n).padStart(4, '0')}号`
      return storedEvent('case.accepted', '2026-11-20T08:00:00+08:00', {
        object: `case:${n}`,
        data: {
          caseNo,
          kind: KINDS[n % KINDS.length],
          cause: CAUSES[n % CAUSES.length],
          department: DEPARTMENTS[n % 2],
          custody: n % 4 === 0,
          // Our own engine reckons from here where it has a rule; elsewhere the export's day stands.
          acceptedAt: Temporal.PlainDate.from('2026-10-20')
            .add({ days: (n * 5) % 33 })
            .toString(),
          ...(n % 3 === 0 ? {} : { handlerNo: `100${n % 5}` }),
          ...(n % 13 === 5 ? {} : { due: due.toString() }),
          ...(n % 11 === 10 ? { closedAt: `2026-11-${10 + (n % 9)}` } : {}),
          ...(n === 6 ? { juvenile: true } : {}),
        },
      })
    })
    await feed(records, feature, events)
  })
  afterAll(() => records.close())

  const ask = async (id: string, query: object | undefined, who: Principal, params?: object) => {
    const route = feature.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    return route.handle({
      person: who,
      params,
      query: route.spec.query.parse(query),
      body: undefined,
      now: NOON,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
  }
  const page = async (query: object, who = CHIEF) => caseRoutes.list.answer.parse(await ask('listCases', query, who))
  const summary = async (query: object, who = CHIEF) =>
    caseRoutes.summary.answer.parse(await ask('summariseCases', query, who))
  async function all(query: object, who = CHIEF, limit = 7): Promise<CaseItem[]> {
    const items: CaseItem[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const next: Awaited<ReturnType<typeof page>> = await page({ ...query, limit, cursor }, who)
      items.push(...next.items)
      cursor = next.cursor
    }
    return items
  }
  async function exported(filters: object, who = CHIEF): Promise<ExportCell[][]> {
    const cases = feature.exports?.find(({ kind }) => kind === 'cases')
    if (!cases) throw new Error('no exporter')
    const rows: ExportCell[][] = []
    const asked = { person: who, filters: cases.filters.parse(filters), now: NOON }
    for await (const batch of cases.rows(asked)) rows.push(...batch.map((row) => [...row]))
    expect(await cases.count?.(asked)).toBe(rows.length)
    return rows
  }

  it('comes page by page in any order, each case once', async () => {
    for (const sort of ['id', 'urgency', 'closed']) {
      const items = await all({ sort })
      expect(new Set(items.map(({ id }) => id)).size).toBe(60)
      expect(await all({ sort }, CHIEF, 1000)).toEqual(items)
    }
    const urgent = await all({ sort: 'urgency', state: 'open,unassigned' })
    expect(urgent.map(({ custody }) => Number(custody))).toEqual(
      urgent.map(({ custody }) => Number(custody)).toSorted((a, b) => b - a),
    )
    const held = urgent.filter(({ custody }) => custody).map(({ due }) => due ?? '9999')
    expect(held).toEqual(held.toSorted())
    expect((await all({ sort: 'closed', state: 'closed' })).map(({ closed }) => closed)).toEqual(
      (await all({ state: 'closed' }))
        .map(({ closed }) => closed)
        .toSorted()
        .reverse(),
    )
  })
  it('knows the same colours in the store as the rules, and its summary counts what it lists', async () => {
    const open = await all({ state: 'open,unassigned' })
    const counted = await summary({ state: 'open,unassigned' })
    expect(counted.total).toBe(open.length)
    for (const colour of COLOURS) {
      const listed = await all({ state: 'open,unassigned', colour })
      expect(listed.map(({ id }) => id)).toEqual(
        open.filter((one) => (one.colour ?? 'green') === colour).map(({ id }) => id),
      )
      expect(counted.byColour[colour]).toBe(listed.length)
      expect(await summary({ state: 'open,unassigned', colour })).toMatchObject({
        total: listed.length,
        byColour: counted.byColour,
      })
    }
    expect(counted.custody).toBe(open.filter(({ custody }) => custody).length)
    expect(counted.overDetention).toBe((await all({ overDetention: 'true' })).length)
    expect(counted.unassigned).toBe((await all({ state: 'unassigned' })).length)
  })
  it('colours each case by the rule that gives its day, as the calculator does', async () => {
    const { flow, deadlines } = demoConfig()
    const seen = new Set<string>()
    for (const { id, colour, daysLeft } of await all({ state: 'open,unassigned' })) {
      const ledger = caseRoutes.ledger.answer.parse(await ask('caseLedger', undefined, CHIEF, { id }))
      expect(ledger.colour).toBe(colour)
      const head = ledger.clocks.find(({ clock }) => clock === ledger.clock)
      const band = bandNamed(flow, deadlines.rules.find((rule) => rule.id === head?.rule)?.band ?? '')
      if (!band || daysLeft === null) continue
      seen.add(head?.rule ?? '')
      expect(colour).toBe(bandColour(band, daysLeft))
    }
    expect([...seen]).toEqual(expect.arrayContaining(['arrest-review.bail', 'prosecution-review.fast-track']))
  })
  it('agrees with the figures of the wall: a figure and its list hold the same number', async () => {
    const figures = (await feature.figures?.[0]?.list(NOON)) ?? []
    const value = (name: string) => figures.find((one) => one.name === name)?.value
    const state = 'open,unassigned'
    const lists: Record<string, object> = {
      'flow.open': { state },
      'flow.red': { state, colour: 'red' },
      'flow.orange': { state, colour: 'orange' },
      'flow.yellow': { state, colour: 'yellow' },
      'flow.green': { state, colour: 'green' },
      'flow.over-detention': { state, overDetention: 'true' },
      'flow.unassigned': { state: 'unassigned' },
      'flow.custody': { state, custody: 'true' },
    }
    for (const [name, query] of Object.entries(lists)) {
      expect([name, (await all(query)).length]).toEqual([name, value(name)])
      expect([name, (await summary(query)).total]).toEqual([name, value(name)])
      expect([name, (await exported(query)).length]).toEqual([name, value(name)])
    }
  })
  it.each([
    ['10000012', 1],
    ['受〔2026〕10000012', 1],
    ['２０２６ １００００００1号', 1],
    ['gysh', 19],
    ['故意伤害', 19],
    ['daoqie', 20],
    ['dyjcb scqs', 10],
    ['100% _', 0],
    ["' or 1=1 --", 0],
  ])('finds %s', async (q, count) => {
    expect(await all({ q })).toHaveLength(count)
    expect((await summary({ q })).total).toBe(count)
  })
  it('never finds a sealed cause, by word or pinyin', async () => {
    const [sealed] = (await all({})).filter(({ restricted }) => restricted)
    expect(sealed).toMatchObject({ cause: null })
    for (const q of ['故意伤害', 'gysh', 'guyi'])
      expect((await all({ q })).map(({ id }) => id)).not.toContain(sealed?.id)
    expect((await all({ q: '10000006' })).map(({ id }) => id)).toEqual([sealed?.id])
    expect((await exported({ q: '10000006' }))[0]).toContain('限制查看')
  })
  it('shows, counts and exports each person the same cases only', async () => {
    const own = demoConfig().site.people.find(({ employeeNo, account }) => employeeNo && account)
    const people = [
      CHIEF,
      person(['cases.read-own'], own?.account ?? ''),
      person(['cases.read-own'], 'nobody'),
      person(['cases.read-department', 'cases.read-own'], own?.account ?? ''),
    ]
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...people),
        fc.subarray(['open', 'unassigned', 'closed']),
        fc.subarray([...COLOURS]),
        fc.constantFrom(undefined, 'gysh', '2026', 'dyjcb'),
        fc.constantFrom(undefined, 'true', 'false'),
        async (who, states, colours, q, custody) => {
          const query = {
            ...(states.length > 0 ? { state: states.join(',') } : {}),
            ...(colours.length > 0 ? { colour: colours.join(',') } : {}),
            ...(q ? { q } : {}),
            ...(custody ? { custody } : {}),
          }
          const listed = await all(query, who, 50)
          const rows = await exported(query, who)
          expect((await summary(query, who)).total).toBe(listed.length)
          expect(rows.map((row) => row[0]).toSorted()).toEqual(
            listed.map(({ caseNo }) => caseNo.replace('[', '〔').replace(']', '〕')).toSorted(),
          )
          if (who.username === 'nobody') expect(listed).toEqual([])
        },
      ),
      { numRuns: 60 },
    )
  })
  it('refuses conditions that it does not know', async () => {
    await expect(page({ colour: 'blue' })).rejects.toThrow('只能是')
    await expect(page({ state: 'gone' })).rejects.toThrow('只能是')
    expect((await page({ cursor: '1~2026-11-24~c1', sort: 'urgency' })).items.length).toBeGreaterThan(0)
    expect((await page({ cursor: 'nonsense', sort: 'urgency' })).items.length).toBeGreaterThanOrEqual(0)
  })
})
