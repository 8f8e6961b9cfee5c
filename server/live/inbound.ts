import { Painted } from '../../contract/live.ts'
import type { Principal } from '../feature.ts'
import { type Allowance, RateLimiter } from '../people/rate.ts'
import type { LiveSocket } from './screen.ts'

/** A storm of 500 alerts in 10 s is painted, and receipted, one by one; more than this is a flood. */
const EVENTS: Allowance = { rate: 200, burst: 1000 }
const RESYNCS: Allowance = { rate: 1, burst: 5 }
const MAX_MALFORMED = 10

export interface PaintReceipt {
  alertId: string
  /** When it was on the glass, and when we heard of it; epoch ms, server time. */
  paintedAt: number
  heardAt: number
  /** When the hub told the screens of its last change; null = too long ago to know. */
  announcedAt: number | null
  namespace: string
  person: Principal
}

export interface InboundDeps {
  now(): number
  resync(answer: (snapshot: unknown) => void): void
  announcedAt(alertId: string): number | null
  painted(receipt: PaintReceipt): void
}

/** Everything that a client says goes through here: limited, checked, or the line is cut. */
export function listen(socket: LiveSocket, deps: InboundDeps): void {
  const events = new RateLimiter(EVENTS)
  const resyncs = new RateLimiter(RESYNCS)
  let malformed = 0
  const reject = () => {
    malformed += 1
    if (malformed > MAX_MALFORMED) socket.disconnect(true)
  }
  socket.use(([event], next) => {
    if (!events.take('', deps.now())) socket.disconnect(true)
    else if (event === 'resync' || event === 'painted') next()
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
    const { person } = socket.data
    const namespace = socket.nsp.name
    const announcedAt = deps.announcedAt(data.alertId)
    deps.painted({ alertId: data.alertId, paintedAt: data.at, heardAt: deps.now(), announcedAt, namespace, person })
  })
}
