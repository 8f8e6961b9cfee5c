import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Freshness } from '../../../contract/panels/common.ts'
import type { Feature } from '../../../server/feature.ts'
import { securityFeature } from '../../../server/security/index.ts'
import { alive, demoCalendar, demoConfig } from '../../helpers/office.ts'
import { alertLog, feed, loadPanel, storedEvent, type TestRecords, testRecords, tick } from '../../helpers/records.ts'

/** A workday; the demo's main door stands open from 07:50, its floor doors never. */
const at = (clock: string, day = '2026-11-24') => `${day}T${clock}+08:00`
const ms = (clock: string, day?: string) => Temporal.Instant.from(at(clock, day)).epochMilliseconds
const HOST = 'JCY-YB-007'
const OWNER = 'p12'
const hashOf = (person: string) => `h:${person}`

describe('door × terminal × duty on a real store', () => {
  let records: TestRecords
  let alerts: ReturnType<typeof alertLog>
  let feature: Feature
  let doors: Freshness | undefined

  beforeEach(async () => {
    alerts = alertLog()
    doors = undefined
    const config = demoConfig()
    const build = (store?: TestRecords) =>
      securityFeature({
        config,
        calendar: demoCalendar(),
        records: (store ?? ({} as TestRecords)).store,
        alerts,
        openAlerts: async () => [...alerts.open.keys()].map((cause) => ({ cause, state: 'unacknowledged' }) as never),
        freshness: async () => doors ?? alive('门禁', records.clock.ms),
        past: async () => [],
        metrics: () => undefined,
        derive: () => undefined,
        newId: () => 'x',
        personOf: (hash) => (hash.startsWith('h:p') ? hash.slice(2) : undefined),
      })
    records = await testRecords([build()], ms('08:00:00'))
    feature = build(records)
  })
  afterEach(() => records.close())

  const usb = (clock: string, host = HOST, over = {}) =>
    storedEvent('terminal.usb', at(clock), { object: `terminal:${host}`, ...over })
  const pass = (clock: string, person: string, door = 'door:F2', over = {}) =>
    storedEvent('access.granted', at(clock), { object: door, data: { person: hashOf(person) }, ...over })
  const look = async (clock: string, day?: string) => {
    records.clock.ms = ms(clock, day)
    await tick(records, feature, 'correlation')
  }
  const causes = () => [...alerts.open.keys()].filter((cause) => cause.startsWith('cross.'))
  const panel = () => loadPanel(feature, 'cross', records.clock.ms)

  it('a terminal in use whose owner has no entry becomes an alert with its evidence and the three sides', async () => {
    const event = usb('08:10:00')
    await feed(records, feature, [event])
    await look('08:12:00')
    expect(causes()).toEqual([])
    expect((await panel()).counts.waiting).toBe(1)
    await look('08:13:01')
    expect(causes()).toEqual([`cross.terminalWithoutEntry:${HOST}:2026-11-24`])
    const [raised] = alerts.raised
    expect(raised).toMatchObject({ evidence: [event.id], object: HOST, clearable: true, severity: 'warning' })
    expect(raised?.facts?.map(({ label }) => label)).toEqual(['门', '终端', '值守'])
    const names = demoConfig().site.people.map(({ name }) => name)
    expect(names.some((name) => JSON.stringify([raised]).includes(name))).toBe(false)
    const shown = await panel()
    expect(shown).toMatchObject({ place: '第一检察部', counts: { open: 1 }, severity: 'warning' })
    expect(shown.reading).toContain('使用人今日没有刷卡记录')
    await look('08:14:00')
    expect(alerts.raised).toHaveLength(1)
  })

  it('an entry before it explains it, in whatever order the two arrive', async () => {
    await feed(records, feature, [usb('08:10:00')])
    await feed(records, feature, [pass('08:02:00', OWNER, 'door:M2', { backfill: true })])
    await look('08:20:00')
    expect(causes()).toEqual([])
    expect((await panel()).counts).toMatchObject({ open: 0, waiting: 0, today: 1 })
  })

  it('an entry that comes late ends the alert; one after the activity does not', async () => {
    await feed(records, feature, [usb('08:10:00')])
    await look('08:14:00')
    await feed(records, feature, [pass('08:30:00', OWNER)])
    await look('08:31:00')
    expect(causes()).toHaveLength(1)
    await feed(records, feature, [pass('08:05:00', OWNER, 'door:F2', { backfill: true })])
    await look('08:32:00')
    expect(causes()).toEqual([])
    expect((await panel()).findings[0]).toMatchObject({ state: 'cleared', reason: '补到了更早的刷卡记录' })
  })

  it('while the doors are dead nothing is concluded; when they are back and say nothing, it is', async () => {
    doors = { source: '门禁', at: ms('08:05:00'), staleAfterS: 60, state: 'ok' }
    await feed(records, feature, [usb('08:10:00')])
    await look('12:00:00')
    expect(causes()).toEqual([])
    const shown = await panel()
    expect(shown.doors).toBeNull()
    expect(shown.reading).toContain('门禁来源中断')
    doors = undefined
    await look('12:01:00')
    expect(causes()).toHaveLength(1)
  })

  it('a gap of the doors leaves it undecided for the day', async () => {
    await feed(records, feature, [
      storedEvent('collector.gap', at('07:00:00'), { object: 'device:acs-1', domain: 'access' }),
      usb('08:10:00'),
    ])
    await look('08:20:00')
    expect(causes()).toEqual([])
    expect((await panel()).counts).toMatchObject({ unknown: 1, open: 0 })
  })

  it('an offline controller of the floor waits although the main door speaks, when that stood open', async () => {
    await feed(records, feature, [
      storedEvent('door.mode_changed', at('07:50:00'), { object: 'door:M1', data: { mode: 'always-open' } }),
      storedEvent('door.mode_changed', at('07:50:00'), { object: 'door:M2', data: { mode: 'always-open' } }),
      storedEvent('door.mode_changed', at('07:50:00'), { object: 'door:G1', data: { mode: 'always-open' } }),
      storedEvent('door.mode_changed', at('07:50:00'), { object: 'door:G2', data: { mode: 'always-open' } }),
      storedEvent('collector.status', at('07:55:00'), { device: 'acs-3', data: { state: 'offline' } }),
      usb('08:10:00'),
    ])
    await look('08:20:00')
    expect(causes()).toEqual([])
    await feed(records, feature, [
      storedEvent('collector.status', at('08:25:00'), { device: 'acs-3', data: { state: 'online' } }),
    ])
    await look('08:26:00')
    expect(causes()).toHaveLength(1)
  })

  it('a console that comes back alarms nobody; a later activity is looked at again', async () => {
    const hosts = demoConfig()
      .site.terminals.filter(({ owner }) => owner)
      .slice(0, 20)
      .map(({ host }) => host)
    await feed(
      records,
      feature,
      hosts.map((host) => storedEvent('terminal.online', at('08:10:00'), { object: host })),
    )
    await look('08:20:00')
    expect(causes()).toEqual([])
    await feed(records, feature, [usb('09:10:00', hosts[3])])
    await look('09:14:00')
    expect(causes()).toEqual([`cross.terminalWithoutEntry:${hosts[3]}:2026-11-24`])
  })

  it('servers, machines of nobody and back-filled activities are not asked', async () => {
    await feed(records, feature, [
      usb('08:10:00', 'JCY-FW-001'),
      usb('08:10:00', 'JCY-YB-024'),
      usb('08:10:00', HOST, { backfill: true }),
      usb('08:10:00', 'UNKNOWN-1'),
    ])
    await look('09:00:00')
    expect((await panel()).counts.today).toBe(0)
  })

  it('a night entry by somebody off duty is told at once, by the night post not', async () => {
    records.clock.ms = ms('23:30:00')
    const [own, strange] = [pass('23:30:00', 'p60', 'door:S1'), pass('23:31:00', OWNER, 'door:S1')]
    await feed(records, feature, [own])
    expect(causes()).toEqual([])
    await feed(records, feature, [strange])
    expect(causes()).toEqual(['cross.nightEntry:door:S1:2026-11-24'])
    const again = pass('23:40:00', OWNER, 'door:S1')
    await feed(records, feature, [again])
    expect(alerts.raised.at(-1)?.evidence).toEqual([strange.id, again.id])
    const shown = await panel()
    expect(shown.place).toBe('机房 A')
    expect(shown.doors?.some(({ severity }) => severity === 'warning')).toBe(true)
    await feed(records, feature, [pass('23:45:00', OWNER, 'door:S2', { backfill: true })])
    expect(causes()).toHaveLength(1)
  })

  it('a room with an unprotected terminal is told once a day and ends when it is protected', async () => {
    records.clock.ms = ms('09:00:00')
    const hosts = demoConfig().site.terminals
    await feed(
      records,
      feature,
      hosts
        .filter(({ protectedBy }) => protectedBy)
        .map(({ host }) => storedEvent('terminal.inventory', at('08:59:00'), { object: host })),
    )
    await feed(records, feature, [pass('09:00:00', OWNER, 'door:R1'), pass('09:05:00', 'p13', 'door:R1')])
    expect(causes()).toEqual(['cross.unprotectedRoom:会议室:2026-11-24'])
    expect(alerts.raised).toHaveLength(1)
    await feed(
      records,
      feature,
      hosts.map(({ host }) => storedEvent('terminal.inventory', at('10:00:00'), { object: host })),
    )
    await look('10:01:00')
    expect(causes()).toEqual([])
  })

  it('forgets entries after their days', async () => {
    await feed(records, feature, [pass('08:05:00', OWNER)])
    records.clock.ms = ms('08:00:00', '2027-01-10')
    await tick(records, feature, 'correlation-forget')
    const rows = await records.store.read
      .withTables<{ cross_entry: { day: string } }>()
      .selectFrom('cross_entry')
      .selectAll()
      .execute()
    expect(rows).toEqual([])
  })
})
