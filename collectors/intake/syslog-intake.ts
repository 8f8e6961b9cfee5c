import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises'
import type { Logger } from 'pino'
import { type Decoded, nothing } from '../source.ts'
import { hasReservoir, openReservoir, type Reservoir } from './reservoir.ts'
import type { FrameDecoder } from './syslog-decode.ts'

/** Messages that one decoder reads in their order. */
export interface Channel {
  /** Never used again, also not by the next process. */
  name: string
  decode: FrameDecoder
}

/** Between the listeners and the spool: decodes what comes; in a burst keeps it on disk first and decodes it after. */
export interface Intake {
  /** Resolves when these messages are on disk, decoded or not; waits while the reservoir is full. */
  take(frames: readonly Uint8Array[], receivedMs: number, channel: Channel): Promise<void>
  /** Who cannot make a sender wait drops instead. */
  readonly full: boolean
  /** The channel has ended; its decoder is forgotten when nothing of it waits. */
  end(channel: Channel): void
  /** Ends what is being decoded; what is kept stays for the next start. */
  stop(): Promise<void>
}

export interface IntakeOptions {
  /** File of the reservoir; made at the first burst. */
  path: string
  maxBytes: number
  /** For channels of an earlier process. */
  decode: FrameDecoder
  /** Resolves when the events are on disk. */
  deliver(decoded: Decoded, receivedMs: number): Promise<void>
  /** Messages that wait for their decoding, once a second while there are any, then 0. */
  kept(bytes: number): void
  /** So many messages more are on disk. */
  stored?(messages: number): void
  log: Logger
}

/**
 * Share of the time that decoding may take while messages keep coming: the other half is for receiving. Neither starves,
 * a flood is taken in at the speed of the disk, and what it holds reaches the wall at half the usual speed meanwhile.
 */
const SHARE = 0.5
const WINDOW_MS = 50
/** Nothing has come for that long: all of the time is for decoding. */
const CALM_MS = 20
/** Blocks decoded and on their way to the disk. */
const AHEAD = 12
const DROP_EVERY = 64
const SAY_MS = 1000
const RETRY_MS = 1000

