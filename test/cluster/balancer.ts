import { connect, createServer, type Socket } from 'node:net'

/** A reverse proxy of the plainest kind in front of several servers. */
export interface Balancer {
  readonly port: number
  /** Lines to each server now, in the order of the servers. */
  lines(): number[]
  close(): Promise<void>
}

const LOOK_MS = 250
const ANSWER_MS = 1500
/** One late answer is no death. */
const MISSED = 2

/**
 * Deals TCP lines out in turn to whoever says at /readyz that it is ready, as docs/cluster.zh-CN.md asks of a proxy. A
 * server that no longer answers gets no new line, and the lines it has are cut.
 */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  const ready = ports.map(() => false)
  const missed = ports.map(() => 0)
  const lines = ports.map(() => new Set<Socket>())
  let turn = 0
  const cut = (at: number): void => {
    for (const line of lines[at] ?? []) line.destroy()
  }
  const look = async (at: number): Promise<void> => {
    const url = `http://127.0.0.1:${ports[at]}/readyz`
    const good = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) }).then(
      ({ ok }) => ok,
      () => false,
    )
    missed[at] = good ? 0 : (missed[at] ?? 0) + 1
    const works = good || (ready[at] === true && (missed[at] ?? 0) < MISSED)
    if (ready[at] && !works) cut(at)
    ready[at] = works
  }
  const deal = (near: Socket, tries = ports.length): void => {
    const able = ports.flatMap((_port, at) => (ready[at] ? [at] : []))
    const at = able[turn++ % Math.max(1, able.length)]
    if (at === undefined || tries === 0) {
      near.destroy()
      return
    }
    const far = connect(ports[at] ?? 0, '127.0.0.1')
    far.once('error', () => {
      ready[at] = false
      if (!near.destroyed) deal(near, tries - 1)
    })
    far.once('connect', () => {
      lines[at]?.add(far)
      near.on('error', () => undefined)
      far.on('error', () => undefined)
      near.once('close', () => far.destroy())
      far.once('close', () => {
        lines[at]?.delete(far)
        near.destroy()
      })
      near.pipe(far)
      far.pipe(near)
    })
  }
  const server = createServer({ pauseOnConnect: true }, (near) => deal(near))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  let closed = false
  const watching = ports.map(async (_port, at) => {
    while (!closed) {
      await look(at)
      await new Promise((done) => setTimeout(done, LOOK_MS))
    }
  })
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    lines: () => lines.map(({ size }) => size),
    async close() {
      closed = true
      for (const [at] of ports.entries()) cut(at)
      const gone = new Promise((resolve) => server.close(resolve))
      await Promise.all([gone, ...watching])
    },
  }
}
