import { createRequire } from 'node:module'
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt'

/** mqtt.js's own packet writer keeps a Buffer for each of 65,536 numbers ready: 10 MB that a collector does not need. */
const packets: { writeToStream: { cacheNumbers: boolean } } = createRequire(import.meta.resolve('mqtt'))('mqtt-packet')
packets.writeToStream.cacheNumbers = false

export interface BrokerAddress {
  url: string
  username: string
  password: string
  /** PEM of the office's own authority. */
  ca?: string
}

export interface LinkOptions {
  broker: BrokerAddress
  clientId: string
  /** Retained, published by the broker when the connection breaks. */
  readonly will: { topic: string; payload: string }
  subscribe: string
  chance(): number
  /** Connected and subscribed. */
  up(client: MqttClient): void
  /** `reason` in Chinese. */
  down(reason: string, refused: boolean): void
  message(topic: string, payload: Buffer): void
}

export interface Link {
  /** Ends for good; the broker publishes no Will. */
  stop(): Promise<void>
}

const REFUSED_MS = 30_000
/** A connection must live that long to count as a success: two clients with one id throw each other out at once. */
const SETTLED_MS = 5000

/** Full jitter between 0.5 and 10 s, growing with the failures in a row. */
export const retryDelay = (failures: number, chance: number): number =>
  500 + chance * (Math.min(10_000, 1000 * 2 ** Math.min(failures, 10)) - 500)

/**
 * Keeps a connection up. Each attempt gets a client of its own: mqtt.js's outgoing store, its fixed reconnect period
 * and its give-up after a refused CONNACK then never matter; what was on its way is published again from the spool.
 */
export function keepLink(options: LinkOptions): Link {
  let client: MqttClient | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let stopped = false

  function attempt(): void {
    const mine = mqtt.connect(options.broker.url, clientOptions(options))
    client = mine
    let problem: unknown
    let connectedAt: number | undefined
    mine.on('error', (error) => {
      problem ??= error
    })
    mine.on('message', options.message)
    mine.on('connect', () => {
      connectedAt = performance.now()
      mine.subscribe(options.subscribe, { qos: 1 }, (error) => {
        if (error) problem ??= error
        if (error) mine.end(true)
        else if (mine.connected && !stopped) options.up(mine)
      })
    })
    mine.once('close', () => {
      mine.end(true)
      if (stopped || client !== mine) return
      failures = connectedAt !== undefined && performance.now() - connectedAt > SETTLED_MS ? 0 : failures + 1
      const refused = isRefusal(problem)
      options.down(reasonOf(problem, connectedAt !== undefined, failures), refused)
      timer = setTimeout(attempt, refused ? REFUSED_MS : retryDelay(failures, options.chance()))
    })
  }

  attempt()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      const mine = client
      if (!mine) return
      if (mine.connected) await Promise.race([mine.endAsync(), new Promise((done) => setTimeout(done, 1000))])
      mine.end(true)
    },
  }
}

const clientOptions = ({ broker, clientId, will: { topic, payload } }: LinkOptions): IClientOptions => ({
  clientId,
  username: broker.username,
  password: broker.password,
  ca: broker.ca,
  clean: true,
  keepalive: 15,
  connectTimeout: 10_000,
  reconnectPeriod: 0,
  resubscribe: false,
  queueQoSZero: false,
  protocolVersion: 4,
  will: { topic, payload: Buffer.from(payload), qos: 1, retain: true },
})

/** CONNACK 4 (bad user name or password) or 5 (not authorised), MQTT 3.1.1 section 3.2.2.3. */
function isRefusal(problem: unknown): boolean {
  const code = (problem as { code?: unknown } | undefined)?.code
  return code === 4 || code === 5
}

function reasonOf(problem: unknown, wasConnected: boolean, failures: number): string {
  if (isRefusal(problem)) return '消息服务器拒绝了用户名或口令，请核对 secrets.json 中的 broker 口令；30 秒后再试'
  if (wasConnected && failures >= 3) return '连接一再被断开，可能有另一个进程在用同一采集器编号，请检查是否重复启动'
  const what = problem instanceof Error ? problem.message || (problem as NodeJS.ErrnoException).code : ''
  return `消息服务器连接中断${what ? `（${what}）` : ''}，数据暂存本机，自动重连`
}
