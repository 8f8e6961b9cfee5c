import { StoreUnavailable, type UnavailableReason } from './port.ts'

export interface RetryPace {
  /** First and longest pause after a failure, ms; between them full jitter. */
  retryMs: number
  maxRetryMs: number
}

/** These do not mend themselves; after so many in a row somebody is called. */
const CONFIG_REASONS: ReadonlySet<string> = new Set(['retention_policy_missing', 'database_missing', 'unauthorised'])
const CONFIG_TRIES = 3

export interface Trouble {
  reason: UnavailableReason | 'failed'
  detail: string
  /** When it began, epoch ms. */
  since: number
  /** Somebody must mend the configuration: waiting will not help. */
  needsHelp: boolean
}

/** What the failures of the store so far mean: how long to wait, what to say. Pure but for its memory. */
export class Retry {
  readonly #pace: RetryPace
  #failures = 0
  #configFailures = 0
  #wish: number | undefined
  #trouble: Trouble | undefined

  constructor(pace: RetryPace) {
    this.#pace = pace
  }

  get trouble(): Trouble | undefined {
    return this.#trouble
  }

  succeeded(): void {
    this.#failures = 0
    this.#configFailures = 0
    this.#wish = undefined
    this.#trouble = undefined
  }

  failed(error: unknown, now: number): Trouble {
    const known = error instanceof StoreUnavailable
    const reason = known ? error.reason : 'failed'
    this.#failures += 1
    this.#configFailures = CONFIG_REASONS.has(reason) ? this.#configFailures + 1 : 0
    this.#wish = known ? error.retryAfterMs : undefined
    this.#trouble = {
      reason,
      detail: error instanceof Error ? error.message : String(error),
      since: this.#trouble?.since ?? now,
      needsHelp: this.#configFailures >= CONFIG_TRIES,
    }
    return this.#trouble
  }

  /** Full jitter, so that many servers do not come back together; the store's own wish goes before. */
  delay(chance: number): number {
    const { retryMs, maxRetryMs } = this.#pace
    const least = retryMs / 10
    if (this.#wish !== undefined) return Math.min(Math.max(this.#wish, least), maxRetryMs)
    const ceiling = Math.min(maxRetryMs, retryMs * 2 ** Math.min(this.#failures - 1, 16))
    return Math.max(least, chance * ceiling)
  }
}
