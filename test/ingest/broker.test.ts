import { connect as tcp } from 'node:net'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterEach, describe, expect, it } from 'vitest'
import { Services } from '../../config/schema.ts'
import { EmbeddedBroker } from '../../server/ingest/broker.ts'
import { envelope, type Kit, openKit, SITE, topic, until } from './kit.ts'

const ACCOUNTS = new Map([
  ['server', 's'],
  ['hik-a', 'a'],
  ['hik-b', 'b'],
  ['probe', 'p'],
])
const wires = new Map<Kit, EmbeddedBroker>()
const clients: MqttClient[] = []

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.endAsync(true)))
  for (const [kit, broker] of wires) {
    await broker.stop()
    await kit.close()
  }
  wires.clear()
})

async function open(part: Parameters<typeof openKit>[0] = {}, port = 0): Promise<{ kit: Kit; broker: EmbeddedBroker }> {
  const kit: Kit = await openKit({
    publish: (...message) => {
      broker.publish(...message)
      kit.receipts.push({ collector: message[0], receipt: JSON.parse(message[1]) })
    },
    ...part,
  })
  const broker: EmbeddedBroker = new EmbeddedBroker({
    host: '127.0.0.1',
    port,
    site: SITE,
    accounts: ACCOUNTS,
    door: kit.ingest,
    now: () => kit.clock.ms,
    log: (_level, message) => kit.logs.push(message),
  })
  await broker.start()
  wires.set(kit, broker)
  return { kit, broker }
}

async function join(broker: EmbeddedBroker, username: string, options: IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(`mqtt://127.0.0.1:${broker.port}`, {
    username,
    password: ACCOUNTS.get(username),
    clientId: username,
    reconnectPeriod: 0,
    ...options,
  })
  clients.push(client)
  return client
}

const receiptsAt = async (client: MqttClient, collector: string): Promise<unknown[]> => {
  const heard: unknown[] = []
  client.on('message', (_topic, payload) => heard.push(JSON.parse(payload.toString())))
  await client.subscribeAsync(`jc/v1/${SITE}/_receipt/${collector}`, { qos: 1 })
  return heard
}

