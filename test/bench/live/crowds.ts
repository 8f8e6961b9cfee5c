import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Contestant } from './house.ts'
import { objectName } from './payload.ts'

export interface Told {
  arrivals: Record<string, number[]>
  deltas: number
  bytes: number
}
export interface Crowd {
  told(): Promise<Told>
  leave(): Promise<void>
}

/** That many wall connections, in a process of their own. */
export async function gather(house: Contestant, count: number): Promise<Crowd> {
  const child = fork(join(import.meta.dirname, 'crowd.ts'), [house.url, house.wallKey, String(count)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const ended = once(child, 'exit')
  await Promise.race([
    once(child, 'message'),
    ended.then(() => {
      throw new Error('the crowd could not connect')
    }),
  ])
  return {
    async told() {
      const answer = once(child, 'message')
      child.send('tell')
      const [told] = (await answer) as [Told]
      return told
    },
    async leave() {
      child.disconnect()
      await ended
    },
  }
}

/** Milliseconds from publishing to each client, all events and clients. @throws when a client missed one */
export function fanOut(published: readonly number[], { arrivals }: Told, clients: number): number[] {
  return published.flatMap((at, n) => {
    const times = arrivals[objectName(n)] ?? []
    if (times.length < clients) throw new Error(`event ${n + 1} reached ${times.length} of ${clients} clients`)
    return times.map((time) => time - at)
  })
}
