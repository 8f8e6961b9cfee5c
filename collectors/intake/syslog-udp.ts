import { createSocket, type Socket } from 'node:dgram'
import { isIPv6 } from 'node:net'
import type { Logger } from 'pino'
import type { Clock } from '../clock.ts'
import type { Senders } from './senders.ts'
import type { Listener, Reception } from './syslog.ts'
import type { FrameDecoder } from './syslog-decode.ts'
import type { Intake } from './syslog-intake.ts'

export interface ListenerParts {
  reception: Reception
  intake: Intake
  senders: Senders
  decode: FrameDecoder
  clock: Clock
  log: Logger
}

/** A burst must fit into the kernel while we write to disk. */
const RECEIVE_BUFFER = 4 * 1024 * 1024
/** Datagrams in memory, not yet on disk, above which more are dropped: UDP cannot be told to wait. */
const MAX_WAITING = 20_000

/** One datagram is one message. @throws Error in Chinese when the port is taken */
export async function listenUdp(address: { host: string; port: number }, parts: ListenerParts): Promise<Listener> {
  const { reception, intake, senders, decode, clock, log } = parts
  const type = isIPv6(address.host) ? 'udp6' : 'udp4'
  const socket = createSocket({ type, recvBufferSize: RECEIVE_BUFFER })
  const channel = { name: 'udp', decode }
  let gathered: Uint8Array[] = []
  let waiting = 0
  let scheduled = false

  const flush = (): void => {
    scheduled = false
    const frames = gathered
    gathered = []
    intake
      .take(frames, clock.now(), channel)
      .catch((err) => log.error({ err }, '未能写入暂存'))
      .finally(() => {
        waiting -= frames.length
      })
  }
  socket.on('message', (bytes, { address: sender }) => {
    const verdict = senders.admit(sender, clock.now())
    if (verdict !== 'welcome') return reception.lost(1, verdict, sender)
    if (waiting >= MAX_WAITING || intake.full) return reception.lost(1, 'no_room', sender)
    waiting++
    gathered.push(bytes)
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
