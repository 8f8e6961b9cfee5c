import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import fc from 'fast-check'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { createIntake, type Intake } from '../../../collectors/intake/syslog-intake.ts'
import type { Decoded, Draft } from '../../../collectors/source.ts'
import { temporaryFolder } from '../../services.ts'
import { until } from '../recorder.ts'

const log = pino({ level: 'silent' })
const text = (frame: Uint8Array): string => Buffer.from(frame).toString()
const draftOf = (key: string): Draft => ({
  type: 'terminal.virus',
  nativeKey: key,
  observedMs: null,
  observedAt: '2026-11-24T10:21:00+08:00',
  data: {},
})
/** Takes longer than the half of the time that decoding may have. */
const slowDecode = (frame: Uint8Array): Decoded => {
  const until = performance.now() + 1
  while (performance.now() < until);
  return { drafts: [draftOf(text(frame))], refusals: [], dropped: 0 }
}

const running: Intake[] = []
afterEach(async () => {
  for (const intake of running.splice(0)) await intake.stop()
})

function start(folder: string, more: Partial<Parameters<typeof createIntake>[0]> = {}) {
  const decoded: string[] = []
  let stored = 0
  let peak = 0
  const intake = createIntake({
    path: join(folder, 'tq.burst.sqlite'),
    maxBytes: 64 * 1024 * 1024,
    decode: slowDecode,
    async deliver({ drafts }) {
      await Promise.resolve()
      decoded.push(...drafts.map(({ nativeKey }) => nativeKey))
    },
    kept: (bytes) => {
      peak = Math.max(peak, bytes)
    },
    stored: (messages) => {
      stored += messages
    },
    log,
    ...more,
  })
  running.push(intake)
  return { intake, decoded, stored: () => stored, peak: () => peak }
}
const frames = (from: number, count: number) => Array.from({ length: count }, (_, n) => Buffer.from(`m${from + n}`))
const names = (from: number, count: number) => frames(from, count).map(text)

describe('a burst', () => {
  test('each message is decoded once, each channel in its order, whatever comes when (property)', async () => {
    const chunk = fc.record({ channel: fc.constantFrom('a', 'b'), count: fc.integer({ min: 1, max: 60 }) })
    await fc.assert(
      fc.asyncProperty(fc.array(chunk, { minLength: 1, maxLength: 12 }), async (chunks) => {
        const { intake, decoded, stored } = start(temporaryFolder('burst'))
        const sent: Record<string, string[]> = { a: [], b: [] }
        const taken = chunks.map(({ channel, count }, n) => {
          const these = frames(n * 1000, count).map((frame) => Buffer.from(`${channel}${text(frame)}`))
          sent[channel]?.push(...these.map(text))
          return intake.take(these, n, { name: channel, decode: slowDecode })
        })
        await Promise.all(taken)
        const total = chunks.reduce((sum, { count }) => sum + count, 0)
        expect(stored()).toBe(total)
        await until(() => decoded.length >= total)
        expect(decoded.filter((name) => name.startsWith('a'))).toEqual(sent.a)
        expect(decoded.filter((name) => name.startsWith('b'))).toEqual(sent.b)
      }),
      { numRuns: 8 },
    )
  })

  test('is on disk when it is said to be, and decoded in its order', async () => {
    const { intake, decoded, stored } = start(temporaryFolder('burst'))
    const channel = { name: 'a', decode: slowDecode }
    for (let n = 0; n < 40; n++) await intake.take(frames(n * 10, 10), n, channel)
    expect(stored()).toBe(400)
    await until(() => decoded.length === 400)
    expect(decoded).toEqual(names(0, 400))
  })

  test('what was kept is decoded by the next start', async () => {
    const folder = temporaryFolder('burst')
    const first = start(folder)
    for (let n = 0; n < 30; n++) await first.intake.take(frames(n * 10, 10), n, { name: 'a', decode: slowDecode })
    await running.pop()?.stop()
    const second = start(folder)
    await until(() => new Set([...first.decoded, ...second.decoded]).size === 300)
  })

  test('a full reservoir makes the sender wait and loses nothing', async () => {
    const { intake, decoded } = start(temporaryFolder('burst'), { maxBytes: 400 })
    await Promise.all(
      Array.from({ length: 40 }, (_, n) => intake.take(frames(n * 10, 10), n, { name: 'a', decode: slowDecode })),
    )
    await until(() => decoded.length >= 400)
    expect([...decoded].sort()).toEqual(names(0, 400).sort())
    await until(() => !intake.full)
  })

  test('a disk that takes nothing: decoded as it comes', async () => {
    const { intake, decoded } = start('/dev/null/nowhere')
    for (let n = 0; n < 20; n++) await intake.take(frames(n * 10, 10), n, { name: 'a', decode: slowDecode })
    expect(decoded).toEqual(names(0, 200))
  })

  test('kill -9 in the middle: what was said to be on disk is decoded after it', async () => {
    const folder = temporaryFolder('burst')
    const child = spawn(process.execPath, [join(import.meta.dirname, 'burst-child.ts'), folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let said = ''
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk
      if (said.split('\n').length > 100) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const stored = said.split('\n').slice(0, -1)
    expect(stored.length).toBeGreaterThan(50)
    const { decoded } = start(folder)
    await until(() => stored.every((name) => decoded.includes(name)))
  })
})
