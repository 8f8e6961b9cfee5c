import type { Logger } from 'pino'
import type { CollectorStatus } from '../../contract/envelope.ts'
import type { Clock } from '../clock.ts'
import type { Refusal } from '../source.ts'
import type { Publisher } from './publisher.ts'
import { createTally, isoOf, parseRemembered, type SourceState, type Tally } from './tally.ts'
import type { Writer } from './writer.ts'

export interface ReportingOptions {
  collector: string
  version: string
  clock: Clock
  log: Logger
  writer: Writer
  /** Made after this; only used once something is said. */
  publisher(): Publisher
}

/** What the server hears of the collector itself: status, health each 10 s, refusals. */
export interface Reporting {
  tally: Tally
  /** Payload of the status topic. */
  status(offline: boolean): string
  /** State of the source; the server hears of a change at once. */
  state(state: SourceState, reason?: string): void
  /** How far a long import is; told every two seconds, and at its end. */
  progress(what: Tally['progress']): void
  /** The spool cannot be written; undefined = it can again. Outweighs the source's own state. */
  disk(problem: Error | undefined): void
  refuse(refusals: readonly Refusal[]): void
  health(): void
  start(): void
  /** Keeps the counters; call while the writer still takes work. */
  stop(): void
}

const HEALTH_MS = 10_000
const TELL_MS = 1000
const PROGRESS_MS = 2000
/** Refusals kept a second; a flood of bad input must not fill the disk. All are counted. */
const KEPT_PER_SECOND = 100
const MEMORY_KEY = 'd:counters'

export function createReporting(options: ReportingOptions): Reporting {
  const { clock, collector, log, writer } = options
  const tally = createTally(parseRemembered(writer.spool.recall(MEMORY_KEY)))
  let remembered = JSON.stringify(tally.counters)
  let diskProblem: string | undefined
  let since = clock.now()
  let timers: NodeJS.Timeout[] = []
  let progressTold = 0
  let kept = { second: 0, count: 0 }

  function status(offline: boolean): string {
    const isWell = !diskProblem && tally.state === 'ok'
    const message: CollectorStatus = {
      v: 1,
      state: offline ? 'offline' : isWell ? 'online' : 'degraded',
      since: isoOf(offline ? clock.now() : since),
      version: options.version,
      cursor_lag_s: tally.lagS,
      reason: offline ? undefined : (diskProblem ?? tally.reason)?.slice(0, 200),
    }
    return JSON.stringify(message)
  }

  function health(): void {
    remember()
    const publisher = options.publisher()
    // What cannot be told now is told at the next connection.
    if (!publisher.connected) return
    const refusals = tally.takeUntold()
    const now = clock.now()
    const spool = { backlog: writer.spool.backlog, bytes: writer.spool.bytes() }
    const report = tally.health(now, spool, refusals)
    if (diskProblem) Object.assign(report, { state: 'failed', reason: diskProblem.slice(0, 200) })
    publisher.health(JSON.stringify(report), refusals.length > 0 ? 1 : 0)
    if (refusals.length > 0) publisher.deadLetter(JSON.stringify({ v: 1, at: isoOf(now), collector, refusals }))
  }

  function remember(): void {
    const text = JSON.stringify(tally.counters)
    if (text === remembered) return
    remembered = text
    writer.write({ memory: [[MEMORY_KEY, text]] }).catch(() => {})
  }

  function announce(): void {
    since = clock.now()
    options.publisher().status()
    health()
  }

  return {
    tally,
    status,
    health,
    state(state, reason) {
      if (tally.state === state && tally.reason === reason) return
      Object.assign(tally, { state, reason })
      if (state === 'ok') log.info('来源恢复正常')
      else log.warn({ state }, reason)
      announce()
    },
    progress(what) {
      tally.progress = what
      const now = clock.now()
      if (what && now - progressTold < PROGRESS_MS) return
      progressTold = now
      health()
    },
    disk(problem) {
      diskProblem = problem && `本机暂存写入失败（${problem.message}），请检查磁盘空间和目录权限`
      if (diskProblem) log.error(diskProblem)
      announce()
    },
    refuse(refusals) {
      const now = clock.now()
      tally.refused(refusals, now)
      const second = Math.floor(now / 1000)
      if (kept.second !== second) kept = { second, count: 0 }
      const some = refusals.slice(0, Math.max(0, KEPT_PER_SECOND - kept.count))
      kept.count += some.length
      if (some.length > 0) writer.write({ refusals: some }).catch(() => {})
    },
    start() {
      timers = [setInterval(health, HEALTH_MS), setInterval(() => tally.untold && health(), TELL_MS)]
    },
    stop() {
      for (const timer of timers) clearInterval(timer)
      remember()
    },
  }
}
