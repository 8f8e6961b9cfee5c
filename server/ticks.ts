import type { Records, Tick } from './feature.ts'

/** Runs what time asks for, each as a turn of its own and never twice at once. */
export class TickRunner {
  readonly #records: Records
  readonly #ticks: readonly Tick[]
  readonly #failed: (error: unknown, where: string) => void
  readonly #timers: NodeJS.Timeout[] = []
  readonly #running = new Map<Tick, Promise<void>>()

  constructor(records: Records, ticks: readonly Tick[], failed: (error: unknown, where: string) => void) {
    this.#records = records
    this.#ticks = ticks
    this.#failed = failed
  }

  start(): void {
    for (const tick of this.#ticks) this.#timers.push(setInterval(() => this.#run(tick), tick.everyMs))
  }

  /** Waits for the turns that are under way. */
  async stop(): Promise<void> {
    for (const timer of this.#timers.splice(0)) clearInterval(timer)
    await Promise.all(this.#running.values())
  }

  #run(tick: Tick): void {
    if (this.#running.has(tick)) return
    const turn = this.#records
      .write((turn) => tick.run(turn))
      .catch((error: unknown) => this.#failed(error, `tick ${tick.name}`))
      .finally(() => this.#running.delete(tick))
    this.#running.set(tick, turn)
  }
}
