import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type Demo, Product } from '../commands/product.ts'
import { call, type Entered, grants, knock, ROLES, tokenOf, until } from './kit.ts'
import { asvs, djbh } from './names.ts'

/**
 * Who may see what, generated from what the running product declares (`x-panels` of AsyncAPI, `x-exports` of OpenAPI)
 * × permissions.yaml: each socket namespace, panel and event, and each exported list. The routes are in
 * test/journeys/permissions.test.ts.
 */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
const product = new Product({ env: { SANLING_OFFICE: 'off' } })
const roles = Object.keys(ROLES)
let demo: Demo
let panels: Record<string, string> = {}
let lists: Record<string, string> = {}
/** Live events: what the server says, what clients may say. */
let spoken: string[] = []
let heard: string[] = []
const api = (path: string, token?: string, body?: unknown) =>
  call(demo.url, body === undefined ? 'GET' : 'POST', `/api/v1${path}`, {
    ...(token === undefined ? {} : { token }),
    ...(body === undefined ? {} : { body }),
  })
const leave = (entered: Entered) => 'client' in entered && entered.client.disconnect()
const sorted = (names: Iterable<string>) => [...names].toSorted()

beforeAll(async () => {
  demo = await product.launch().ready(120_000)
  const document = (await api('/asyncapi.json')).json as {
    'x-panels': Record<string, string>
    channels: Record<string, { address: string }>
    operations: Record<string, { action: string; channel: { $ref: string } }>
  }
  panels = document['x-panels']
  const live = (action: string) =>
    Object.entries(document.operations).flatMap(([name, operation]) => {
      const { address } = document.channels[operation.channel.$ref.slice('#/channels/'.length)] ?? { address: '' }
      return operation.action === action && address.startsWith('{namespace}') ? [name.slice(action.length + 1)] : []
    })
  spoken = live('send')
  heard = live('receive')
  lists = (await api('/openapi.json')).json['x-exports'] as Record<string, string>
})
afterAll(() => product.stop())

