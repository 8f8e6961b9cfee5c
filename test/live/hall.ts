import { io, type Socket } from 'socket.io-client'
import type { ClientToServer, Delta, Hello, ServerToClient, Snapshot } from '../../contract/live.ts'
import { systemClock } from '../../server/clock.ts'
import type { Panel } from '../../server/feature.ts'
import { type HubDeps, LiveHub } from '../../server/live/hub.ts'
import type { PaintReceipt } from '../../server/live/inbound.ts'
import { type Office, openOffice, signIn } from '../http/office.ts'
import type { Alert } from './samples.ts'

export type Client = Socket<ServerToClient, ClientToServer>

/** A panel that the test fills. */
export class TestPanel implements Panel {
  readonly name: string
  readonly permission: string
  everyMs?: number
  value: unknown
  loads = 0
  failing = false
  constructor(name: string, permission: string, value: unknown = { n: 0 }) {
    this.name = name
    this.permission = permission
    this.value = value
  }
  async load(): Promise<unknown> {
    this.loads += 1
    if (this.failing) throw new Error('secret of the database')
    return this.value
  }
}

export interface Hall extends Office {
  hub: LiveHub
  painted: PaintReceipt[]
  broken: unknown[]
  change(panel: TestPanel, value: unknown): void
  announce(alert: Alert): void
  leave(): Promise<void>
}

/** The real people, http and live rooms with the panels of a test; sockets are real ones. */
export async function openHall(
  panels: readonly Panel[],
  timing: HubDeps['timing'] = {},
  options: Parameters<typeof openOffice>[0] = {},
): Promise<Hall> {
  const office = await openOffice(options)
  const painted: PaintReceipt[] = []
  const broken: unknown[] = []
  const hub = new LiveHub({
    panels,
    clock: systemClock,
    authenticate: (shown, touch) => office.people.authenticate(shown, touch),
    origins: [],
    office: { demo: true, unit: '示例区人民检察院', version: '0' },
    painted: (receipt) => painted.push(receipt),
    failed: (error) => broken.push(error),
    timing: { sweepMs: 50, ...timing },
  })
  hub.start(office.server)
  return {
    ...office,
    hub,
    painted,
    broken,
    change: (panel, value) => {
      panel.value = value
      hub.committed({ touched: new Set([panel.name]), announced: [] })
    },
    announce: (alert) => hub.committed({ touched: new Set(), announced: [alert] }),
    leave: async () => {
      await hub.stop()
      await office.close()
    },
  }
}

/** What one client has seen, in order. */
export class Watcher {
  readonly client: Client
  readonly hellos: Hello[] = []
  readonly snapshots: Snapshot[] = []
  readonly deltas: Delta[] = []
  readonly alerts: Alert[] = []
  readonly reasons: string[] = []
  errors: string[] = []
  /** Whether deltas are acknowledged at once. */
  takes = true
  readonly untaken: (() => void)[] = []

  constructor(client: Client) {
    this.client = client
    client.on('hello', (hello) => this.hellos.push(hello))
    client.on('snapshot', (snapshot) => this.snapshots.push(snapshot))
    client.on('delta', (delta, taken) => {
      this.deltas.push(delta)
      if (this.takes) taken()
      else this.untaken.push(taken)
    })
    client.on('alert', (alert) => this.alerts.push(alert))
    client.on('connect_error', (error) => this.errors.push(error.message))
    client.on('disconnect', (reason) => this.reasons.push(reason))
  }
  /** The state a screen would show, and whether the chain of revs was whole. */
  state(): { panels: Record<string, unknown>; rev: number; gaps: number } {
    const last = this.snapshots.at(-1)
    let rev = last?.rev ?? 0
    let gaps = 0
    const panels = { ...last?.panels }
    for (const delta of this.deltas.filter((one) => one.rev > (last?.rev ?? 0))) {
      if (delta.prevRev !== rev) gaps += 1
      rev = delta.rev
      panels[delta.panel] = delta.data
    }
    return { panels, rev, gaps }
  }
}

export interface ConnectOptions {
  auth?: Record<string, unknown>
  headers?: Record<string, string>
  transports?: string[]
}
export function connect(hall: Office, namespace: string, options: ConnectOptions = {}): Watcher {
  return new Watcher(
    io(hall.url + namespace, {
      auth: options.auth ?? {},
      extraHeaders: options.headers ?? {},
      transports: options.transports ?? ['websocket'],
      reconnection: false,
      forceNew: true,
    }),
  )
}
export const asRole = (hall: Office, role: string) => ({ auth: { token: hall.token(role) } })
export async function asBrowser(hall: Office, role: string, origin = hall.url) {
  const { cookie, csrf } = await signIn(hall, role)
  return { headers: { cookie, origin }, cookie, csrf }
}

/** Waits for something to become true. */
export async function until(what: () => boolean, ms = 5000): Promise<void> {
  const end = performance.now() + ms
  while (!what()) {
    if (performance.now() > end) throw new Error(`not within ${ms} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
export const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
