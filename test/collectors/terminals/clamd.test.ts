import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { SourceRunner } from '../../../collectors/source.ts'
import { askClamd, ClamdError, readVerdict, scanBytes } from '../../../collectors/terminals/clamd.ts'
import { readStats, readVersion } from '../../../collectors/terminals/clamd-answers.ts'
import { clamdSource } from '../../../collectors/terminals/clamd-source.ts'
import type { SourceOf } from '../../../config/schema.ts'
import { type ClamdFault, eicar, scriptedClamd } from '../../doubles/clamd.ts'
import { type Clamd, startClamd, TEST_SIGNATURE } from '../../services.ts'
import { recorder, until } from '../recorder.ts'
import { profileOf } from './decoders.ts'

/** Golden G4.6–G4.8, G4.11, G4.12 of protocols.md, against the double with its faults and against a real clamd. */
const ZONE = 'Asia/Shanghai'
const closing: { close(): Promise<void> }[] = []
const running: SourceRunner[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()))
  await Promise.all(closing.splice(0).map((one) => one.close()))
})

async function double(...[faults, options]: Parameters<typeof scriptedClamd>) {
  const engine = await scriptedClamd(faults, options)
  closing.push(engine)
  return { engine, address: { port: engine.port } }
}
const troubleOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof ClamdError ? error.trouble : String(error)),
  )

describe('answers', () => {
  test('G4.7 VERSION with and without signatures', () => {
    expect(readVersion('ClamAV 1.4.6/27834/Mon Nov 23 09:45:00 2026', ZONE)).toEqual({
      engine: '1.4.6',
      database: { version: 27834, dayMs: Date.parse('2026-11-23T09:45:00+08:00') },
    })
    expect(readVersion('ClamAV 1.4.6', ZONE)).toEqual({ engine: '1.4.6' })
    expect(readVersion('ClamAV 1.4.6/7/Mon Nov 23 09:45:00', ZONE)?.database).toEqual({ version: 7, dayMs: undefined })
    expect(readVersion('ClamAV 1.4.6/0/', ZONE)).toEqual({
      engine: '1.4.6',
      database: { version: 0, dayMs: undefined },
    })
    for (const text of ['', 'PONG', 'OK 1/2/Nov 24 10:21:00', 'ClamAV', 'ClamAV /1/2', 'HTTP/1.1 400'])
      expect(readVersion(text, ZONE)).toBe(undefined)
  })
  test('STATS', () => {
    const text =
      'POOLS: 1\n\nSTATE: VALID PRIMARY\nTHREADS: live 3  idle 0 max 12 idle-timeout 30\nQUEUE: 7 items\n\tSTATS 0.1\n\nMEMSTATS: heap N/A mmap N/A used N/A free N/A releasable N/A pools 1 pools_used 1306.837M pools_total 1306.882M\nEND'
    expect(readStats(text)).toEqual({ threads: 3, threadsMax: 12, queue: 7, memMb: 1306.837 })
    expect(readStats('nonsense')).toEqual({})
  })
  test.each([
    ['stream: OK', { what: 'clean' }],
    ['stream: Eicar-Test-Signature FOUND', { what: 'virus', name: 'Eicar-Test-Signature' }],
    ['INSTREAM size limit exceeded. ERROR', { what: 'too_large' }],
    ['stream: Can not allocate memory ERROR', { what: 'error', detail: 'stream: Can not allocate memory ERROR' }],
  ])('%s', (reply, verdict) => expect(readVerdict(reply)).toEqual(verdict))
})

