import { createHash, timingSafeEqual } from 'node:crypto'
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { Aedes, type Client, type PublishPacket } from 'aedes'
import { parseTopic } from '../../contract/topics.ts'
import { guardFrames } from './frame-guard.ts'
import { mayPublish, maySubscribe } from './rights.ts'
import { ClientStorm } from './storm.ts'
import type { Door, Log, PublishOptions, Wire } from './wire.ts'

/** Longest packet that is read at all; what lies between 64 KiB and this goes to quarantine. */
const MOST_PACKET_BYTES = 512 * 1024
const MOST_CLIENTS = 500
const MOST_RETAINED = 10_000
const CONNECT_MS = 10_000
/** A client that does not read is cut off after this; without it one could freeze everybody (protocols.md 5.2). */
const DRAIN_MS = 15_000
/** A wrong password is answered slowly. */
const WRONG_MS = 300
const LISTEN_AGAIN_MS = 200
const UNAVAILABLE = 3
const BAD_PASSWORD = 4
const ID_REJECTED = 2

export interface BrokerOptions {
  host: string
  /** 0 picks a free one. */
  port: number
  site: string
  /** User name → password: `server`, each collector by its id, `probe` in the demo. */
  accounts: ReadonlyMap<string, string>
  /** PEM texts: the port then speaks TLS only. */
  tls?: { cert: string; key: string }
  door: Door
  now(): number
  log: Log
  /** Waits that long for a predecessor to leave the port. */
  waitMs?: number
  maxClients?: number
}

const digest = (text: string | Uint8Array): Buffer => createHash('sha256').update(text).digest()

/** @returns whether name and password fit, in a time that does not tell which of the two was wrong */
export function passwordChecker(accounts: ReadonlyMap<string, string>) {
  const digests = new Map([...accounts].map(([name, password]) => [name, digest(password)]))
  const nobody = digest('')
  return (username: string, password: Uint8Array): boolean =>
    timingSafeEqual(digest(password), digests.get(username) ?? nobody) && digests.has(username) && password.length > 0
}

async function tlsServer(
  identity: { cert: string; key: string },
  hear: (socket: Socket) => void,
  log: Log,
): Promise<Server> {
  const { createServer: createTls } = await import('node:tls')
  const options = { ...identity, minVersion: 'TLSv1.2', handshakeTimeout: CONNECT_MS } as const
  return createTls(options, hear).on('tlsClientError', (error, socket) =>
    log('warn', `MQTT 的 TLS 握手失败（${socket.remoteAddress}）：${error.message}`),
  )
}

class Denied extends Error {
  readonly returnCode: number
  constructor(returnCode: number, message: string) {
    super(message)
    this.returnCode = returnCode
  }
}

/** Aedes inside the server's process: collectors' credentials and rights, and a PUBACK that means «on disk». */
export class EmbeddedBroker implements Wire {
  readonly #options: BrokerOptions
  readonly #fits: (username: string, password: Uint8Array) => boolean
  readonly #users = new WeakMap<Client, string>()
  readonly #storm = new ClientStorm()
  readonly #retained = new Set<string>()
  #aedes: Aedes | null = null
  #server: Server | null = null

  constructor(options: BrokerOptions) {
    if ('shared' in options && options.shared)
      throw new Error('内置消息代理不支持共享订阅（shared）：请去掉 broker.shared，或改用 Mosquitto / EMQX')
    this.#options = options
    this.#fits = passwordChecker(options.accounts)
  }

  get port(): number | null {
    const address = this.#server?.address()
    return address && typeof address === 'object' ? address.port : null
  }

  ready(): { ok: true } | { ok: false; reason: string } {
    return this.#server?.listening ? { ok: true } : { ok: false, reason: '内置消息代理未在监听' }
  }

