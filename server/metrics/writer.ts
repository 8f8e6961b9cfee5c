import type { Clock } from '../clock.ts'
import type { Backlog } from './backlog.ts'
import type { MetricStore, Rejected } from './port.ts'
import { sift } from './precheck.ts'
import { Retry, type RetryPace, type Trouble } from './retry.ts'
import { type Rollup, touchedHours } from './rollup.ts'
import { SCHEMA } from './schema.ts'

export interface MetricsState {
  state: 'ok' | 'down'
  /** Points on disk that the store does not have yet. */
  backlog: number
  /** Why it is down, and since when (epoch ms). */
  reason: Trouble['reason'] | null
  detail: string
  since: number | null
  needsHelp: boolean
  written: number
  rejected: number
  /** Thrown away because the backlog was full. */
  dropped: number
  /** Points go in, but hours and days cannot be reckoned: why. */
  rollupFailure: string | null
}

export interface WriterDeps {
  store: MetricStore
  backlog: Backlog
  rollup: Rollup
  clock: Clock
  /** 0 ≤ x < 1, for jitter. */
  chance(): number
  rejected(points: readonly Rejected[]): void
  pace?: Partial<Pace>
}

export interface Pace extends RetryPace {
  /** Points in one write. */
  batch: number
  /** A smaller batch waits so long for company, ms. */
  gatherMs: number
}

const PACE: Pace = { batch: 5000, gatherMs: 1000, retryMs: 1000, maxRetryMs: 60_000 }
const ROLLUP_AGAIN_MS = 30_000

/**
 * The side road: takes points to the store in their order, waits while the store is away, never throws. One write at a
 * time; when there is a backlog the next follows at once.
 */
export class Writer {
  readonly #deps: WriterDeps
  readonly #pace: Pace
  readonly #retry: Retry
  readonly #counts = { written: 0, rejected: 0, dropped: 0 }
  #running = false
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => undefined
  #rollupFailure: string | null = null
  #rollupFrom = 0

  constructor(deps: WriterDeps) {
    this.#deps = deps
    this.#pace = { ...PACE, ...deps.pace }
    this.#retry = new Retry(this.#pace)
  }

  get state(): MetricsState {
    const { trouble } = this.#retry
    return {
      state: trouble ? 'down' : 'ok',
      backlog: this.#deps.backlog.points,
      reason: trouble?.reason ?? null,
      detail: trouble?.detail ?? '',
      since: trouble?.since ?? null,
      needsHelp: trouble?.needsHelp ?? false,
      ...this.#counts,
      rollupFailure: this.#rollupFailure,
    }
  }

  /** `body`: JSON array of points, handed over until `at` (epoch ms). On disk when it returns. */
  add(body: string, points: number, at: number): void {
    this.#counts.dropped += this.#deps.backlog.add(body, points, at)
    if (this.#fullBatchWaits() && !this.#retry.trouble) this.#wake()
  }

  start(): void {
    if (this.#running) return
    this.#running = true
    this.#loop = this.#run()
  }

  /** Ends after the write that is under way; what is left stays on disk. */
  async stop(): Promise<void> {
    this.#running = false
    this.#wake()
    await this.#loop
  }

  async #run(): Promise<void> {
    while (this.#running) {
      await this.#step()
      const { trouble } = this.#retry
      if (!this.#running || (!trouble && this.#fullBatchWaits())) continue
      await this.#pause(trouble ? this.#retry.delay(this.#deps.chance()) : this.#pace.gatherMs)
    }
  }

  #fullBatchWaits = (): boolean => this.#deps.backlog.points >= this.#pace.batch

  async #step(): Promise<void> {
    try {
      await this.flush()
      this.#retry.succeeded()
      await this.#rollUp()
    } catch (error) {
      const { reason } = this.#retry.failed(error, this.#deps.clock.now())
      if (reason === 'database_missing' || reason === 'retention_policy_missing')
        await this.#deps.store.bootstrap().catch(() => undefined)
    }
  }

  /** Writes one batch. @returns how many points left the backlog · @throws StoreUnavailable */
  async flush(): Promise<number> {
    const { store, backlog, rollup } = this.#deps
    const head = backlog.head(this.#pace.batch)
    if (!head) return 0
    const { good, bad } = sift(head.points, SCHEMA)
    const outcome = good.length > 0 ? await store.write(good) : { written: 0, rejected: [] }
    backlog.settle(
      head.upTo,
      touchedHours(good).map((hour) => ({ ...hour, due: rollup.dueAt(hour) })),
    )
    this.#count(outcome.written, [...bad, ...outcome.rejected])
    return head.points.length
  }

  #count(written: number, rejected: readonly Rejected[]): void {
    this.#counts.written += written
    this.#counts.rejected += rejected.length
    if (rejected.length > 0) this.#deps.rejected(rejected)
  }

  /** A rollup that fails (a query too heavy, say) must not hold up the points. */
  async #rollUp(): Promise<void> {
    const now = this.#deps.clock.now()
    if (now < this.#rollupFrom) return
    try {
      await this.#deps.rollup.run(now)
      this.#rollupFailure = null
    } catch (error) {
      this.#rollupFrom = now + ROLLUP_AGAIN_MS
      this.#rollupFailure = error instanceof Error ? error.message : String(error)
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}
