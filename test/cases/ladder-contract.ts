import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../config/load.ts'
import { workCalendar } from '../../config/workdays.ts'
import { caseRoutes } from '../../contract/http/cases.ts'
import { casesFeature } from '../../server/cases/index.ts'
import { casePort } from '../../server/cases/port.ts'
import type { Feature, Principal, StoredEvent } from '../../server/feature.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import { tasksFeature } from '../../server/tasks/index.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, storedEvent } from '../helpers/records.ts'

export const dayMs = (day: string, time = '12:00'): number =>
  Temporal.Instant.from(`${day}T${time}:00+08:00`).epochMilliseconds

/** An office that can be stopped and started again on the same store, by other rules, at any time. */
export async function ladderOffice(options: RecordsOptions, startMs: number) {
  const clock = { ms: startMs }
  const alerts = alertLog()
  const failures: unknown[] = []
  const open = () =>
    new RecordStore(options, {
      now: () => clock.ms,
      committed: () => undefined,
      failed: (error) => failures.push(error),
    })
  let store = open()
  let feature: Feature
  const build = (config: Config, calendar = workCalendar(config.calendar)): Feature => {
    const tasks = tasksFeature({ config, records: store, newId: () => randomUUID() })
    return casesFeature({
      config,
      calendar,
      records: store,
      alerts,
      tasks: tasks.desk,
      newId: () => randomUUID(),
      freshness: async () => alive('业务系统', clock.ms),
    })
  }
  await store.migrate([
    ...(tasksFeature({ config: demoConfig(), records: store, newId: () => randomUUID() }).migrations ?? []),
    ...(build(demoConfig(), demoCalendar()).migrations ?? []),
  ])
  feature = build(demoConfig(), demoCalendar())
  return {
    clock,
    alerts,
    failures,
    get tasks() {
      return tasksFeature({ config: demoConfig(), records: store, newId: () => randomUUID() }).desk
    },
    get store() {
      return store
    },
    get feature() {
      return feature
    },
    async restart(config = demoConfig(), calendar = workCalendar(config.calendar)) {
      await store.close()
      store = open()
      feature = build(config, calendar)
    },
    close: () => store.close(),
    async tick() {
      for (const tick of feature.ticks ?? []) await store.write((turn) => tick.run(turn))
      // Ticks go on by themselves while something is left.
      for (let quiet = 0; quiet < 3; quiet++) await store.write(async () => undefined)
    },
    feed: (events: readonly StoredEvent[]) =>
      store.write(async (turn) => {
        for (const handler of feature.handlers ?? []) await handler.handle(turn, events)
      }),
    event: (type: string, no: string, data: Record<string, unknown>): StoredEvent =>
      storedEvent(type, Temporal.Instant.fromEpochMilliseconds(clock.ms).toString(), {
        object: `case:${no}`,
        data: { caseNo: no, ...data },
      }),
    rows: async <Row>(table: string): Promise<Row[]> =>
      (await sql<Row>`select * from ${sql.table(table)}`.execute(store.read)).rows,
    call: async (id: string, params: object, body?: object): Promise<unknown> => {
      const route = feature.routes?.find(({ spec }) => spec.id === id)
      if (!route) throw new Error(id)
      return route.handle({
        person: MANAGER,
        params,
        query: undefined,
        body: body && route.spec.body.parse(body),
        now: clock.ms,
        ip: '',
        headers: {},
        setCookie: () => undefined,
      })
    },
  }
}
const MANAGER: Principal = {
  id: 'x',
  username: 'case-management',
  name: '',
  roles: ['case-management'],
  department: null,
  post: '',
  permissions: new Set(['cases.read', 'cases.read-own', 'cases.register']),
  via: 'session',
  sessionId: null,
}
export type Office = Awaited<ReturnType<typeof ladderOffice>>
export interface StepLine {
  case_id: string
  name: string
  run: number
  due: string
  rung: string
  told: number
  again: number
  cleared_ms: number | null
}
export interface TaskLine {
  key: string
  state: string
  urgency: string
}