  async start(): Promise<void> {
    const { maxClients = MOST_CLIENTS, log } = this.#options
    const aedes = await Aedes.createBroker({
      connectTimeout: CONNECT_MS,
      drainTimeout: DRAIN_MS,
      maxClientsIdLength: 256,
      maxTopicLevels: 12,
      preConnect: (_client, _packet, done) => {
        const full = aedes.connectedClients >= maxClients
        done(full ? new Denied(UNAVAILABLE, `连接数已达上限 ${maxClients}`) : null, !full)
      },
      authenticate: (client, username = '', password = Buffer.alloc(0), done) =>
        this.#authenticate(client, username, password, (denied) => done(denied as never, denied === null)),
      authorizePublish: (client, packet, done) => this.#publishes(client, packet, done),
      authorizeSubscribe: (client, subscription, done) =>
        done(null, maySubscribe(this.#options.site, this.#nameOf(client), subscription.topic) ? subscription : null),
    })
    aedes.on('clientError', (client, error) => log('warn', `MQTT 客户端 ${client.id} 的连接出错：${error.message}`))
    aedes.on('connectionError', (_client, error) => log('warn', `MQTT 连接被拒：${error.message}`))
    aedes.on('clientReady', (client) => this.#watchStorm(client))
    this.#aedes = aedes
    const { tls } = this.#options
    const hear = (socket: Socket) => {
      guardFrames(socket, MOST_PACKET_BYTES)
      aedes.handle(socket)
    }
    const server = tls ? await tlsServer(tls, hear, log) : createServer(hear)
    server.maxConnections = maxClients + 50
    this.#server = server
    await this.#listen(server)
  }

  async stop(): Promise<void> {
    const [aedes, server] = [this.#aedes, this.#server]
    this.#aedes = null
    this.#server = null
    const closed = new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
    if (aedes) await new Promise<void>((resolve) => aedes.close(() => resolve()))
    await closed
  }

  publish(topic: string, payload: string, { qos, retain }: PublishOptions): void {
    this.#aedes?.publish({ cmd: 'publish', topic, payload, qos, retain, dup: false }, (error) => {
      if (error) this.#options.log('warn', `未能发出 ${topic}：${error.message}`)
    })
  }

  async #listen(server: Server): Promise<void> {
    const { host, port, now, waitMs = 0 } = this.#options
    const until = now() + waitMs
    for (;;) {
      const error = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
        server.once('error', resolve)
        server.listen(port, host, () => {
          server.removeListener('error', resolve)
          resolve(null)
        })
      })
      if (!error) return
      if (error.code === 'EADDRINUSE' && now() < until) {
        await sleep(LISTEN_AGAIN_MS)
        continue
      }
      await this.stop()
      throw error.code === 'EADDRINUSE'
        ? new Error(
            `MQTT 端口 ${host}:${port} 已被占用：请结束占用它的程序，或用 SANLING_MQTT_PORT 换一个端口（0 = 自动选择）`,
          )
        : new Error(`MQTT 端口 ${host}:${port} 无法监听：${error.message}`)
    }
  }

  #nameOf(client: Client | null): string {
    return (client && this.#users.get(client)) || ''
  }

  #authenticate(client: Client, username: string, password: Buffer, done: (denied: Denied | null) => void): void {
    const { accounts, log } = this.#options
    if (!this.#fits(username, password)) {
      log('warn', `MQTT 用户 “${username.slice(0, 64)}” 的口令不正确`)
      setTimeout(() => done(new Denied(BAD_PASSWORD, '用户名或口令不正确')), WRONG_MS)
      return
    }
    // Taking another account's client id would cut its connection.
    const taken = client.id !== username && accounts.has(client.id)
    if (!taken) this.#users.set(client, username)
    done(taken ? new Denied(ID_REJECTED, '客户端标识属于他人') : null)
  }

  /** Calls back after the commit, so that the PUBACK means «on disk»; also asked for a Will. */
  #publishes(client: Client | null, packet: PublishPacket, done: (error?: Error | null) => void): void {
    const refusal = this.#refuses(client, packet.topic)
    if (refusal || !client) {
      done(refusal ? new Error(refusal) : null)
      return
    }
    const { site, door, now } = this.#options
    const kind = parseTopic(packet.topic)?.kind
    // A retained event would fire again for each new subscriber (protocols.md 5.1).
    if (packet.retain && (kind === 'evt' || kind === undefined || !this.#mayRetain(packet.topic))) packet.retain = false
    if (kind === 'state' || packet.topic.startsWith(`jc/v1/${site}/_`)) {
      done(null)
      return
    }
    const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
    door.submit(packet.topic, payload, now()).then(
      () => done(null),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    )
  }

  /** Why this client may not publish there; null = it may. Without a client the server itself publishes. */
  #refuses(client: Client | null, topic: string): string | null {
    const { site, log } = this.#options
    if (!this.#aedes) return '正在停止'
    if (!client || mayPublish(site, this.#nameOf(client), topic)) return null
    log('warn', `MQTT 用户 ${this.#nameOf(client)} 无权发布到 ${topic.slice(0, 200)}`)
    return '无权发布到该主题'
  }

  #mayRetain(topic: string): boolean {
    if (this.#retained.size >= MOST_RETAINED && !this.#retained.has(topic)) return false
    this.#retained.add(topic)
    return true
  }

  #watchStorm(client: Client): void {
    if (this.#storm.see(client.id, this.#options.now()))
      this.#options.log('error', `两个程序在用同一个 MQTT 客户端标识 “${client.id}”，彼此反复挤下线：请只保留一个`)
  }
}
