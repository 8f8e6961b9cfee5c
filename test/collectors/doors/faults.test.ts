import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { artemisWith } from '../../../collectors/doors/artemis.ts'
import { REAL_SEAMS } from '../../../collectors/doors/device.ts'
import { isapiController } from '../../../collectors/office/isapi-controller.ts'
import type { ZkRequest } from '../../../collectors/office/zk-device.ts'
import { ProfileFile, SourceConfig, type SourceOf } from '../../../config/schema.ts'
import { artemisDouble } from '../../doubles/artemis.ts'
import type { ScriptedIsapi } from '../../doubles/isapi.ts'
import { faultScript, type ScriptedFault } from '../../doubles/script.ts'
import { recorder, until } from '../recorder.ts'
import { dahuaOffice } from './dahua-office.ts'
import { doorOffice, NINE, PLACES } from './office.ts'
import { NOW, zkOffice } from './zk-office.ts'

/**
 * Each double with its whole fault script while events go on: 0 lost, 0 doubled, the account never locked, what cannot
 * be fetched any more said as a gap.
 */
const MIN = 60_000
const ARTEMIS = ProfileFile.parse(
  parse(readFileSync(new URL('../../../config/profiles/hikvision-artemis.yaml', import.meta.url), 'utf8')),
)
const WHAT = ['stale', 'slow', 'cut', 'cut-answer', 'duplicate', 'garbage', 'html', 'truncated', 'busy'] as const
const script = (path: string, from: number): ScriptedFault[] =>
  WHAT.map((what, at) => ({ path, at: from + at * 3, what }))
const streamScript = (path: string): ScriptedFault[] =>
  (['cut', 'stale', 'garbage', 'busy'] as const).map((what, at) => ({ path, at: 2 + at, what }))

let stop: () => Promise<void> = async () => {}
afterEach(async () => await stop())

