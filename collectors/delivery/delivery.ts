import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Domain } from '../../contract/domains.ts'
import type { CollectorStatus } from '../../contract/envelope.ts'
import type { Clock } from '../clock.ts'
import { type Draft, type Refusal, refuse, type SourceContext, type SourceStore } from '../source.ts'
import { MAX_EVENT_BYTES, type SpoolEvent, toSpoolEvent } from './envelope.ts'
import type { BrokerAddress } from './link.ts'
import { createPublisher } from './publisher.ts'
import { NO_WORK } from './spool.ts'
import { createTally, isoOf, parseRemembered, type SourceState } from './tally.ts'
import { startWriter } from './writer.ts'

export interface DeliveryOptions {
  site: string
  domain: Domain
  collector: string
  /** `id@version` of the profile. */
  profile: string
  /** Of the product. */
  version: string
  dataDir: string
  broker: BrokerAddress
  clock: Clock
  chance(): number
  log: Logger
}

type Said = Pick<SourceContext, 'deliver' | 'refuse' | 'contact' | 'dropped' | 'lag' | 'skew'>

/** Everything between one source and the broker. */
export interface Delivery extends Said {
  store: SourceStore
  state(state: SourceState, reason?: string): void
  start(): void
  /** Says `offline`, keeps what has no receipt on disk. Ends within 3 s. */
  stop(): Promise<void>
}

const HEALTH_MS = 10_000
const TELL_MS = 1000
const PRUNE_MS = 3_600_000
/** Refusals kept a second; a flood of bad input must not fill the disk. All are counted. */
const KEPT_PER_SECOND = 100
const SOURCE_KEY = 's:'
const COUNTERS_KEY = 'd:counters'

/**
 * Opens the spool; `start` begins publishing.
 * @throws Error when the spool cannot be opened (rights, disk, a second process with the same collector)
 */
