import { setTimeout as sleep } from 'node:timers/promises'
import type { MetricPoint } from '../feature.ts'
import type { EngineSettings } from './engine.ts'
import type { Report } from './messages.ts'
import {
  type Rejected,
  type SelectedRow,
  type SeriesAnswer,
  type SeriesQuery,
  type StoreHealth,
  StoreUnavailable,
} from './port.ts'
import { planSeries, series } from './series.ts'
import { MetricsThread } from './thread.ts'
import type { Metrics, MetricsDeps } from './types.ts'
import type { MetricsState } from './writer.ts'

const HAND_OVER_MS = 50
const HAND_OVER_POINTS = 2000
/** Handed over but not yet on disk; beyond it new points are dropped and counted rather than eating memory. */
const MAX_UNDERWAY = 200_000
/** Between the receipt of an event and its hand-over lies a commit; a database in trouble may take long over it. */
const REPLAY_MS = 60_000
/** A replay waits while so many points are under way. */
const REPLAY_UNDERWAY = 20_000
const STOP_MS = 3000
const RESTART_MS = 1000

const UNKNOWN: MetricsState = {
  state: 'down',
  backlog: 0,
  reason: null,
  detail: '尚未启动',
  since: null,
  needsHelp: false,
  written: 0,
  rejected: 0,
  dropped: 0,
  rollupFailure: null,
}

/** The server thread's end: gathers points, hands them over, asks questions, starts the worker again when it dies. */
export class MetricsRoad implements Metrics {
  readonly #deps: MetricsDeps
  readonly #settings: EngineSettings
  #thread: MetricsThread | undefined
  #waiting: MetricPoint[] = []
  #timer: NodeJS.Timeout | undefined
  #underway = 0
  #dropped = 0
  #state = UNKNOWN
  #at = 0
  #stopped = false

  constructor(deps: MetricsDeps, settings: EngineSettings) {
    this.#deps = deps
    this.#settings = settings
  }

  readonly store = {
    series: async (query: SeriesQuery): Promise<SeriesAnswer> => {
      planSeries(query)
      return series({ select: (selection) => this.#ask<SelectedRow[]>({ kind: 'select', selection }) }, query)
    },
    health: () => this.#ask<StoreHealth>({ kind: 'health' }),
  }

  readonly sink = {
    write: (points: readonly MetricPoint[]): void => {
      if (this.#underway + this.#waiting.length + points.length > MAX_UNDERWAY) {
        this.#dropped += points.length
        return
      }
      for (const point of points) this.#waiting.push(point)
      if (this.#waiting.length >= HAND_OVER_POINTS) this.#handOver()
      else this.#timer ??= setTimeout(() => this.#handOver(), HAND_OVER_MS)
    },
  }

  state(): MetricsState & { at: number } {
    return { ...this.#state, dropped: this.#state.dropped + this.#dropped, at: this.#at }
  }

  async start(): Promise<void> {
    this.#stopped = false
    this.#run()
    const mark = await this.#ask<number | null>({ kind: 'mark' }).catch(() => null)
    if (mark !== null) void this.#replay(mark - REPLAY_MS)
  }

  async #replay(since: number): Promise<void> {
    try {
      for await (const points of this.#deps.replay?.(since) ?? []) {
        if (this.#stopped) return
        this.sink.write(points)
        while (this.#underway + this.#waiting.length > REPLAY_UNDERWAY) await sleep(HAND_OVER_MS)
      }
    } catch (error) {
      this.#deps.log.warn({ err: error }, '重启前最后时刻的数据点未能补写')
    }
  }

  async stop(): Promise<void> {
    this.#handOver()
    this.#stopped = true
    await this.#thread?.stop(STOP_MS)
    this.#thread = undefined
  }

  #run(): void {
    this.#underway = 0
    this.#thread = new MetricsThread(this.#settings, {
      report: (message) => this.#hear(message),
      died: (error) => void this.#restart(error),
    })
  }

  #hear(message: Exclude<Report, { kind: 'answer' | 'failure' }>): void {
    if (message.kind === 'taken') this.#underway -= message.points
    else if (message.kind === 'rejected') this.#refused(message.rejected)
    else {
      if (message.state.state !== this.#state.state && message.state.state === 'down')
        this.#deps.log.warn(
          { reason: message.state.reason, detail: message.state.detail },
          '指标库不可用，数据点暂存磁盘',
        )
      this.#state = message.state
      this.#at = this.#deps.clock.now()
    }
  }

  #refused(rejected: readonly Rejected[]): void {
    const [first] = rejected
    this.#deps.log.warn({ count: rejected.length, reason: first?.reason, detail: first?.detail }, '指标库拒收数据点')
    this.#deps.rejected?.(rejected)
  }

  async #restart(error: Error): Promise<void> {
    this.#thread = undefined
    this.#deps.log.error({ err: error }, '指标线程意外结束，即将重启')
    this.#state = { ...this.#state, state: 'down', reason: 'failed', detail: error.message }
    await sleep(RESTART_MS, undefined, { ref: false })
    if (!this.#stopped && !this.#thread) this.#run()
  }

  #handOver(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#waiting.length === 0 || !this.#thread) return
    const points = this.#waiting
    this.#waiting = []
    this.#underway += points.length
    this.#thread.points(JSON.stringify(points), points.length, this.#deps.clock.now())
  }

  async #ask<Answer>(order: Parameters<MetricsThread['ask']>[0]): Promise<Answer> {
    if (!this.#thread) throw new StoreUnavailable('unreachable', '指标线程没有运行')
    return (await this.#thread.ask(order)) as Answer
  }
}
