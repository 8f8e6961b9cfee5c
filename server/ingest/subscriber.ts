import { readFileSync } from 'node:fs'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'
import { parseTopic, serverFilters } from '../../contract/topics.ts'
import { ClientStorm } from './storm.ts'
import type { Door, Log, PublishOptions, Wire } from './wire.ts'

const KEEPALIVE_S = 60
/** Parsing stands still while a message is held back, answers to pings included: well below the keepalive. */
const HOLD_MS = (KEEPALIVE_S * 1000) / 2
const RECONNECT_MS = 1000
/** Of several servers: a silent one must not be dealt events for a minute and a half. */
const SHARED_KEEPALIVE_S = 10
const SHARED_HOLD_MS = (SHARED_KEEPALIVE_S * 1000) / 2
const STOP_MS = 1500
const SLOW_RECONNECT_MS = 10_000
/**
 * After so much the event loop gets its turn: libuv reads up to 32 × 64 KiB of one socket in a row, which would be 70 ms
 * of messages without a breath (measured).
 */
const BREATH_BYTES = 128 * 1024
/** Receipts that wait for the connection; a lost one only means that the collector sends again. */
const MOST_WAITING = 2000
/** CONNACK 4 and 5: wrong password, not authorised. */
const REFUSED = new Set([4, 5, 134, 135])

export interface SubscriberOptions {
  url: string
  username: string
  password: string
  caFile?: string
  /**
   * Group of a shared subscription, when several servers share the events. What collectors say of themselves goes to
   * every server: a shared subscription would not even bring what the broker keeps of it (MQTT 5, 4.8.2).
   */
  shared?: string
  /** Fixed, one per server: the broker keeps what comes while we are away. */
  clientId: string
  site: string
  door: Door
  now(): number
  /** 0 ≤ x < 1: spreads the reconnections of many. */
  chance(): number
  log: Log
  holdMs?: number
}

/**
 * mqtt.js against an external Mosquitto or EMQX. PUBACK goes out at once and the receipt after the commit is the
 * promise: mqtt.js hands over one packet at a time, so a commit inside `handleMessage` would mean 93 messages a second
 * (protocols.md 5.3). An error is never given to the callback: it would leave the message stuck in the window.
 */
export class MqttSubscriber implements Wire {
  readonly port = null
  readonly #options: SubscriberOptions
  readonly #storm = new ClientStorm()
  readonly #clearing = new Set<string>()
  #client: MqttClient | null = null
  #subscribed = false
  #paused = false
  #sinceBreath = 0
  #trouble = '正在连接消息代理'
  #waiting: { topic: string; payload: string; options: PublishOptions }[] = []

  constructor(options: SubscriberOptions) {
    this.#options = options
  }

  ready(): { ok: true } | { ok: false; reason: string } {
    return this.#subscribed ? { ok: true } : { ok: false, reason: this.#trouble }
  }