describe('the client, against the double', () => {
  test('G4.6, G4.11 an answer in pieces, late, or twice is an answer', async () => {
    const { address } = await double([
      { command: 'STATS', at: 1, what: 'dribble' },
      { command: 'PING', at: 1, what: 'slow' },
      { command: 'PING', at: 2, what: 'duplicate' },
    ])
    expect(await askClamd(address, 'STATS', 5000)).toMatch(/END$/)
    expect(await askClamd(address, 'STATS', 5000, 'n')).toMatch(/END$/)
    expect(await askClamd(address, 'PING', 5000)).toBe('PONG')
    expect(await askClamd(address, 'PING', 5000)).toContain('PONG')
    expect(await askClamd(address, 'PING', 5000, 'n')).toBe('PONG')
  })
  test('no answer, cut, too long, not allowed, nobody there: each its own trouble', async () => {
    const { address, engine } = await double([
      { command: 'PING', at: 1, what: 'silent' },
      { command: 'PING', at: 2, what: 'cut' },
      { command: 'PING', at: 3, what: 'cut-in-reply' },
      { command: 'PING', at: 4, what: 'endless' },
      { command: 'PING', at: 5, what: 'unavailable' },
    ])
    const ask = (ms = 5000) => troubleOf(askClamd(address, 'PING', ms))
    expect([await ask(50), await ask(), await ask(), await ask(), await ask()]).toEqual([
      'timeout',
      'cut',
      'cut',
      'too_long',
      'unavailable',
    ])
    await engine.close()
    expect(await ask()).toBe('unreachable')
  })
  test('G4.8 INSTREAM: clean, virus, too large', async () => {
    const { address } = await double([], { maxStream: 200_000 })
    expect(await scanBytes(address, Buffer.from('hello'), 5000)).toEqual({ what: 'clean' })
    expect(await scanBytes(address, new Uint8Array(0), 5000)).toEqual({ what: 'clean' })
    expect(await scanBytes(address, eicar(), 5000)).toEqual({ what: 'virus', name: 'Eicar-Test-Signature' })
    expect(await scanBytes(address, Buffer.alloc(150_000), 5000)).toEqual({ what: 'clean' })
    expect(await scanBytes(address, Buffer.alloc(8_000_000), 5000)).toEqual({ what: 'too_large' })
  })
})

function start(port: number, more: Partial<SourceOf<'clamd'>> = {}) {
  let now = Date.parse('2026-11-24T09:45:00+08:00')
  const recorded = recorder({ profile: profileOf('clamav'), now: () => now++ })
  const runner = clamdSource(
    {
      id: 'clamd',
      name: '查毒引擎',
      kind: 'clamd',
      domain: 'terminal',
      profile: 'clamav',
      staleAfterS: 60,
      enabled: true,
      demo: false,
      engines: [{ host: 'SRV-1', port }],
      pollS: 0.02,
      timeoutS: 0.1,
      selfTestS: 3600,
      ...more,
    },
    recorded.context,
  )
  running.push(runner)
  const later = (ms: number) => {
    now += ms
  }
  return { recorded, runner, later }
}

