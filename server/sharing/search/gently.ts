import { setTimeout as rest } from 'node:timers/promises'
import type { Records, Turn } from '../../feature.ts'

/**
 * Much work in short turns of its own, with a rest as long as each took: whatever rings meanwhile waits for one of them
 * at most, and never for the whole.
 */
const LONGEST_REST_MS = 200

export class Gently {
  readonly #records: Records
  readonly #step: (turn: Turn) => Promise<boolean>
  readonly #failed: (error: unknown) => Promise<void>
  #running: Promise<void> | null = null
  #stopped = false

  /** @param step does a little; false when there is nothing more to do */
  constructor(
    records: Records,
    step: (turn: Turn) => Promise<boolean>,
    failed: (error: unknown) => void | Promise<void>,
  ) {
    this.#records = records
    this.#step = step
    this.#failed = async (error) => failed(error)
  }

  /** One at a time: asked again, the running one goes on. */
  go(): void {
    if (this.#stopped) return
    this.#running ??= this.#run().finally(() => {
      this.#running = null
    })
  }
  async settled(): Promise<void> {
    await this.#running
  }
  async stop(): Promise<void> {
    this.#stopped = true
    await this.settled()
  }

  async #run(): Promise<void> {
    try {
      while (!this.#stopped) {
        const before = performance.now()
        if (!(await this.#records.write(this.#step))) return
        await rest(Math.min(LONGEST_REST_MS, performance.now() - before))
      }
    } catch (error) {
      await this.#failed(error)
    }
  }
}
