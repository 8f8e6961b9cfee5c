/** At most `width` at once, at most `waiting` more in line: a flood of sign-ins must not eat memory and processor. */
export class Gate {
  readonly #width: number
  readonly #waiting: number
  readonly #line: (() => void)[] = []
  #inside = 0

  constructor(width: number, waiting: number) {
    this.#width = width
    this.#waiting = waiting
  }

  /** Undefined when the line is full. */
  async pass<Result>(act: () => Promise<Result>): Promise<Result | undefined> {
    if (this.#inside >= this.#width) {
      if (this.#line.length >= this.#waiting) return undefined
      await new Promise<void>((resolve) => this.#line.push(resolve))
    } else this.#inside++
    try {
      return await act()
    } finally {
      const next = this.#line.shift()
      if (next) next()
      else this.#inside--
    }
  }
}

/** Counts failures of an address in a sliding window. */
export class AddressThrottle {
  readonly #limit: number
  readonly #windowMs: number
  readonly #seen = new Map<string, number[]>()

  constructor(limit: number, windowMs: number) {
    this.#limit = limit
    this.#windowMs = windowMs
  }

  blocked(ip: string, now: number): boolean {
    // A failure of before the clock was set back counts from now: nobody waits longer than the window.
    const recent = (this.#seen.get(ip) ?? []).map((at) => Math.min(at, now)).filter((at) => now - at < this.#windowMs)
    if (recent.length === 0) this.#seen.delete(ip)
    else this.#seen.set(ip, recent)
    return recent.length >= this.#limit
  }

  failed(ip: string, now: number): void {
    this.#seen.set(ip, [...(this.#seen.get(ip) ?? []), now].slice(-this.#limit))
  }
}
