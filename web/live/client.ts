import { io, type Socket } from 'socket.io-client'
import { type ClientToServer, NAMESPACES, type ServerToClient } from '../../contract/live.ts'
import type { FramesAnswer, FramesAsk, PastAnswer } from '../../contract/past.ts'
import { useClock } from './clock.ts'
import { afterFrame, createPainter, isOnGlass } from './painted.ts'
import { useLive } from './store.ts'

type LiveSocket = Socket<ServerToClient, ClientToServer>

/** contract/live.ts: a pulse every 5 s. */
const SILENCE_MS = 15_000
/** A refused key may become valid again (renewed, server back with its accounts): asked again this often. */
const DENIED_RETRY_MS = 30_000

const REFUSAL_WORDS: Readonly<Record<string, string>> = {
  'signed-out': '未登录，或大屏密钥无效、已作废。',
  forbidden: '此账户没有查看本页的权限。',
  'bad-origin': '访问来源不被允许，请使用系统公布的地址打开。',
  'too-many-sockets': '同时打开的页面过多，请关闭不用的页面后等待自动重试。',
}

export interface LiveOptions {
  namespace: keyof typeof NAMESPACES
  /** Wall key and screen name; without a key the session or device cookie speaks. */
  auth?: { key?: string; screen?: string; wall?: string }
  /** 0 ≤ chance < 1: spreads reconnecting walls after a server restart. */
  chance?: () => number
}

/** Questions about the past; an answer that does not come is a refusal like any other. */
export interface PastDesk {
  wallAt(at: number): Promise<PastAnswer>
  frames(ask: FramesAsk): Promise<FramesAnswer>
}
const PAST_LIMIT_MS = 10_000

/** Connects and feeds the store until `stop`. The page needs no click. */
export function startLive(options: LiveOptions): {
  stop(): void
  past: PastDesk
  mask(masked: boolean): Promise<boolean>
} {
  const live = useLive()
  const clock = useClock()
  const chance = options.chance ?? Math.random
  const timers = new Set<ReturnType<typeof setTimeout>>()
  const socket: LiveSocket = io(NAMESPACES[options.namespace], {
    auth: options.auth ?? {},
    transports: ['websocket', 'polling'],
    reconnectionDelay: 500,
    reconnectionDelayMax: 5000,
  })
  const behindFrame = afterFrame()
  const onGlass = (act: () => void) => requestAnimationFrame(() => behindFrame(act))
  const painter = createPainter({
    now: clock.read,
    isOnGlass,
    emit: (receipt) => socket.emit('painted', receipt),
    frame: (act) => requestAnimationFrame(act),
    afterFrame: behindFrame,
  })

  function later(ms: number, act: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer)
      act()
    }, ms)
    timers.add(timer)
  }
  function lost(): void {
    if (live.connection.state === 'connected') live.connected({ state: 'lost', since: clock.read() })
  }
  function denied(reason: string): void {
    live.connected({ state: 'denied', reason })
    later(DENIED_RETRY_MS, () => socket.connect())
  }

  /** A connection that says nothing for 15 s is frozen, whatever the network believes. */
  let heardAt = clock.read()
  const heard = () => {
    heardAt = clock.read()
  }
  const watchdog = setInterval(() => {
    if (!socket.connected || live.connection.state !== 'connected') return
    if (clock.read() - heardAt < SILENCE_MS) return
    heard()
    socket.io.engine.close()
  }, 1000)

  let asking = false
  function resync(): void {
    if (asking) return
    asking = true
    socket.timeout(5000).emit('resync', (error, snapshot) => {
      asking = false
      if (error) later(500, resync)
      else live.snapshot(snapshot)
    })
  }

  socket.on('hello', (hello) => {
    heard()
    live.hello(hello)
  })
  socket.on('snapshot', (snapshot) => live.snapshot(snapshot))
  socket.on('pulse', (pulse) => {
    heard()
    if (live.pulse(pulse)) resync()
  })
  socket.on('delta', (delta, taken) => {
    heard()
    if (live.delta(delta) === 'gap') resync()
    // The next one comes only when this one is on the glass: a slow page gets the newest, not a queue.
    if (typeof taken === 'function') onGlass(taken)
  })
  socket.on('alert', (alert) => {
    live.alert(alert)
    painter.mark(alert.id)
  })
  socket.on('restart', ({ retryMs }) => {
    socket.disconnect()
    lost()
    later(chance() * retryMs, () => socket.connect())
  })
  socket.on('revoked', ({ reason }) => {
    socket.disconnect()
    denied(REFUSAL_WORDS[reason] ?? reason)
  })
  socket.on('disconnect', (reason) => {
    lost()
    if (reason === 'io server disconnect') later(500 + chance() * 2000, () => socket.connect())
  })
  // socket.active tells a refusal (false: no retry by itself) from a network that is down.
  socket.on('connect_error', (error) => {
    if (!socket.active) denied(REFUSAL_WORDS[error.message] ?? error.message)
    else lost()
  })

  const unreadable = { refused: 'unreadable' as const }
  const past: PastDesk = {
    wallAt: (at) =>
      new Promise((resolve) => {
        socket.timeout(PAST_LIMIT_MS).emit('past', { at }, (error, wall) => resolve(error ? unreadable : wall))
      }),
    frames: (ask) =>
      new Promise((resolve) => {
        socket.timeout(PAST_LIMIT_MS).emit('frames', ask, (error, frames) => resolve(error ? unreadable : frames))
      }),
  }

  clock.start()
  return {
    /** @returns whether it is in the audit trail; false when there is no connection */
    mask: (masked) =>
      new Promise((resolve) => {
        if (!socket.connected) return resolve(false)
        socket.timeout(5000).emit('mask', { masked }, (error, kept) => resolve(!error && kept === true))
      }),
    past,
    stop() {
      for (const timer of timers) clearTimeout(timer)
      clearInterval(watchdog)
      socket.disconnect()
      clock.stop()
    },
  }
}