export function createIntake(options: IntakeOptions): Intake {
  const { path, maxBytes, log } = options
  const channels = new Map<string, { channel: Channel; ended: boolean }>()
  let reservoir: Reservoir | undefined = hasReservoir(path) ? opened() : undefined
  let draining: Promise<void> | undefined
  /** Something was kept since the drain last looked. */
  let wanted = false
  let stopped = false
  let window = { from: 0, spent: 0 }
  let lastKeptAt = 0
  let unusableUntil = 0
  let room: { promise: Promise<void>; open(): void } | undefined

  function opened(): Reservoir | undefined {
    try {
      return openReservoir(path)
    } catch (err) {
      log.error({ err, path }, '打不开突发报文暂存，来源需等待解析')
      unusableUntil = performance.now() + RETRY_MS
      return undefined
    }
  }

  function timed(work: () => Decoded): { decoded: Decoded; ms: number } {
    const from = performance.now()
    const decoded = work()
    const now = performance.now()
    if (now - window.from > WINDOW_MS) window = { from: now, spent: 0 }
    window.spent += now - from
    return { decoded, ms: now - from }
  }

  const isBusy = (): boolean => performance.now() - window.from <= WINDOW_MS && window.spent > WINDOW_MS * SHARE

  /** Once something is kept, all that follows waits behind it. */
  const mustKeep = (): boolean =>
    !stopped &&
    performance.now() >= unusableUntil &&
    ((reservoir?.bytes ?? 0) > 0 || draining !== undefined || isBusy())

  async function decodeNow(frames: readonly Uint8Array[], receivedMs: number, decode: FrameDecoder): Promise<void> {
    const { decoded } = timed(() => decodeFrames(frames, receivedMs, decode))
    await options.deliver(decoded, receivedMs)
    options.stored?.(frames.length)
  }

  async function waitForRoom(): Promise<void> {
    while (!stopped && (reservoir?.bytes ?? 0) >= maxBytes) {
      if (!room) {
        let open: () => void = () => {}
        const promise = new Promise<void>((done) => {
          open = done
        })
        room = { promise, open }
      }
      await room.promise
    }
  }

  /** @returns false when the disk would not take it */
  async function keep(frames: readonly Uint8Array[], receivedMs: number, channel: Channel): Promise<boolean> {
    await waitForRoom()
    reservoir ??= opened()
    if (!reservoir || stopped) return false
    channels.set(channel.name, { channel, ended: false })
    lastKeptAt = performance.now()
    try {
      await reservoir.keep({ channel: channel.name, receivedMs, frames })
    } catch (err) {
      log.error({ err }, '突发报文未能写盘，改为来一条解析一条')
      unusableUntil = performance.now() + RETRY_MS
      return false
    }
    options.stored?.(frames.length)
    drainSoon()
    return true
  }

  function drainSoon(): void {
    wanted = true
    draining ??= drainWhileWanted().finally(() => {
      draining = undefined
      forgetEnded()
    })
  }

  async function drainWhileWanted(): Promise<void> {
    while (wanted && !stopped) {
      wanted = false
      try {
        await drain()
      } catch (err) {
        log.error({ err }, '突发报文的解析中断，稍后再试')
        wanted = true
        if (!stopped) await sleep(RETRY_MS, undefined, { ref: false })
      }
    }
  }

  /** Decodes what is kept, oldest first, until nothing is. */
  async function drain(): Promise<void> {
    const from = reservoir
    if (!from) return
    const writing: { n: number; done: Promise<void> }[] = []
    let [last, dropped, saidAt] = [0, 0, performance.now()]
    const settle = async () => {
      const oldest = writing.shift()
      if (!oldest) return
      await oldest.done
      if (oldest.n - dropped < DROP_EVERY && writing.length > 0) return
      from.drop(oldest.n)
      dropped = oldest.n
      if (from.bytes >= maxBytes) return
      room?.open()
      room = undefined
    }
    while (!stopped) {
      const next = from.after(last)
      if (!next) {
        if (writing.length === 0) break
        await settle()
        continue
      }
      const { channel, receivedMs, frames } = next.block
      const decode = channels.get(channel)?.channel.decode ?? options.decode
      const { decoded, ms } = timed(() => decodeFrames(frames, receivedMs, decode))
      const done = options.deliver(decoded, receivedMs)
      // Who waits for it comes later; until then a failure is nobody's.
      done.catch(() => {})
      writing.push({ n: next.n, done })
      last = next.n
      if (writing.length > AHEAD) await settle()
      if (performance.now() - saidAt > SAY_MS) {
        options.kept(from.bytes)
        saidAt = performance.now()
      }
      if (performance.now() - lastKeptAt < CALM_MS) await sleep(Math.max(1, ms * (1 / SHARE - 1)))
      else await turn()
    }
    while (writing.length > 0) await settle()
    options.kept(0)
  }

  function forgetEnded(): void {
    for (const [name, { ended }] of channels) if (ended) channels.delete(name)
  }

  if (reservoir && reservoir.bytes > 0) drainSoon()

  return {
    async take(frames, receivedMs, channel) {
      if (mustKeep() && (await keep(frames, receivedMs, channel))) return
      await decodeNow(frames, receivedMs, channel.decode)
    },
    get full() {
      return (reservoir?.bytes ?? 0) >= maxBytes
    },
    end({ name }) {
      const known = channels.get(name)
      if (known) known.ended = true
      if (!draining) forgetEnded()
    },
    async stop() {
      stopped = true
      room?.open()
      await draining
      reservoir?.close()
    },
  }
}

function decodeFrames(frames: readonly Uint8Array[], receivedMs: number, decode: FrameDecoder): Decoded {
  const all = nothing()
  for (const frame of frames) {
    const { drafts, refusals, dropped } = decode(frame, receivedMs)
    all.drafts.push(...drafts)
    all.refusals.push(...refusals)
    all.dropped += dropped
  }
  return all
}
