import { chmodSync, mkdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { keepLink } from '../../collectors/delivery/link.ts'
import { EmbeddedBroker } from '../../server/ingest/broker.ts'
import { writeMosquitto } from '../../server/ingest/mosquitto-config.ts'
import { MqttSubscriber } from '../../server/ingest/subscriber.ts'
import { envelope, type Kit, openKit, SITE, topic } from '../ingest/kit.ts'
import { freePort, startMosquitto, temporaryFolder } from '../services.ts'
import { type Authority, newAuthority } from './authority.ts'
import { until } from './kit.ts'
import { asvs } from './names.ts'

/**
 * The broker from both sides, our own and Mosquitto with the files that the product writes for it: over TLS only, for
 * whoever knows the office's authority, and each under its own name only.
 */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
const ACCOUNTS = new Map([
  ['server', 's'],
  ['hik-a', 'a'],
  ['hik-b', 'b'],
])
const ours = newAuthority('ours')
const theirs = newAuthority('theirs')

interface Place {
  port: number
  close(): Promise<void>
}
const logs: string[] = []

async function embedded(): Promise<Place> {
  const kit: Kit = await openKit({ publish: (...message) => broker.publish(...message) })
  const broker = new EmbeddedBroker({
    host: '127.0.0.1',
    port: 0,
    site: SITE,
    accounts: ACCOUNTS,
    door: kit.ingest,
    now: () => kit.clock.ms,
    log: (_level, message) => logs.push(message),
    tls: { cert: ours.cert, key: ours.key },
  })
  await broker.start()
  const close = async () => {
    await broker.stop()
    await kit.close()
  }
  return { port: broker.port ?? 0, close }
}

async function mosquitto(): Promise<Place> {
  const folder = join(temporaryFolder('mosquitto-tls'), 'conf')
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  // Mosquitto reads its key before it gives up root; as another user the folder must let it in.
  chmodSync(dirname(ours.keyFile), 0o755)
  const tls = { certFile: ours.certFile, keyFile: ours.keyFile }
  const file = writeMosquitto({ folder, host: '127.0.0.1', port, site: SITE, accounts: ACCOUNTS, tls, runAs: 'root' })
  expect(readFileSync(file, 'utf8')).toContain('tls_version tlsv1.2')
  const service = await startMosquitto({ port, file })
  return { port, close: async () => void (await service.stop()) }
}

describe.each([
  ['the embedded broker', embedded],
  ['Mosquitto', mosquitto],
] as const)('%s', (_name, open) => {
  let place: Place
  const clients: MqttClient[] = []
  beforeAll(async () => {
    place = await open()
  })
  afterAll(async () => {
    for (const client of clients) client.end(true)
    await place.close()
  })

  const url = (scheme = 'mqtts') => `${scheme}://127.0.0.1:${place.port}`
  async function join_(username: string, options: IClientOptions = {}): Promise<MqttClient> {
    const client = await mqtt.connectAsync(url(), {
      username,
      password: ACCOUNTS.get(username),
      clientId: `${username}-${clients.length}`,
      reconnectPeriod: 0,
      ca: ours.ca,
      ...options,
    })
    client.on('error', () => undefined)
    clients.push(client)
    return client
  }
  /** Why a connection is not made. */
  const refusal = (scheme: string, options: IClientOptions): Promise<string> =>
    new Promise((resolve) => {
      const client = mqtt.connect(url(scheme), {
        username: 'hik-a',
        password: 'a',
        reconnectPeriod: 0,
        connectTimeout: 120_000,
        ...options,
      })
      const end = (word: string) => {
        client.end(true)
        resolve(word)
      }
      client.on('connect', () => end('connected'))
      client.on('error', (error) => end((error as NodeJS.ErrnoException).code?.toString() ?? error.message))
      client.on('close', () => end('closed'))
    })

  test(asvs('12.3.2', 'who knows our authority gets in; who knows another, or none, does not'), async () => {
    expect((await join_('hik-a')).connected).toBe(true)
    for (const ca of [theirs.ca, undefined])
      expect(await refusal('mqtts', ca ? { ca } : {})).toMatch(/CERT|SIGNATURE|ISSUER|LEAF/)
    const foreign: Authority = newAuthority('names', 'DNS:elsewhere.example')
    expect(await refusal('mqtts', { ca: foreign.ca })).toMatch(/CERT|SIGNATURE|ISSUER|LEAF/)
  })

  test(asvs('12.3.1', 'no plain MQTT on that port, and no TLS older than 1.2'), async () => {
    expect(await refusal('mqtt', {})).not.toBe('connected')
    expect(
      await refusal('mqtts', { ca: ours.ca, maxVersion: 'TLSv1.1', minVersion: 'TLSv1' } as IClientOptions),
    ).not.toBe('connected')
  })

  test(asvs('13.2.1', 'nobody without a name and its own password: no stranger, no web client'), async () => {
    for (const who of [
      { username: undefined, password: undefined },
      { username: 'hik-a', password: 'b' },
      { username: 'hik-a', password: '' },
      { username: 'wall', password: 'a' },
      { username: 'security-officer', password: 'a' },
      { username: '', password: '' },
    ])
      expect(await refusal('mqtts', { ca: ours.ca, ...who } as IClientOptions)).not.toBe('connected')
  })

  test(
    asvs('13.2.2', 'a collector speaks under its own name only; what it says as another reaches nobody'),
    async () => {
      const ear = await join_('server')
      const heard: string[] = []
      ear.on('message', (to, payload) => heard.push(payload.includes('forged') ? `forged ${to}` : to))
      await ear.subscribeAsync(`jc/v1/${SITE}/#`, { qos: 1 })
      const own = topic('access', 'hik-a')
      const foreign = [
        topic('access', 'hik-b'),
        `jc/v1/${SITE}/access/hik-b/status`,
        `jc/v1/${SITE}/_receipt/hik-a`,
        `jc/v1/${SITE}/_receipt/hik-b`,
        `jc/v1/${SITE}/_dlq/hik-b`,
        `jc/v1/${SITE}/_anchor/assignment`,
        `jc/v1/other/access/hik-a/evt/x`,
      ]
      for (const to of foreign) {
        const speaker = await join_('hik-a')
        await new Promise<void>((resolve) => {
          speaker.once('close', resolve)
          // Mosquitto acknowledges what it drops; ours ends the line.
          speaker.publish(to, '{"forged":1}', { qos: 1 }, () => resolve())
        })
        speaker.end(true)
      }
      const speaker = await join_('hik-a')
      await speaker.publishAsync(own, JSON.stringify(envelope({ id: 'mine' })), { qos: 1 })
      await until(() => heard.includes(own))
      expect(heard.filter((to) => to.startsWith('forged'))).toEqual([])
    },
  )

  test(asvs('8.2.2', 'a collector hears its own receipts only, whatever it asks for'), async () => {
    const server = await join_('server')
    const spy = await join_('hik-a')
    const heard: string[] = []
    spy.on('message', (to) => heard.push(to))
    for (const filter of [
      '#',
      '+/+/+/+/+/#',
      `jc/v1/${SITE}/#`,
      `jc/v1/${SITE}/+/hik-b/#`,
      `jc/v1/${SITE}/_receipt/+`,
      `jc/v1/${SITE}/_receipt/hik-b`,
      '$SYS/#',
    ])
      await spy.subscribeAsync(filter, { qos: 1 }).catch(() => undefined)
    await spy.subscribeAsync(`jc/v1/${SITE}/_receipt/hik-a`, { qos: 1 })
    for (const to of [`jc/v1/${SITE}/_receipt/hik-b`, topic('access', 'hik-b'), `jc/v1/${SITE}/_receipt/hik-a`])
      await server.publishAsync(to, JSON.stringify({ v: 1, ids: [], rejected: [] }), { qos: 1 })
    const own = `jc/v1/${SITE}/_receipt/hik-a`
    await until(() => heard.includes(own))
    expect([...new Set(heard)]).toEqual([own])
  })

  test(asvs('12.3.4', 'our own collectors and server refuse a broker of another authority, and say so'), async () => {
    const said: string[] = []
    const link = keepLink({
      broker: { url: url(), username: 'hik-a', password: 'a', ca: theirs.ca },
      clientId: 'hik-a',
      will: { topic: `jc/v1/${SITE}/access/hik-a/status`, payload: '{}' },
      subscribe: `jc/v1/${SITE}/_receipt/hik-a`,
      chance: () => 0,
      up: () => said.push('up'),
      down: (reason) => said.push(reason),
      message: () => undefined,
    })
    const door = { submit: async () => undefined } as never
    const common = { url: url(), username: 'server', password: 's', clientId: 'x', site: SITE, door }
    const rest = { now: () => 0, chance: () => 0, log: () => undefined }
    const wrong = new MqttSubscriber({ ...common, ...rest, caFile: theirs.caFile })
    const right = new MqttSubscriber({ ...common, ...rest, clientId: 'y', caFile: ours.caFile })
    await wrong.start()
    await right.start()
    try {
      await until(() => said.length > 0 && right.ready().ok)
      expect(said[0]).toMatch(/^消息服务器连接中断（.*(certificate|signature).*）/)
      await until(() => /certificate|signature/.test(JSON.stringify(wrong.ready())))
      expect(wrong.ready().ok).toBe(false)
      expect(said).not.toContain('up')
    } finally {
      await link.stop()
      await wrong.stop()
      await right.stop()
    }
  })
})