describe('a whole fault script', () => {
  it('ISAPI: polled and streamed', async () => {
    const clock = { ms: NINE, now: (): number => clock.ms }
    const faults = [...script('AcsEvent', 2), ...streamScript('alertStream')]
    const play = faultScript(faults, (id) => device.parts(id).guard.expireNonces())
    const controller = isapiController({
      host: '127.0.0.1',
      port: 0,
      clock,
      heartbeatMs: 100,
      devices: [{ id: 'acs-1', username: 'admin', password: 'secret', doors: 2 }],
      around: play.around,
    })
    const nothing = { requests: [], faults: [] }
    const device: ScriptedIsapi = Object.defineProperties(
      nothing,
      Object.getOwnPropertyDescriptors(controller),
    ) as never
    await device.start()
    const office = await doorOffice({ device, clock, config: { stream: true } })
    stop = async () => {
      await office.stop()
      await device.stop()
    }
    await office.start()
    let told = 0
    for (; told < 400 && play.played.length < faults.length; told++) {
      clock.ms += 1000
      device.inject('acs-1', { major: 5, minor: 75, doorNo: 1, employeeNo: '10023', time: clock.ms })
      if (told % 50 === 49) device.parts('acs-1').stream.cut()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await until(() => office.record.of().length === told, 'nothing lost')
    expect(new Set(play.played)).toEqual(new Set(WHAT))
    expect(new Set(office.record.of().map(({ nativeKey }) => nativeKey)).size).toBe(told)
    expect([device.parts('acs-1').guard.locked, office.record.of('collector.auth_failed')]).toEqual([false, []])
    expect(office.record.of('collector.gap')).toEqual([])
  })

  it('Dahua: records fetched, contacts on the stream', async () => {
    const faults = [...script('recordFinder', 2), ...streamScript('eventManager')]
    const office = await dahuaOffice({ faults, config: { stream: true } })
    stop = office.stop
    await office.start()
    const { device, clock, record } = office
    let told = 0
    for (; told < 400 && office.played.length < faults.length; told++) {
      clock.ms += 1000
      device.pass('dh-1', { time: clock.ms, userId: '10023' })
      if (told % 50 === 49) device.parts('dh-1').stream.cut()
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await until(() => record.of('access.granted').length === told, 'nothing lost')
    expect(new Set(office.played)).toEqual(new Set(WHAT))
    expect(new Set(record.of().map(({ nativeKey }) => nativeKey)).size).toBe(told)
    expect([device.parts('dh-1').guard.locked, record.of('collector.auth_failed')]).toEqual([false, []])
    await until(() => record.of('collector.gap').length > 0, 'the time without ears is said')
  })

  it('Artemis: a platform that is polled, three pages each time', async () => {
    const clock = { ms: NINE, now: (): number => clock.ms }
    const faults = script('door/events', 3)
    const play = faultScript(faults, () => {})
    const gateway = await artemisDouble({ key: 'app', secret: 'secret', around: play.around })
    const places = {
      ...PLACES,
      doors: PLACES.doors.map((door, at) => ({ ...door, source: 'artemis', device: `code-${at + 1}`, doorNo: 1 })),
    }
    const record = recorder({ profile: { ...ARTEMIS, pageSize: 10 }, now: clock.now, places })
    const config = SourceConfig.parse({
      id: 'artemis',
      name: '门禁平台',
      domain: 'access',
      kind: 'artemis',
      profile: 'hikvision-artemis',
      staleAfterS: 60,
      url: gateway.url,
      appKey: 'app',
      appSecret: { env: 'X' },
      pollS: 0.05,
      backfillDays: 0.1,
    }) as SourceOf<'artemis'>
    const source = artemisWith(config, record.context, {
      pause: (ms, signal) => REAL_SEAMS.pause(Math.min(ms, 60), signal),
    })
    stop = async () => {
      await source.stop()
      await gateway.stop()
    }
    await source.start()
    let told = 0
    for (; told < 600 && play.played.length < faults.length; told++) {
      clock.ms += 1000
      gateway.events.push({ eventId: `e${told}`, time: clock.ms, eventType: 196_893, doorIndexCode: 'code-1' })
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    await until(() => record.of().length === told, 'nothing lost')
    expect(new Set(play.played)).toEqual(new Set(WHAT))
    expect(new Set(record.of().map(({ nativeKey }) => nativeKey)).size).toBe(told)
    // Each request is signed by itself: nothing is refused, no account can be locked.
    expect([gateway.refused, record.of('collector.auth_failed'), record.of('collector.gap')]).toEqual([0, [], []])
    await until(() => record.states.at(-1)?.state === 'ok', 'well again')
  })

  it('ZK device: the collector is down, slow, out of disk; the device sends half, twice, garbage, too much', async () => {
    let full = false
    const office = await zkOffice({
      onDeliver(drafts) {
        if (full && drafts.some(({ type }) => type.startsWith('access.'))) throw new Error('磁盘已满')
      },
    })
    stop = office.stop
    const faults = ['lost-answer', 'twice', 'half', 'full', 'garbage', 'stranger', 'too-long', 'slow'] as const
    const played: string[] = []
    let posts = 0
    const device = office.device({
      batch: 5,
      async around(request, send) {
        if (request.method !== 'POST' || !request.path.includes('table=rtlog')) return await send(request)
        const fault = posts++ % 2 === 1 ? faults[played.length % faults.length] : undefined
        if (!fault) return await send(request)
        played.push(fault)
        return await act(fault, request, send)
      },
    })
    async function act(
      fault: (typeof faults)[number],
      request: ZkRequest,
      send: (asked: ZkRequest) => Promise<string | undefined>,
    ) {
      const wrong = { ...request, path: request.path.replace('SN=ZK001', 'SN=OTHER') }
      switch (fault) {
        case 'lost-answer':
          await send(request)
          return undefined
        case 'twice': {
          const [first] = await Promise.all([send(request), send(request)])
          return first
        }
        case 'half':
          return await halfABody(office.url, request)
        case 'full': {
          full = true
          const answer = await send(request)
          full = false
          expect(answer).toBeUndefined()
          return answer
        }
        case 'garbage':
          await send({ ...request, body: '\u0000\u0001?{]\r\nevent=\r\n' })
          return undefined
        case 'stranger':
          expect(await send(wrong)).toBeUndefined()
          return undefined
        case 'too-long':
          await send({ ...request, body: ' '.repeat(5 * 1024 * 1024) })
          return undefined
        case 'slow':
          await new Promise((resolve) => setTimeout(resolve, 100))
          return await send(request)
      }
    }
    let told = 0
    for (; told < 200; told++) device.add({ time: NOW - 4 * MIN + told * 1000, event: 0, pin: String(told + 1) })
    for (let tries = 0; device.waiting > 0 && tries < 200; tries++) await device.flush()
    expect(new Set(played)).toEqual(new Set(faults))
    expect(office.record.of('access.granted').length).toBe(told)
    expect(new Set(office.record.of('access.granted').map(({ nativeKey }) => nativeKey)).size).toBe(told)
    expect(office.record.of('collector.gap')).toEqual([])
    // Its ring memory runs over while nobody answers.
    for (let n = 0; n < 20; n++) device.add({ time: NOW + n * 1000, event: 0, pin: String(n + 1) })
    device.lose(8)
    office.clock.ms += MIN
    for (let tries = 0; device.waiting > 0 && tries < 200; tries++) await device.flush()
    expect(office.record.of('collector.gap').map(({ data }) => data)).toEqual([{ from: 201, to: 208, count: 8 }])
    expect(office.record.of('access.granted').length).toBe(told + 12)
  })
})

/** The cable is pulled in the middle of a post. */
function halfABody(base: string, { path, body = '' }: ZkRequest): Promise<undefined> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(base)
    const socket = connect(Number(port), hostname, () => {
      socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body.slice(0, 40)}`)
      setTimeout(() => socket.destroy(), 20)
    })
    socket.once('close', () => resolve(undefined))
    socket.on('error', () => {})
  })
}
