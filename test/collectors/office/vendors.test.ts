import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { afterEach, describe, expect, it } from 'vitest'
import { dahuaSource } from '../../../collectors/doors/dahua.ts'
import { zktecoSource } from '../../../collectors/doors/zkteco.ts'
import { clamdPlayer } from '../../../collectors/office/clamd-player.ts'
import { type Office, startOffice } from '../../../collectors/office/index.ts'
import { writePorts } from '../../../collectors/ports.ts'
import type { SourceRunner } from '../../../collectors/source.ts'
import { clamdSource } from '../../../collectors/terminals/clamd-source.ts'
import { type Config, loadConfig } from '../../../config/load.ts'
import { SourceConfig, type SourceOf } from '../../../config/schema.ts'
import { recorder, until } from '../recorder.ts'

/** The same simulated doors behind Dahua's and ZK's controllers: a switch in sources.yaml, nothing else. */
const config = loadConfig(new URL('../../../config', import.meta.url).pathname)
const common = { domain: 'access', staleAfterS: 60, demo: true } as const
const DAHUA = SourceConfig.parse({
  ...common,
  ...{ id: 'dahua-1', name: '大华', kind: 'dahua', profile: 'dahua-cgi', pollS: 0.05, backfillDays: 0.5 },
  devices: [{ id: 'acs-1', url: 'http://127.0.0.1:0/acs-1', username: 'admin', password: { generated: 'device.hik' } }],
}) as SourceOf<'dahua'>
const ZKTECO = SourceConfig.parse({
  ...common,
  ...{ id: 'zk-1', name: '中控', kind: 'zkteco', profile: 'zkteco-push', port: 0, maxPerMinute: 100_000 },
  devices: [{ id: 'acs-2', serial: 'ZK002' }],
}) as SourceOf<'zkteco'>
const OTHER: Record<string, string> = { 'acs-1': 'dahua-1', 'acs-2': 'zk-1' }
const mixed: Config = {
  ...config,
  sources: { sources: [DAHUA, ZKTECO] },
  site: {
    ...config.site,
    doors: config.site.doors.map((door) => ({ ...door, source: OTHER[door.device] ?? door.source })),
  },
}

describe('the simulated office behind other vendors', () => {
  const running: (Office | SourceRunner)[] = []
  let dataDir = ''
  afterEach(async () => {
    for (const one of running.splice(0).reverse()) await one.stop()
    rmSync(dataDir, { recursive: true, force: true })
  })

  it('plays the same day at their doors', async () => {
    dataDir = mkdtempSync(join(tmpdir(), 'sanling-vendors-'))
    const clock = { ms: Date.parse('2026-11-24T13:45:00+08:00'), now: (): number => clock.ms }
    const secrets = { 'device.hik': 'demo-password' }
    const zk = recorder({ profile: profileOf('zkteco-push'), now: clock.now, places: mixed.site, dataDir })
    zk.context.listens = (ports) => writePorts(dataDir, 'zk-1', ports)
    const push = zktecoSource(ZKTECO, zk.context)
    running.push(push)
    await push.start()
    const office = await startOffice({
      config: mixed,
      dataDir,
      secrets,
      speed: 1,
      log: pino({ level: 'silent' }),
      clock,
    })
    running.push(office)
    const dahua = recorder({
      profile: profileOf('dahua-cgi'),
      now: clock.now,
      places: mixed.site,
      secret: 'demo-password',
    })
    const devices = DAHUA.devices.map((device) => ({ ...device, url: office.deviceUrls[device.id] ?? '' }))
    const source = dahuaSource({ ...DAHUA, devices }, dahua.context)
    running.push(source)
    await source.start()
    await until(() => dahua.of('access.granted').length > 5 && zk.of('access.granted').length > 0, 'the past is there')
    const before = [dahua.of().length, zk.of().length]
    for (let n = 0; n < 120; n++) {
      clock.ms += 30_000
      office.tick()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await until(() => dahua.of().length > (before[0] ?? 0) && zk.of().length > (before[1] ?? 0), 'and the present')
    const doorsOf = (device: string) =>
      new Set(mixed.site.doors.filter((one) => one.device === device).map(({ id }) => id))
    expect(dahua.of().every(({ object }) => doorsOf('acs-1').has(object ?? ''))).toBe(true)
    expect(zk.of().every(({ object }) => doorsOf('acs-2').has(object ?? ''))).toBe(true)
    for (const one of [dahua, zk]) expect(one.of().every(({ data }) => data.unknown_code === undefined)).toBe(true)
    expect(JSON.stringify([...dahua.drafts, ...zk.drafts])).not.toContain(config.site.people[0]?.name ?? '?')
  })
})

describe('the simulated office with clamd', () => {
  it('plays each engine that sources.yaml marks as one of the demo, and none else', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'sanling-clamd-'))
    const now = Date.parse('2026-11-24T13:45:00+08:00')
    const engine = (demo: boolean, path: string) =>
      SourceConfig.parse({
        ...{
          id: 'clamd',
          name: '查毒引擎',
          kind: 'clamd',
          domain: 'terminal',
          profile: 'clamav',
          staleAfterS: 60,
          demo,
        },
        engines: [{ host: 'SRV-1', socket: join(dataDir, path) }],
      }) as SourceOf<'clamd'>
    const played = engine(true, 'played')
    const player = clamdPlayer({ sources: [played, engine(false, 'real')] }, { now: () => now })
    const record = recorder({ profile: profileOf('clamav'), now: () => now })
    const source = clamdSource(played, record.context)
    try {
      await player.start()
      await source.start()
      await until(() => record.of('terminal.engine').length === 1, 'seen')
      expect(record.of('terminal.engine')[0]).toMatchObject({
        object: 'SRV-1',
        data: { up: true, engine_version: '1.4.6', sig_version: '27834', sig_age_h: 28, detects: true },
      })
      expect(existsSync(join(dataDir, 'real'))).toBe(false)
    } finally {
      await source.stop()
      await player.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  })
})

function profileOf(id: string) {
  const profile = config.profiles.get(id)
  if (!profile) throw new Error(id)
  return profile
}
