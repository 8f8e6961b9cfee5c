import { type Allowance, type Rate, RateLimiter } from '../people/rate.ts'

/** Takes at most `want` from the bucket that all servers share. @returns how many it got; undefined = nobody to ask */
export type TakeLot = (key: string, allowance: Allowance, want: number) => Promise<number | undefined>

/** Token bucket in Redis, by Redis' own clock; read and written as one (EVAL is atomic). Answers how many were there. */
export const BUCKET = `
local rate, burst, want = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local clock = redis.call('TIME')
local now = clock[1] * 1000 + math.floor(clock[2] / 1000)
local kept = redis.call('HMGET', KEYS[1], 'left', 'at')
local left = tonumber(kept[1]) or burst
local at = tonumber(kept[2]) or now
left = math.min(burst, left + math.max(0, now - at) * rate / 1000)
local got = math.min(want, math.floor(left))
redis.call('HSET', KEYS[1], 'left', left - got, 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / rate * 1000) + 1000)
return got`

/** A lot is that part of the burst: most calls ask nobody, and what lies unused at a server is little. */
const LOTS = 20
const MANY = 10_000
/** What was refused is refused that long without asking again. */
const SHUT_MS = 100

/**
 * A limit for all servers together. Each takes from the common bucket in small lots. While Redis is away every server
 * keeps the limit by itself: looser, never tighter.
 */
export class SharedRate implements Rate {
  readonly #name: string
  readonly #allowance: Allowance
  readonly #lot: number
  readonly #takeLot: TakeLot
  readonly #alone: RateLimiter
  readonly #left = new Map<string, number>()
  readonly #shut = new Map<string, number>()

  constructor(name: string, allowance: Allowance, takeLot: TakeLot) {
    this.#name = name
    this.#allowance = allowance
    this.#lot = Math.max(1, Math.floor(allowance.burst / LOTS))
    this.#takeLot = takeLot
    this.#alone = new RateLimiter(allowance)
  }

  take(key: string, now: number): boolean | Promise<boolean> {
    const left = this.#left.get(key) ?? 0
    if (left > 0) {
      this.#left.set(key, left - 1)
      return true
    }
    if ((this.#shut.get(key) ?? 0) > now) return false
    return this.#ask(key, now)
  }

  async #ask(key: string, now: number): Promise<boolean> {
    const got = await this.#takeLot(`${this.#name}:${key}`, this.#allowance, this.#lot)
    if (got === undefined) return this.#alone.take(key, now)
    for (const map of [this.#left, this.#shut]) if (map.size >= MANY) map.clear()
    if (got === 0) this.#shut.set(key, now + SHUT_MS)
    else {
      this.#shut.delete(key)
      this.#left.set(key, (this.#left.get(key) ?? 0) + got - 1)
    }
    return got > 0
  }
}
