import { createServer, type Server, type ServerOpts, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { refuse } from '../source.ts'
import type { Listener } from './syslog.ts'
import { splitAware } from './syslog-decode.ts'
import { createFramer, type FrameStep } from './syslog-framing.ts'
import type { Channel } from './syslog-intake.ts'
import { type ListenerParts, portProblem } from './syslog-udp.ts'

const MAX_CONNECTIONS = 256
/** A console that has said nothing for so long has gone away without closing; it will connect again. */
const IDLE_MS = 3_600_000

/** Certificates as PEM. With `clientCa` only senders whose certificate it signed are heard (RFC 5425 4.2). */
export interface TlsIdentity {
  cert: string
  key: string
  clientCa?: string
}

/** @throws Error in Chinese when the port is taken or the certificate does not fit its key */
export async function listenTcp(
  address: { host: string; port: number },
  parts: ListenerParts,
  identity?: TlsIdentity,
): Promise<Listener> {
  const { reception, senders, log } = parts
  const sockets = new Set<Socket>()
  const hear = (socket: Socket) => {
    const sender = socket.remoteAddress ?? ''
    if (!senders.isAllowed(sender)) {
      reception.lost(1, 'stranger', sender)
      socket.destroy()
      return
    }
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    socket.setTimeout(IDLE_MS, () => socket.destroy())
    follow(socket, sender, parts).catch((err) => {
      if (!socket.destroyed) log.warn({ err, sender }, 'TCP 连接出错，已断开')
      socket.destroy()
    })
  }
  const keepAlive = { keepAlive: true, keepAliveInitialDelay: 30_000 }
  const server = identity ? await tlsServer(identity, keepAlive, hear, log) : createServer(keepAlive, hear)
  server.maxConnections = MAX_CONNECTIONS
  server.on('drop', () => log.warn('TCP 连接数已到上限，新连接被拒绝'))
  await bound(server, address)
  const bind = server.address()
  return {
    port: typeof bind === 'object' && bind ? bind.port : address.port,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** TLS is loaded only where a source asks for it. Handshakes that fail leave a line in the log, no more. */
async function tlsServer(
  { cert, key, clientCa }: TlsIdentity,
  options: ServerOpts,
  hear: (socket: Socket) => void,
  log: ListenerParts['log'],
): Promise<Server> {
  const tls = await import('node:tls')
  const proof = clientCa === undefined ? {} : { ca: clientCa, requestCert: true, rejectUnauthorized: true }
  try {
    const server = tls.createServer({ ...options, cert, key, ...proof, minVersion: 'TLSv1.2' }, hear)
    server.on('tlsClientError', (err, socket) => log.warn({ err, sender: socket.remoteAddress }, 'TLS 握手失败'))
    return server
  } catch (error) {
    throw new Error(`TLS 证书或私钥不可用：${(error as Error).message}`)
  }
}

/** Chunks (of at most 64 KiB) on their way to the disk while the next is decoded: as many as one commit gathers. */
const AHEAD = 12
/** Numbers of one process; a name with its start is never used again. */
let connections = 0

/** Reads one connection to its end, little further than what is on disk: TCP makes the sender wait. */
async function follow(socket: Socket, sender: string, parts: ListenerParts): Promise<void> {
  const framer = createFramer()
  const name = `${sender} ${parts.clock.now()} ${++connections}`
  const splitDecode = splitAware(parts.decode)
  const channel: Channel = {
    name,
    decode: (...input) => (framer.mode === 'line' ? splitDecode : parts.decode)(...input),
  }
  const writing: Promise<void>[] = []
  let lost = false
  const add = async (step: FrameStep) => {
    await admitted(step, sender, parts)
    if (step.frames.length === 0) return
    const stored = parts.intake.take(step.frames, parts.clock.now(), channel)
    // Who waits for it comes later; until then a failure is nobody's.
    stored.catch(() => {})
    writing.push(stored)
    if (writing.length > AHEAD) await writing.shift()
  }
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      const step = framer.push(chunk)
      await add(step)
      lost = step.close
      if (lost) {
        socket.destroy()
        break
      }
    }
    if (!lost) await add(framer.end())
    await Promise.all(writing)
  } finally {
    parts.intake.end(channel)
  }
}

/** Waits until so many messages of that sender are allowed. */
async function admitted(step: FrameStep, sender: string, { reception, senders, clock }: ListenerParts): Promise<void> {
  reception.refuse(step.refusals.map(({ reason, raw, detail }) => refuse(reason, raw, detail)))
  for (const _ of step.frames)
    while (senders.admit(sender, clock.now()) === 'too_fast') await sleep(1000 * senders.waitS(sender, clock.now()) + 1)
}

const bound = (server: Server, { host, port }: { host: string; port: number }): Promise<void> =>
  new Promise((done, failed) => {
    server.once('error', (error) => failed(portProblem('TCP', port, error)))
    server.listen(port, host, () => {
      server.removeAllListeners('error')
      server.on('error', () => {})
      done()
    })
  })
