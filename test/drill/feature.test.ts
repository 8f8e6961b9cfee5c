import { afterEach, describe, expect, it } from 'vitest'
import { alertAcknowledge } from '../../contract/http/alerts.ts'
import type { DrillItem } from '../../contract/http/drill.ts'
import { drillFeature } from '../../server/drill/index.ts'
import { hopsOf, isDue, totalOf, verdict, type WallCourse } from '../../server/drill/rules.ts'
import { moment } from '../alerts/office.ts'
import { demoConfig } from '../helpers/office.ts'
import { type DrillHouse, drillHouse, drillOfficer } from './house.ts'

const START = moment('09:30:00')
const body = { scene: 'door-forced', purpose: '月度演练', confirm: true }
let house: DrillHouse | undefined
afterEach(async () => {
  await house?.close()
  house = undefined
})
const wall = (n: number) => ({ socket: `s${n}`, wall: `大屏 ${n}`, screen: '16x9', account: 'wall:demo' })
const open = async () => {
  house = await drillHouse(START)
  house.walls.push(wall(1), wall(2))
  return house
}
const start = (one: DrillHouse): Promise<DrillItem> => one.call('startDrill', { body })
const look = (one: DrillHouse, id: string): Promise<DrillItem> => one.call('drill', { params: { id } })
const paint = (one: DrillHouse, id: string, n: number, at = one.office.clock.ms) =>
  one.feature.painted({ alertId: id, receivedAt: at, paintedAt: at + 9, heardAt: at + 15, shown: wall(n) })

describe('a drill', () => {
  it('goes hop by hop, is painted by each wall, and leaves when its time is over', async () => {
    const one = await open()
    const { id } = await start(one)
    expect(id).toBe('D-20261124-093000')
    one.office.clock.ms += 40
    await one.arrive()
    one.sent[0]?.heard.receipt()
    one.office.clock.ms += 5
    paint(one, id, 1)
    paint(one, id, 2, one.office.clock.ms + 20)
    await one.tick('drill-course')
    const seen = await look(one, id)
    expect(seen.state).toBe('running')
    expect(seen.walls.map(({ wall: name, state, roundTripMs }) => [name, state, roundTripMs])).toEqual([
      ['大屏 1', 'painted', 20],
      ['大屏 2', 'painted', 40],
    ])
    expect(seen.hops.map(({ tookMs }) => tookMs)).toEqual([0, 40, 0, 0, 0, 0, 25, 9, 6])
    expect(seen.totalMs).toBe(74)
    expect(seen.receiptAt).toBe(START + 40)
    expect((await one.office.panel()).items).toHaveLength(1)
    one.office.clock.ms = START + 120_000
    await one.tick('drill-course')
    const over = await look(one, id)
    expect(over).toMatchObject({ state: 'passed', end: '到时自行撤销', ackedAt: null, totalMs: 74 })
    expect((await one.office.panel()).items).toEqual([])
    expect(one.stopped).toBe(1)
  })

  it('says which wall did not paint and which went away, and who acknowledged', async () => {
    const one = await open()
    one.walls.push(wall(3))
    const { id } = await start(one)
    await one.arrive()
    paint(one, id, 1)
    one.walls.splice(2, 1)
    await one.office.call(alertAcknowledge, { params: { id }, body: { reason: '演练确认' } })
    one.office.clock.ms += 120_000
    await one.tick('drill-course')
    const over = await look(one, id)
    expect(over.state).toBe('partly')
    expect(over.walls.map(({ state }) => state)).toEqual(['painted', 'missing', 'left'])
    expect(over.ackedBy).toBe('安全岗 A')
  })

  it('that never came through is lost, one that no wall saw is unseen', async () => {
    const one = await open()
    const { id } = await start(one)
    one.office.clock.ms += 120_000
    await one.tick('drill-course')
    expect((await look(one, id)).state).toBe('lost')
    one.walls.splice(0)
    one.office.clock.ms += 1000
    const second = await start(one)
    await one.arrive()
    one.office.clock.ms += 120_000
    await one.tick('drill-course')
    expect((await look(one, second.id)).state).toBe('unseen')
  })

  it('is one at a time, can be ended early, and is asked for with a known scene and a second click', async () => {
    const one = await open()
    const { id } = await start(one)
    one.office.clock.ms += 1500
    await expect(start(one)).rejects.toThrow(/正在进行/)
    await one.arrive()
    const ended: DrillItem = await one.call('endDrill', { params: { id } })
    expect(ended).toMatchObject({ state: 'partly', end: '提前撤销' })
    expect(await one.office.list()).toEqual([])
    await expect(one.call('endDrill', { params: { id } })).rejects.toThrow(/已经结束/)
    await expect(one.call('startDrill', { body: { ...body, scene: 'none' } })).rejects.toThrow()
    await expect(one.call('startDrill', { body: { ...body, confirm: false } })).rejects.toThrow(/再次确认/)
  })

  it('gives way to a real red alert', async () => {
    const one = await open()
    const { id } = await start(one)
    await one.arrive()
    one.office.clock.ms += 3000
    await one.office.says(one.office.event('door.forced', 'door:E1'))
    await one.tick('drill-course')
    expect((await look(one, id)).end).toBe('出现真实的紧急告警，演练让路')
    expect((await one.office.list()).map(({ cause }) => cause)).toEqual(['door.forced:door:E1'])
  })

  it('left by a server that stopped is ended and called interrupted', async () => {
    const one = await open()
    const { id } = await start(one)
    await one.arrive()
    one.office.clock.ms += 10_000
    // A new server on the same store knows the row and has nothing in memory.
    const { office, tasks } = one
    one.feature = drillFeature({
      config: demoConfig(),
      records: office.store,
      tasks,
      wire: { send: async () => undefined, stop: async () => undefined },
      now: () => office.clock.ms,
      newId: () => 'x',
      walls: () => [],
      announcedAt: () => null,
      cards: office.feature.drills,
      openAlerts: office.feature.open,
      alone: true,
      failed: () => undefined,
    })
    await one.tick('drill-course')
    expect(await look(one, id)).toMatchObject({ state: 'interrupted', end: '服务重启，演练中断' })
    expect(await office.list()).toEqual([])
  })

  it('is refused where several servers share the load, and shows no start to who may only read', async () => {
    house = await drillHouse(START, { alone: false })
    await expect(start(house)).rejects.toThrow(/多台服务器/)
    const person = { ...drillOfficer, permissions: new Set(['drills.read']) }
    expect(await house.call('drillOffice', { person })).toMatchObject({ mayRun: false, doneThisMonth: false })
  })
})

