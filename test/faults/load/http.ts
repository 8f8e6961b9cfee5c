import { setTimeout as sleep } from 'node:timers/promises'
import { COUNTED_TYPE, type Load, numbered } from './load.ts'

const PER_BATCH = 5
const EVERY_MS = 250
const AGAIN_MS = 200

/** A sender over HTTP: the same batch again until it is answered 202. */
export function httpLoad(url: string, token: string, base: number): Load {
  const made: string[] = []
  let counted = 0
  let running = false
  let stopped = false
  let loop: Promise<void> = Promise.resolve()

  async function post(body: string): Promise<boolean> {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    const answer = await fetch(`${url}/api/v1/ingest`, {
      method: 'POST',
      headers,
      body,
      signal: AbortSignal.timeout(5000),
    })
    if (answer.status === 202) return true
    if (answer.status >= 500) return false
    throw new Error(`HTTP 编号事件被拒收：${answer.status} ${await answer.text()}`)
  }

  /** No answer, half an answer, 5xx: unknown, so again. */
  const delivered = (body: string) =>
    post(body).catch((error: Error) => {
      if (error.message.startsWith('HTTP 编号')) throw error
      return false
    })

  async function run(): Promise<void> {
    while (running) {
      const batch = Array.from({ length: PER_BATCH }, () => {
        const event = numbered('http', made.length + 1, base)
        made.push(event.id)
        if (event.type === COUNTED_TYPE) counted += 1
        return event.text
      })
      const body = `{"v":1,"batch":[${batch.join(',')}]}`
      while (!stopped && !(await delivered(body))) await sleep(AGAIN_MS)
      await sleep(EVERY_MS)
    }
    finished = true
  }
  let finished = false

  return {
    name: 'http',
    start: async () => {
      running = true
      loop = run()
      loop.catch(() => undefined)
    },
    finish: () => {
      running = false
    },
    settled: () => finished,
    ids: () => made,
    counted: () => counted,
    stop: () => {
      running = false
      stopped = true
      return loop
    },
  }
}
