import { connectAsync, type MqttClient } from 'mqtt'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../collectors/clock.ts'
import { publishLoad } from '../../../collectors/office/load.ts'
import { Batch, Envelope, MAX_PAYLOAD_BYTES } from '../../../contract/envelope.ts'
import { parseTopic, receiptTopic, serverFilters } from '../../../contract/topics.ts'
import { type Service, startMosquitto } from '../../services.ts'
import { until } from '../recorder.ts'

/** The load generator against a real Mosquitto and a listener that checks every message by the contract. */

let broker: Service
let listener: MqttClient
let seen: { topic: string; payload: Buffer }[] = []
const load = (by: Partial<Parameters<typeof publishLoad>[0]>) =>
  publishLoad({ url: broker.url, username: 'probe', password: 'x', site: 'demo', clock: systemClock, ...by })

beforeAll(async () => {
  broker = await startMosquitto({
    config: 'allow_anonymous true\nmax_queued_messages 100000\nmax_inflight_messages 1000',
  })
  listener = await connectAsync(broker.url)
  listener.on('message', (topic, payload) => seen.push({ topic, payload }))
  await listener.subscribeAsync(serverFilters('demo'), { qos: 1 })
})
beforeEach(() => {
  seen = []
})
afterAll(async () => {
  await listener.endAsync()
  await broker.stop()
})

/** Well-formed ids of a payload; a batch's bad members count as bad. */
function read(payload: Buffer): { good: string[]; bad: number } {
  let json: unknown
  try {
    json = JSON.parse(payload.toString())
  } catch {
    return { good: [], bad: 1 }
  }
  const batch = Batch.safeParse(json)
  const members = batch.success ? batch.data.batch : [json]
  const parsed = members.map((member) => Envelope.safeParse(member))
  return {
    good: parsed.flatMap((one) => (one.success ? [one.data.id] : [])),
    bad: parsed.filter((one) => !one.success).length,
  }
}
const total = () => {
  const all = seen.map(({ payload }) => read(payload))
  return { good: all.flatMap(({ good }) => good), bad: all.reduce((sum, { bad }) => sum + bad, 0) }
}

describe('load', () => {
  it('sends as many well-formed envelopes as asked, in the order of its ids', async () => {
    const { ids, messages, malformed } = await load({ count: 600 })
    await until(() => seen.length === 600)
    expect([messages, malformed]).toEqual([600, 0])
    expect(total().good).toEqual(ids)
    expect([...ids].sort()).toEqual(ids)
    for (const { topic, payload } of seen) {
      const event = Envelope.parse(JSON.parse(payload.toString()))
      expect(parseTopic(topic)).toMatchObject({ collector: 'probe', kind: 'evt', name: event.type })
    }
  })

  it('fills batches that stay inside the limits', async () => {
    const { ids, messages } = await load({ count: 2050, batch: 200 })
    await until(() => total().good.length === 2050)
    expect(messages).toBe(11)
    expect(total()).toEqual({ good: ids, bad: 0 })
    for (const { payload } of seen) expect(payload.length).toBeLessThanOrEqual(MAX_PAYLOAD_BYTES)
  })

  it.each([1, 50])('damages the asked share and gives those no id (batch %i)', async (batch) => {
    const { ids, malformed } = await load({ count: 1000, batch, malformedShare: 0.1 })
    await until(() => seen.length === 1000 / batch)
    expect([ids.length, malformed]).toEqual([900, 100])
    expect(total()).toEqual({ good: ids, bad: 100 })
  })

  it('keeps to types and rate', async () => {
    const { ids } = await load({ count: 60, rate: 200, types: ['terminal.virus'] })
    await until(() => seen.length === 60)
    expect(ids.length).toBe(60)
    expect(new Set(seen.map(({ topic }) => topic))).toEqual(new Set(['jc/v1/demo/terminal/probe/evt/terminal.virus']))
  })

  it('waits for receipts', async () => {
    const answer = (_: string, payload: Buffer): void => {
      const receipt = { v: 1, ids: read(payload).good, rejected: [] }
      listener.publish(receiptTopic('demo', 'probe'), JSON.stringify(receipt), { qos: 1 })
    }
    listener.on('message', answer)
    const { ids, receipted, receiptedAt } = await load({ count: 300, batch: 10, receiptsWithinMs: 10_000 })
    listener.off('message', answer)
    expect([...receipted].sort()).toEqual([...ids].sort())
    expect(receiptedAt).not.toBeNull()
  })

  it('says so when nobody listens', async () => {
    await expect(load({ count: 1, url: 'mqtt://127.0.0.1:9' })).rejects.toThrow('消息服务器拒绝连接')
  })
})
