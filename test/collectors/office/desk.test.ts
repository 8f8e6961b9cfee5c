import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deskHttp } from '../../../collectors/office/desk-http.ts'
import { DeskPlayer, FIRST_DRAWS, KEEP_UNASSIGNED } from '../../../collectors/office/desk-player.ts'
import { chanceOf } from '../../../collectors/office/random.ts'
import { demoConfig } from '../../helpers/office.ts'

const START = Date.parse('2026-11-24T09:00:00+08:00')
let dataDir: string
let server: Server | undefined

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'sanling-desk-'))
})
afterEach(async () => {
  server?.closeAllConnections()
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)))
  server = undefined
  rmSync(dataDir, { recursive: true, force: true })
})

const bodyOf = async (request: IncomingMessage): Promise<Record<string, string>> => {
  let text = ''
  for await (const piece of request) text += piece
  return text ? JSON.parse(text) : {}
}

/** A counter that keeps the interface of the product, as far as the desk uses it. */
async function counter(count: number, refuse: readonly string[] = []) {
  const open = new Set(Array.from({ length: count }, (_, n) => `case-${n}`))
  const calls: { as: string; path: string; body: Record<string, string> }[] = []
  const draws = new Map<string, string>()
  const proposals = new Map<string, string>()
  server = createServer(async (request, response) => {
    const as = request.headers.authorization === 'Bearer token-chief' ? 'chief' : 'case-management'
    const path = request.url ?? ''
    const body = await bodyOf(request)
    if (request.method === 'POST') calls.push({ as, path, body })
    const say = (status: number, answer: unknown) => response.writeHead(status).end(JSON.stringify(answer))
    const id = path.split('/')[4] ?? ''
    if (path.includes('/cases?'))
      return say(200, { items: [...open].map((id) => ({ id, caseNo: `no-${id}`, kind: 'arrest-review' })) })
    if (path.endsWith('/load')) return say(200, { items: [{ id: 'p07', department: 'd1', onLeave: false }] })
    if (path.endsWith('/draws')) {
      if (refuse.includes(body.caseId ?? '')) return say(422, {})
      draws.set(`d-${body.caseId}`, body.caseId ?? '')
      return say(201, { drawId: `d-${body.caseId}` })
    }
    if (path.endsWith('/contributions')) {
      open.delete(draws.get(id) ?? '')
      return say(200, { state: 'completed', entry: { body: { winner: 'p07' } } })
    }
    if (path.endsWith('/designate')) {
      proposals.set(`p-${body.caseId}`, body.caseId ?? '')
      return say(201, { id: `p-${body.caseId}` })
    }
    open.delete(proposals.get(id) ?? '')
    say(200, {})
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const accounts = ['case-management', 'chief'].map((username) => ({ username, token: `token-${username}` }))
  writeFileSync(join(dataDir, 'demo.json'), JSON.stringify({ url: `http://127.0.0.1:${port}`, accounts }))
  return { open, calls }
}

const stumbles: unknown[] = []
const drawn = new Map<string, string>()
function desk(by: { first?: boolean; seed?: string; signal?: AbortSignal } = {}): DeskPlayer {
  stumbles.length = 0
  drawn.clear()
  return new DeskPlayer({
    call: deskHttp(dataDir, by.signal ?? new AbortController().signal),
    rules: demoConfig().assignment,
    chance: chanceOf(by.seed ?? 'desk'),
    nonce: () => 'ab'.repeat(32),
    first: by.first ?? true,
    now: START,
    speed: 1,
    drew: (caseNo, person) => drawn.set(caseNo, person),
    stumbled: (error) => stumbles.push(error),
  })
}
async function pass(player: DeskPlayer, minutes: number): Promise<void> {
  for (let at = 0; at <= minutes * 60; at += 5) {
    player.tick(START + at * 1000)
    await player.settled()
  }
}

describe('the desk of the simulated office', () => {
  it('waits a minute, then draws at most 25 cases in the first minutes', async () => {
    const { open, calls } = await counter(60)
    const player = desk()
    await pass(player, 0.95)
    expect(calls).toEqual([])
    await pass(player, 3)
    expect(60 - open.size).toBe(FIRST_DRAWS)
    expect(drawn.size).toBe(FIRST_DRAWS)
    expect(drawn.get('no-case-0')).toBe('p07')
    const nonces = calls.filter(({ path }) => path.endsWith('/contributions')).map(({ body }) => body.nonce)
    expect(new Set(nonces)).toEqual(new Set(['ab'.repeat(32)]))
    expect(stumbles).toEqual([])
  })

  it('goes on with one or two at a time, and designates now and then, approved by another', async () => {
    const { open, calls } = await counter(400)
    await pass(desk({ first: false }), 300)
    const gone = 400 - open.size
    expect(gone).toBeGreaterThan(30)
    expect(gone).toBeLessThan(160)
    const proposed = calls.filter(({ path }) => path.endsWith('/designate'))
    const approved = calls.filter(({ path }) => path.endsWith('/approve'))
    expect(proposed.length).toBeGreaterThan(0)
    expect(proposed.length).toBeLessThan(gone / 3)
    expect(approved.length).toBe(proposed.length)
    expect(new Set(proposed.map(({ as }) => as))).toEqual(new Set(['case-management']))
    expect(new Set(approved.map(({ as }) => as))).toEqual(new Set(['chief']))
  })

  it('always leaves three', async () => {
    const { open } = await counter(8)
    await pass(desk(), 240)
    expect(open.size).toBe(KEEP_UNASSIGNED)
  })

  it('does not ask twice for a case that the rules refuse', async () => {
    const { calls } = await counter(4, ['case-0', 'case-1', 'case-2', 'case-3'])
    await pass(desk({ seed: 'draws only' }), 240)
    const asked = calls.filter(({ path }) => path.endsWith('/draws')).map(({ body }) => body.caseId)
    expect(new Set(asked).size).toBe(asked.length)
  })

  it('tries again when the server comes', async () => {
    const player = desk()
    await pass(player, 2)
    expect(stumbles.length).toBeGreaterThan(0)
    const { open } = await counter(20)
    await pass(player, 4)
    expect(open.size).toBe(KEEP_UNASSIGNED)
  })

  it('stops in the middle of a visit', async () => {
    const { open } = await counter(20)
    const closing = new AbortController()
    const player = desk({ signal: closing.signal })
    player.tick(START + 90_000)
    closing.abort()
    await player.settled()
    expect(open.size).toBe(20)
    expect(stumbles).toHaveLength(1)
  })
})
