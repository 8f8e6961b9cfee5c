import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Reader } from '../reader.ts'
import { type Load, SITE } from './load.ts'

const EVERY_MS = 400
const AGAIN_MS = 300
/** The lot has been drawn already: an answer got lost. */
const DONE = 409

/** Somebody who has cases drawn, one after another, and asks again until each is answered. `ids`: the case numbers. */
export function drawLoad(url: string, reader: Reader, base: number): Load {
  const made: string[] = []
  let running = false
  let stopped = false
  let finished = false
  let loop: Promise<void> = Promise.resolve()

  async function post(role: string, path: string, body: object): Promise<{ status: number; json: unknown }> {
    for (;;) {
      if (stopped) return { status: 0, json: {} }
      const headers = { authorization: `Bearer ${reader.token(role)}`, 'content-type': 'application/json' }
      const options = { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(5000) }
      const answer = await fetch(`${url}/api/v1${path}`, options).catch(() => undefined)
      if (answer && (answer.status < 300 || answer.status === DONE))
        return { status: answer.status, json: await answer.json().catch(() => ({})) }
      if (answer && answer.status < 500) throw new Error(`${path}：${answer.status} ${await answer.text()}`)
      await sleep(AGAIN_MS)
    }
  }

  async function drawOne(n: number): Promise<void> {
    const caseNo = `示检刑诉受[2026]9${String(n).padStart(5, '0')}号`
    const caseId = `c${createHash('sha256').update(caseNo).digest('hex').slice(0, 16)}`
    const ms = base + n
    made.push(caseId)
    await post('system-admin', '/ingest', {
      v: 1,
      id: `${ms.toString(16).padStart(12, '0')}-${caseId}`,
      type: 'case.accepted',
      site: SITE,
      collector: 'probe',
      object: `case:${caseId}`,
      observed_at: new Date(ms).toISOString(),
      data: { caseNo, kind: '审查起诉', acceptedAt: '2026-11-23', due: '2027-12-23' },
    })
    const { json } = await post('case-management', '/draws', { caseId })
    const { drawId } = json as { drawId?: string }
    if (drawId)
      await post('case-management', `/draws/${drawId}/contributions`, { nonce: randomBytes(32).toString('hex') })
  }

  return {
    name: 'draws',
    start: async () => {
      running = true
      loop = (async () => {
        while (running) {
          await drawOne(made.length + 1)
          await sleep(EVERY_MS)
        }
        finished = true
      })()
      loop.catch(() => undefined)
    },
    finish: () => {
      running = false
    },
    settled: () => finished,
    ids: () => made,
    counted: () => 0,
    stop: () => {
      running = false
      stopped = true
      return loop
    },
  }
}
