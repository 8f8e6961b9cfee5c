import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAndWait } from '../faults/kills.ts'
import { COUNTED_TYPE, SITE } from '../faults/load/load.ts'
import { mqttLoad } from '../faults/load/mqtt.ts'
import { Reader } from '../faults/reader.ts'
import { ask } from '../http/office.ts'
import { type ClusterHouse, openHouse } from './house.ts'

/** Two whole servers side by side: what happens on one is true on the other at once. */
let house: ClusterHouse
let reader: Reader
const sockets: Socket[] = []

const LIMIT_MS = 240_000
const until = async (what: string, check: () => boolean | Promise<boolean>): Promise<void> => {
  const end = performance.now() + 180_000
  while (!(await check())) {
    if (performance.now() > end) throw new Error(`not within three minutes: ${what}`)
    await new Promise((done) => setTimeout(done, 50))
  }
}
const at = (server: 0 | 1): string => house.urls[server] ?? ''

beforeAll(async () => {
  house = await openHouse(2)
  await Promise.all(house.servers.map(startAndWait))
  reader = new Reader(house.demo)
}, LIMIT_MS)
afterAll(async () => {
  for (const socket of sockets) socket.disconnect()
  await house.close()
})

const screen = (server: 0 | 1, namespace: string, options: object) => {
  const seen = { alerts: [] as string[], revoked: 0, hello: 0, gone: 0 }
  const socket = io(`${at(server)}${namespace}`, {
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    ...options,
  })
  sockets.push(socket)
  socket.on('alert', ({ object }: { object: string | null }) => seen.alerts.push(object ?? ''))
  socket.on('hello', () => {
    seen.hello += 1
  })
  socket.on('revoked', () => {
    seen.revoked += 1
  })
  socket.on('disconnect', () => {
    seen.gone += 1
  })
  return seen
}
const account = (role: string) => {
  const found = house.demo.accounts.find(({ roles }) => roles.includes(role))
  if (!found) throw new Error(`no ${role}`)
  return found
}
const signIn = async (server: 0 | 1, role: string) => {
  const { username, password } = account(role)
  const reply = await ask(at(server), 'POST', '/api/v1/login', { body: { username, password } })
  return { cookie: reply.headers.getSetCookie()[0]?.split(';')[0] ?? '', csrf: String(reply.json.csrf) }
}

