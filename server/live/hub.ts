import type { Server as HttpServer, IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Namespace, Server } from 'socket.io'
import { type ClientToServer, type Hello, NAMESPACES, type ServerToClient } from '../../contract/live.ts'
import type { PastRefusal } from '../../contract/past.ts'
import type { Clock } from '../clock.ts'
import type { Panel, Principal, WallPast } from '../feature.ts'
import type { Credentials } from '../people/authenticate.ts'
import type { Revoked } from '../people/routes.ts'
import type { Committed } from '../records/store.ts'
import { Audience } from './audience.ts'
import { PanelBoard } from './board.ts'
import { mayKnock, readHandshake } from './handshake.ts'
import { type InboundDeps, listen, type PaintReceipt } from './inbound.ts'
import { type LiveSocket, Screen, type SocketData } from './screen.ts'
import { sever } from './wire.ts'

export interface HubDeps {
  panels: readonly Panel[]
  clock: Clock
  authenticate(shown: Credentials, touch: boolean): Promise<Principal | undefined>
  origins: readonly string[]
  /** Whether a handshake names us; left out: whatever it says. */
  isOurName?(req: IncomingMessage): boolean
  office: Pick<Hello['caps'], 'demo' | 'unit' | 'version' | 'layout' | 'carousel'>
  painted(receipt: PaintReceipt): void
  masked?: InboundDeps['masked']
  failed(error: unknown, where: string): void
  /** Keeps what is shown, and answers what was shown. */
  past?: WallPast
  /** Shorter in tests. */
  timing?: Partial<Timing>
}
interface Timing {
  pingIntervalMs: number
  pingTimeoutMs: number
  recheckMs: number
  sweepMs: number
  pulseMs: number
}
const TIMING: Timing = {
  pingIntervalMs: 15_000,
  pingTimeoutMs: 10_000,
  recheckMs: 60_000,
  sweepMs: 1000,
  pulseMs: 5000,
}
const MAX_SOCKETS = 2000
const INBOUND_BYTES = 64 * 1024
/** Alerts whose last telling is remembered. */
const REMEMBERED = 2000
/** Time for the notice to leave. */
const FAREWELL_MS = 50
const RESTART_NOTICE_MS = 2000
/** Whoever may see this panel is told of every alert at once. */
const ALERT_PANEL = 'alerts'

type LiveNamespace = Namespace<ClientToServer, ServerToClient, Record<string, never>, SocketData>

/** The live door: panels out, paint receipts in. It names no feature; what may be seen is said by permissions. */
export class LiveHub {
  readonly #deps: HubDeps
  readonly #timing: Timing
  readonly #board: PanelBoard
  readonly #audiences = new Map<string, Audience>()
  readonly #screens = new Map<Screen, Audience>()
  readonly #announced = new Map<string, number>()
  readonly #timers: NodeJS.Timeout[] = []
  #io: Server<ClientToServer, ServerToClient, Record<string, never>, SocketData> | undefined

