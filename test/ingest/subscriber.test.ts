import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import mqtt, { type MqttClient } from 'mqtt'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { writeMosquitto } from '../../server/ingest/mosquitto-config.ts'
import { MqttSubscriber, type SubscriberOptions } from '../../server/ingest/subscriber.ts'
import type { Door } from '../../server/ingest/wire.ts'
import { freePort, type Service, startMosquitto, temporaryFolder } from '../services.ts'
import { envelope, type Kit, openKit, SITE, topic, until } from './kit.ts'

const ACCOUNTS = new Map([
  ['server', 'srv'],
  ['hik-a', 'a'],
  ['hik-b', 'b'],
])
const clients: MqttClient[] = []
const stops: (() => Promise<unknown>)[] = []
let broker: Service

/** Mosquitto with the files that the product writes for it. */
async function startOurs(): Promise<Service> {
  const folder = join(temporaryFolder('mosquitto-files'), 'conf')
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  writeMosquitto({ folder, host: '127.0.0.1', port, site: SITE, accounts: ACCOUNTS })
  const own = readFileSync(join(folder, 'mosquitto.conf'), 'utf8').split('\n')
  // The helper writes listener and place of persistence itself.
  const config = own
    .filter((line) => !/^(listener|user|persistence|persistence_location|log_dest) /.test(line))
    .join('\n')
  return startMosquitto({ port, config })
}

beforeAll(async () => {
  broker = await startOurs()
})
afterAll(() => broker.stop())
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
  for (const stop of stops.splice(0).reverse()) await stop()
})

const subscriber = (door: Door, part: Partial<SubscriberOptions> = {}, logs: string[] = []): MqttSubscriber => {
  const wire = new MqttSubscriber({
    url: broker.url,
    username: 'server',
    password: 'srv',
    clientId: 'sanling-server',
    site: SITE,
    door,
    now: () => 0,
    chance: () => 0,
    log: (_level, message) => logs.push(message),
    ...part,
  })
  stops.push(() => wire.stop())
  return wire
}

async function open(
  part: Partial<SubscriberOptions> = {},
  kitPart: Parameters<typeof openKit>[0] = {},
): Promise<{ kit: Kit; wire: MqttSubscriber }> {
  const kit: Kit = await openKit({
    publish: (...message) => {
      wire.publish(...message)
      kit.receipts.push({ collector: message[0], receipt: message[1] ? JSON.parse(message[1]) : { ids: [] } })
    },
    ...kitPart,
  })
  stops.push(() => kit.close())
  const wire: MqttSubscriber = subscriber(kit.ingest, { now: () => kit.clock.ms, ...part }, kit.logs)
  await wire.start()
  return { kit, wire }
}
const ready = (wire: MqttSubscriber) => until(() => wire.ready().ok)

async function connectAs(username: string): Promise<MqttClient> {
  const client = await mqtt.connectAsync(broker.url, { username, password: ACCOUNTS.get(username), clientId: username })
  clients.push(client)
  return client
}
const stored = async ({ records }: Kit): Promise<string[]> =>
  (await sql<{ id: string }>`select id from inbox order by id`.execute(records.read)).rows.map(({ id }) => id)

