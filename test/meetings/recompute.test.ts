import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { pino } from 'pino'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { ClientToServer, Delta, ServerToClient, Snapshot } from '../../contract/live.ts'
import { PANELS } from '../../contract/panels/index.ts'
import type { FramesAnswer, PastAnswer, PastFrame } from '../../contract/past.ts'
import { type Demo, demoPeople, ensureSecrets, prepareDataDir } from '../../server/commands/data.ts'
import { assemble, type House } from '../../server/main.ts'
import { demoConfig } from '../helpers/office.ts'

/**
 * The whole server without its office: what the wall is told of a past instant is what the records say of it, panel by
 * panel, and a replay is what went over the line.
 */

const dataDir = mkdtempSync(join(tmpdir(), 'sanling-past-'))
let house: House
let demo: Demo
let wall: Socket<ServerToClient, ClientToServer>
let first: Snapshot | undefined
let drift = 0
const deltas: Delta[] = []

beforeAll(async () => {
  prepareDataDir(dataDir)
  const config = demoConfig()
  const secrets = ensureSecrets(dataDir, config, true)
  demo = demoPeople(dataDir, config, false)
  house = await assemble({
    config,
    dataDir,
    secrets,
    demo,
    environment: { port: 0, host: '127.0.0.1', mqttPort: 0 },
    log: pino({ level: 'silent' }),
  })
  await house.start()
  wall = io(`${house.url}/wall`, { auth: { key: demo.wallKey }, transports: ['websocket'], forceNew: true })
  wall.on('hello', ({ serverTime }) => {
    drift = serverTime - Date.now()
  })
  wall.on('snapshot', (snapshot) => {
    first ??= snapshot
  })
  wall.on('delta', (delta, taken) => {
    deltas.push(delta)
    taken()
  })
  await vi.waitFor(() => expect(first).toBeDefined(), { timeout: 30_000 })
}, 60_000)
afterAll(async () => {
  wall?.disconnect()
  await house?.stop()
  rmSync(dataDir, { recursive: true, force: true })
}, 30_000)

const now = () => Date.now() + drift
const past = (at: number) =>
  new Promise<PastAnswer>((resolve) => {
    wall.emit('past', { at }, resolve)
  })
const frames = (from: number, to: number) =>
  new Promise<FramesAnswer>((resolve) => {
    wall.emit('frames', { from, to, stepMs: 0 }, resolve)
  })
/** Once the server has got so far. */
const wallAt = (at: number) =>
  vi.waitFor(
    async () => {
      const answer = await past(at)
      if ('refused' in answer) throw new Error(answer.refused)
      return answer
    },
    { timeout: 15_000, interval: 100 },
  )

const token = (role: string) => demo.accounts.find(({ roles }) => roles.includes(role))?.token ?? ''
async function happen(type: string, object: string, data: object): Promise<void> {
  const at = new Date(now()).toISOString()
  const event = { v: 1, id: crypto.randomUUID(), type, site: 'demo', collector: 'probe', object, observed_at: at, data }
  const answer = await fetch(`${house.url}/api/v1/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token('system-admin')}`, 'content-type': 'application/json' },
    body: JSON.stringify(event),
  })
  expect(await answer.text()).toContain('"stored":1')
}

/** The engine's own sign of life is no record: it beats on, and only forward. */
function heard(again: unknown, then: unknown): unknown {
  const [now, before] = [again, then].map(
    (data) => (data as { freshness?: { at: number | null } } | undefined)?.freshness,
  )
  const isLater = (now?.at ?? 0) >= (before?.at ?? 0)
  return now && before && isLater ? { ...(again as object), freshness: { ...now, at: before.at } } : again
}
const plain = (data: unknown): unknown => JSON.parse(JSON.stringify(data))

describe('the wall of a past instant', () => {
  it('equals, panel by panel, what is recomputed from the records', async () => {
    const before = deltas.length
    await happen('door.forced', 'door:E1', {})
    await vi.waitFor(() => expect(deltas.slice(before).map(({ panel }) => panel)).toContain('access'), {
      timeout: 15_000,
    })
    // A tick of the house may write in the middle: then the next instant is looked at, until each panel has been equal.
    const left = new Set(house.panels.map(({ name }) => name))
    await vi.waitFor(
      async () => {
        const { panels } = await wallAt(now())
        expect(Object.keys(panels).sort()).toEqual(house.panels.map(({ name }) => name).sort())
        for (const panel of house.panels.filter(({ name }) => left.has(name))) {
          const then = panels[panel.name]
          const again = heard(plain(await panel.load(then?.readAt ?? 0)), then?.data)
          if (isDeepStrictEqual(again, then?.data)) left.delete(panel.name)
        }
        expect([...left]).toEqual([])
      },
      { timeout: 90_000, interval: 250 },
    )
  }, 120_000)

  it('stays what it was, whatever happens later', async () => {
    const at = now()
    const frozen = await wallAt(at)
    await happen('door.forced', 'door:W1', {})
    const count = deltas.length
    await happen('door.closed', 'door:E1', {})
    await vi.waitFor(() => expect(deltas.length).toBeGreaterThan(count), { timeout: 15_000 })
    expect(await wallAt(at)).toEqual(frozen)
  }, 60_000)

  it('is refused for the future and for the time before the first start', async () => {
    expect(await past(now() + 3_600_000)).toEqual({ refused: 'future' })
    expect(await past(1_000_000)).toEqual({ refused: 'not-recorded' })
  })
})

describe('a replay', () => {
  it('is what was live, for every panel and every state', async () => {
    const heard = [...deltas]
    expect(heard.length).toBeGreaterThan(2)
    const last = heard.at(-1)?.at ?? 0
    await wallAt(last)
    const from = (first?.at ?? 0) - 60_000
    const answer = await frames(from, last)
    if ('refused' in answer) throw new Error(answer.refused)
    expect(answer.until).toBe(last)
    const at = (panel: string, moment: number): PastFrame | undefined =>
      answer.frames.findLast((frame) => frame.panel === panel && frame.at <= moment)
    for (const delta of heard) expect(at(delta.panel, delta.at)?.data, delta.panel).toEqual(delta.data)
    for (const [panel, data] of Object.entries(first?.panels ?? {}))
      expect(at(panel, first?.at ?? 0)?.data, panel).toEqual(data)
    for (const { panel, data } of answer.frames)
      if (panel in PANELS) expect(PANELS[panel as keyof typeof PANELS].safeParse(data).success, panel).toBe(true)
  }, 30_000)
})
