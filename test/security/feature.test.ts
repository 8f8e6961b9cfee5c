import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Figure } from '../../contract/figures.ts'
import { PANELS, type PanelName } from '../../contract/panels/index.ts'
import type { Feature } from '../../server/feature.ts'
import { securityFeature } from '../../server/security/index.ts'
import { alive, demoCalendar, demoConfig } from '../helpers/office.ts'
import { alertLog, feed, loadPanel, storedEvent, type TestRecords, testRecords, tick } from '../helpers/records.ts'

const MORNING = Temporal.Instant.from('2026-11-24T08:31:05+08:00').epochMilliseconds
const time = (clock: string) => `2026-11-24T${clock}+08:00`
const instant = (clock: string) => Temporal.Instant.from(time(clock)).epochMilliseconds

describe('一屏观安全 on a real store', () => {
  let records: TestRecords
  let alerts: ReturnType<typeof alertLog>
  let feature: Feature
  let derived: { type: string; object: string }[]

  beforeEach(async () => {
    alerts = alertLog()
    derived = []
    const config = demoConfig()
    const build = (store?: TestRecords) =>
      securityFeature({
        config,
        calendar: demoCalendar(),
        records: (store ?? ({} as TestRecords)).store,
        alerts,
        openAlerts: async () => [],
        freshness: async () => alive('天擎', records.clock.ms),
        past: async () => [],
        metrics: () => undefined,
        derive: (events) => derived.push(...events),
        newId: () => 'fact-1',
        personOf: () => undefined,
      })
    records = await testRecords([build()], MORNING)
    feature = build(records)
  })
  afterEach(() => records.close())

  const panel = <Name extends PanelName>(name: Name) => loadPanel(feature, name, records.clock.ms)

  it('does not know before it has heard: – and not 0', async () => {
    expect(await panel('terminal')).toMatchObject({ online: null, onlineRate: null, virus: { unresolved: null } })
    expect(await panel('access')).toMatchObject({ passesToday: null, abnormal: { total: null } })
    expect((await panel('access')).doors.every(({ state }) => state === 'unknown')).toBe(true)
  })

  it('08:31:05 E1 opened after a grant, 30 s later it is held, closing ends it', async () => {
    const door = demoConfig().site.doors.find(({ id }) => id === 'door:E1')
    const heldS = door?.heldS ?? 30
    await feed(records, feature, [
      storedEvent('access.granted', time('08:31:05'), { object: 'door:E1', data: { person: 'h:1' } }),
      storedEvent('door.opened', time('08:31:06'), { object: 'door:E1' }),
    ])
    expect((await panel('access')).doors.find(({ id }) => id === 'door:E1')?.state).toBe('open')
    records.clock.ms = instant('08:31:06') + heldS * 1000
    await tick(records, feature, 'doors-held')
    expect(alerts.open.has('door.held:door:E1')).toBe(false)
    records.clock.ms += 1000
    await tick(records, feature, 'doors-held')
    await tick(records, feature, 'doors-held')
    expect(alerts.raised.filter(({ rule }) => rule === 'door.held')).toHaveLength(1)
    expect(await panel('access')).toMatchObject({ abnormal: { total: 1, held: 1 }, passesToday: 1 })
    await feed(records, feature, [storedEvent('door.closed', time('08:33:00'), { object: 'door:E1' })])
    expect(alerts.cleared).toContain('door.held:door:E1')
    expect((await panel('access')).abnormal.total).toBe(0)
  })

  it('08:40 a terminal that nobody registered reports: told once, named in the figure; one find told twice is one', async () => {
    const host = (object: string, data = {}) => ({ object, data: { host: object, ip: '10.8.9.9', ...data } })
    await feed(records, feature, [
      storedEvent('terminal.inventory', time('08:40:00'), host('LAPTOP-X')),
      storedEvent('terminal.inventory', time('08:41:00'), host('LAPTOP-X')),
      storedEvent('terminal.inventory', time('08:40:00'), host('jcy-yb-001')),
      storedEvent('terminal.virus', time('08:42:00'), host('JCY-YB-001', { name: 'X', action: 'none' })),
      storedEvent('terminal.virus', time('08:42:30'), host('JCY-YB-001', { name: 'X', action: 'none' })),
    ])
    expect(alerts.raised.map(({ cause }) => cause)).toEqual(['terminal.unknown:LAPTOP-X'])
    const board = await panel('terminal')
    expect(board).toMatchObject({
      unknown: { total: 1, hosts: ['LAPTOP-X'] },
      covered: 1,
      virus: { unresolved: 1, today: 1 },
    })
    const figures = (await Promise.all((feature.figures ?? []).map(({ list }) => list(records.clock.ms)))).flat()
    const rows = (name: string) => figures.find((one) => one.name === name)?.rows ?? []
    expect(rows('terminal.unknown')).toEqual([
      { 终端: 'LAPTOP-X', IP: '10.8.9.9', 网卡: null, 最近上报: '2026-11-24 08:41:00' },
    ])
    expect(rows('terminal.blind')).toHaveLength(demoConfig().site.terminals.length - 1)
    expect(rows('terminal.blind')[0]).toMatchObject({ 终端: 'JCY-YB-002', 原因: '从未上报' })
    expect(rows('terminal.covered').map((row) => row.终端)).toEqual(['JCY-YB-001'])
  })

  it('files late swipes in their own hour and announces nothing', async () => {
    await feed(records, feature, [
      storedEvent('access.granted', time('06:59:59'), { object: 'door:E1', backfill: true, data: { person: 'h:1' } }),
      storedEvent('access.granted', time('07:00:00'), { object: 'door:E1', backfill: true, data: { person: 'h:1' } }),
      storedEvent('access.denied', time('07:10:00'), {
        object: 'door:E1',
        backfill: true,
        data: { reason: 'no_permission' },
      }),
    ])
    const access = await panel('access')
    expect(access.hourly[6]?.passes).toBe(1)
    expect(access.hourly[7]?.passes).toBe(1)
    expect(access.denied).toEqual({ total: 1, byReason: [{ reason: '无权', count: 1 }] })
    expect(alerts.raised).toEqual([])
    expect((await panel('presence')).cells[0]).toEqual({ label: '今日到院人数', count: 1 })
  })

  it('marks a controller that cannot be reached, and its return', async () => {
    const device = demoConfig().site.doors.find(({ id }) => id === 'door:E1')?.device ?? ''
    await feed(records, feature, [
      storedEvent('collector.status', time('08:40:00'), { device, data: { state: 'offline' } }),
    ])
    expect((await panel('access')).doors.find(({ id }) => id === 'door:E1')?.state).toBe('offline')
    await feed(records, feature, [
      storedEvent('collector.status', time('08:45:00'), { device, data: { state: 'online' } }),
    ])
    expect((await panel('access')).abnormal.offline).toBe(0)
  })

  it('terminals: online rate, silence, virus, outreach, patches', async () => {
    const hosts = demoConfig()
      .site.terminals.slice(0, 11)
      .map(({ host }) => host)
    await feed(
      records,
      feature,
      hosts.map((host) =>
        storedEvent('terminal.inventory', time('08:30:00'), { object: host, data: { sig_age_days: 1 } }),
      ),
    )
    const [first = '', second = ''] = hosts
    await feed(records, feature, [
      storedEvent('terminal.virus', time('08:31:00'), {
        object: first,
        data: { name: 'W32/Demo', outcome: 'unknown' },
      }),
      storedEvent('terminal.illegal_outreach', time('08:31:00'), { object: second }),
      storedEvent('terminal.baseline', time('08:31:00'), {
        object: second,
        data: { name: '高危补丁', outcome: 'fail' },
      }),
    ])
    expect(await panel('terminal')).toMatchObject({
      managed: 110,
      online: 11,
      onlineRate: 10,
      covered: 11,
      signatureAgeDays: 1,
      virus: { unresolved: 1, today: 1 },
      outreach: { today: 1, daysSince: 0 },
      patches: { hosts: 1, oldestDays: 0 },
    })
    await feed(records, feature, [
      storedEvent('terminal.virus', time('08:32:00'), { object: first, data: { name: 'W32/Demo', action: 'cleaned' } }),
    ])
    expect((await panel('terminal')).virus.unresolved).toBe(0)
    records.clock.ms = instant('09:02:01')
    await tick(records, feature, 'terminals-silent')
    expect((await panel('terminal')).online).toBe(0)
    await tick(records, feature, 'terminals-silent')
    // G2.13: silent for 30 minutes → offline, derived once; back → online.
    expect(derived.filter(({ type }) => type === 'terminal.offline')).toHaveLength(11)
    await feed(records, feature, [storedEvent('terminal.scan', time('09:03:00'), { object: first })])
    expect(derived.at(-1)).toMatchObject({ type: 'terminal.online', object: first })
    expect((await panel('terminal')).online).toBe(1)
  })

  it('a missed round is told once and taken back by the late file', async () => {
    const { patrol } = demoConfig().site
    const [route] = patrol.routes
    if (!route) throw new Error('no route')
    records.clock.ms = instant('09:00:00')
    const [firstPoint = '', ...others] = route.points
    const checkin = (point: string, clock: string) =>
      storedEvent('patrol.checkin', time(clock), { object: `point:${point}`, data: { point } })
    await feed(records, feature, [checkin(firstPoint, '07:05:00')])
    await tick(records, feature, 'patrol-rounds')
    await tick(records, feature, 'patrol-rounds')
    const cause = `patrol.missed:${route.id}:2026-11-24T07:00`
    expect(alerts.raised.filter((signal) => signal.cause === cause)).toHaveLength(1)
    await feed(
      records,
      feature,
      others.map((point, n) => checkin(point, `07:${String(10 + n)}:00`)),
    )
    await tick(records, feature, 'patrol-rounds')
    expect(alerts.cleared).toContain(cause)
    expect((await panel('patrol')).routes[0]?.cells.find(({ round }) => round === '2026-11-24T07:00')?.result).toBe(
      'on_time',
    )
  })

  it('every panel fits its schema and every figure has a birth certificate', async () => {
    for (const { name, load } of feature.panels ?? [])
      expect(PANELS[name as PanelName].safeParse(await load(records.clock.ms)).error).toBeUndefined()
    const names = new Set<string>()
    for (const source of feature.figures ?? [])
      for (const one of await source.list(records.clock.ms)) {
        names.add(Figure.parse(one).name)
        expect(one.formula).not.toBe('')
      }
    expect([...names].sort()).toEqual((feature.figures ?? []).flatMap((source) => [...source.names]).sort())
  })
})
