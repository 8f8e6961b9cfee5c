import { Worker } from 'node:worker_threads'
import type { EngineSettings } from './engine.ts'
import type { Order, Report } from './messages.ts'
import { StoreUnavailable } from './port.ts'

type Call = { resolve(value: unknown): void; reject(error: Error): void }
/** Distributes over the union, which Omit alone does not. */
type Asked<Kind = Order> = Kind extends { call: number } ? Omit<Kind, 'call'> : never

export interface ThreadEvents {
  report(message: Exclude<Report, { kind: 'answer' | 'failure' }>): void
  /** The thread has ended without being asked to. */
  died(error: Error): void
}

const MAX_HEAP_MB = 96

/** The metrics worker with its open questions. */
export class MetricsThread {
  readonly #worker: Worker
  readonly #calls = new Map<number, Call>()
  #next = 1
  #asked = false

  constructor(settings: EngineSettings, events: ThreadEvents) {
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB, maxYoungGenerationSizeMb: 4 },
    })
    let failure = new Error('指标线程意外结束')
    this.#worker.on('message', (message: Report) => {
      if (message.kind === 'answer') this.#settle(message.call)?.resolve(message.value)
      else if (message.kind === 'failure') this.#settle(message.call)?.reject(asError(message))
      else events.report(message)
    })
    this.#worker.on('error', (error: unknown) => {
      failure = error instanceof Error ? error : new Error(String(error))
    })
    this.#worker.on('exit', () => {
      for (const call of this.#calls.values()) call.reject(new StoreUnavailable('unreachable', failure.message))
      this.#calls.clear()
      if (!this.#asked) events.died(failure)
    })
  }

  points(body: string, points: number, at: number): void {
    this.#send({ kind: 'points', body, points, at })
  }

  ask(order: Asked): Promise<unknown> {
    const call = this.#next
    this.#next += 1
    return new Promise((resolve, reject) => {
      this.#calls.set(call, { resolve, reject })
      this.#send({ ...order, call } as Order)
    })
  }

  /** Lets the write under way end, for at most `ms`; the backlog is on disk whatever happens. */
  async stop(ms: number): Promise<void> {
    this.#asked = true
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms)
    })
    await Promise.race([this.ask({ kind: 'stop' }).catch(() => undefined), late])
    clearTimeout(timer)
    await this.#worker.terminate()
  }

  #send(order: Order): void {
    this.#worker.postMessage(order)
  }

  #settle(call: number): Call | undefined {
    const known = this.#calls.get(call)
    this.#calls.delete(call)
    return known
  }
}

const asError = ({ message, unavailable }: { message: string; unavailable: boolean }): Error =>
  unavailable ? new StoreUnavailable('unreachable', message) : new Error(message)
