/** `rate` calls a second in the long run, `burst` at once. */
export interface Allowance {
  rate: number
  burst: number
}

/** Whoever keeps one: this server alone, or several together. */
export interface Rate {
  /** Takes one; false when there is none left. */
  take(key: string, now: number): boolean | Promise<boolean>
}

const MANY = 10_000

/** Token buckets by key; time comes in. */
export class RateLimiter implements Rate {
  readonly #allowance: Allowance
  readonly #buckets = new Map<string, { left: number; at: number }>()

  constructor(allowance: Allowance) {
    this.#allowance = allowance
  }

  /** Takes one; false when there is none left. */
  take(key: string, now: number): boolean {
    const { rate, burst } = this.#allowance
    const bucket = this.#buckets.get(key) ?? { left: burst, at: now }
    const left = Math.min(burst, bucket.left + (Math.max(0, now - bucket.at) * rate) / 1000)
    if (this.#buckets.size >= MANY && !this.#buckets.has(key)) this.#forgetFull(now)
    this.#buckets.set(key, { left: left >= 1 ? left - 1 : left, at: now })
    return left >= 1
  }

  /** A bucket that is full again is as good as none. */
  #forgetFull(now: number): void {
    const { rate, burst } = this.#allowance
    for (const [key, bucket] of this.#buckets)
      if (bucket.left + ((now - bucket.at) * rate) / 1000 >= burst) this.#buckets.delete(key)
    if (this.#buckets.size >= MANY) this.#buckets.clear()
  }
}
