import type { MqttClient } from 'mqtt'
import type { Logger } from 'pino'
import type { Domain } from '../../contract/domains.ts'
import { Receipt } from '../../contract/envelope.ts'
import { deadLetterTopic, eventTopic, metricTopic, receiptTopic, statusTopic } from '../../contract/topics.ts'
import type { Clock } from '../clock.ts'
import { type BrokerAddress, keepLink, type Link } from './link.ts'
import { pack } from './pack.ts'
import type { SpoolRow } from './spool.ts'
import { createWindow } from './window.ts'
import type { Writer } from './writer.ts'

export interface PublisherOptions {
  site: string
  domain: Domain
  collector: string
  broker: BrokerAddress
  clock: Clock
  chance(): number
  log: Logger
  writer: Writer
  /** Status payload; `offline` for the Will and for a graceful stop. */
  status(offline: boolean): string
  /** Connected, first messages of the connection may be sent. */
  up(): void
}

export interface Publisher {
  start(): void
  stop(): Promise<void>
  /** New rows are in the spool. */
  wake(): void
  /** The spool was made anew: begin at its front. */
  reset(): void
  /** Sends the status again. */
  status(): void
  readonly connected: boolean
  /** `met/collector_health`. QoS 1 only when it must arrive. */
  health(payload: string, qos: 0 | 1): void
  deadLetter(payload: string): void
}

const CHECK_MS = 1000

/** Sends what lies in the spool, in order, and lets go of a row only at the server's receipt. */
export function createPublisher(options: PublisherOptions): Publisher {
  const { site, domain, collector, clock, writer, log } = options
  const window = createWindow()
  let client: MqttClient | undefined
  let link: Link | undefined
  let timer: NodeJS.Timeout | undefined
  let readSeq = 0
  let pumping = false

  const publishedAt = () => Temporal.Instant.fromEpochMilliseconds(clock.now()).toString()
  const ifUp = (topic: string, payload: string, qos: 0 | 1, retain = false): void => {
    if (client?.connected) client.publish(topic, payload, { qos, retain })
  }
  const send = (rows: readonly SpoolRow[]): SpoolRow[] => {
    const { rows: sent, name, payload } = pack(rows, publishedAt())
    ifUp(eventTopic(site, domain, collector, name), payload, 1)
    return sent
  }

  function pump(): void {
    if (pumping) return
    pumping = true
    try {
      while (client?.connected && !window.full) {
        const rows = writer.spool.pending(readSeq, 200)
        if (rows.length === 0) break
        const sent = send(rows)
        window.launch(sent, clock.now())
        readSeq = sent.at(-1)?.seq ?? readSeq
      }
    } finally {
      pumping = false
    }
  }

  function publishOverdue(): void {
    if (!client?.connected) return
    for (const { open } of window.overdue(clock.now())) {
      let rows = writer.spool.stillPending([...open.values()])
      if (rows.length === 0) window.land([...open.keys()])
      while (rows.length > 0) rows = rows.slice(send(rows).length)
    }
  }

  function receipt(payload: Buffer): void {
    const parsed = Receipt.safeParse(parseJson(payload))
    if (!parsed.success) {
      log.warn('收到无法识别的回执，已忽略')
      return
    }
    const { ids } = parsed.data
    const rejected = parsed.data.rejected.flatMap(({ id, reason }) => (id === null ? [] : [{ id, reason }]))
    window.land([...ids, ...rejected.map(({ id }) => id)])
    if (ids.length > 0 || rejected.length > 0) writer.write({ receipted: ids, rejected }).catch(() => {})
    pump()
  }

  const guarded = (work: () => void) => () => {
    try {
      work()
    } catch (error) {
      // The writer notices a damaged spool at its next commit and opens a new one.
      log.error({ err: error }, '读取本机暂存失败，稍后再试')
      reset()
    }
  }
  function reset(): void {
    readSeq = 0
    window.clear()
  }

  return {
    start() {
      link = keepLink({
        broker: options.broker,
        clientId: collector,
        // Read anew for each connection: its time says since when.
        get will() {
          return { topic: statusTopic(site, domain, collector), payload: options.status(true) }
        },
        subscribe: receiptTopic(site, collector),
        chance: options.chance,
        up: (connected) => {
          client = connected
          reset()
          log.info('已连接消息服务器')
          ifUp(statusTopic(site, domain, collector), options.status(false), 1, true)
          options.up()
          guarded(pump)()
        },
        down: (reason) => {
          client = undefined
          log.warn(reason)
        },
        message: (_topic, payload) => guarded(() => receipt(payload))(),
      })
      timer = setInterval(
        guarded(() => {
          publishOverdue()
          pump()
        }),
        CHECK_MS,
      )
    },
    async stop() {
      clearInterval(timer)
      const leaving = client
      client = undefined
      if (leaving?.connected) {
        const said = leaving.publishAsync(statusTopic(site, domain, collector), options.status(true), {
          qos: 1,
          retain: true,
        })
        await Promise.race([said.catch(() => {}), new Promise((done) => setTimeout(done, 1000))])
      }
      await link?.stop()
    },
    wake: guarded(pump),
    reset,
    status: () => ifUp(statusTopic(site, domain, collector), options.status(false), 1, true),
    get connected() {
      return client?.connected ?? false
    },
    health: (payload, qos) => ifUp(metricTopic(site, domain, collector, 'collector_health'), payload, qos),
    deadLetter: (payload) => ifUp(deadLetterTopic(site, collector), payload, 1),
  }
}

function parseJson(payload: Buffer): unknown {
  try {
    return JSON.parse(payload.toString('utf8'))
  } catch {
    return undefined
  }
}
