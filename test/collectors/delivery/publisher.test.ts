import { createServer, type Socket, connect as tcpConnect } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { Delivery } from '../../../collectors/delivery/delivery.ts'
import { freePort, type Service, startMosquitto, temporaryFolder } from '../../services.ts'
import { delivery, draft } from './make.ts'
import { Receiver, until } from './receiver.ts'

const drafts = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => draft(from + n))

describe('publisher against Mosquitto (G12)', () => {
  let broker: Service
  const open: { stop(): Promise<void> }[] = []
  const opened = <Thing extends { stop(): Promise<void> }>(thing: Thing): Thing => {
    open.push(thing)
    return thing
  }
  const started = (dataDir: string, more = {}): Delivery => {
    const one = opened(delivery(broker.url, dataDir, more))
    one.start()
    return one
  }
  beforeEach(async () => {
    broker = await startMosquitto()
  })
  afterEach(async () => {
    await Promise.all(open.splice(0).map((one) => one.stop().catch(() => {})))
    await broker.stop()
  })

  test('an event arrives at once, bare, not retained, with seq and times', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    const tq = started(temporaryFolder())
    await tq.deliver([draft(1)])
    await until(() => receiver.events.length === 1)
    expect(receiver.events[0]).toMatchObject({ v: 1, type: 'terminal.virus', site: 'test', collector: 'tq', seq: 1 })
    expect(receiver.events[0]?.published_at).toMatch(/Z$/)
    expect(receiver.payloads[0]).toMatchObject({ topic: 'jc/v1/test/terminal/tq/evt/terminal.virus', retain: false })
  })

  test('12.1 broker down at start: spooled, later everything in order', async () => {
    await broker.pause()
    const tq = started(temporaryFolder())
    await tq.deliver(drafts(0, 1000))
    await broker.restart()
    const receiver = opened(await Receiver.connect(broker.url))
    await until(() => new Set(receiver.ids).size === 1000)
    const first = new Map(receiver.events.map((event) => [event.id, event.seq]).reverse() as [string, number][])
    const seqs = [...new Set(receiver.events.map(({ seq }) => seq))]
    expect(first.size).toBe(1000)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
  })

  test('batches hold at most 200 events and 64 KiB', async () => {
    await broker.pause()
    const tq = started(temporaryFolder())
    const long = 'x'.repeat(3000)
    await tq.deliver([...drafts(0, 450), ...drafts(450, 500).map((one) => ({ ...one, data: { path: long } }))])
    await broker.restart()
    const receiver = opened(await Receiver.connect(broker.url))
    await until(() => new Set(receiver.ids).size === 500)
    for (const { bytes, count } of receiver.payloads) {
      expect(bytes).toBeLessThanOrEqual(64 * 1024)
      expect(count).toBeLessThanOrEqual(200)
    }
    expect(receiver.payloads.length).toBeLessThan(100)
  })

  test('without receipts: at most 20 messages are out, the rest stays on disk', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    receiver.answer = () => undefined
    const tq = started(temporaryFolder())
    await tq.deliver(drafts(0, 10_000))
    await until(() => receiver.payloads.length === 20)
    await new Promise((done) => setTimeout(done, 300))
    expect(receiver.payloads.length).toBe(20)
  })

  test('no receipt for 10 s: the same ids again', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    receiver.answer = () => undefined
    let skip = 0
    const tq = started(temporaryFolder(), { clock: { now: () => Date.now() + skip } })
    await tq.deliver(drafts(0, 5))
    await until(() => receiver.events.length === 5)
    skip = 11_000
    await until(() => receiver.events.length === 10)
    expect(new Set(receiver.ids).size).toBe(5)
  })

  test('rejected ids leave the spool and do not come again', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    receiver.answer = (ids) => ({
      ids: [],
      rejected: [...ids.map((id) => ({ id, reason: 'too_old' })), { id: null, reason: 'bad_json' }],
    })
    const dataDir = temporaryFolder()
    const tq = started(dataDir)
    await tq.deliver(drafts(0, 3))
    await until(() => receiver.events.length === 3)
    await new Promise((done) => setTimeout(done, 200))
    await tq.stop()
    const again = started(dataDir)
    await again.deliver([draft(99)])
    await until(() => receiver.ids.length === 4)
    expect(receiver.events.at(-1)?.seq).toBe(4)
  })

  test('12.7 and 12.8 status: retained online, own offline at a clean stop, events never retained', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    const tq = started(temporaryFolder())
    await tq.deliver([draft(1)])
    await until(() => receiver.events.length === 1)
    await tq.stop()
    await until(() => receiver.statuses.at(-1)?.body.state === 'offline')
    expect(receiver.statuses.map(({ body }) => body.state)).toEqual(['online', 'offline'])
    const late = opened(await Receiver.connect(broker.url.replace('127.0.0.1', 'localhost')))
    await until(() => late.statuses.length === 1)
    expect(late.statuses[0]).toMatchObject({ retain: true, body: { state: 'offline' } })
    expect(late.events).toEqual([])
  })

  test('12.7 Will when the connection is cut', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    const wire = await startWire(broker.port)
    opened(wire)
    const tq = opened(delivery(`mqtt://127.0.0.1:${wire.port}`, temporaryFolder()))
    tq.start()
    await until(() => receiver.statuses.at(-1)?.body.state === 'online')
    wire.cut()
    await until(() => receiver.statuses.some(({ body }) => body.state === 'offline'))
  })

  test('12.14 the clock steps back: seq still rises', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    let step = 0
    const dataDir = temporaryFolder()
    const clock = { now: () => Date.now() + step }
    const tq = started(dataDir, { clock })
    await tq.deliver(drafts(0, 3))
    step = -86_400_000
    await tq.deliver(drafts(3, 6))
    await until(() => receiver.ids.length >= 6)
    await tq.stop()
    const again = started(dataDir, { clock })
    await again.deliver([draft(6)])
    await until(() => new Set(receiver.ids).size === 7)
    expect([...new Map(receiver.events.map(({ id, seq }) => [id, seq])).values()]).toEqual([1, 2, 3, 4, 5, 6, 7])
  })

  test('health: last contact, counters, refusals without what they said', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    const tq = started(temporaryFolder())
    await until(() => receiver.healths.length > 0)
    expect(receiver.healths[0]).toMatchObject({ last_ok_ms: null, spool: 0, quarantined: 0 })
    tq.contact(5000)
    tq.dropped(7)
    tq.refuse([
      {
        reason: 'bad_json',
        excerpt: '<134>Nov 24 10:21:07 h tq: {"login_account":"zhangsan","x',
        hash: 'abc',
        detail: '正文不完整',
      },
    ])
    await until(() => receiver.healths.some((health) => (health.refusals as unknown[]).length > 0))
    const health = receiver.healths.find(({ refusals }) => (refusals as unknown[]).length > 0)
    expect(health).toMatchObject({ last_ok_ms: 5000, dropped: 7, quarantined: 1 })
    expect(JSON.stringify(health)).not.toContain('zhangsan')
    await until(() => JSON.stringify(receiver.deadLetters).includes('bad_json'))
    tq.state('failed', '设备没有应答')
    await until(() => receiver.healths.at(-1)?.state === 'failed')
    await until(() => receiver.statuses.at(-1)?.body.state === 'degraded')
    expect(receiver.statuses.at(-1)?.body.reason).toBe('设备没有应答')
  })

  test('counters outlive a restart', async () => {
    const receiver = opened(await Receiver.connect(broker.url))
    const dataDir = temporaryFolder()
    const tq = started(dataDir)
    tq.dropped(7)
    await tq.stop()
    started(dataDir)
    await until(() => receiver.healths.at(-1)?.dropped === 7)
  })
})

