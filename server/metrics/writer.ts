import type { Clock } from '../clock.ts'
import type { MetricPoint } from '../feature.ts'
import type { Backlog } from './backlog.ts'
import { type MetricStore, type Rejected, StoreUnavailable, type UnavailableReason } from './port.ts'
import { precheck } from './precheck.ts'
import { type Rollup, touchedHours } from './rollup.ts'
import { SCHEMA } from './schema.ts'

export interface MetricsState {
  state: 'ok' | 'down'
  /** Points on disk that the store does not have yet. */
  backlog: number
  /** Why it is down, and since when (epoch ms). */
  reason: UnavailableReason | 'failed' | null
  detail: string
  since: number | null
  /** Somebody must mend the configuration: waiting will not help. */
  needsHelp: boolean
  written: number
  rejected: number
  /** Thrown away because the backlog was full. */
  dropped: number
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

export interface Pace {
  /** Points in one write. */
  batch: number
  /** A smaller batch waits so long for company, ms. */
  gatherMs: number
  /** First and longest pause after a failure, ms; between them full jitter. */
  retryMs: number
  maxRetryMs: number
}

const PACE: Pace = { batch: 5000, gatherMs: 1000, retryMs: 1000, maxRetryMs: 60_000 }
/** These do not mend themselves; after so many in a row somebody is called. */
const CONFIG_REASONS: ReadonlySet<string> = new Set(['retention_policy_missing', 'database_missing', 'unauthorised'])
const CONFIG_TRIES = 3

/**
 * The side road: takes points to the store in their order, waits while the store is away, never throws. One write at a
 * time; when there is a backlog the next follows at once.
 */
export class Writer {
  readonly #deps: WriterDeps
  readonly #pace: Pace
  #failures = 0
  #configFailures = 0
  #wish: number | undefined
  #running = false
  #loop: Promise<void> = Promise.resolve()
  #wake: () => void = () => undefined
  #state: Omit<MetricsState, 'backlog'> = {
    state: 'ok',
    reason: null,
    detail: '',
    since: null,
    needsHelp: false,
    written: 0,
    rejected: 0,
    dropped: 0,
  }

  constructor(deps: WriterDeps) {
    this.#deps = deps
    this.#pace = { ...PACE, ...deps.pace }
  }

  get state(): MetricsState {
    return { ...this.#state, backlog: this.#deps.backlog.points }
  }

  /** `body`: JSON array of points, handed over until `at` (epoch ms). On disk when it returns. */
  add(body: string, points: number, at: number): void {
    this.#state.dropped += this.#deps.backlog.add(body, points, at)
    if (this.#deps.backlog.points >= this.#pace.batch && this.#failures === 0) this.#wake()
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
      const more = await this.#step()
      if (this.#running && !(more && this.#failures === 0)) await this.#pause(this.#delay())
    }
  }

  /** One batch and the rollups that are due. @returns whether a further full batch waits */
  async #step(): Promise<boolean> {
    try {
      await this.flush()
      await this.#deps.rollup.run()
      this.#recovered()
      return this.#deps.backlog.points >= this.#pace.batch
    } catch (error) {
      await this.#failed(error)
      return false
    }
  }

  /** Writes one batch. @returns how many points left the backlog · @throws StoreUnavailable */
  async flush(): Promise<number> {
    const head = this.#deps.backlog.head(this.#pace.batch)
    if (!head) return 0
    const { good, bad } = sift(head.points)
    const outcome = good.length > 0 ? await this.#deps.store.write(good) : { written: 0, rejected: [] }
    const dirty = touchedHours(good).map((hour) => ({ ...hour, due: this.#deps.rollup.dueAt(hour) }))
    this.#deps.backlog.settle(head.upTo, dirty)
    const rejected = [...bad, ...outcome.rejected]
    this.#state.written += outcome.written
    this.#state.rejected += rejected.length
    if (rejected.length > 0) this.#deps.rejected(rejected)
    return head.points.length
  }

  #recovered(): void {
    this.#failures = 0
    this.#configFailures = 0
    Object.assign(this.#state, { state: 'ok', reason: null, detail: '', since: null, needsHelp: false })
  }

  async #failed(error: unknown): Promise<void> {
    this.#failures += 1
    const reason = error instanceof StoreUnavailable ? error.reason : 'failed'
    this.#configFailures = CONFIG_REASONS.has(reason) ? this.#configFailures + 1 : 0
    this.#state.state = 'down'
    this.#state.reason = reason
    this.#state.detail = error instanceof Error ? error.message : String(error)
    this.#state.since ??= this.#deps.clock.now()
    this.#state.needsHelp = this.#configFailures >= CONFIG_TRIES
    this.#wish = error instanceof StoreUnavailable ? error.retryAfterMs : undefined
    if (reason === 'database_missing' || reason === 'retention_policy_missing')
      await this.#deps.store.bootstrap().catch(() => undefined)
  }

  /** Full jitter, so that many servers do not come back together; the store's own wish goes before. */
  #delay(): number {
    const { gatherMs, retryMs, maxRetryMs } = this.#pace
    if (this.#failures === 0) return gatherMs
    if (this.#wish !== undefined) return Math.min(Math.max(this.#wish, retryMs / 10), maxRetryMs)
    const ceiling = Math.min(maxRetryMs, retryMs * 2 ** Math.min(this.#failures - 1, 16))
    return Math.max(retryMs / 10, this.#deps.chance() * ceiling)
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

function sift(points: readonly MetricPoint[]): { good: MetricPoint[]; bad: Rejected[] } {
  const good: MetricPoint[] = []
  const bad: Rejected[] = []
  for (const point of points) {
    const checked = precheck(point, SCHEMA)
    if (checked.ok) good.push(checked.point)
    else bad.push({ point, reason: checked.reason, detail: checked.detail })
  }
  return { good, bad }
}
