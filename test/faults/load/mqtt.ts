import mqtt from 'mqtt'
import { eventTopic, receiptTopic } from '../../../contract/topics.ts'
import { COUNTED_TYPE, type Load, type Numbered, numbered, SITE } from './load.ts'

const EVERY_MS = 20
const AGAIN_MS = 3000

/** A foreign publisher that heeds receipts: what has none is sent again after each connection and after a while. */
export function mqttLoad(address: { url: string; username: string; password: string }, base: number): Load {
  const waiting = new Map<string, Numbered & { sentAt: number }>()
  const made: string[] = []
  let counted = 0
  let client: mqtt.MqttClient | undefined
  const timers: NodeJS.Timeout[] = []

  const publish = (event: Numbered) => {
    waiting.set(event.id, { ...event, sentAt: performance.now() })
    if (!client?.connected) return
    client.publish(eventTopic(SITE, 'terminal', 'probe', event.type), event.text, { qos: 1 }, () => undefined)
  }
  const make = () => {
    const event = numbered('mqtt', made.length + 1, base)
    made.push(event.id)
    if (event.type === COUNTED_TYPE) counted += 1
    publish(event)
  }
  const again = (olderThan: number) => {
    for (const event of [...waiting.values()]) if (performance.now() - event.sentAt >= olderThan) publish(event)
  }
  const hear = (payload: Buffer) => {
    const { ids, rejected } = JSON.parse(payload.toString()) as {
      ids: string[]
      rejected: { id: string; reason: string }[]
    }
    for (const id of ids) waiting.delete(id)
    for (const { id, reason } of rejected) if (waiting.has(id)) throw new Error(`编号事件被拒收：${id} ${reason}`)
  }

  return {
    name: 'mqtt',
    start: async () => {
      client = mqtt.connect(address.url, {
        clientId: 'fault-load',
        username: address.username,
        password: address.password,
        clean: true,
        reconnectPeriod: 200,
        reconnectOnConnackError: true,
        queueQoSZero: false,
      })
      client.on('error', () => undefined)
      client.on('connect', () => {
        client?.subscribe(receiptTopic(SITE, 'probe'), { qos: 1 }, () => again(0))
      })
      client.on('message', (_, payload) => hear(payload))
      timers.push(
        setInterval(make, EVERY_MS),
        setInterval(() => again(AGAIN_MS), AGAIN_MS / 3),
      )
    },
    finish: () => clearInterval(timers[0]),
    settled: () => waiting.size === 0,
    ids: () => made,
    counted: () => counted,
    stop: async () => {
      for (const timer of timers) clearInterval(timer)
      await client?.endAsync(true)
    },
  }
}
