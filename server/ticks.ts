import type { Records, Tick, Tx } from './feature.ts'

/** Among several servers: who runs the timers. */
export interface TickGate {
  /** As far as this server knows. */
  leads(): boolean
  /** In the timer's own transaction. @throws when the store knows another one */
  fence(tx: Tx): Promise<void>
}

/** Runs what time asks for, each as a turn of its own and never twice at once. */
export class TickRunner {
  readonly #records: Records
  readonly #ticks: readonly Tick[]
  readonly #failed: (error: unknown, where: string) => void
  readonly #gate: TickGate | undefined
  readonly #timers: NodeJS.Timeout[] = []
  readonly #running = new Map<Tick, Promise<void>>()

  constructor(
    records: Records,
    ticks: readonly Tick[],
    failed: (error: unknown, where: string) => void,
    gate?: TickGate,
  ) {
    this.#records = records
    this.#ticks = ticks
    this.#failed = failed
    this.#gate = gate
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
    const gate = tick.everywhere ? undefined : this.#gate
    if (this.#running.has(tick) || gate?.leads() === false) return
    const turn = this.#records
      .write(async (turn) => {
        await gate?.fence(turn.tx)
        await tick.run(turn)
      })
      .catch((error: unknown) => this.#failed(error, `tick ${tick.name}`))
      .finally(() => this.#running.delete(tick))
    this.#running.set(tick, turn)
  }
}
