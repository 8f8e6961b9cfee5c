import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startMosquitto, temporaryFolder } from '../../services.ts'
import { draft } from './make.ts'
import { Receiver, until } from './receiver.ts'

const TOTAL = 6000
const KILLS = 12

/** 12.2: killed between any two steps, nothing is lost and nothing comes under a second id. */
test('kill -9 at random moments: 0 lost, 0 doubled', async () => {
  const broker = await startMosquitto()
  const receiver = await Receiver.connect(broker.url)
  const dataDir = temporaryFolder()
  // Every third message gets no receipt the first time: it must come again.
  let message = 0
  receiver.answer = (ids) => (message++ % 3 === 0 ? undefined : { ids, rejected: [] })
  const run = (): ChildProcess =>
    fork(join(import.meta.dirname, 'crash-child.ts'), [broker.url, dataDir, String(TOTAL)], { stdio: 'inherit' })

  for (let kill = 0; kill < KILLS; kill++) {
    const before = receiver.events.length
    const child = run()
    const gone = new Promise<void>((done) => child.once('exit', () => done()))
    // Some die before they connect, some in the middle of publishing.
    if (kill % 3 !== 0) await until(() => receiver.events.length > before)
    await new Promise((done) => setTimeout(done, 40 * (kill % 5)))
    child.kill('SIGKILL')
    await gone
  }
  receiver.answer = (ids) => ({ ids, rejected: [] })
  const last = run()
  await until(() => new Set(receiver.ids).size >= TOTAL)
  last.kill('SIGKILL')

  expect(new Set(receiver.ids).size).toBe(TOTAL)
  const seqs = new Map<string, Set<number>>()
  for (const { id, seq } of receiver.events) seqs.set(id, (seqs.get(id) ?? new Set()).add(seq))
  expect([...seqs.values()].every((one) => one.size === 1)).toBe(true)
  expect(new Set([...seqs.values()].flatMap((one) => [...one])).size).toBe(TOTAL)
  expect(new Set(receiver.events.map(({ observed_at }) => observed_at)).size).toBe(TOTAL)
  expect(receiver.events.some(({ observed_at }) => observed_at === draft(TOTAL - 1).observedAt)).toBe(true)
  await receiver.stop()
  await broker.stop()
}, 60_000)
