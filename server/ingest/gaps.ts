/** A hole in a collector's numbering: these events have not come. */
export interface Gap {
  from: number
  to: number
  sinceMs: number
}

/** Late ones may still fill a hole: reconnecting publishers send out of order. */
const SETTLE_MS = 10_000
const MOST_HOLES = 100

/**
 * Follows one collector's `seq`. A number that jumps ahead opens a hole; late arrivals fill it; what stays open after
 * a while is reported once. Pure but for its own memory.
 */
export class SeqWatch {
  #last: number | null
  #holes: Gap[] = []

  constructor(last: number | null, holes: readonly Gap[] = []) {
    this.#last = last
    this.#holes = [...holes]
  }

  get last(): number | null {
    return this.#last
  }

  /** Still open. */
  get holes(): readonly Gap[] {
    return this.#holes
  }

  /** A new event's number. */
  see(seq: number, now: number): void {
    if (this.#last === null || this.#isRestart(this.#last, seq)) {
      this.#last = seq
      return
    }
    if (seq > this.#last) {
      if (seq > this.#last + 1 && this.#holes.length < MOST_HOLES)
        this.#holes.push({ from: this.#last + 1, to: seq - 1, sinceMs: now })
      this.#last = seq
      return
    }
    if (this.#holes.length > 0) this.#holes = this.#holes.flatMap((hole) => without(hole, seq))
  }

  /** Holes that stayed open; each is given once. */
  settled(now: number): Gap[] {
    if (this.#holes.length === 0) return []
    const done = this.#holes.filter(({ sinceMs }) => now - sinceMs >= SETTLE_MS)
    this.#holes = this.#holes.filter(({ sinceMs }) => now - sinceMs < SETTLE_MS)
    return done
  }

  /** Where the numbering will stand after these, without taking them in yet. */
  lastAfter(seqs: readonly number[]): number | null {
    return seqs.reduce<number | null>(
      (last, seq) => (last === null || this.#isRestart(last, seq) ? seq : Math.max(last, seq)),
      this.#last,
    )
  }

  /** Zero or one after a higher number, where none was missing: the collector began anew. */
  #isRestart(last: number, seq: number): boolean {
    return seq <= 1 && last > 1 && !this.#isHole(seq)
  }

  #isHole(seq: number): boolean {
    return this.#holes.some(({ from, to }) => seq >= from && seq <= to)
  }
}

function without(hole: Gap, seq: number): Gap[] {
  if (seq < hole.from || seq > hole.to) return [hole]
  const parts = [
    { ...hole, to: seq - 1 },
    { ...hole, from: seq + 1 },
  ]
  return parts.filter(({ from, to }) => from <= to)
}
