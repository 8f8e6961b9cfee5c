import mqtt from 'mqtt'
import { Receipt } from '../../contract/envelope.ts'
import { receiptTopic } from '../../contract/topics.ts'

/** The drill source's way to the broker: a client of its own for one drill, as a collector would have it. */
export interface DrillWire {
  /** Resolves when the event has been handed to the connection. `receipt` is called when the server has it on disk. */
  send(
    event: { site: string; collector: string; topic: string; id: string; payload: string },
    heard: Heard,
  ): Promise<void>
  stop(): Promise<void>
}
export interface Heard {
  published(): void
  receipt(): void
}
export interface DrillWireOptions {
  /** Asked at each drill. */
  broker(): { url: string; username: string; password: string; caFile?: Uint8Array }
  failed(error: unknown): void
  /** Longest wait for the broker, ms. */
  connectMs?: number
}

export function drillWire(options: DrillWireOptions): DrillWire {
  let close: (() => Promise<void>) | undefined
  const stop = async (): Promise<void> => {
    const gone = close
    close = undefined
    await gone?.()
  }
  return {
    stop,
    async send({ site, collector, topic, id, payload }, heard) {
      await stop()
      const { url, username, password, caFile } = options.broker()
      const client = mqtt.connect(url, {
        clientId: collector,
        username,
        password,
        ...(caFile ? { ca: Buffer.from(caFile) } : {}),
        protocolVersion: 4,
        reconnectPeriod: 0,
        connectTimeout: options.connectMs ?? 10_000,
        queueQoSZero: false,
      })
      close = async () => void (await client.endAsync(true))
      client.on('error', (error) => options.failed(error))
      await new Promise<void>((resolve, reject) => {
        client.once('connect', () => resolve())
        client.once('close', () => reject(new Error('演练源连不上消息代理')))
      })
      client.on('message', (_topic, text) => {
        if (receiptIds(text).includes(id)) heard.receipt()
      })
      // A broker that refuses it costs the receipt's time, not the drill.
      await client
        .subscribeAsync(receiptTopic(site, collector), { qos: 1 })
        .catch((error: unknown) => options.failed(error))
      heard.published()
      client.publish(topic, payload, { qos: 1 }, (error) => {
        if (error) options.failed(error)
      })
    },
  }
}

function receiptIds(text: Uint8Array): readonly string[] {
  try {
    return Receipt.parse(JSON.parse(new TextDecoder().decode(text))).ids
  } catch {
    return []
  }
}
