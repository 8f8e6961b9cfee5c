import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CollectorHealth, CollectorStatus, Envelope } from '../../contract/envelope.ts'
import * as api from '../../contract/http/sources.ts'
import { SourcesPanel } from '../../contract/panels/sources.ts'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import { type SourcesDeps, type SourcesFeature, sourcesFeature } from '../../server/sources/index.ts'
import { alertLog } from '../helpers/records.ts'
import { type Postgres, startPostgres } from '../services/postgres.ts'

const S = 1000
const iso = (ms: number) => new Date(ms).toISOString()
const SOURCES: SourcesDeps['sources'] = [
  { id: 'tq-main', name: '天擎终端', domain: 'terminal', kind: 'syslog', staleAfterS: 120, enabled: true, demo: true },
  { id: 'wand', name: '巡查点位', domain: 'patrol', kind: 'wand-csv', staleAfterS: 600, enabled: true, demo: false },
  { id: 'hik-1', name: '东区门禁', domain: 'access', kind: 'hikvision', staleAfterS: 60, enabled: true, demo: false },
  { id: 'hik-2', name: '西区门禁', domain: 'access', kind: 'hikvision', staleAfterS: 60, enabled: true, demo: false },
  { id: 'off', name: '停用', domain: 'case', kind: 'case-export', staleAfterS: 60, enabled: false, demo: false },
]

interface House {
  feature: SourcesFeature
  store: RecordStore
  alerts: ReturnType<typeof alertLog>
  clock: { ms: number }
  sent: Envelope[]
  /** Does the self-test come back by itself? */
  path: { open: boolean }
  touched: string[]
  /** Lets `seconds` pass, with the ticks that fall into them. */
  pass(seconds: number): Promise<void>
  /** A heartbeat of a healthy collector. */
  beat(id: string, over?: Partial<CollectorHealth>): void
  restart(downS: number): Promise<House>
  close(): Promise<void>
}

async function open(options: RecordsOptions, startMs = Date.UTC(2026, 10, 24), alerts = alertLog()): Promise<House> {
  const clock = { ms: startMs }
  const sent: Envelope[] = []
  const path = { open: true }
  const touched: string[] = []
  const store = new RecordStore(options, {
    now: () => clock.ms,
    committed: (change) => touched.push(...change.touched),
    failed: (error) => {
      throw error
    },
  })
  let ids = 0
  const feature: SourcesFeature = sourcesFeature({
    records: store,
    sources: SOURCES,
    site: 'demo',
    alerts,
    now: () => clock.ms,
    newId: () => `st-${startMs}-${++ids}`,
    log: { warn: () => undefined, error: () => undefined },
    wire: {
      publish: (topic, payload) => {
        expect(topic).toBe('jc/v1/demo/infra/selftest/evt/selftest')
        const event = Envelope.parse(JSON.parse(payload))
        sent.push(event)
        if (path.open) feature.selftestSeen(event.id, clock.ms)
      },
      stop: async () => undefined,
    },
    ingest: () => ({ p95Ms: 4, waiting: 0 }),
    quarantineOpen: async () => 3,
    metrics: () => ({ state: 'ok', backlog: 0 }),
  })
  await store.migrate(feature.migrations ?? [])
  await feature.start?.()
  const look = async () => {
    for (const tick of feature.ticks ?? []) await store.write((turn) => tick.run(turn))
  }
  const house: House = {
    feature,
    store,
    alerts,
    clock,
    sent,
    path,
    touched,
    async pass(seconds) {
      const until = clock.ms + seconds * S
      while (clock.ms < until) {
        clock.ms = Math.min(until, clock.ms + 5 * S)
        await look()
      }
    },
    beat(id, over = {}) {
      const health = CollectorHealth.parse({ v: 1, at: iso(clock.ms), last_ok_ms: clock.ms, ...over })
      feature.onHealth(id, 'infra', health, clock.ms)
    },
    async restart(downS) {
      await store.close()
      return open(options, clock.ms + downS * S, alerts)
    },
    close: () => store.close(),
  }
  return house
}

let postgres: Postgres
beforeAll(async () => {
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres?.stop()
})

