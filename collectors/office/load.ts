import { connect, type MqttClient } from 'mqtt'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import type { Domain } from '../../contract/domains.ts'
import { MAX_BATCH, Receipt } from '../../contract/envelope.ts'
import { eventTopic, receiptTopic } from '../../contract/topics.ts'
import type { Clock } from '../clock.ts'

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

const DEFAULT_TYPES = ['access.granted', 'door.opened', 'door.closed', 'terminal.scan', 'terminal.usb']

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

interface Message {
  topic: string
  payload: string
  ids: string[]
  malformed: number
}

/** Keeps the window full, or the rate; resolves at the last PUBACK. */
function pump(
  client: MqttClient,
  make: (size: number) => Message,
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

/** Broken in different ways: no JSON, a time that is none, no type, another major version. */
const MALFORMED: readonly ((id: string, site: string) => string)[] = [
  () => '{"v":1,"id":"cut-off',
  (id, site) =>
    `{"v":1,"id":"${id}","type":"access.granted","site":"${site}","collector":"probe","observed_at":"gestern"}`,
  (id, site) => `{"v":1,"id":"${id}","site":"${site}","collector":"probe","observed_at":"2026-01-01T00:00:00Z"}`,
  (id, site) =>
    `{"v":2,"id":"${id}","type":"access.granted","site":"${site}","collector":"probe","observed_at":"2026-01-01T00:00:00Z"}`,
]

/** Everything that does not change is serialised once; an event costs a few string additions. */
function payloadFactory(
  { site, clock, batch = 1, malformedShare = 0, types = DEFAULT_TYPES, run = 0 }: LoadOptions,
  collector: string,
): (size: number) => Message {
  const groups = groupByDomain(types).map(([domain, names]) => ({
    domain,
    heads: names.map((type) => ({
      topic: eventTopic(site, domain, collector, type),
      rest: `","type":"${type}","site":"${site}","collector":"${collector}","device":"load","object":"`,
      tail: `","data":{"credential":"card","person":"h:7be1a2c39d4f5e60","reader":1},"seq":`,
    })),
  }))
  const prefix = run.toString(16).padStart(8, '0').slice(-8)
  let serial = 0
  let broken = 0

  const envelope = (group: (typeof groups)[number], id: string, stamp: string): string => {
    const head = group.heads[serial % group.heads.length] ?? group.heads[0]
    const object = group.domain === 'access' ? 'door:E1' : `LOAD-${serial % 50}`
    return `{"v":1,"id":"${id}${head?.rest}${object}","observed_at":"${stamp}${head?.tail}${serial}}`
  }

  return (size) => {
    const now = clock.now()
    const stamp = Temporal.Instant.fromEpochMilliseconds(now).toString()
    const time = now.toString(16).padStart(12, '0')
    const group = groups[serial % groups.length] ?? groups[0]
    if (!group) throw new Error('types 为空')
    const message: Message = { topic: '', payload: '', ids: [], malformed: 0 }
    const bodies: string[] = []
    for (let n = 0; n < size; n += 1) {
      serial += 1
      const id = `${time}-${prefix}${serial.toString(16).padStart(12, '0')}`
      if (Math.floor(serial * malformedShare + 1e-9) > broken) {
        message.malformed += 1
        // Inside a batch the JSON must stay whole: its own kind of damage is left out.
        const kinds = batch > 1 ? MALFORMED.slice(1) : MALFORMED
        broken += 1
        bodies.push((kinds[broken % kinds.length] ?? MALFORMED[1])?.(id, site) ?? '')
      } else {
        bodies.push(envelope(group, id, stamp))
        message.ids.push(id)
      }
    }
    message.topic =
      batch > 1
        ? eventTopic(site, group.domain, collector, 'mixed')
        : (group.heads[serial % group.heads.length]?.topic ?? '')
    message.payload = batch > 1 ? `{"v":1,"batch":[${bodies.join(',')}]}` : (bodies[0] ?? '')
    return message
  }
}

function groupByDomain(types: readonly string[]): [Domain, string[]][] {
  const groups = Map.groupBy(types, (type) => EVENT_TYPES[type]?.domain ?? 'infra')
  return [...groups]
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
