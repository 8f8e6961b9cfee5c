import { MaskAsk, NAMESPACES, Painted } from '../../contract/live.ts'
import { type FramesAnswer, FramesAsk, type PastAnswer, PastAsk } from '../../contract/past.ts'
import type { Principal } from '../feature.ts'
import { type Allowance, RateLimiter } from '../people/rate.ts'
import type { LiveSocket } from './screen.ts'

/** A storm of 500 alerts in 10 s is painted, and receipted, one by one; more than this is a flood. */
const EVENTS: Allowance = { rate: 200, burst: 1000 }
const RESYNCS: Allowance = { rate: 1, burst: 5 }
/** A replay asks once or twice a second; a scrubber that is dragged somewhat more. */
const PASTS: Allowance = { rate: 5, burst: 30 }
const MAX_MALFORMED = 10
const HEARD = new Set(['resync', 'painted', 'mask', 'past', 'frames'])

export interface PaintReceipt {
  alertId: string
  /** When it was on the glass, and when we heard of it; epoch ms, server time. */
  paintedAt: number
  heardAt: number
  /** When the hub told the screens of its last change; null = too long ago to know. */
  announcedAt: number | null
  namespace: string
  person: Principal
  /** When the page had heard of it, by its own word. */
  receivedAt: number | null
  socket: string
  screen: string | null
  wall: string | null
}

export interface InboundDeps {
  now(): number
  resync(answer: (snapshot: unknown) => void): void
  announcedAt(alertId: string): number | null
  painted(receipt: PaintReceipt): void
  /** Writes down that a wall was masked or unmasked; false = it could not. */
  masked?(mask: {
    masked: boolean
    wall: string | null
    screen: string | null
    person: Principal
    ip: string
  }): Promise<boolean>
  past?: { wallAt(at: number): Promise<PastAnswer>; frames(ask: FramesAsk): Promise<FramesAnswer> } | undefined
}

/** Everything that a client says goes through here: limited, checked, or the line is cut. */
export function listen(socket: LiveSocket, deps: InboundDeps): void {
  const events = new RateLimiter(EVENTS)
  const resyncs = new RateLimiter(RESYNCS)
  const pasts = new RateLimiter(PASTS)
  let malformed = 0
  const reject = () => {
    malformed += 1
    if (malformed > MAX_MALFORMED) socket.disconnect(true)
  }
  socket.use(([event], next) => {
    if (!events.take('', deps.now())) socket.disconnect(true)
    else if (HEARD.has(event)) next()
    else reject()
  })
  socket.on('resync', (...args: unknown[]) => {
    const answer = args.findLast((arg) => typeof arg === 'function') as ((snapshot: unknown) => void) | undefined
    if (!answer) return reject()
    if (resyncs.take('', deps.now())) deps.resync(answer)
  })
  socket.on('painted', (receipt: unknown) => {
    const { data } = Painted.safeParse(receipt)
    if (!data) return reject()
    const { person, screen, wall } = socket.data
    const namespace = socket.nsp.name
    const announcedAt = deps.announcedAt(data.alertId)
    deps.painted({
      alertId: data.alertId,
      paintedAt: data.at,
      heardAt: deps.now(),
      announcedAt,
      namespace,
      person,
      receivedAt: data.receivedAt ?? null,
      socket: socket.id,
      screen,
      wall,
    })
  })
  socket.on('mask', (ask: unknown, answer: unknown) => {
    const { data } = MaskAsk.safeParse(ask)
    if (!data || typeof answer !== 'function' || socket.nsp.name !== NAMESPACES.wall) return reject()
    const { person, screen, wall } = socket.data
    const kept = resyncs.take('mask', deps.now())
      ? deps.masked?.({ ...data, wall, screen, person, ip: socket.handshake.address })
      : undefined
    void (kept ?? Promise.resolve(false)).then((done) => answer(done))
  })
  socket.on('past', (ask: unknown, answer: unknown) => {
    const { data } = PastAsk.safeParse(ask)
    if (!data || typeof answer !== 'function') return reject()
    if (!pasts.take('', deps.now())) answer({ refused: 'busy' })
    else if (deps.past) void deps.past.wallAt(data.at).then((wall) => answer(wall))
    else answer({ refused: 'not-recorded' })
  })
  socket.on('frames', (ask: unknown, answer: unknown) => {
    const { data } = FramesAsk.safeParse(ask)
    if (!data || typeof answer !== 'function') return reject()
    if (!pasts.take('', deps.now())) answer({ refused: 'busy' })
    else if (deps.past) void deps.past.frames(data).then((frames) => answer(frames))
    else answer({ refused: 'not-recorded' })
  })
}