describe('the source, against the double', () => {
  test('G4.6, G4.7 up with the age of its signatures, said once', async () => {
    const { engine } = await double()
    const { recorded, runner } = start(engine.port)
    await runner.start()
    await until(() => engine.commands.filter((one) => one === 'PING').length > 3)
    expect(recorded.drafts).toHaveLength(1)
    expect(recorded.drafts[0]).toMatchObject({
      type: 'terminal.engine',
      object: 'SRV-1',
      severity: 'info',
      data: {
        up: true,
        sig_age_h: 24,
        sig_age_days: 1,
        sig_version: '27834',
        db_missing: false,
        detects: true,
        queue: 0,
      },
    })
    expect(recorded.states.at(-1)?.state).toBe('ok')
    expect(engine.commands.filter((one) => one === 'INSTREAM')).toHaveLength(1)
  })
  test('said again after ten minutes, tested again after an hour', async () => {
    const { engine } = await double()
    const { recorded, runner, later } = start(engine.port)
    await runner.start()
    await until(() => recorded.drafts.length === 1)
    later(600_000)
    await until(() => recorded.drafts.length === 2)
    later(3_600_000)
    await until(() => engine.commands.filter((one) => one === 'INSTREAM').length === 2)
  })
  test('the whole fault script: down and up again are events, a forbidden command is not, nothing is doubled', async () => {
    const faults: ClamdFault[] = [
      { command: 'PING', at: 3, times: 2, what: 'silent' },
      { command: 'PING', at: 7, what: 'cut' },
      { command: 'PING', at: 9, what: 'garbage' },
      { command: 'VERSION', at: 5, what: 'cut-in-reply' },
      { command: 'STATS', at: 1, times: 99, what: 'unavailable' },
      { command: 'PING', at: 12, what: 'slow' },
      { command: 'PING', at: 14, what: 'duplicate' },
    ]
    const { engine } = await double(faults)
    const { recorded, runner } = start(engine.port)
    await runner.start()
    await until(() => engine.commands.filter((one) => one === 'PING').length > 16)
    const said = recorded.drafts.map(({ data }) => (data.up ? 'up' : `down ${data.trouble}`))
    expect(said.slice(0, 4)).toEqual(['up', 'down timeout', 'up', 'down cut'])
    expect(said).toContain('down garbage')
    expect(said).toContain('down timeout')
    for (const [at, one] of said.entries()) expect(one).not.toBe(said[at - 1])
    expect(engine.commands.filter((one) => one === 'STATS')).toHaveLength(1)
    expect(recorded.drafts[0]?.data).toMatchObject({ up: true, off: 'STATS' })
    expect(recorded.ids.size).toBe(recorded.drafts.length)
    expect(recorded.crashes).toEqual([])
  })
  test('G4.7 no signatures, and an engine that finds nothing', async () => {
    const { engine } = await double([], { version: () => 'ClamAV 1.4.6', find: () => undefined })
    const { recorded, runner } = start(engine.port)
    await runner.start()
    await until(() => recorded.drafts.length === 1)
    expect(recorded.drafts[0]).toMatchObject({
      severity: 'warning',
      data: { up: true, db_missing: true, detects: false },
    })
  })
  test('one of two is down: degraded, and named', async () => {
    const { engine } = await double()
    const { recorded, runner } = start(engine.port, {
      engines: [
        { host: 'SRV-1', port: engine.port },
        { host: 'SRV-2', socket: '/nonexistent/clamd' },
      ],
    })
    await runner.start()
    await until(() => recorded.drafts.length === 2)
    await until(() => recorded.states.length > 0)
    expect(recorded.states.at(-1)).toMatchObject({ state: 'degraded', reason: expect.stringContaining('SRV-2') })
  })
})

describe('a real clamd', () => {
  let clamd: Clamd
  beforeAll(async () => {
    clamd = await startClamd({ maxStream: '1M' })
  })
  afterAll(() => clamd.stop())

  test('answers over port and Unix socket', async () => {
    for (const address of [{ port: clamd.port }, { socket: clamd.socket }]) {
      expect(await askClamd(address, 'PING', 5000)).toBe('PONG')
      expect(await askClamd(address, 'PING', 5000, 'n')).toBe('PONG')
      expect(readVersion(await askClamd(address, 'VERSION', 5000), ZONE)?.engine).toMatch(/^\d+\.\d+/)
      expect(readStats(await askClamd(address, 'STATS', 5000))).toMatchObject({ queue: 0 })
      expect(readStats(await askClamd(address, 'STATS', 5000, 'n'))).toMatchObject({ queue: 0 })
    }
  })
  test('G4.8 scans a stream', async () => {
    const address = { socket: clamd.socket }
    expect(await scanBytes(address, Buffer.from('hello'), 10_000)).toEqual({ what: 'clean' })
    expect(await scanBytes(address, eicar(), 10_000)).toEqual({ what: 'virus', name: `${TEST_SIGNATURE}.UNOFFICIAL` })
    expect(await scanBytes(address, Buffer.alloc(6_000_000), 10_000)).toEqual({ what: 'too_large' })
  })
  test('scans a file by its name, with spaces and colons in it', async () => {
    const path = join(clamd.shelf, 'a: b FOUND.com')
    writeFileSync(path, eicar())
    expect(await askClamd({ port: clamd.port }, `SCAN ${path}`, 10_000)).toBe(
      `${path}: ${TEST_SIGNATURE}.UNOFFICIAL FOUND`,
    )
  })
})