describe('the embedded broker', () => {
  it('acknowledges when the event is on disk, and receipts it', async () => {
    const { kit, broker } = await open()
    const client = await join(broker, 'hik-a')
    const heard = await receiptsAt(client, 'hik-a')
    await client.publishAsync(topic(), JSON.stringify(envelope({ id: 'x' })), { qos: 1 })
    // PUBACK has come: it must be in the store already.
    expect(kit.sideRoad.map(({ id }) => id)).toEqual(['x'])
    await until(() => heard.length > 0)
    expect(heard).toEqual([{ v: 1, ids: ['x'], rejected: [] }])
  })

  it('stores a redelivery once and receipts it again (G12.3)', async () => {
    const { kit, broker } = await open()
    const client = await join(broker, 'hik-a')
    for (let n = 0; n < 3; n++)
      await client.publishAsync(topic(), JSON.stringify(envelope({ id: 'x' })), { qos: 1, dup: n > 0 })
    expect(kit.sideRoad).toHaveLength(1)
    expect(kit.receipts.flatMap(({ receipt }) => receipt.ids)).toEqual(['x', 'x', 'x'])
  })

  it('acknowledges bad messages too: they lie in quarantine and stall nobody (G12.4, G12.12)', async () => {
    const { kit, broker } = await open()
    const client = await join(broker, 'hik-a')
    const bad = ['hello', JSON.stringify(envelope({ v: 2 })), '', 'x'.repeat(70_000)]
    for (const payload of bad) await client.publishAsync(topic(), payload, { qos: 1 })
    await client.publishAsync(topic(), JSON.stringify(envelope({ id: 'good' })), { qos: 1 })
    expect(kit.receipts.flatMap(({ receipt }) => receipt.rejected.map(({ reason }) => reason))).toEqual([
      'bad_json',
      'schema_major',
      'bad_json',
      'frame_too_long',
    ])
    expect(kit.sideRoad.map(({ id }) => id)).toEqual(['good'])
  })

  it('a collector speaks under its own name only (G12.11)', async () => {
    const { kit, broker } = await open()
    for (const forbidden of [
      topic('access', 'hik-b'),
      `jc/v1/${SITE}/_receipt/hik-a`,
      `jc/v1/${SITE}/_dlq/hik-b`,
      'jc/v1/other/access/hik-a/evt/x',
    ]) {
      const client = await join(broker, 'hik-a')
      const closed = new Promise((resolve) => client.once('close', () => resolve('closed')))
      client.publish(forbidden, JSON.stringify(envelope({ collector: 'hik-b' })), { qos: 1 })
      expect(await closed).toBe('closed')
    }
    expect(kit.sideRoad).toEqual([])
    expect(kit.logs.filter((line) => line.includes('hik-a 无权发布'))).toHaveLength(4)
  })

  it('a collector hears its own receipts only (G12.11)', async () => {
    const { broker } = await open()
    const client = await join(broker, 'hik-b')
    for (const filter of ['#', `jc/v1/${SITE}/_receipt/hik-a`, `jc/v1/${SITE}/_receipt/+`, topic('access', 'hik-b')])
      await expect(client.subscribeAsync(filter, { qos: 1 })).rejects.toThrow()
    const heard = await receiptsAt(client, 'hik-b')
    const other = await join(broker, 'hik-a')
    await other.publishAsync(topic(), JSON.stringify(envelope({ id: 'x' })), { qos: 1 })
    await client.publishAsync(topic('access', 'hik-b'), JSON.stringify(envelope({ id: 'y', collector: 'hik-b' })), {
      qos: 1,
    })
    await until(() => heard.length > 0)
    expect(heard).toMatchObject([{ ids: ['y'] }])
  })

  it('the probe may use any client id, but nobody another account’s', async () => {
    const { broker } = await open()
    await join(broker, 'probe', { clientId: 'mosq-1234567890abcdef1234567890' })
    await expect(join(broker, 'probe', { clientId: 'hik-a' })).rejects.toThrow(/rejected/i)
  })

  it('refuses wrong passwords and anonymous callers', async () => {
    const { broker } = await open()
    for (const options of [{ password: 'wrong' }, { username: '', password: '' }, { username: 'nobody', password: '' }])
      await expect(join(broker, 'hik-a', options)).rejects.toThrow(/username|authorized/i)
  })

  it('hands a Will to the status ear on a crash, and none after a clean goodbye (G12.7)', async () => {
    const { kit, broker } = await open()
    const since = '2026-11-24T08:31:05+08:00'
    const status = `jc/v1/${SITE}/access/hik-a/status`
    const will = {
      topic: status,
      payload: JSON.stringify({ v: 1, state: 'offline', since }),
      qos: 1 as const,
      retain: true,
    }
    const crash = await join(broker, 'hik-a', { will: { ...will, payload: Buffer.from(will.payload) } })
    crash.stream.destroy()
    await until(() => kit.statuses.length === 1)
    expect(kit.statuses).toMatchObject([['hik-a', 'access', { state: 'offline' }, kit.clock.ms]])
    const polite = await join(broker, 'hik-a', { will: { ...will, payload: Buffer.from(will.payload) } })
    await polite.publishAsync(status, JSON.stringify({ v: 1, state: 'online', since }), { qos: 1, retain: true })
    await polite.endAsync()
    await (await join(broker, 'hik-b')).publishAsync(topic('access', 'hik-b'), '{', { qos: 1 })
    expect(kit.statuses).toHaveLength(2)
  })

  it('keeps state, never an event (G12.8)', async () => {
    const { broker } = await open()
    const client = await join(broker, 'hik-a')
    await client.publishAsync(topic(), JSON.stringify(envelope({ id: 'x' })), { qos: 1, retain: true })
    await client.publishAsync(`jc/v1/${SITE}/access/hik-a/state/E1`, '{"state":"open"}', { qos: 1, retain: true })
    const late = await join(broker, 'server')
    const heard: string[] = []
    late.on('message', (to, _payload, { retain }) => retain && heard.push(to))
    await late.subscribeAsync(`jc/v1/${SITE}/#`, { qos: 1 })
    await until(() => heard.length > 0)
    expect(heard).toEqual([`jc/v1/${SITE}/access/hik-a/state/E1`])
  })

  it('notices two programs with one client id (G12.9)', async () => {
    const { kit, broker } = await open()
    for (let n = 0; n < 7; n++) await join(broker, 'hik-a')
    await until(() => kit.logs.some((line) => line.includes('同一个 MQTT 客户端标识 “hik-a”')))
  })

  it('hangs up on a packet that announces too much, and on silence is not fooled', async () => {
    const { broker } = await open()
    const socket = tcp(broker.port ?? 0, '127.0.0.1')
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => undefined)
    socket.write(Buffer.from([0x30, 0xff, 0xff, 0xff, 0x7f]))
    await closed
    expect(broker.ready()).toEqual({ ok: true })
  })

  it('refuses whoever comes above the number of clients', async () => {
    const kit = await openKit()
    const broker = new EmbeddedBroker({
      host: '127.0.0.1',
      port: 0,
      site: SITE,
      accounts: ACCOUNTS,
      door: kit.ingest,
      now: () => 0,
      log: () => undefined,
      maxClients: 1,
    })
    wires.set(kit, broker)
    await broker.start()
    await join(broker, 'hik-a')
    const second = mqtt.connect(`mqtt://127.0.0.1:${broker.port}`, {
      username: 'hik-b',
      password: 'b',
      reconnectPeriod: 0,
    })
    clients.push(second)
    const outcome = new Promise((resolve) =>
      second.once('connect', () => resolve('in')).once('close', () => resolve('out')),
    )
    expect(await outcome).toBe('out')
  })

  it('a taken port is an error that names it', async () => {
    const { broker } = await open()
    await expect(open({}, broker.port ?? 0)).rejects.toThrow(`MQTT 端口 127.0.0.1:${broker.port} 已被占用`)
  })

  it('refuses a shared subscription (G12.13)', () => {
    const parts = { host: '127.0.0.1', port: 0, site: SITE, accounts: ACCOUNTS, now: () => 0, log: () => undefined }
    expect(() => new EmbeddedBroker({ ...parts, door: {} as never, ...{ shared: 'g' } })).toThrow('不支持共享订阅')
    expect(Services.safeParse({ broker: { kind: 'embedded', shared: 'g' } }).success).toBe(false)
  })

  it('takes thousands at once from several collectors, each receipted', async () => {
    const { kit, broker } = await open()
    const many = async (name: string) => {
      const client = await join(broker, name)
      await Promise.all(
        Array.from({ length: 1000 }, (_, n) =>
          client.publishAsync(
            topic('access', name),
            JSON.stringify(envelope({ id: `${name}-${n}`, collector: name })),
            { qos: 1 },
          ),
        ),
      )
    }
    await Promise.all([many('hik-a'), many('hik-b'), many('probe')])
    expect(new Set(kit.sideRoad.map(({ id }) => id)).size).toBe(3000)
    expect(kit.receipts.flatMap(({ receipt }) => receipt.ids)).toHaveLength(3000)
  })
})
