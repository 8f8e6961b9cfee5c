import { setTimeout as sleep } from 'node:timers/promises'
import mqtt from 'mqtt'
import { eventTopic } from '../../../contract/topics.ts'
import type { Contestant } from './house.ts'
import { ring, SITE } from './payload.ts'

/** Publishes `count` events evenly over time. @returns when each was handed to the broker's connection, epoch ms */
export async function publish(to: Contestant['mqtt'], count: number, perSecond: number): Promise<number[]> {
  const { username, password, url } = to
  const client = await mqtt.connectAsync(url, { username, password, clientId: `bench-${process.pid}` })
  const begun = performance.now()
  const times: number[] = []
  const done: Promise<unknown>[] = []
  for (let n = 0; n < count; n += 1) {
    const wait = begun + (n * 1000) / perSecond - performance.now()
    if (wait > 0) await sleep(wait)
    const { domain, event } = ring(n, Date.now())
    const text = JSON.stringify(event)
    times.push(Date.now())
    done.push(client.publishAsync(eventTopic(SITE, domain, 'probe', event.type), text, { qos: 1 }))
  }
  await Promise.all(done)
  await client.endAsync()
  return times
}

export const percentile = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * share) - 1)] ?? 0
