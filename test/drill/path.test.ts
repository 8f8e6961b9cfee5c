import { io, type Socket } from 'socket.io-client'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { DrillItem } from '../../contract/http/drill.ts'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import { type Demo, Product } from '../commands/product.ts'

/** The real path: broker, intake, rules, card, Socket.IO, two walls of which one does not paint. */
const product = new Product({ env: { SANLING_OFFICE: 'off' } })
const sockets: Socket[] = []
let demo: Demo

beforeAll(async () => {
  demo = await product.launch().ready()
}, 90_000)
afterAll(async () => {
  for (const socket of sockets) socket.disconnect()
  await product.stop()
}, 30_000)

const token = (role: string): string => demo.accounts.find(({ roles }) => roles.includes(role))?.token ?? ''
async function ask(path: string, role: string, body?: unknown): Promise<{ status: number; answer: never }> {
  const response = await fetch(`${demo.url}/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token(role)}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: response.status, answer: (await response.json()) as never }
}
async function until<Value>(read: () => Promise<Value>, good: (value: Value) => boolean): Promise<Value> {
  for (;;) {
    const value = await read()
    if (good(value)) return value
    await new Promise((done) => setTimeout(done, 100))
  }
}
async function undisturbed<Value>(act: () => Promise<Value | undefined>): Promise<Value> {
  for (;;) {
    const value = await act()
    if (value !== undefined) return value
    await new Promise((done) => setTimeout(done, 1100))
  }
}
const wallKey = () => new URLSearchParams(new URL(demo.wallUrl).hash.slice(1)).get('key') ?? ''
function openWall(wall: string, paints: boolean): Promise<{ told: AlertItem[] }> {
  const socket = io(`${demo.url}/wall`, { auth: { key: wallKey(), screen: '16x9', wall }, transports: ['websocket'] })
  sockets.push(socket)
  const told: AlertItem[] = []
  let offset = 0
  socket.on('hello', ({ serverTime }: { serverTime: number }) => {
    offset = serverTime - Date.now()
  })
  socket.on('alert', (alert: AlertItem) => {
    told.push(alert)
    const at = Date.now() + offset
    if (paints) socket.emit('painted', { alertId: alert.id, at, receivedAt: at })
  })
  return new Promise((resolve) => socket.once('snapshot', () => resolve({ told })))
}

describe('a drill through the running product', () => {
  it('reaches both walls, tells which one painted, is counted nowhere and leaves', async () => {
    const [main, side] = await Promise.all([openWall('指挥大厅主屏', true), openWall('值班室', false)])
    /** Every figure with its rows, as a reader of the wall may look it up. */
    const figures = async () => {
      const { items } = (await ask('/figures', 'chief')).answer as { items: { name: string }[] }
      return Promise.all(items.map(async ({ name }) => JSON.stringify((await ask(`/figures/${name}`, 'chief')).answer)))
    }
    const body = { scene: 'door-forced', purpose: '联调演练', confirm: true }
    expect((await ask('/drills', 'prosecutor', body)).status).toBe(403)
    // A real red alert makes a drill step aside: then there is another.
    const [id, over] = await undisturbed(async () => {
      const started = await ask('/drills', 'security-officer', body)
      expect(started.status).toBe(201)
      const { id } = started.answer as DrillItem
      const look = async () => (await ask(`/drills/${id}`, 'security-officer')).answer as DrillItem
      const running = await until(
        look,
        ({ walls, state }) => state !== 'running' || walls.some((wall) => wall.state === 'painted'),
      )
      await until(look, ({ receiptAt, state }) => state !== 'running' || receiptAt !== null)
      await until(
        async () => [...main.told, ...side.told].filter((alert) => alert.id === id).length,
        (n) => n >= 2,
      )
      const kept = (await figures()).filter((text) => text.includes(id) || text.includes('【演练】'))
      const ended = (await ask(`/drills/${id}/end`, 'security-officer', {})).status
      const over = await look()
      if (ended !== 200 && over.end !== '提前撤销') return undefined
      expect(running.hops.every(({ at }) => at !== null)).toBe(true)
      expect(running.walls.map(({ wall, state }) => [wall, state]).toSorted()).toEqual([
        ['值班室', 'waiting'],
        ['指挥大厅主屏', 'painted'],
      ])
      expect(kept).toEqual([])
      return [id, over] as const
    })
    expect(main.told.find((alert) => alert.id === id)).toMatchObject({ drill: true, severity: 'critical' })
    expect(over).toMatchObject({ state: 'partly', end: '提前撤销' })
    expect(over.walls.find(({ wall }) => wall === '值班室')?.state).toBe('missing')
    const open = (await ask('/alerts', 'security-officer')).answer as { items: AlertItem[] }
    expect(open.items.some((alert) => alert.id === id)).toBe(false)
    expect((await figures()).filter((text) => text.includes(id))).toEqual([])
    const history = (await ask(`/alerts/${id}`, 'security-officer')).answer as { step: string }
    expect(history.step).toBe('closed')
  }, 60_000)
})
