import type { Order } from './messages.ts'

type Batch = Extract<Order, { kind: 'points' }>

export interface IntakeDeps {
  /** Puts a batch on disk. */
  add(batch: Batch): void
  /** It is on disk: the other thread may hand over more. */
  taken(points: number): void
  retryMs?: number
}

const RETRY_MS = 1000

/**
 * Batches on their way to the backlog's disk. While it cannot be written they wait here in their order (the other thread
 * bounds how many are under way) and are tried again; should the process end meanwhile, a replay brings them back.
 */
export class Intake {
  readonly #deps: IntakeDeps
  readonly #waiting: Batch[] = []
  #timer: NodeJS.Timeout | undefined
  #trouble: string | null = null

  constructor(deps: IntakeDeps) {
    this.#deps = deps
  }

  /** Why nothing can be written; null = all is well. */
  get trouble(): string | null {
    return this.#trouble
  }
  get points(): number {
    return this.#waiting.reduce((sum, { points }) => sum + points, 0)
  }

  put(batch: Batch): void {
    this.#waiting.push(batch)
    if (!this.#timer) this.#drain()
  }

  /** Tries a last time. */
  stop(): void {
    clearTimeout(this.#timer)
    this.#drain()
    clearTimeout(this.#timer)
  }

  #drain(): void {
    this.#timer = undefined
    for (let batch = this.#waiting[0]; batch; batch = this.#waiting[0]) {
      try {
        this.#deps.add(batch)
      } catch (error) {
        this.#trouble = error instanceof Error ? error.message : String(error)
        this.#timer = setTimeout(() => this.#drain(), this.#deps.retryMs ?? RETRY_MS)
        return
      }
      this.#waiting.shift()
      this.#deps.taken(batch.points)
    }
    this.#trouble = null
  }
}