describe('over a real Mosquitto with our own configuration', () => {
  it('takes events, receipts them to their collector only, quarantines the bad', async () => {
    const { kit, wire } = await open()
    await ready(wire)
    const [a, b] = [await connectAs('hik-a'), await connectAs('hik-b')]
    const heard: Record<string, unknown[]> = { a: [], b: [] }
    a.on('message', (_to, payload) => heard.a?.push(JSON.parse(payload.toString())))
    b.on('message', (_to, payload) => heard.b?.push(JSON.parse(payload.toString())))
    await a.subscribeAsync(`jc/v1/${SITE}/_receipt/hik-a`, { qos: 1 })
    // Reads are denied in silence (protocols.md 5.2), so both sides are tried.
    await b.subscribeAsync(`jc/v1/${SITE}/_receipt/hik-a`, { qos: 1 })
    await b.subscribeAsync('#', { qos: 1 })
    await a.publishAsync(topic(), JSON.stringify(envelope({ id: 'm1' })), { qos: 1 })
    await a.publishAsync(topic(), 'rubbish', { qos: 1 })
    await b.publishAsync(topic('access', 'hik-a'), JSON.stringify(envelope({ id: 'stolen' })), { qos: 1 })
    await b.publishAsync(topic('access', 'hik-b'), JSON.stringify(envelope({ id: 'm2', collector: 'hik-b' })), {
      qos: 1,
    })
    await until(() => heard.a?.length === 2 && kit.sideRoad.length === 2)
    expect(heard.a).toEqual([
      { v: 1, ids: ['m1'], rejected: [] },
      { v: 1, ids: [], rejected: [{ id: null, reason: 'bad_json' }] },
    ])
    expect(await stored(kit)).toEqual(['m1', 'm2'])
    expect(JSON.stringify(heard.b)).not.toContain('m1')
  })

  it('refuses strangers and wrong passwords, and keeps trying slowly (G12.10)', async () => {
    await expect(mqtt.connectAsync(broker.url, { reconnectPeriod: 0 })).rejects.toThrow()
    const { wire } = await open({ password: 'wrong', clientId: 'wrong' })
    await until(() => !wire.ready().ok && JSON.stringify(wire.ready()).includes('口令不正确'))
  })

  it('what came while we were away is delivered later, once each (G12.2, G12.6)', async () => {
    const first = await open({ clientId: 'away' })
    await ready(first.wire)
    await first.wire.stop()
    const a = await connectAs('hik-a')
    for (let n = 0; n < 1500; n++)
      await a.publishAsync(topic(), JSON.stringify(envelope({ id: `q${n}`, seq: n + 1 })), { qos: 1 })
    const { kit, wire } = await open({ clientId: 'away' })
    await ready(wire)
    await until(() => kit.sideRoad.length === 1500)
    expect(new Set(kit.sideRoad.map(({ id }) => id)).size).toBe(1500)
    // Nothing was missing, so nothing may be reported.
    kit.clock.ms += 60_000
    const tick = kit.ingest.ticks?.find(({ name }) => name === 'ingest.gaps')
    await kit.records.write(async (turn) => tick?.run(turn))
    expect(kit.ingest.stats().collectors[0]?.missing).toBe(0)
  })

  it('clears a retained event, which would fire again for ever (G12.8)', async () => {
    const a = await connectAs('hik-a')
    await a.publishAsync(topic('access', 'hik-a', 'door.forced'), JSON.stringify(envelope({ id: 'kept' })), {
      qos: 1,
      retain: true,
    })
    const { kit, wire } = await open({ clientId: 'clears' })
    await ready(wire)
    await until(() => kit.logs.some((line) => line.includes('保留消息')))
    const late = await connectAs('server')
    const heard: string[] = []
    late.on('message', (to, _payload, packet) => packet.retain && heard.push(to))
    await until(async () => {
      heard.length = 0
      await late.subscribeAsync(`jc/v1/${SITE}/+/+/evt/#`, { qos: 1 })
      await new Promise((resolve) => setTimeout(resolve, 50))
      await late.unsubscribeAsync(`jc/v1/${SITE}/+/+/evt/#`)
      return heard.length === 0
    })
    expect(await kit.ingest.quarantineOpen()).toBe(0)
    expect(await stored(kit)).toEqual(['kept'])
  })

  it('holds the stream back, hangs up when that takes too long, and loses nothing (G12.5)', async () => {
    const kit = await openKit({ publish: () => undefined })
    stops.push(() => kit.close())
    // A door that is shut until somebody opens it: the broker has to keep what it has.
    let low: () => void = () => undefined
    let shut = false
    const door: Door = {
      submit: kit.ingest.submit,
      take: (...message) => !shut && kit.ingest.take(...message),
      get high() {
        return shut
      },
      whenLow: () => (shut ? new Promise((resolve) => (low = resolve)) : Promise.resolve()),
    }
    const logs: string[] = []
    const wire = subscriber(door, { clientId: 'held', now: () => kit.clock.ms, holdMs: 50 }, logs)
    await wire.start()
    await ready(wire)
    shut = true
    const a = await connectAs('hik-a')
    for (let n = 0; n < 300; n++) await a.publishAsync(topic(), JSON.stringify(envelope({ id: `h${n}` })), { qos: 1 })
    await until(() => logs.some((line) => line.includes('已暂停接收')))
    expect(kit.sideRoad).toEqual([])
    shut = false
    low()
    await until(() => kit.sideRoad.length === 300)
    // The broker sends what it kept before it answers the new subscription.
    await until(() => wire.ready().ok)
  })

  it('shares the load of a group, each event at one server only (G12.13)', async () => {
    const one = await open({ clientId: 's1', shared: 'g' })
    const two = await open({ clientId: 's2', shared: 'g' })
    await ready(one.wire)
    await ready(two.wire)
    const a = await connectAs('hik-a')
    for (let n = 0; n < 40; n++) await a.publishAsync(topic(), JSON.stringify(envelope({ id: `g${n}` })), { qos: 1 })
    await until(() => one.kit.sideRoad.length + two.kit.sideRoad.length === 40)
    expect(one.kit.sideRoad.length).toBeGreaterThan(5)
    expect(two.kit.sideRoad.length).toBeGreaterThan(5)
  })

  it('comes back by itself after the broker was killed, and starts before it (G12.1)', async () => {
    const { kit, wire } = await open({ clientId: 'survivor' })
    await ready(wire)
    await broker.kill9()
    await until(() => !wire.ready().ok)
    const early = await open({ clientId: 'early' })
    expect(early.wire.ready().ok).toBe(false)
    await broker.restart()
    await ready(wire)
    await ready(early.wire)
    const a = await connectAs('hik-a')
    await a.publishAsync(topic(), JSON.stringify(envelope({ id: 'after' })), { qos: 1 })
    await until(() => kit.sideRoad.length === 1)
  })
})