describe('the reminder', () => {
  it('comes from the twentieth on, once a month, and goes with a drill that came through', async () => {
    const one = await open()
    await one.tick('drill-reminder')
    await one.tick('drill-reminder')
    expect(one.tasks.opened.map(({ key, due, role }) => [key, due, role])).toEqual([
      ['drill:2026-11', '2026-11-30', 'security-officer'],
    ])
    await start(one)
    await one.arrive()
    one.office.clock.ms += 120_000
    await one.tick('drill-course')
    await one.tick('drill-reminder')
    expect([...one.tasks.standing.keys()]).toEqual([])
  })

  it('asks by the month of the office', () => {
    const at = (text: string) => Temporal.Instant.from(text).epochMilliseconds
    expect(isDue(at('2026-11-19T15:59:59Z'), null, 20)).toBe(false)
    expect(isDue(at('2026-11-19T16:00:00Z'), null, 20)).toBe(true)
    expect(isDue(at('2026-11-20T00:00:00Z'), at('2026-10-31T16:00:00Z'), 20)).toBe(false)
    expect(isDue(at('2026-11-20T00:00:00Z'), at('2026-10-31T15:59:59Z'), 20)).toBe(true)
  })
})

describe('the rules', () => {
  const course = {
    requested: 0,
    published: 5,
    arrived: 9,
    taken: 10,
    decided: 12,
    committed: 15,
    emitted: 16,
    receipt: 17,
  }
  const one = (over: Partial<WallCourse> = {}): WallCourse => ({
    ...{ socket: 's', wall: 'w', screen: null, account: 'a', received: 20, painted: 30, heard: 33, left: false },
    ...over,
  })
  it('let a wall whose clock is behind take no negative time', () => {
    const hops = hopsOf(course, [one({ received: 14, painted: 21, heard: 25 })])
    expect(hops.map(({ tookMs }) => tookMs)).toEqual([5, 4, 1, 2, 3, 1, 0, 7, 4])
    expect(totalOf(course, [one(), one({ painted: 50 })])).toBe(50)
  })
  it('call the whole by the walls', () => {
    expect(verdict(course, [one()])).toBe('passed')
    expect(verdict(course, [one(), one({ painted: null })])).toBe('partly')
    expect(verdict(course, [])).toBe('unseen')
    expect(verdict({ ...course, committed: null }, [one()])).toBe('lost')
  })
})