test('12.10 a bad password is tried again slowly', async () => {
  const folder = temporaryFolder()
  const { execFileSync } = await import('node:child_process')
  execFileSync('mosquitto_passwd', ['-b', '-c', `${folder}/users`, 'tq', 'right'])
  execFileSync('chmod', ['644', `${folder}/users`])
  const broker = await startMosquitto({ config: `allow_anonymous false\npassword_file ${folder}/users` })
  const wire = await startWire(broker.port)
  const tq = delivery(`mqtt://127.0.0.1:${wire.port}`, temporaryFolder(), {
    broker: { url: `mqtt://127.0.0.1:${wire.port}`, username: 'tq', password: 'wrong' },
  })
  tq.start()
  await until(() => wire.connections === 1)
  await new Promise((done) => setTimeout(done, 3000))
  expect(wire.connections).toBe(1)
  await tq.deliver([draft(1)])
  await tq.stop()
  await wire.stop()
  await broker.stop()
})

/** A wire in between that can be cut. */
async function startWire(port: number) {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer((from) => {
    connections++
    const to = tcpConnect(port, '127.0.0.1')
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      sockets.add(one)
      one.on('data', (bytes) => other.write(bytes))
      one.on('close', () => other.destroy())
      one.on('error', () => {})
    }
  })
  const own = await freePort()
  await new Promise<void>((done) => server.listen(own, '127.0.0.1', done))
  const cut = () => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: own,
    cut,
    get connections() {
      return connections
    },
    async stop() {
      cut()
      server.close()
    },
  }
}

test('a damaged spool is begun anew and the server hears of a gap', async () => {
  const broker = await startMosquitto()
  const receiver = await Receiver.connect(broker.url)
  const dataDir = temporaryFolder()
  const { mkdirSync, writeFileSync } = await import('node:fs')
  mkdirSync(`${dataDir}/spool`)
  writeFileSync(`${dataDir}/spool/tq.sqlite`, 'nonsense '.repeat(1000))
  const tq = delivery(broker.url, dataDir)
  tq.start()
  await tq.deliver([draft(1)])
  await until(() => receiver.events.length === 2)
  expect(receiver.events.find(({ type }) => type === 'collector.gap')?.data).toMatchObject({ saved: 0 })
  await tq.stop()
  await receiver.stop()
  await broker.stop()
})
