import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import type { SourceOf } from '../../config/schema.ts'
import type { Decoded, SourceContext, SourceRunner } from '../source.ts'
import { dialectOf } from '../terminals/dialects.ts'
import { createSenders } from './senders.ts'
import { createDecoder } from './syslog-decode.ts'
import { createIntake, type Intake } from './syslog-intake.ts'
import { listenTcp } from './syslog-tcp.ts'
import { type ListenerParts, listenUdp } from './syslog-udp.ts'

/** What both listeners do with what they could not make messages of. */
export interface Reception {
  refuse(refusals: Decoded['refusals']): void
  /** Not read: too fast, no room, or from a stranger. */
  lost(count: number, why: 'too_fast' | 'no_room' | 'stranger', sender: string): void
}

export interface Listener {
  port: number
  close(): Promise<void>
}

/** Once a minute is enough to say the same again. */
const REPEAT_MS = 60_000
const WHY = {
  too_fast: '发送过快，超出部分已丢弃并计数；请核对来源，必要时调高 maxPerSecond',
  no_room: '突发报文已占满本机暂存，部分报文已丢弃并计数；请检查磁盘和来源，必要时调高 reservoirMiB',
  stranger: '不在允许名单（allow）中，其报文已丢弃；若属实，请把地址加入 sources.yaml',
} as const

function readPem(file: string, dataDir: string): string {
  const path = isAbsolute(file) ? file : join(dataDir, file)
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new Error(`读不到证书文件 ${path}（${(error as Error).message}），请核对 sources.yaml 的 tls`)
  }
}

/**
 * Syslog over UDP, TCP and TLS; the dialect of its profile reads the bodies.
 * @param stored told of messages that are on disk, decoded or not (for measuring)
 */
export function syslogSource(
  config: SourceOf<'syslog'>,
  context: SourceContext,
  stored?: (messages: number) => void,
): SourceRunner {
  const senders = createSenders(config.allow, config.maxPerSecond)
  const listeners: Listener[] = []
  const complaints = new Map<string, number>()
  let intake: Intake | undefined
  let troubledUntil = 0
  let calm: NodeJS.Timeout | undefined
  let mostKept = 0

  async function deliver({ drafts, refusals, dropped }: Decoded, receivedMs: number): Promise<void> {
    context.contact(receivedMs)
    if (dropped > 0) context.dropped(dropped)
    context.refuse(refusals)
    if (drafts.length === 0) return
    const newest = drafts.reduce((max, { observedMs }) => Math.max(max, observedMs ?? 0), 0)
    if (newest > 0) context.lag(Math.max(0, (receivedMs - newest) / 1000))
    await context.deliver(drafts)
  }

  /** A burst that waits for its decoding is seen at the sources desk, in KiB. */
  function kept(bytes: number): void {
    mostKept = bytes === 0 ? 0 : Math.max(mostKept, bytes)
    const [done, total] = [mostKept - bytes, mostKept].map((size) => Math.round(size / 1024))
    context.progress(
      bytes === 0 ? null : { text: '突发报文已写盘，正在解析（KiB）', done: done ?? 0, total: total ?? 0 },
    )
  }

  const reception: Reception = {
    refuse: (refusals) => context.refuse(refusals),
    lost(count, why, sender) {
      context.dropped(count)
      const now = context.clock.now()
      if (why !== 'stranger') {
        if (now >= troubledUntil) context.state('degraded', `${sender} ${WHY[why]}`)
        troubledUntil = now + REPEAT_MS
      }
      const key = `${why} ${sender}`
      if (now - (complaints.get(key) ?? 0) < REPEAT_MS) return
      if (complaints.size > 1000) complaints.clear()
      complaints.set(key, now)
      context.log.warn({ sender }, WHY[why])
    },
  }

  async function startTls(tls: NonNullable<SourceOf<'syslog'>['tls']>, shared: ListenerParts): Promise<number> {
    const [cert, key, clientCa] = [tls.certFile, tls.keyFile, tls.clientCaFile].map(
      (file) => file && readPem(file, context.dataDir),
    )
    const listener = await listenTcp(tls, shared, { cert: cert ?? '', key: key ?? '', clientCa })
    listeners.push(listener)
    return listener.port
  }

  return {
    async start() {
      const { udp, tcp, tls } = config
      if (!udp && !tcp && !tls) throw new Error('udp、tcp、tls 至少写一项')
      const decode = createDecoder(await dialectOf(context.profile, context.personHash, context.vendorDir))
      intake = createIntake({
        path: join(context.dataDir, 'spool', `${config.id}.burst.sqlite`),
        maxBytes: config.reservoirMiB * 1024 * 1024,
        decode,
        deliver,
        kept,
        stored,
        log: context.log,
      })
      const shared = { reception, intake, senders, decode, clock: context.clock, log: context.log }
      if (tcp) listeners.push(await listenTcp(tcp, shared))
      // With port 0 both transports share the number that TCP was given.
      const udpPort = udp && udp.port === 0 ? { ...udp, port: listeners[0]?.port ?? 0 } : udp
      if (udpPort) listeners.push(await listenUdp(udpPort, shared))
      context.listens({
        ...(tcp && { tcp: listeners[0]?.port ?? 0 }),
        ...(udp && { udp: listeners.at(-1)?.port ?? 0 }),
        ...(tls && { tls: await startTls(tls, shared) }),
      })
      context.state('ok')
      calm = setInterval(() => {
        if (troubledUntil > 0 && context.clock.now() >= troubledUntil) context.state('ok')
        if (context.clock.now() >= troubledUntil) troubledUntil = 0
      }, 5000)
    },
    async stop() {
      clearInterval(calm)
      await Promise.all(listeners.splice(0).map((listener) => listener.close()))
      await intake?.stop()
      intake = undefined
    },
  }
}
