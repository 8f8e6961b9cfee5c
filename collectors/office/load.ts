import { connect, type MqttClient } from 'mqtt'
import { MAX_BATCH, Receipt } from '../../contract/envelope.ts'
import { receiptTopic } from '../../contract/topics.ts'
import type { Clock } from '../clock.ts'
import { type LoadMessage, payloadFactory } from './load-payload.ts'

/** Load for benchmarks and fault tests: events of collector `probe` over MQTT, prepared cheaply, counted by id. */
export interface LoadOptions {
  url: string
  username: string
  password: string
  site: string
  clock: Clock
  /** Stops after so many events … */
  count?: number
  /** … or after so long; one of the two. */
  seconds?: number
  /** Events a second; 0 or nothing = as fast as the window allows. */
  rate?: number
  /** Events a message, 1–200; 1 = bare envelopes. */
  batch?: number
  /** Share of malformed events, 0–1: they get no id and must end in quarantine. */
  malformedShare?: number
  /** Event types in turn; all of one domain share batches. */
  types?: readonly string[]
  /** Messages that may wait for their PUBACK. */
  window?: number
  /** Wait that long after the last PUBACK for the receipts of all ids. */
  receiptsWithinMs?: number
  collector?: string
  clientId?: string
  /** First of the running numbers inside the ids, so that several runs do not collide. */
  run?: number
}

export interface LoadResult {
  /** Ids of the well-formed events, in order of sending. */
  ids: string[]
  malformed: number
  messages: number
  /** Epoch ms of the first publish, the last PUBACK, and the last receipt. */
  startedAt: number
  acknowledgedAt: number
  receiptedAt: number | null
  /** Receipts: stored and refused. */
  receipted: Set<string>
  rejected: number
}

/**
 * Publishes events at QoS 1.
 * @throws Error when the broker refuses the sign-in or the connection is lost before everything is acknowledged
 */
export async function publishLoad(options: LoadOptions): Promise<LoadResult> {
  const { clock, window = 1000, receiptsWithinMs = 0 } = options
  const collector = options.collector ?? 'probe'
  const client = await signIn(options, collector)
  const factory = payloadFactory(options, collector)
  const result: LoadResult = {
    ids: [],
    malformed: 0,
    messages: 0,
    startedAt: clock.now(),
    acknowledgedAt: 0,
    receiptedAt: null,
    receipted: new Set(),
    rejected: 0,
  }
  client.on('message', (_, payload) => countReceipt(result, payload, clock))
  if (receiptsWithinMs > 0) await client.subscribeAsync(receiptTopic(options.site, collector), { qos: 1 })
  try {
    await pump(client, factory, options, window, result)
    result.acknowledgedAt = clock.now()
    const until = clock.now() + receiptsWithinMs
    while (result.receipted.size < result.ids.length && clock.now() < until) await pause(20)
  } finally {
    await client.endAsync(true)
  }
  return result
}

async function signIn(
  { url, username, password, clientId, clock }: LoadOptions,
  collector: string,
): Promise<MqttClient> {
  return new Promise((resolve, reject) => {
    const client = connect(url, {
      username,
      password,
      clientId: clientId ?? `${collector}-load-${clock.now().toString(36)}`,
      clean: true,
      reconnectPeriod: 0,
      queueQoSZero: false,
      protocolVersion: 4,
    })
    client.once('connect', () => resolve(client))
    client.once('error', (error) => {
      client.end(true)
      reject(new Error(`消息服务器拒绝连接：${error.message}`))
    })
  })
}

function countReceipt(result: LoadResult, payload: Buffer, clock: Clock): void {
  const receipt = Receipt.safeParse(JSON.parse(payload.toString()))
  if (!receipt.success) return
  for (const id of receipt.data.ids) result.receipted.add(id)
  result.rejected += receipt.data.rejected.length
  result.receiptedAt = clock.now()
}

/** Keeps the window full, or the rate; resolves at the last PUBACK. */
function pump(
  client: MqttClient,
  make: (size: number) => LoadMessage,
  { clock, count, seconds, rate = 0, batch = 1 }: LoadOptions,
  window: number,
  result: LoadResult,
): Promise<void> {
  const size = Math.min(Math.max(batch, 1), MAX_BATCH)
  const until = seconds === undefined ? Number.POSITIVE_INFINITY : result.startedAt + seconds * 1000
  const total = count ?? (seconds === undefined ? 0 : Number.POSITIVE_INFINITY)
  let sent = 0
  let waiting = 0
  let timer: NodeJS.Timeout | undefined
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      clearTimeout(timer)
      client.off('close', lost)
      if (error) reject(error)
      else resolve()
    }
    const lost = (): void => settle(new Error(`连接中断，${waiting} 条未确认`))
    client.once('close', lost)
    const isDone = (now: number): boolean => sent >= total || now >= until
    const fill = (): void => {
      const now = clock.now()
      const allowed = rate > 0 ? ((now - result.startedAt) * rate) / 1000 + size : Number.POSITIVE_INFINITY
      while (waiting < window && sent < allowed && !isDone(now)) publish(Math.min(size, total - sent))
      if (isDone(now)) {
        if (waiting === 0) settle()
        return
      }
      if (rate > 0 && timer === undefined)
        timer = setTimeout(() => {
          timer = undefined
          fill()
        }, 2)
    }
    const publish = (events: number): void => {
      const message = make(events)
      for (const id of message.ids) result.ids.push(id)
      result.malformed += message.malformed
      result.messages += 1
      sent += events
      waiting += 1
      client.publish(message.topic, message.payload, { qos: 1 }, (error) => {
        if (error) return settle(error)
        waiting -= 1
        if (waiting < window / 2 || isDone(clock.now())) fill()
      })
    }
    fill()
  })
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