  /** Starts connecting; a broker that is not there yet is tried again for ever and shows in `ready`. */
  async start(): Promise<void> {
    const { url, username, password, caFile, clientId, log, shared } = this.#options
    const options: IClientOptions = {
      username,
      password,
      clientId,
      // A broker goes on dealing events to a member whose session it keeps. What it had dealt to one that died has no
      // receipt, so the collectors send it again.
      clean: shared !== undefined,
      keepalive: shared === undefined ? KEEPALIVE_S : SHARED_KEEPALIVE_S,
      protocolVersion: 4,
      queueQoSZero: false,
      reconnectPeriod: RECONNECT_MS,
      reconnectOnConnackError: true,
      resubscribe: false,
      ...(caFile ? { ca: readFileSync(caFile) } : {}),
    }
    const client = mqtt.connect(url, options)
    this.#client = client
    client.handleMessage = (packet, done) => {
      const payload = typeof packet.payload === 'string' ? Buffer.from(packet.payload) : packet.payload
      this.#arrived(packet.topic, payload, packet.retain, () => done())
    }
    client.on('connect', () => this.#connected(client))
    client.on('close', () => this.#closed(client))
    client.on('error', (error) => {
      const refused = 'code' in error && typeof error.code === 'number' && REFUSED.has(error.code)
      this.#trouble = refused ? '消息代理拒绝登录：用户名或口令不正确' : `无法连接消息代理 ${url}：${error.message}`
      client.options.reconnectPeriod = this.#jitter(refused ? SLOW_RECONNECT_MS : RECONNECT_MS)
      log('warn', this.#trouble)
    })
  }

  async stop(): Promise<void> {
    const client = this.#client
    this.#client = null
    this.#subscribed = false
    if (!client) return
    // A broker that no longer answers must not keep us: what it has not acknowledged is only a receipt.
    const flushed = client.endAsync(!client.connected)
    const late = new Promise<'late'>((resolve) => setTimeout(resolve, STOP_MS, 'late').unref())
    if ((await Promise.race([flushed, late])) === 'late') client.stream.destroy()
  }

  publish(topic: string, payload: string, options: PublishOptions): void {
    const client = this.#client
    if (client?.connected) client.publish(topic, payload, options)
    else if (this.#waiting.push({ topic, payload, options }) > MOST_WAITING) this.#waiting.shift()
  }

  #jitter(ms: number): number {
    return Math.round(ms * (0.5 + this.#options.chance()))
  }

  #connected(client: MqttClient): void {
    const { shared, site, clientId, now, log } = this.#options
    client.options.reconnectPeriod = this.#jitter(RECONNECT_MS)
    if (this.#storm.see(clientId, now()))
      log('error', `另一个程序在用同一个 MQTT 客户端标识 “${clientId}”，彼此反复挤下线：请为每台服务器设不同的标识`)
    const isEvents = (filter: string) => filter.endsWith('/evt/+')
    const filters = serverFilters(site).map((filter) =>
      shared && isEvents(filter) ? `$share/${shared}/${filter}` : filter,
    )
    client.subscribe(filters, { qos: 1 }, (error, granted) => {
      const denied = granted?.find(({ qos }) => Number(qos) > 2)
      this.#subscribed = !error && !denied
      if (denied) this.#trouble = `消息代理不允许订阅 ${denied.topic}：请检查服务器账号的权限`
      else if (error) this.#trouble = `订阅失败：${error.message}`
      if (!this.#subscribed) log('error', this.#trouble)
    })
    for (const { topic, payload, options } of this.#waiting.splice(0)) client.publish(topic, payload, options)
  }

  #closed(client: MqttClient): void {
    if (this.#subscribed) this.#trouble = '与消息代理的连接已断开，正在重连'
    this.#subscribed = false
    client.options.reconnectPeriod ||= this.#jitter(RECONNECT_MS)
  }

  #arrived(topic: string, payload: Buffer, retained: boolean, done: () => void): void {
    const { door, now, log } = this.#options
    if (payload.length === 0 && this.#clearing.delete(topic)) {
      done()
      return
    }
    if (retained && parseTopic(topic)?.kind === 'evt') {
      log('warn', `主题 ${topic} 上有保留消息：事件不得保留，已代为清除`)
      this.#clearing.add(topic)
      this.publish(topic, '', { qos: 1, retain: true })
    }
    const taken = door.take(topic, payload, now())
    if (!taken || door.high) this.#hold(taken, done)
    else if (this.#isBreathless(payload.length)) setImmediate(done)
    else done()
  }

  #isBreathless(bytes: number): boolean {
    this.#sinceBreath += bytes
    if (this.#sinceBreath < BREATH_BYTES) return false
    this.#sinceBreath = 0
    return true
  }

  /** Holds the stream back; when that takes too long, hangs up: the broker keeps what it has for us. */
  #hold(taken: boolean, done: () => void): void {
    let settled = false
    const timer = setTimeout(
      () => {
        settled = true
        this.#pause()
      },
      this.#options.holdMs ?? (this.#options.shared === undefined ? HOLD_MS : SHARED_HOLD_MS),
    )
    this.#options.door.whenLow().then(() => {
      clearTimeout(timer)
      if (!settled && taken) done()
      else if (!settled) this.#pause()
    })
  }

  #pause(): void {
    const client = this.#client
    if (this.#paused || !client) return
    this.#paused = true
    this.#subscribed = false
    this.#trouble = '入库积压，已暂停接收；消息代理代为保存'
    this.#options.log('warn', this.#trouble)
    client.end(true, () => {
      this.#options.door.whenLow().then(() => {
        this.#paused = false
        if (this.#client) client.reconnect()
      })
    })
  }
}
