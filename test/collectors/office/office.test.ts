import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { caseExportSource } from '../../../collectors/cases/export.ts'
import { hikvisionSource } from '../../../collectors/doors/hikvision.ts'
import { syslogSource } from '../../../collectors/intake/syslog.ts'
import { type Office, startOffice } from '../../../collectors/office/index.ts'
import { wandSource } from '../../../collectors/patrol/wand.ts'
import type { SourceRunner } from '../../../collectors/source.ts'
import type { Config } from '../../../config/load.ts'
import { EVENT_TYPES } from '../../../contract/catalogue.ts'
import { demoConfig } from '../../helpers/office.ts'
import { type Recorder, recorder, until } from '../recorder.ts'

/** The whole office against the real collectors: everything it says is understood. */

const SECRETS = { 'device.hik': 'demo-password' }
const MINUTE = 60_000
const config = demoConfig()
let dataDir: string
const running: { stop(): Promise<void> }[] = []

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sanling-office-'))
})
afterEach(async () => {
  for (const one of running.splice(0).reverse()) await one.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

interface Demo {
  office: Office
  clock: { ms: number; now(): number }
  terminals: Recorder
  doors: Recorder
  /** Moves the clock in steps, the office beating at each. */
  pass(minutes: number, stepMs?: number): void
}

async function demo(at: string, by: { speed?: number; config?: Config } = {}): Promise<Demo> {
  const clock = { ms: Date.parse(at), now: (): number => clock.ms }
  const all = by.config ?? config
  let port = 0
  const terminals = recorder({ profile: profileOf('tianqing-v10'), now: clock.now, places: all.site, dataDir })
  terminals.context.listens = (ports) => {
    port = ports.tcp ?? 0
  }
  const syslog = sourceOf('syslog')
  const quiet = { ...syslog, udp: undefined, tcp: { host: '127.0.0.1', port: 0 } }
  await started(syslogSource(quiet, terminals.context))

  const office = await startOffice({
    config: all,
    dataDir,
    secrets: SECRETS,
    speed: by.speed ?? 1,
    log: pino({ level: 'silent' }),
    clock,
    ports: { syslog: () => ({ host: '127.0.0.1', tcp: port }) },
  })
  running.push(office)

  const hik = sourceOf('hikvision')
  const devices = hik.devices.map((device) => ({ ...device, url: office.deviceUrls[device.id] ?? '' }))
  const doors = recorder({
    profile: profileOf('hikvision-isapi'),
    now: clock.now,
    places: all.site,
    secret: 'demo-password',
  })
  await started(hikvisionSource({ ...hik, devices, pollS: 0.05, backfillDays: 0.5 }, doors.context))
  const pass = (minutes: number, stepMs = 5000): void => {
    const end = clock.ms + minutes * MINUTE
    while (clock.ms < end) {
      clock.ms = Math.min(clock.ms + stepMs, end)
      office.tick()
    }
  }
  return { office, clock, terminals, doors, pass }
}

async function started(source: SourceRunner): Promise<void> {
  await source.start()
  running.push(source)
}
const filesOf = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { withFileTypes: true }).flatMap((each) => (each.isFile() ? [each.name] : []))
    : []
const profileOf = (id: string) => {
  const profile = config.profiles.get(id)
  if (!profile) throw new Error(id)
  return profile
}
const sourceOf = <Kind extends Config['sources']['sources'][number]['kind']>(kind: Kind) => {
  const found = config.sources.sources.find((source) => source.kind === kind)
  if (!found) throw new Error(kind)
  return found as Extract<typeof found, { kind: Kind }>
}
const serials = (drafts: Recorder['drafts']): Map<string, string> =>
  new Map(
    drafts
      .filter(({ type }) => !type.startsWith('collector.'))
      .map((draft) => [
        `${draft.device} ${draft.nativeId}`,
        JSON.stringify([draft.type, draft.object, draft.observedAt]),
      ]),
  )

describe('the simulated office', () => {
  it('is understood by the real collectors without a refusal', async () => {
    const { terminals, doors, pass } = await demo('2026-11-24T08:15:00+08:00', { speed: 2 })
    const inventory = () => terminals.of('terminal.inventory')
    await until(() => new Set(inventory().map(({ object }) => object)).size === 107, '107 terminals')
    await until(() => doors.of('access.granted').length > 150, 'this morning’s swipes')
    pass(30)
    await until(() => inventory().length > 107 + 500, 'signs of life')
    await until(() => doors.of('door.opened').length > 10, 'doors that open')
    expect(terminals.refusals).toEqual([])
    expect(doors.refusals).toEqual([])
    for (const { type, object } of [...terminals.drafts, ...doors.drafts]) {
      expect(EVENT_TYPES).toHaveProperty([type])
      if (type.startsWith('door.')) expect(object).toMatch(/^door:/)
    }
    expect(inventory().filter(({ data }) => data.state === '1').length).toBeGreaterThan(90)
    expect(
      terminals.of('terminal.baseline').some(({ data }) => data.name === '高危补丁' && data.outcome === 'fail'),
    ).toBe(true)
    expect(inventory().every(({ data }) => typeof data.sig_age_days === 'number')).toBe(true)
  })

  it('drops a case register and a wand file at its first beat', async () => {
    const { pass } = await demo('2026-11-24T09:30:00+08:00')
    pass(0.2)
    expect(readdirSync(join(dataDir, 'drop/cases'))).toEqual([expect.stringMatching(/^案件办理情况_\d{14}\.xlsx$/)])
    expect(readdirSync(join(dataDir, 'drop/patrol'))).toEqual([expect.stringMatching(/^巡更记录_\d{14}\.csv$/)])
    pass(9)
    expect(readdirSync(join(dataDir, 'drop/cases')).length).toBe(3)
  })

  it('has its files read by the real readers: a case each row, nothing twice, nothing refused', async () => {
    const { clock, pass } = await demo('2026-11-24T09:30:00+08:00')
    const cases = recorder({ profile: profileOf('case-export'), now: clock.now, places: config.site, dataDir })
    const touches = recorder({ profile: profileOf('wand-csv'), now: clock.now, places: config.site, dataDir })
    const quick = { settleS: 0, scanS: 0.05 }
    await started(caseExportSource({ ...sourceOf('case-export'), ...quick }, cases.context))
    await started(wandSource({ ...sourceOf('wand-csv'), ...quick }, touches.context))
    const done = (folder: string) => filesOf(join(dataDir, 'drop', folder, 'done')).length
    pass(0.2)
    await until(() => done('cases') >= 1 && done('patrol') >= 1, 'first files')
    const known = new Set(cases.of().map(({ object }) => object))
    expect(known.size).toBeGreaterThan(1700)
    const ahead = cases.of().filter(({ data }) => data.closedAt === null && String(data.due) > '2026-11-24')
    expect(ahead.length).toBeGreaterThan(80)
    expect(touches.of('patrol.checkin').length).toBeGreaterThan(120)
    // Half hours until something has moved on; an office day has nodes that move.
    for (let n = 0; n < 2 || (n < 12 && cases.of('case.node_changed').length < 2); n += 1) {
      pass(30)
      await until(
        () => filesOf(join(dataDir, 'drop/cases')).length + filesOf(join(dataDir, 'drop/patrol')).length === 0,
      )
    }
    expect(cases.of('case.node_changed').length).toBeGreaterThan(1)
    expect(cases.of('case.missing')).toEqual([])
    expect([...cases.refusals, ...touches.refusals]).toEqual([])
    expect(filesOf(join(dataDir, 'drop/cases/rejected'))).toEqual([])
    const checkins = touches.of('patrol.checkin')
    expect(new Set(checkins.map(({ nativeKey }) => nativeKey)).size).toBe(checkins.length)
    expect(checkins.every(({ object }) => /P\d\d$/.test(object ?? ''))).toBe(true)
  })

  it('is quiet at night, but its servers still report', async () => {
    const { terminals, pass } = await demo('2026-11-25T03:00:00+08:00')
    const inventory = () => terminals.of('terminal.inventory')
    await until(() => inventory().length === 107)
    pass(10)
    await until(() => inventory().length > 107 + 15)
    const on = new Set(
      inventory()
        .slice(107)
        .map(({ object }) => object),
    )
    expect(on.size).toBeGreaterThanOrEqual(6)
    expect(on.size).toBeLessThan(10)
  })

  it('goes on after a restart: same events under same serial numbers, scenarios too', async () => {
    const first = await demo('2026-11-24T09:30:00+08:00')
    first.pass(5)
    first.office.scenario('door-forced', { object: 'door:E1', seconds: 60 })
    first.pass(25)
    await until(() => first.doors.of('door.forced').some(({ object }) => object === 'door:E1'))
    await until(() => first.doors.of('door.closed').some(({ object }) => object === 'door:E1'))
    const midnight = Date.parse('2026-11-24T00:00:00+08:00')
    const today = first.doors.drafts.filter(({ observedMs }) => (observedMs ?? 0) > midnight)
    const before = serials(today)
    for (const one of running.splice(0).reverse()) await one.stop()

    const second = await demo('2026-11-24T10:10:00+08:00')
    await until(() => [...before.keys()].every((key) => serials(second.doors.drafts).has(key)), 'all of the first run')
    const after = serials(second.doors.drafts)
    for (const [serial, event] of before) expect(after.get(serial)).toBe(event)
  })

  it('plays the same day for the same seed and clock', async () => {
    const one = await demo('2026-11-24T08:00:00+08:00')
    await until(() => one.terminals.of('terminal.inventory').length >= 107)
    one.pass(20)
    await until(() => one.terminals.of('terminal.inventory').length > 107 + 300)
    const said = one.terminals
      .of()
      .filter(({ type }) => type !== 'terminal.inventory')
      .map(({ nativeKey }) => nativeKey)
    for (const each of running.splice(0).reverse()) await each.stop()
    rmSync(dataDir, { recursive: true })
    dataDir = mkdtempSync(join(tmpdir(), 'sanling-office-'))
    const two = await demo('2026-11-24T08:00:00+08:00')
    await until(() => two.terminals.of('terminal.inventory').length >= 107)
    two.pass(20)
    await until(() => two.terminals.of('terminal.inventory').length > 107 + 300)
    expect(said.length).toBeGreaterThan(20)
    const again = () => new Set(two.terminals.of().map(({ nativeKey }) => nativeKey))
    await until(() => said.every((key) => again().has(key)), 'everything said before')
  })
})

describe('scenarios', () => {
  it('storm: 500 findings in ten seconds, all different', async () => {
    const { office, terminals, pass } = await demo('2026-11-24T03:00:00+08:00')
    await until(() => terminals.of('terminal.inventory').length === 107)
    office.scenario('storm')
    pass(0.25, 250)
    const found = () =>
      terminals.of().filter(({ type }) => ['virus', 'illegal_outreach', 'attack', 'edr_alert'].includes(type.slice(9)))
    await until(() => found().length >= 500)
    expect(terminals.refusals).toEqual([])
    expect(new Set(found().map(({ nativeKey }) => nativeKey)).size).toBe(found().length)
  })

  it('door-held: opened, held, closed', async () => {
    const { office, doors, pass } = await demo('2026-11-24T03:00:00+08:00')
    office.scenario('door-held', { object: 'door:A1', seconds: 90 })
    pass(2)
    const types = () =>
      doors
        .of()
        .filter(({ object }) => object === 'door:A1')
        .map(({ type }) => type)
    await until(
      () => types().includes('door.closed') && types().includes('door.held') && types().includes('access.granted'),
    )
  })

  it('source-dies: nothing more from the terminals, until it is over', async () => {
    const { office, terminals, pass } = await demo('2026-11-24T10:00:00+08:00')
    await until(() => terminals.of('terminal.inventory').length >= 107)
    office.scenario('source-dies', { object: 'terminal', seconds: 600 })
    const before = terminals.drafts.length
    pass(9)
    expect(terminals.drafts.length).toBe(before)
    pass(3)
    await until(() => terminals.drafts.length > before)
  })

  it('says in Chinese what it does not know', async () => {
    const { office } = await demo('2026-11-24T10:00:00+08:00')
    expect(() => office.scenario('fire')).toThrow('没有情景 “fire”')
    expect(() => office.scenario('door-forced', { object: 'door:X' })).toThrow('没有门 “door:X”')
    expect(office.scenario('patrol-missed', { object: 'outer' })).toBe('outer 2026-11-24T12:30 不巡')
  })
})
