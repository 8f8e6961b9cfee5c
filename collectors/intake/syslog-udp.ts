import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import { nothing } from '../source.ts'
import type { Senders } from './senders.ts'
import type { Listener, Reception } from './syslog.ts'
import type { FrameDecoder } from './syslog-decode.ts'

export interface ListenerParts {
  reception: Reception
  senders: Senders
  decode: FrameDecoder
  clock: Clock
  log: Logger
}

/** A burst must fit into the kernel while we write to disk. */
const RECEIVE_BUFFER = 4 * 1024 * 1024
/** Events in memory above which datagrams are dropped: UDP cannot be told to wait. */
export const MAX_WAITING = 20_000

/** One datagram is one message. @throws Error in Chinese when the port is taken */
export async function listenUdp(address: { host: string; port: number }, parts: ListenerParts): Promise<Listener> {
  const { reception, senders, decode, clock, log } = parts
  const type = isIPv6(address.host) ? 'udp6' : 'udp4'
  const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER })
  let gathered = nothing()
  let scheduled = false

  const flush = (): void => {
    scheduled = false
    const decoded = gathered
    gathered = nothing()
    reception.take(decoded, clock.now()).catch((err) => log.error({ err }, '未能写入暂存'))
  }
  socket.on('message', (bytes, { address: sender }) => {
    const now = clock.now()
    const verdict = senders.admit(sender, now)
    if (verdict !== 'welcome') return reception.lost(1, verdict, sender)
    if (reception.waiting + gathered.drafts.length > MAX_WAITING) return reception.lost(1, 'no_room', sender)
    const { drafts, refusals, dropped } = decode(bytes, now)
    gathered.drafts.push(...drafts)
    gathered.refusals.push(...refusals)
    gathered.dropped += dropped
    if (scheduled) return
    scheduled = true
    setImmediate(flush)
  })
  await bound(socket, address)
  socket.on('error', (err) => log.error({ err }, 'UDP 接收出错'))
  return {
    port: socket.address().port,
    close: () =>
      new Promise((done) => {
        if (scheduled) flush()
        socket.close(() => done())
      }),
  }
}

const bound = (socket: Socket, { host, port }: { host: string; port: number }): Promise<void> =>
  new Promise((done, failed) => {
    socket.once('error', (error) => failed(portProblem('UDP', port, error)))
    socket.bind(port, host, () => {
      socket.removeAllListeners('error')
      done()
    })
  })

/** What a person can do about a port that cannot be opened. */
export function portProblem(kind: string, port: number, error: NodeJS.ErrnoException): Error {
  if (error.code === 'EADDRINUSE')
    return new Error(`${kind} 端口 ${port} 已被占用，请在 sources.yaml 换一个端口，或停掉占用它的程序`)
  if (error.code === 'EACCES') return new Error(`没有权限打开 ${kind} 端口 ${port}，请改用 1024 以上的端口`)
  return new Error(`打不开 ${kind} 端口 ${port}：${error.message}`)
}
