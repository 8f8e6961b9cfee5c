import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

/** What a proxy does to what passes. `stall`: nothing passes, nothing is lost, the lines stay open. */
export interface Weather {
  delayMs: number
  stall: boolean
  /** New lines are refused by closing them. */
  closed: boolean
  /** Of each direction of each line; 0 = as fast as it comes. */
  bytesPerS: number
}

/** A TCP proxy on a loopback port in front of another one. */
export interface TcpProxy {
  readonly port: number
  /** Lines that pass through now. */
  readonly lines: number
  set(weather: Partial<Weather>): void
  /** Resets every line (RST). @returns how many */
  reset(): number
  /** Back to fair weather. */
  clear(): void
  close(): Promise<void>
}

const FAIR: Weather = { delayMs: 0, stall: false, closed: false, bytesPerS: 0 }
const TURN_MS = 20

export async function startProxy(target: number): Promise<TcpProxy> {
  const weather = { ...FAIR }
  const lines = new Set<Socket>()
  const server = createServer((near) => {
    if (weather.closed) {
      near.on('error', () => undefined)
      near.resetAndDestroy()
      return
    }
    const far = connect(target, '127.0.0.1')
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      lines.add(from)
      from.on('error', () => undefined)
      from.once('close', () => {
        lines.delete(from)
        to.destroy()
      })
      pump(from, to, weather).catch(() => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    get lines() {
      return lines.size / 2
    },
    set: (change) => void Object.assign(weather, change),
    reset() {
      const cut = [...lines]
      for (const line of cut) line.resetAndDestroy()
      return cut.length / 2
    },
    clear: () => void Object.assign(weather, FAIR),
    close: async () => {
      for (const line of lines) line.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** Each piece in order; while one waits the sender is held back by TCP itself. */
async function pump(from: Socket, to: Socket, weather: Weather): Promise<void> {
  for await (const piece of from) {
    if (weather.delayMs > 0) await sleep(weather.delayMs)
    while (weather.stall && !to.destroyed) await sleep(TURN_MS)
    for (const part of slices(piece as Buffer, weather)) {
      if (weather.bytesPerS > 0) await sleep(SLICE_MS)
      if (!to.write(part)) await flowing(to)
    }
    if (to.destroyed) return
  }
  to.end()
}

const SLICE_MS = 100

const flowing = (to: Socket): Promise<void> =>
  new Promise((resolve) => {
    const go = () => {
      to.off('drain', go).off('close', go)
      resolve()
    }
    to.on('drain', go).on('close', go)
    if (to.destroyed) go()
  })

function* slices(piece: Buffer, { bytesPerS }: Weather): Generator<Buffer> {
  const size = bytesPerS > 0 ? Math.max(1, Math.round((bytesPerS * SLICE_MS) / 1000)) : piece.length
  for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size)
}