export function openDelivery(options: DeliveryOptions): Delivery {
  const { clock, log, collector } = options
  const sender = { site: options.site, collector, profile: options.profile }
  let diskProblem: string | undefined
  let since = clock.now()
  const damage: { path: string; saved: number }[] = []
  const writer = startWriter(join(options.dataDir, 'spool', `${collector}.sqlite`), clock, {
    committed: ({ added, duplicates }) => {
      tally.counted(added, duplicates, clock.now())
      if (added > 0) publisher.wake()
    },
    damaged: (opening) => {
      log.error(opening, '本机暂存文件损坏，已移开并重建')
      damage.push(opening)
      setImmediate(reportDamage)
    },
    failing: (error) => {
      diskProblem = error && `本机暂存写入失败（${error.message}），请检查磁盘空间和目录权限`
      if (diskProblem) log.error(diskProblem)
      announce()
    },
  })
  const tally = createTally(parseRemembered(writer.spool.recall(COUNTERS_KEY)))
  let savedCounters = JSON.stringify(tally.counters)
  let timers: NodeJS.Timeout[] = []
  let keptInSecond = { second: 0, kept: 0 }

  const status = (offline: boolean): string => {
    const worst = diskProblem ? 'failed' : tally.state
    const message: CollectorStatus = {
      v: 1,
      state: offline ? 'offline' : worst === 'ok' ? 'online' : 'degraded',
      since: isoOf(offline ? clock.now() : since),
      version: options.version,
      cursor_lag_s: tally.lagS,
      reason: offline ? undefined : (diskProblem ?? tally.reason)?.slice(0, 200),
    }
    return JSON.stringify(message)
  }
  const publisher = createPublisher({ ...options, writer, status, up: () => sayHealth() })

  function sayHealth(): void {
    saveCounters()
    // What cannot be told now is told at the next connection.
    if (!publisher.connected) return
    const refusals = tally.takeUntold()
    const now = clock.now()
    const spool = { backlog: writer.spool.backlog, bytes: writer.spool.bytes() }
    const health = tally.health(now, spool, refusals)
    if (diskProblem) Object.assign(health, { state: 'failed', reason: diskProblem.slice(0, 200) })
    publisher.health(JSON.stringify(health), refusals.length > 0 ? 1 : 0)
    if (refusals.length > 0) publisher.deadLetter(JSON.stringify({ v: 1, at: isoOf(now), collector, refusals }))
  }

  function saveCounters(): void {
    const text = JSON.stringify(tally.counters)
    if (text !== savedCounters) writer.write({ memory: [[COUNTERS_KEY, text]] }).catch(() => {})
    savedCounters = text
  }

  /** The state changed: the server hears of it now, not at the next health. */
  function announce(): void {
    since = clock.now()
    publisher.status()
    sayHealth()
  }

  function reportDamage(): void {
    publisher.reset()
    for (const { saved } of damage.splice(0)) {
      const now = clock.now()
      const reason = `采集器本机暂存损坏，已重建，找回 ${saved} 条未送出的事件`
      tell([
        {
          type: 'collector.gap',
          object: collector,
          nativeKey: `spool-damaged-${now}`,
          observedMs: now,
          observedAt: isoOf(now),
          severity: 'warning',
          data: { reason, saved },
        },
      ]).catch(() => {})
    }
  }

  function keep(refusals: readonly Refusal[]): void {
    const now = clock.now()
    tally.refused(refusals, now)
    const second = Math.floor(now / 1000)
    if (keptInSecond.second !== second) keptInSecond = { second, kept: 0 }
    const kept = refusals.slice(0, Math.max(0, KEPT_PER_SECOND - keptInSecond.kept))
    keptInSecond.kept += kept.length
    if (kept.length > 0) writer.write({ refusals: kept }).catch(() => {})
  }

  function spoolable(drafts: readonly Draft[]): SpoolEvent[] {
    return drafts.flatMap((draft) => {
      const event = toSpoolEvent(draft, sender)
      if (Buffer.byteLength(event.body) <= MAX_EVENT_BYTES) return [event]
      keep([refuse('frame_too_long', event.body, `解析后的事件超过 ${MAX_EVENT_BYTES / 1024} KiB`)])
      return []
    })
  }

  const tell: Said['deliver'] = (drafts, cursor = {}) => {
    const memory = Object.entries(cursor).map(([key, value]) => [SOURCE_KEY + key, value] as const)
    const events = spoolable(drafts)
    return events.length + memory.length === 0 ? Promise.resolve() : writer.write({ events, memory })
  }

  return {
    deliver: tell,
    refuse: (refusals) => {
      if (refusals.length > 0) keep(refusals)
    },
    contact: (ms) => {
      tally.counters.lastOkMs = Math.max(tally.counters.lastOkMs ?? 0, Math.trunc(ms))
    },
    dropped: (count) => {
      tally.counters.dropped += count
    },
    lag: (seconds) => {
      tally.lagS = seconds
    },
    skew: (seconds) => {
      tally.skewS = seconds
    },
    state: (state, reason) => {
      if (tally.state === state && tally.reason === reason) return
      Object.assign(tally, { state, reason })
      if (state === 'ok') log.info('来源恢复正常')
      else log.warn({ state }, reason)
      announce()
    },
    store: {
      get: (key) => writer.spool.recall(SOURCE_KEY + key),
      set: (key, value) => {
        writer.spool.commit({ ...NO_WORK, memory: [[SOURCE_KEY + key, value]] }, clock.now())
      },
      list: (prefix) =>
        writer.spool.recallAll(SOURCE_KEY + prefix).map(([key, value]) => [key.slice(SOURCE_KEY.length), value]),
    },
    start() {
      publisher.start()
      timers = [
        setInterval(sayHealth, HEALTH_MS),
        setInterval(() => tally.untold && sayHealth(), TELL_MS),
        setInterval(() => writer.spool.prune(clock.now()), PRUNE_MS),
      ]
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      saveCounters()
      await publisher.stop()
      writer.stop()
    },
  }
}
