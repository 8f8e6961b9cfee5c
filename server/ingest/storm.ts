/** So many connections of one client id within the window mean that two processes push each other out. */
const MOST = 6
const WINDOW_MS = 30_000
const MOST_NAMES = 1000

/** Notices two processes with one client id: each connection ends the other's, for ever (G12.9). */
export class ClientStorm {
  readonly #seen = new Map<string, number[]>()

  /** One more connection. @returns true once per window, when it has become a storm */
  see(clientId: string, now: number): boolean {
    const times = (this.#seen.get(clientId) ?? []).filter((at) => now - at < WINDOW_MS)
    times.push(now)
    this.#seen.delete(clientId)
    this.#seen.set(clientId, times)
    if (this.#seen.size > MOST_NAMES) for (const oldest of this.#seen.keys()) if (this.#forget(oldest)) break
    if (times.length < MOST) return false
    this.#seen.set(clientId, [])
    return true
  }

  #forget(clientId: string): boolean {
    return this.#seen.delete(clientId)
  }
}