describe('every namespace and panel × every role', () => {
  test(asvs('8.2.1', 'the product declares its panels, lists and live events'), () => {
    expect(Object.keys(panels).length).toBeGreaterThanOrEqual(10)
    expect(Object.keys(lists).length).toBeGreaterThanOrEqual(9)
    expect(spoken).toEqual(expect.arrayContaining(['hello', 'snapshot', 'delta', 'alert']))
  })

  test(asvs('8.2.1', 'without a sign-in no namespace opens, the one of Socket.IO itself included'), async () => {
    for (const namespace of ['/', '/wall', '/desk', '/admin', '/wall/x', '/__proto__'])
      for (const auth of [{}, { token: 'x' }, { key: 'x' }, { token: {} }, { key: ['x'] }]) {
        const entered = await knock(demo.url, namespace, { auth })
        leave(entered)
        expect([namespace, 'refused' in entered && entered.refused]).toEqual([
          namespace,
          namespace === '/'
            ? 'forbidden'
            : namespace === '/wall' || namespace === '/desk'
              ? 'signed-out'
              : 'Invalid namespace',
        ])
      }
  })

  test.each(roles)(asvs('8.2.3', '%s sees on the desk the granted panels, on the wall all or none'), async (role) => {
    const granted = sorted(Object.keys(panels).filter((name) => grants(role, panels[name] ?? '')))
    const desk = await knock(demo.url, '/desk', { auth: { token: tokenOf(demo, role) } })
    if (!('hello' in desk)) throw new Error(desk.refused)
    leave(desk)
    expect(sorted(desk.hello.caps.panels)).toEqual(granted)
    expect(sorted(Object.keys(desk.snapshot.panels))).toEqual(granted)
    expect(sorted([...desk.hello.caps.panels, ...desk.hello.caps.denied])).toEqual(sorted(Object.keys(panels)))
    const wall = await knock(demo.url, '/wall', { auth: { token: tokenOf(demo, role) } })
    leave(wall)
    if (!grants(role, 'wall.view')) expect(wall).toEqual({ refused: 'forbidden' })
    else expect('hello' in wall && sorted(wall.hello.caps.panels)).toEqual(sorted(Object.keys(panels)))
    expect(await knock(demo.url, '/', { auth: { token: tokenOf(demo, role) } })).toEqual({ refused: 'forbidden' })
  })

  test(asvs('8.2.1', 'a wall key opens the wall and nothing else'), async () => {
    const key = new URL(demo.wallUrl).hash.replace(/^#(key=)?/, '')
    const wall = await knock(demo.url, '/wall', { auth: { key } })
    leave(wall)
    expect('hello' in wall && wall.hello.caps.denied).toEqual([])
    expect(await knock(demo.url, '/desk', { auth: { key } })).toEqual({ refused: 'forbidden' })
    expect(await knock(demo.url, '/desk', { auth: { token: key } })).toEqual({ refused: 'signed-out' })
  })

  test(asvs('8.2.1', 'a token carries its scope to the sockets too, and dies at once when it is revoked'), async () => {
    const token = tokenOf(demo, 'security-officer')
    const open = (scopes: string[]) => api('/me/tokens', token, { label: 'scope', scopes })
    const alertsOnly = (await open(['alerts.read'])).json
    const auth = { token: String(alertsOnly.token) }
    const desk = await knock(demo.url, '/desk', { auth })
    leave(desk)
    expect('hello' in desk && desk.hello.caps.panels).toEqual(
      Object.keys(panels).filter((name) => panels[name] === 'alerts.read'),
    )
    expect(await knock(demo.url, '/wall', { auth })).toEqual({ refused: 'forbidden' })
    expect((await api('/figures', auth.token)).status).toBe(403)
    expect((await open(['cases.read'])).status).toBeGreaterThanOrEqual(400)
    expect((await call(demo.url, 'DELETE', `/api/v1/me/tokens/${alertsOnly.id}`, { token })).status).toBe(204)
    expect(await knock(demo.url, '/desk', { auth })).toEqual({ refused: 'signed-out' })
  })

  test(asvs('8.3.1', 'what only the server says does nothing when a client says it'), async () => {
    const token = tokenOf(demo, 'security-officer')
    const [speaker, hearer] = [
      await knock(demo.url, '/desk', { auth: { token } }),
      await knock(demo.url, '/desk', { auth: { token } }),
    ]
    if (!('client' in speaker) || !('client' in hearer)) throw new Error('not let in')
    const heard: string[] = []
    hearer.client.onAny((name: string, what: unknown) => {
      if (JSON.stringify(what ?? null).includes('forged-by-client')) heard.push(name)
    })
    const say = speaker.client as unknown as { emit(name: string, ...what: unknown[]): void }
    for (const name of spoken) say.emit(name, { id: 'forged-by-client', panel: 'alerts', rev: 1, prevRev: 0 })
    // The answer comes after everything that was said before it on the same line.
    const answered = await new Promise<object>((resolve) => hearer.client.emit('resync', resolve))
    expect(Object.keys(answered)).toEqual(expect.arrayContaining(['rev', 'panels']))
    expect(heard).toEqual([])
    leave(speaker)
    leave(hearer)
  })

  test(
    asvs('2.2.1', 'whatever a client says is checked; nonsense on end ends its line and nobody else’s'),
    async () => {
      expect(heard).toEqual(expect.arrayContaining(['resync', 'painted']))
      const auth = { token: tokenOf(demo, 'security-officer') }
      const bystander = await knock(demo.url, '/desk', { auth })
      let deep: unknown = 'x'
      for (let n = 0; n < 1000; n++) deep = [deep]
      const odd = [null, 0, '', 'x', [], true, { at: 'x' }, { alertId: {} }, { alertId: 'a'.repeat(65), at: 1 }, deep]
      const pollution = JSON.parse('{"__proto__":{"polluted":1},"alertId":"","at":1e308}')
      const nonsense = [...odd, pollution, 'x'.repeat(40_000), { at: -1e300 }, { from: {}, to: [] }]
      for (const name of [...heard, 'no-such-word', '__proto__', 'constructor']) {
        const speaker = await knock(demo.url, '/wall', { auth })
        if (!('client' in speaker)) throw new Error(speaker.refused)
        const say = speaker.client as unknown as { emit(name: string, ...what: unknown[]): void }
        for (const what of nonsense) say.emit(name, what)
        await until(() => speaker.client.disconnected)
      }
      expect('client' in bystander && bystander.client.connected).toBe(true)
      leave(bystander)
      expect((await call(demo.url, 'GET', '/readyz')).status).toBe(200)
    },
  )
})

describe('every exported list × every role', () => {
  /** Lists that ask for a condition: refused for what is missing, not for who asks. */
  const asks = (status: number) => status === 202 || status === 400 || status === 422

  test.each(roles)(
    asvs('8.2.2', '%s takes away the granted lists and no other, nobody else the file'),
    async (role) => {
      const token = tokenOf(demo, role)
      const granted = sorted(Object.keys(lists).filter((kind) => grants(role, lists[kind] ?? '')))
      const offered = (await api('/exports/kinds', token)).json as { items: { kind: string }[] }
      expect(sorted(offered.items.map(({ kind }) => kind))).toEqual(granted)
      const stranger = tokenOf(demo, roles.find((other) => other !== role) ?? '')
      for (const kind of Object.keys(lists)) {
        const started = await api('/exports', token, { kind, filters: {} })
        if (!granted.includes(kind)) {
          expect([kind, started.status]).toEqual([kind, 403])
          continue
        }
        expect([kind, asks(started.status)]).toEqual([kind, true])
        if (started.status !== 202) continue
        const { id } = started.json as { id: string }
        await until(async () => (await api(`/exports/${id}`, token)).json.state !== 'running')
        expect([kind, (await api(`/exports/${id}`, token)).json.state]).toEqual([kind, 'ready'])
        for (const path of [`/exports/${id}`, `/exports/${id}/file`])
          expect([path, (await api(path, stranger)).status, (await api(path)).status]).toEqual([path, 404, 401])
        expect((await api(`/exports/${id}/file`, token)).status).toBe(200)
      }
    },
  )

  test.each(['case-management', 'prosecutor', 'department-head'])(
    djbh('8.1.4.2', '%s: the file of the cases holds the rows of the own list, other departments’ not'),
    async (role) => {
      const token = tokenOf(demo, role)
      const listed = async () => {
        let rows = 0
        for (let cursor: string | null = ''; cursor !== null; ) {
          const page = await api(`/cases?limit=1000&state=unassigned,open,closed&cursor=${cursor}`, token)
          const { items, cursor: next } = page.json as { items: object[]; cursor: string | null }
          rows += items.length
          cursor = next
        }
        return rows
      }
      // The office's register is on its way through the collectors: compared when it stands still.
      await until(async () => {
        const before = await listed()
        const { json } = await api('/exports', token, { kind: 'cases', filters: { state: 'unassigned,open,closed' } })
        const { id } = json as { id: string }
        await until(async () => (await api(`/exports/${id}`, token)).json.state === 'ready')
        const { rows } = (await api(`/exports/${id}`, token)).json as { rows: number }
        return rows === before && before === (await listed()) && (role === 'prosecutor' || rows > 0)
      })
    },
  )
})