/** What clocks and ladder promise, the same on every database. */
export function ladderContract(name: string, fresh: () => Promise<RecordsOptions>): void {
  const within = (start: string, act: (office: Office) => Promise<void>) => async () => {
    const office = await ladderOffice(await fresh(), dayMs(start))
    try {
      await act(office)
      expect(office.failures).toEqual([])
    } finally {
      await office.close()
    }
  }
  const accepted = (office: Office, over: Record<string, unknown> = {}) =>
    office.feed([
      office.event('case.accepted', '1', {
        kind: '审查起诉',
        department: '第一检察部',
        handlerNo: '10007',
        custody: true,
        acceptedAt: '2026-10-20',
        due: '2026-11-20',
        ...over,
      }),
    ])
  const idOf = async (office: Office) => (await office.rows<{ id: string }>('case_file'))[0]?.id ?? ''
  const ledger = async (office: Office) =>
    caseRoutes.ledger.answer.parse(await office.call('caseLedger', { id: await idOf(office) }))
  const told = (office: Office) => office.alerts.raised.map(({ rule }) => rule.replace('case.', ''))

  describe(`clocks and ladder: ${name}`, () => {
    it(
      'reckons, explains and keeps a real case',
      within('2026-10-20', async (office) => {
        await accepted(office)
        const answer = await ledger(office)
        expect(answer).toMatchObject({
          due: '2026-11-20',
          exportedDue: '2026-11-20',
          differs: false,
          clock: '审查起诉',
        })
        expect(answer.ruleVersion).toContain('prosecution-review.ordinary@')
        expect(answer.ledger.length).toBeGreaterThan(1)
        expect(answer.clocks[0]).toMatchObject({ because: '首次推算', version: 1, run: 1 })
        expect(answer.previous).toEqual([])
      }),
    )
    it(
      'registers acts once, keeps the old result with the reason, and makes an act void only where it can',
      within('2026-11-18', async (office) => {
        await accepted(office)
        const id = await idOf(office)
        const act = (type: string, on: string) =>
          office
            .call('registerCaseAct', { id }, { type, on, note: '检察长批准' })
            .then(caseRoutes.register.answer.parse)
        expect(await act('extend', '2026-11-18')).toMatchObject({ due: '2026-12-05', differs: true })
        const twice = await act('extend', '2026-11-18')
        expect(twice.acts).toHaveLength(1)
        expect(twice.difference).toContain('2026-11-20')
        expect(twice.previous).toMatchObject([{ due: '2026-11-20', version: 1, because: '登记期限事项' }])
        await act('return', '2026-11-30')
        const back = await act('resubmit', '2026-12-20')
        expect(back).toMatchObject({ due: '2027-01-20', provisional: true })
        await expect(act('resubmit', '2026-12-25')).rejects.toMatchObject({ id: 'unprocessable' })
        const returned = back.acts.find(({ type }) => type === 'return')?.id
        const resubmitted = back.acts.find(({ type }) => type === 'resubmit')?.id
        const undo = (actId: string | undefined) =>
          office.call('voidCaseAct', { id, actId }, { note: '登记错误' }).then(caseRoutes.voidAct.answer.parse)
        await expect(undo(returned)).rejects.toMatchObject({ id: 'unprocessable' })
        await undo(resubmitted)
        expect(await undo(returned)).toMatchObject({ due: '2026-12-05' })
        expect((await ledger(office)).previous.map(({ because }) => because)).toContain('撤销期限事项')
        expect((await ledger(office)).acts.filter((one) => one.void)).toHaveLength(2)
      }),
    )
    it(
      'reckons anew at a start with other rules or another calendar, and keeps what was',
      within('2026-11-01', async (office) => {
        await accepted(office, { custody: false })
        await office.tick()
        const config = demoConfig()
        const longer: Config = {
          ...config,
          deadlines: {
            ...config.deadlines,
            rules: config.deadlines.rules.map((rule) =>
              rule.id === 'prosecution-review.ordinary'
                ? { ...rule, versions: rule.versions.map((version) => ({ ...version, n: 2 })) }
                : rule,
            ),
          },
        }
        await office.restart(longer, demoCalendar())
        await office.tick()
        expect(await ledger(office)).toMatchObject({ due: '2026-12-21', previous: [{ because: '期限规则变化' }] })
        const calendar = demoCalendar()
        await office.restart(longer, {
          covers: (year) => calendar.covers(year),
          isWorkday: (day) => day.toString() !== '2026-12-21' && calendar.isWorkday(day),
        })
        await office.tick()
        const answer = await ledger(office)
        expect(answer).toMatchObject({ due: '2026-12-22', rolledFrom: '2026-12-20' })
        expect(answer.previous.map(({ because, due }) => [because, due])).toEqual([
          ['工作日历变化', '2026-12-21'],
          ['期限规则变化', '2026-11-20'],
        ])
        // Nothing has changed: nothing new is kept.
        await office.tick()
        expect((await ledger(office)).previous).toHaveLength(2)
      }),
    )
    it(
      'climbs rung by rung, each told once, the milder one taken back',
      within('2026-11-10', async (office) => {
        await accepted(office)
        for (let day = 10; day <= 23; day++) {
          office.clock.ms = dayMs(`2026-11-${day}`, '00:01')
          await office.tick()
          await office.tick()
        }
        expect(told(office)).toEqual(['due-yellow', 'due-orange', 'due-red', 'custody-last-day', 'over-detention'])
        expect([...office.alerts.open.values()].map(({ rule }) => rule)).toEqual(['case.over-detention'])
        const tasks = await office.rows<TaskLine>('desk_task')
        expect(tasks.filter(({ state }) => state === 'open').map(({ urgency }) => urgency)).toEqual(['over-detention'])
        expect(tasks.filter(({ state }) => state === 'dropped')).toHaveLength(4)
      }),
    )
    it(
      'catches up after days without power: the rung that holds is told, the others are noted',
      within('2026-11-10', async (office) => {
        await accepted(office)
        await office.tick()
        office.clock.ms = dayMs('2026-11-22')
        await office.restart()
        await office.tick()
        expect(told(office)).toEqual(['over-detention'])
        const steps = await office.rows<StepLine>('case_step')
        expect(steps.map(({ rung, told: n }) => [rung, Number(n)]).sort()).toEqual([
          ['last-day', 0],
          ['orange', 0],
          ['over-detention', 1],
          ['red', 0],
          ['yellow', 0],
        ])
      }),
    )
    it(
      'opens new rungs for an extension and for the run after 退补, and none for a clock that stands still',
      within('2026-11-16', async (office) => {
        await accepted(office)
        await office.tick()
        expect(told(office)).toEqual(['due-yellow'])
        const id = await idOf(office)
        const act = (type: string, on: string) =>
          office.call('registerCaseAct', { id }, { type, on, note: '检察长批准' })
        await act('extend', '2026-11-16')
        expect(office.alerts.open.size).toBe(0)
        office.clock.ms = dayMs('2026-12-01')
        await office.tick()
        expect(told(office)).toEqual(['due-yellow', 'due-yellow'])
        await act('return', '2026-12-01')
        expect(office.alerts.open.size).toBe(0)
        office.clock.ms = dayMs('2026-12-20')
        await office.tick()
        expect(office.alerts.open.size).toBe(0)
        await act('resubmit', '2026-12-20')
        office.clock.ms = dayMs('2027-01-16')
        await office.tick()
        expect(told(office)).toEqual(['due-yellow', 'due-yellow', 'due-yellow'])
        const steps = await office.rows<StepLine>('case_step')
        expect(steps.map(({ run, due }) => `${run} ${due}`).sort()).toEqual([
          '1 2026-11-20',
          '1 2026-12-05',
          '2 2027-01-20',
        ])
      }),
    )
    it(
      'holds still when the clock goes back over midnight, withdraws when it was days ahead, and tells it again then',
      within('2026-11-19', async (office) => {
        await accepted(office)
        office.clock.ms = dayMs('2026-11-20', '00:00')
        await office.tick()
        expect(told(office)).toEqual(['custody-last-day'])
        office.clock.ms = dayMs('2026-11-19', '23:59')
        await office.tick()
        await office.restart()
        await office.tick()
        office.clock.ms = dayMs('2026-11-20', '00:01')
        await office.tick()
        expect(told(office)).toEqual(['custody-last-day'])
        expect(office.alerts.cleared).toEqual([])
        office.clock.ms = dayMs('2026-12-24')
        await office.tick()
        expect(told(office).at(-1)).toBe('over-detention')
        office.clock.ms = dayMs('2026-11-18')
        await office.tick()
        expect([...office.alerts.open.values()].map(({ rule }) => rule)).toEqual(['case.due-orange'])
        office.clock.ms = dayMs('2026-11-21')
        await office.tick()
        expect([...office.alerts.open.values()].map(({ rule }) => rule)).toEqual(['case.over-detention'])
        const steps = await office.rows<StepLine>('case_step')
        expect(steps.filter(({ rung }) => rung === 'over-detention')).toHaveLength(1)
      }),
    )
    it(
      'takes everything back when the case is concluded',
      within('2026-11-22', async (office) => {
        await accepted(office)
        await office.tick()
        expect(office.alerts.open.size).toBe(1)
        await office.feed([office.event('case.closed', '1', { closedAt: '2026-11-22', outcome: '提起公诉' })])
        await office.tick()
        expect(office.alerts.open.size).toBe(0)
        expect((await office.rows<TaskLine>('desk_task')).map(({ state }) => state)).toEqual(['dropped'])
        // Reopened, the same day stands again.
        office.clock.ms += 60_000
        await office.feed([office.event('case.reopened', '1', { closedAt: null })])
        await office.tick()
        expect([...office.alerts.open.values()].map(({ rule }) => rule)).toEqual(['case.over-detention'])
      }),
    )
    it(
      'follows the case: what stands goes to who has it now',
      within('2026-11-16', async (office) => {
        await accepted(office, { handlerNo: null })
        await office.tick()
        const addressee = async () =>
          (await office.rows<{ person: string | null; role: string | null }>('desk_task')).map(({ person, role }) => [
            person,
            role,
          ])
        expect(await addressee()).toEqual([[null, 'case-management']])
        const port = casePort(demoConfig(), office.tasks)
        const id = await idOf(office)
        await office.store.write((turn) => port.assign(turn, id, 'p07'))
        expect(await addressee()).toEqual([['p07', null]])
        office.clock.ms += 60_000
        await office.feed([office.event('case.handler_changed', '1', { handlerNo: '10008' })])
        expect(await addressee()).toEqual([['p08', null]])
      }),
    )
    it(
      'loses nothing and doubles nothing when a turn fails half-way',
      within('2026-11-16', async (office) => {
        await accepted(office)
        const { raise } = office.alerts
        office.alerts.raise = async () => {
          throw new Error('the alert desk is down')
        }
        await expect(office.tick()).rejects.toThrow('down')
        expect(await office.rows('case_step')).toEqual([])
        office.alerts.raise = raise
        await office.tick()
        await office.tick()
        expect(told(office)).toEqual(['due-yellow'])
        expect(await office.rows('desk_task')).toHaveLength(1)
      }),
    )
  })
}