describe('two servers', () => {
  it('started together on an empty database: neither took the other’s beginning for older data', () => {
    for (const name of ['a', 'b']) {
      const log = readFileSync(join(house.dataDir, '..', name, 'logs/server.log'), 'utf8')
      expect(log).toContain('演示服务已启动')
      expect(log).not.toContain('由旧版本升级')
    }
  })

  it('know of each other, and one of them runs the timers', { timeout: LIMIT_MS }, async () => {
    const token = reader.token('system-admin')
    const rows = async (server: 0 | 1) => {
      const { json } = await ask(at(server), 'GET', '/api/v1/figures/pipeline.servers', { token })
      return { value: json.value, rows: json.rows as { name: string; state: string; timers: boolean }[] }
    }
    await until('one leads', async () => (await rows(0)).rows.filter(({ timers }) => timers).length === 1)
    for (const server of [0, 1] as const) {
      const { value, rows: found } = await rows(server)
      expect(value).toBe(2)
      expect(found.map(({ name, state }) => `${name} ${state}`)).toEqual(['a ok', 'b ok'])
    }
  })

  it('an alert that one takes is on the screens of both', { timeout: LIMIT_MS }, async () => {
    const auth = { key: house.demo.wallKey }
    const screens = [screen(0, '/wall', { auth }), screen(1, '/wall', { auth })]
    await until('both screens are there', () => screens.every(({ hello }) => hello > 0))
    const event = {
      v: 1,
      id: 'cluster-alert-1',
      type: COUNTED_TYPE,
      site: SITE,
      collector: 'probe',
      object: 'terminal:cluster',
      observed_at: new Date().toISOString(),
      data: {},
    }
    const token = reader.token('system-admin')
    expect((await ask(at(0), 'POST', '/api/v1/ingest', { token, body: event })).json).toMatchObject({ stored: 1 })
    await until('both were told', () => screens.every(({ alerts }) => alerts.includes('terminal:cluster')))
    // The same event at the other server is known there.
    expect((await ask(at(1), 'POST', '/api/v1/ingest', { token, body: event })).json).toMatchObject({ duplicate: 1 })
  })

  it('a session begun on one works on the other; signing out cuts its sockets on both', {
    timeout: LIMIT_MS,
  }, async () => {
    const { cookie, csrf } = await signIn(0, 'security-officer')
    expect((await ask(at(1), 'GET', '/api/v1/me', { cookie })).status).toBe(200)
    const desks = ([0, 1] as const).map((server) =>
      screen(server, '/desk', { extraHeaders: { cookie, origin: at(server) } }),
    )
    await until('both desks are open', () => desks.every(({ hello }) => hello > 0))
    const out = await ask(at(1), 'POST', '/api/v1/logout', { cookie, csrf, headers: { origin: at(1) } })
    expect(out.status).toBeLessThan(300)
    await until('both are cut', () => desks.every(({ revoked, gone }) => revoked === 1 && gone === 1))
    expect((await ask(at(0), 'GET', '/api/v1/me', { cookie })).status).toBe(401)
  })

  it('are dealt the events of the broker, each event once, whichever takes it', { timeout: LIMIT_MS }, async () => {
    const load = mqttLoad(house.demo.mqtt, Date.now() - 3_600_000)
    await load.start()
    const turns = async (server: 0 | 1): Promise<number> => {
      const { text } = await ask(at(server), 'GET', '/metrics')
      return Number(/^sanling_ingest_turns_total (\d+)/m.exec(text)?.[1] ?? 0)
    }
    const before = [await turns(0), await turns(1)]
    const busy = async (server: 0 | 1) => (await turns(server)) > (before[server] ?? 0) + 5
    await until('both take events', async () => (await busy(0)) && (await busy(1)))
    load.finish()
    await until('all have their receipts', () => load.settled())
    await load.stop()
    const ids = new Set(load.ids())
    const stored = [...(await reader.events('terminal.scan')), ...(await reader.events(COUNTED_TYPE))]
    const mine = stored.map(({ id }) => id).filter((id) => ids.has(id))
    expect(mine).toHaveLength(ids.size)
    expect(new Set(mine).size).toBe(ids.size)
  })

  it('draw a case once, however many ask both at the same time', { timeout: LIMIT_MS }, async () => {
    const token = reader.token('case-management')
    const caseNo = '示检刑诉受[2026]990001号'
    const { createHash } = await import('node:crypto')
    const caseId = `c${createHash('sha256').update(caseNo).digest('hex').slice(0, 16)}`
    const accepted = {
      v: 1,
      id: 'cluster-case-1',
      type: 'case.accepted',
      site: SITE,
      collector: 'probe',
      object: `case:${caseId}`,
      observed_at: new Date().toISOString(),
      data: { caseNo, kind: '审查起诉', acceptedAt: '2026-11-23', due: '2027-12-23' },
    }
    const admin = reader.token('system-admin')
    expect((await ask(at(0), 'POST', '/api/v1/ingest', { token: admin, body: accepted })).json).toMatchObject({
      stored: 1,
    })
    const tries = Array.from({ length: 12 }, (_unused, n) =>
      ask(at(n % 2 === 0 ? 0 : 1), 'POST', '/api/v1/draws', { token, body: { caseId } }),
    )
    const answers = await Promise.all(tries)
    const drawIds = new Set(answers.map(({ json }) => json.drawId))
    expect(drawIds.size).toBe(1)
    const [drawId] = drawIds
    // Whoever speaks first decides: one nonce is taken, every other one comes too late.
    const nonces = await Promise.all(
      Array.from({ length: 8 }, (_unused, n) =>
        ask(at(n % 2 === 0 ? 0 : 1), 'POST', `/api/v1/draws/${String(drawId)}/contributions`, {
          token,
          body: { nonce: String(n).repeat(64) },
        }),
      ),
    )
    expect(nonces.map(({ status }) => status).toSorted()).toEqual([200, ...Array(7).fill(409)])
    const chain = await reader.chain('assignment')
    for (const type of ['draw.committed', 'draw.completed'])
      expect(chain.split('\n').filter((line) => line.includes(`"${type}"`))).toHaveLength(1)
    const verified = await ask(at(1), 'POST', '/api/v1/draws/verify', {
      token,
      body: chain,
      headers: { 'content-type': 'application/x-ndjson' },
    })
    expect(verified.json).toMatchObject({ ok: true, failures: [] })
  })
})