describe.each(['sqlite', 'postgres'] as const)('sources on %s', (kind) => {
  let house: House
  let folder: string
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sanling-sources-'))
    const options: RecordsOptions =
      kind === 'sqlite' ? { kind, file: join(folder, 'records.sqlite') } : { kind, url: await postgres.freshDatabase() }
    house = await open(options)
  })
  afterEach(async () => {
    await house.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const panel = async () => SourcesPanel.parse(await house.feature.panels?.[0]?.load(house.clock.ms))
  const state = async (id: string) => (await panel()).items.find((item) => item.id === id)?.state
  const everyone = () => {
    for (const { id } of SOURCES) house.beat(id)
  }
  const beatFor = async (seconds: number, ids: readonly string[]) => {
    for (let s = 0; s < seconds; s += 10) {
      for (const id of ids) house.beat(id)
      await house.pass(10)
    }
  }

  it('a collector that stops: figures stale at the deadline, an alert says so, gone when it is back', async () => {
    await beatFor(30, ['tq-main', 'wand', 'hik-1', 'hik-2'])
    expect(house.alerts.open.size).toBe(0)
    await beatFor(130, ['wand', 'hik-1', 'hik-2'])
    expect([...house.alerts.open.keys()]).toEqual(['collector.silent:tq-main'])
    expect(house.alerts.raised[0]).toMatchObject({
      rule: 'collector.silent',
      domain: 'terminal',
      object: 'tq-main',
      clearable: true,
      demo: true,
      values: { name: '终端防护采集器', what: '无心跳', effect: expect.stringContaining('影响：终端防护数据转为陈旧') },
    })
    expect(await state('tq-main')).toBe('silent')
    const { at, staleAfterS } = await house.feature.freshness(['tq-main'])
    expect(house.clock.ms - (at ?? 0)).toBeGreaterThan(staleAfterS * S)
    house.beat('tq-main')
    await house.pass(2)
    expect(house.alerts.open.size).toBe(0)
    expect(await state('tq-main')).toBe('ok')
    expect(house.alerts.raised).toHaveLength(1)
  })

  it('a collector that lives while its source does not answer', async () => {
    const contact = house.clock.ms
    for (let s = 0; s < 140; s += 10) {
      everyone()
      house.beat('hik-1', { last_ok_ms: contact })
      await house.pass(10)
    }
    expect(house.alerts.raised.map(({ cause }) => cause)).toEqual(['collector.silent:hik-1'])
    expect(house.alerts.raised[0]?.values).toMatchObject({ name: '东区门禁采集器', what: '来源无响应' })
    expect(await state('hik-1')).toBe('stale')
    expect(await house.feature.freshness(['hik-1', 'hik-2'])).toMatchObject({ source: '东区门禁', at: contact })
  })

  it('its clock an hour ahead does not keep a dead source fresh', async () => {
    const ahead = house.clock.ms + 3600 * S
    house.beat('hik-1', { at: iso(ahead), last_ok_ms: ahead })
    await beatFor(70, ['tq-main', 'wand', 'hik-2'])
    expect([...house.alerts.open.keys()]).toEqual(['collector.silent:hik-1'])
  })

  it('our clock set back by an hour: a dead source is found after its own deadline, and the self-test goes on', async () => {
    await beatFor(30, ['tq-main', 'wand', 'hik-1', 'hik-2'])
    house.clock.ms -= 3600 * S
    const sent = house.sent.length
    await beatFor(130, ['wand', 'hik-1', 'hik-2'])
    expect([...house.alerts.open.keys()]).toEqual(['collector.silent:tq-main'])
    expect(await state('tq-main')).toBe('silent')
    expect(await state('hik-1')).toBe('ok')
    expect(house.sent.length).toBeGreaterThan(sent)
  })

  it('a server that was down blames nobody, then counts anew', async () => {
    await beatFor(20, ['tq-main', 'wand', 'hik-1', 'hik-2'])
    house = await house.restart(3600)
    await house.pass(5)
    expect(house.alerts.raised).toHaveLength(0)
    expect((await house.feature.freshness(['tq-main'])).at).toBeLessThan(house.clock.ms - 3500 * S)
    await beatFor(50, ['tq-main', 'wand', 'hik-1'])
    expect([...house.alerts.open.keys()]).toEqual([])
    await beatFor(20, ['tq-main', 'wand', 'hik-1'])
    expect([...house.alerts.open.keys()]).toEqual(['collector.silent:hik-2'])
  })

  it('an alert from before our restart is not told twice and goes when the source speaks', async () => {
    await beatFor(70, ['tq-main', 'wand', 'hik-1'])
    expect(house.alerts.raised.map(({ cause }) => cause)).toEqual(['collector.silent:hik-2'])
    house = await house.restart(30)
    await beatFor(100, ['tq-main', 'wand', 'hik-1'])
    expect(house.alerts.raised).toHaveLength(1)
    house.beat('hik-2')
    await house.pass(2)
    expect(house.alerts.open.size).toBe(0)
  })

  it('never heard of: the figure is unknown, the alert comes after the deadline', async () => {
    await beatFor(60, ['tq-main', 'hik-1', 'hik-2'])
    expect(await house.feature.freshness(['wand'])).toMatchObject({ at: null, state: 'ok' })
    expect(await state('wand')).toBe('never')
    await beatFor(560, ['tq-main', 'hik-1', 'hik-2'])
    expect(house.alerts.raised[0]).toMatchObject({ cause: 'collector.silent:wand', values: { what: '未接入' } })
    // It has given no figure anything: those of the others do not turn unknown because of it.
    expect((await house.feature.freshness(['wand', 'tq-main'])).at).not.toBeNull()
  })

  it('the Will says at once that a collector died; its next heartbeat brings it back', async () => {
    everyone()
    await house.pass(5)
    const offline = CollectorStatus.parse({ v: 1, state: 'offline', since: iso(house.clock.ms), version: '0.1.0' })
    house.feature.onStatus('hik-1', 'access', offline, house.clock.ms)
    await house.pass(2)
    expect(await state('hik-1')).toBe('silent')
    expect(house.touched).toContain('sources')
    house.beat('hik-1')
    await house.pass(2)
    expect(await state('hik-1')).toBe('ok')
    const route = house.feature.routes?.find(({ spec }) => spec.id === api.source.id)
    const call = {
      person: undefined as never,
      query: undefined,
      body: undefined,
      now: house.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    }
    const detail = api.source.answer.parse(await route?.handle({ ...call, params: { id: 'hik-1' } }))
    expect(detail.history.map((change) => change.state)).toEqual(['ok', 'silent', 'ok'])
    expect(detail).toMatchObject({ version: '0.1.0', refusals: [] })
    await expect(route?.handle({ ...call, params: { id: 'off' } })).rejects.toMatchObject({ id: 'not-found' })
  })

  it('a source that cannot be read is broken, with its cause', async () => {
    everyone()
    house.beat('hik-1', { state: 'failed', reason: '用户名或密码被设备拒绝' })
    await house.pass(2)
    expect(await state('hik-1')).toBe('broken')
    expect(await house.feature.freshness(['hik-2', 'hik-1'])).toMatchObject({
      state: 'broken',
      cause: '用户名或密码被设备拒绝',
    })
  })

  it('knows nothing of sources that are switched off or not configured', async () => {
    house.beat('off')
    house.beat('probe')
    await house.pass(900)
    expect((await panel()).items.map(({ id }) => id)).toEqual(['tq-main', 'wand', 'hik-1', 'hik-2'])
    expect(house.alerts.raised.map(({ object }) => object)).not.toContain('off')
    expect(await house.feature.freshness(['off'])).toMatchObject({ at: null })
  })

  it('what collectors say survives a restart', async () => {
    house.beat('wand', {
      spool: 17,
      rate: 9,
      quarantined: 2,
      refusals: [{ reason: 'bad_time', at: iso(house.clock.ms), hash: 'ab', excerpt: 'x' }],
    })
    await house.pass(2)
    house = await house.restart(1)
    expect((await panel()).items.find(({ id }) => id === 'wand')).toMatchObject({ spool: 17, rate: 9, quarantined: 2 })
    expect((await panel()).ingest).toMatchObject({ spool: 17, quarantineOpen: 3, p95Ms: 4 })
  })

  it('the self-test: every minute one; none back in 150 s is an alert; back again, it goes', async () => {
    const answer = () => {
      const last = house.sent.at(-1)
      if (last) house.feature.selftestSeen(last.id, house.clock.ms)
    }
    house.path.open = false
    await house.pass(5)
    house.clock.ms += 40
    answer()
    await house.pass(2)
    expect((await panel()).selftest).toEqual({ at: expect.any(Number), tookMs: 40, ok: true })
    const { at } = (await panel()).selftest
    house.clock.ms += 1000
    house.feature.selftestSeen('somebody-else', house.clock.ms)
    expect((await panel()).selftest.at).toBe(at)
    for (let minute = 0; minute < 5; minute++) {
      await house.pass(60)
      answer()
    }
    expect(house.sent.length).toBe(6)
    expect(new Set(house.sent.map(({ id }) => id)).size).toBe(6)
    const own = () => [...house.alerts.open.keys()].filter((cause) => cause.startsWith('infra.'))
    expect(own()).toEqual([])
    await house.pass(150)
    expect(own()).toEqual([])
    await house.pass(10)
    expect(own()).toEqual(['infra.selftest-missed'])
    expect((await panel()).selftest.ok).toBe(false)
    house = await house.restart(10)
    house.path.open = false
    await house.pass(20)
    expect(own()).toEqual(['infra.selftest-missed'])
    answer()
    await house.pass(5)
    expect(own()).toEqual([])
    expect((await panel()).selftest.ok).toBe(true)
  })

  it('figures carry their age and name their source', async () => {
    everyone()
    await house.pass(20)
    const source = house.feature.figures?.[0]
    const figures = new Map((await source?.list(house.clock.ms))?.map((one) => [one.name, one]))
    expect([...figures.keys()]).toEqual(source?.names)
    expect(figures.get('source.wand.age')).toMatchObject({ value: 20, unit: '秒', state: 'ok', source: '巡查点位' })
    expect(figures.get('pipeline.sources-ok')).toMatchObject({ value: 4 })
    expect(figures.get('pipeline.metrics-down')).toMatchObject({ value: 0 })
    expect(figures.get('pipeline.selftest')).toMatchObject({ value: 0, unit: '毫秒', state: 'ok' })
  })
})
