/** Without any sign of life for so long a controller is told to be offline. */
export const OFFLINE_AFTER_MS = 20_000

/**
 * Whether one controller can be reached, as `collector.status` events with `state`: the server turns its doors to
 * 离线 with it. Told at the first contact and at each change.
 */
export class Reach {
  readonly #tell: (state: 'online' | 'offline', atMs: number, reason?: string) => void
  #aliveMs = 0
  #reachable: boolean | undefined

  constructor(tell: (state: 'online' | 'offline', atMs: number, reason?: string) => void) {
    this.#tell = tell
  }

  /** An answer or a heartbeat came. */
  alive(nowMs: number): void {
    this.#aliveMs = nowMs
    if (this.#reachable === true) return
    this.#reachable = true
    this.#tell('online', nowMs)
  }

  /** A request failed on the way. */
  failed(nowMs: number, reason: string): void {
    if (nowMs - this.#aliveMs < OFFLINE_AFTER_MS || this.#reachable === false) return
    this.#reachable = false
    this.#tell('offline', nowMs, reason)
  }
}