  constructor(deps: HubDeps) {
    this.#deps = deps
    this.#timing = { ...TIMING, ...deps.timing }
    this.#board = new PanelBoard({
      panels: deps.panels,
      clock: deps.clock,
      failed: deps.failed,
      screens: () => this.#screens.size,
      changed: (name, text, readAt) => {
        deps.past?.shown({ panel: name, text, at: deps.clock.now(), readAt })
        for (const audience of this.#audiences.values()) audience.advance(name, text)
      },
    })
  }

  /** Reads all panels once while nobody looks: their past is kept all the same. */
  async sample(): Promise<void> {
    if (this.#screens.size > 0) return
    await this.#board.watch()
    if (this.#screens.size === 0) this.#board.rest()
  }

  /** The walls that are connected now. */
  walls(): { socket: string; wall: string | null; screen: string | null; account: string }[] {
    return [...this.#screens]
      .filter(([, audience]) => audience.namespace === NAMESPACES.wall)
      .map(([{ socket }]) => {
        const { wall, screen, person } = socket.data
        return { socket: socket.id, wall, screen, account: person.username }
      })
  }

  /** When the screens were told of this alert last, epoch ms; null = too long ago to know, or never. */
  announcedAt(alertId: string): number | null {
    return this.#announced.get(alertId) ?? null
  }

  get screens(): number {
    return this.#screens.size
  }

  start(http: HttpServer): void {
    const { pingIntervalMs, pingTimeoutMs, recheckMs, sweepMs, pulseMs } = this.#timing
    const io = new Server<ClientToServer, ServerToClient, Record<string, never>, SocketData>(http, {
      serveClient: false,
      pingInterval: pingIntervalMs,
      pingTimeout: pingTimeoutMs,
      maxHttpBufferSize: INBOUND_BYTES,
      perMessageDeflate: false,
      connectTimeout: 10_000,
      // A revoked session must not recover without being asked; snapshot and rev are the truth anyway.
      allowRequest: (req, answer) =>
        answer(null, this.#deps.isOurName?.(req) !== false && mayKnock(req, this.#deps.origins)),
    })
    this.#io = io
    // Socket.IO's own first room would take anybody without a question and count them nowhere.
    io.of('/').use((_socket, next) => next(new Error('forbidden')))
    for (const name of Object.values(NAMESPACES)) this.#open(io.of(name), name)
    const every = (ms: number, act: () => void) => this.#timers.push(setInterval(act, ms).unref())
    every(recheckMs, () => void this.#recheck().catch((error: unknown) => this.#deps.failed(error, 'recheck')))
    every(sweepMs, () => this.#sweep())
    every(pulseMs, () => this.#pulse())
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer)
    this.#board.rest()
    for (const screen of this.#screens.keys()) screen.say('restart', `{"retryMs":${RESTART_NOTICE_MS}}`)
    if (this.#screens.size > 0) await sleep(FAREWELL_MS)
    for (const screen of [...this.#screens.keys()]) sever(screen.socket)
    await this.#io?.close()
    this.#io = undefined
  }

  /** After a commit: alerts leave at once, touched panels as soon as they are read. */
  committed({ touched, announced }: Committed): void {
    for (const alert of announced) {
      this.#remember(alert.id)
      const json = JSON.stringify(alert)
      for (const audience of this.#audiences.values())
        if (audience.panels.includes(ALERT_PANEL)) audience.broadcast('alert', json)
    }
    this.#board.touch(touched)
  }

  /** When an alert was last told of, for the paint receipts that answer it. */
  #remember(alertId: string): void {
    this.#announced.delete(alertId)
    this.#announced.set(alertId, this.#deps.clock.now())
    for (const oldest of this.#announced.keys()) {
      if (this.#announced.size <= REMEMBERED) break
      this.#announced.delete(oldest)
    }
  }

  /** Several servers: changes may have been missed. Every panel is read again, and every socket's right asked anew. */
  readAfresh(): void {
    this.#board.touch(this.#deps.panels.map(({ name }) => name))
    void this.#recheck().catch((error: unknown) => this.#deps.failed(error, 'recheck'))
  }

  /** Cuts the sockets of what has ended. */
  revoked(who: Revoked): void {
    for (const screen of [...this.#screens.keys()])
      if (isMeant(who, screen.socket.data.person)) this.#dismiss(screen, 'signed-out')
  }

  #open(namespace: LiveNamespace, name: string): void {
    namespace.use((socket, next) => {
      this.#admit(socket, name).then(
        (refusal) => next(refusal === undefined ? undefined : new Error(refusal)),
        (error: unknown) => {
          this.#deps.failed(error, 'handshake')
          next(new Error('signed-out'))
        },
      )
    })
    namespace.on('connection', (socket) => {
      this.#welcome(socket, name).catch((error: unknown) => {
        this.#deps.failed(error, 'welcome')
        socket.disconnect(true)
      })
    })
  }

  /** Undefined = welcome; else why not. */
  async #admit(socket: LiveSocket, name: string): Promise<string | undefined> {
    if (this.#screens.size >= MAX_SOCKETS) return 'too-many-sockets'
    const { headers, auth } = socket.handshake
    const { credentials, screen, wall } = readHandshake(headers, auth, this.#deps.origins)
    const person = await this.#deps.authenticate(credentials, true)
    if (!person) return 'signed-out'
    if (!isAllowedIn(name, person)) return 'forbidden'
    socket.data.person = person
    socket.data.shown = credentials
    socket.data.screen = screen
    socket.data.wall = wall
    return undefined
  }

  async #welcome(socket: LiveSocket, name: string): Promise<void> {
    // The upgrade request has been read and costs some kilobytes a socket.
    ;(socket.conn as { request: unknown }).request = null
    const screen = new Screen(socket)
    const audience = this.#audienceOf(name, socket.data.person)
    this.#screens.set(screen, audience)
    socket.on('disconnect', (reason) => {
      if (reason === 'ping timeout') sever(socket)
      this.#leave(screen, audience)
    })
    listen(socket, {
      now: () => this.#deps.clock.now(),
      painted: this.#deps.painted,
      masked: this.#deps.masked,
      announcedAt: (alertId) => this.#announced.get(alertId) ?? null,
      resync: (answer) => {
        answer(JSON.parse(audience.snapshotJson()))
        screen.renewed(audience.rev)
      },
      past: this.#deps.past && {
        wallAt: (at) => this.#past((past) => past.wallAt(at, audience.panels)),
        frames: (ask) => this.#past((past) => past.frames(ask, audience.panels)),
      },
    })
    await this.#board.watch()
    if (!socket.connected) return
    // From here to the end nothing is awaited: no delta can fall between snapshot and membership.
    screen.say('hello', JSON.stringify(this.#hello(socket, audience)))
    screen.say('snapshot', audience.snapshotJson())
    screen.renewed(audience.rev)
    audience.members.add(screen)
  }

  async #past<Answer>(ask: (past: WallPast) => Promise<Answer>): Promise<Answer | { refused: PastRefusal }> {
    const { past, failed } = this.#deps
    if (!past) return { refused: 'not-recorded' }
    return ask(past).catch((error: unknown) => {
      failed(error, 'past')
      return { refused: 'unreadable' as const }
    })
  }

  #hello(socket: LiveSocket, audience: Audience): Hello {
    const all = this.#deps.panels.map((panel) => panel.name)
    return {
      rev: audience.rev,
      serverTime: this.#deps.clock.now(),
      caps: {
        ...this.#deps.office,
        screen: socket.data.screen,
        panels: [...audience.panels],
        denied: all.filter((panel) => !audience.panels.includes(panel)),
      },
    }
  }

  #audienceOf(name: string, person: Principal): Audience {
    const panels = this.#deps.panels.filter((panel) => maySee(name, person, panel)).map((panel) => panel.name)
    const key = `${name} ${panels.join(' ')}`
    const known = this.#audiences.get(key)
    if (known) return known
    const audience = new Audience(name, panels, this.#board, () => this.#deps.clock.now())
    this.#audiences.set(key, audience)
    return audience
  }

  #leave(screen: Screen, audience: Audience): void {
    audience.members.delete(screen)
    this.#screens.delete(screen)
    if (this.#screens.size === 0) this.#board.rest()
  }

  #dismiss(screen: Screen, reason: string): void {
    screen.say('revoked', JSON.stringify({ reason }))
    screen.socket.disconnect(true)
  }

  /** Slow ones are led on or cut. */
  #sweep(): void {
    const now = this.#deps.clock.now()
    for (const [screen, audience] of this.#screens) {
      if (screen.mustBeCut(now)) sever(screen.socket)
      else if (screen.dirty.size > 0) audience.catchUp(screen)
    }
  }

  #pulse(): void {
    const serverTime = this.#deps.clock.now()
    for (const audience of this.#audiences.values())
      for (const screen of audience.members)
        if (!screen.isStuck()) screen.say('pulse', `{"rev":${screen.rev},"serverTime":${serverTime}}`)
  }

  /** Whoever has been signed out, or has lost or won a right, connects anew or not at all. */
  async #recheck(): Promise<void> {
    for (const screen of [...this.#screens.keys()]) {
      const { person, shown } = screen.socket.data
      const now = await this.#deps.authenticate(shown, false)
      if (!now) this.#dismiss(screen, 'signed-out')
      else if (!sameRights(person, now)) this.#dismiss(screen, 'forbidden')
    }
  }
}

/** The wall shows counts and codes only, to whoever may look at it; the desk shows what one's roles allow. */
const isAllowedIn = (name: string, person: Principal): boolean =>
  name === NAMESPACES.wall ? person.permissions.has('wall.view') : person.via !== 'wall-key'
const maySee = (name: string, person: Principal, panel: Panel): boolean =>
  name === NAMESPACES.wall || person.permissions.has(panel.permission)

const sameRights = (a: Principal, b: Principal): boolean =>
  a.permissions.size === b.permissions.size && [...a.permissions].every((word) => b.permissions.has(word))

function isMeant(who: Revoked, person: Principal): boolean {
  if ('sessionId' in who) return person.sessionId === who.sessionId
  if ('wallKeyId' in who) return person.id === `wall:${who.wallKeyId}`
  return person.id === who.accountId && (person.sessionId === null || person.sessionId !== who.exceptSessionId)
}
