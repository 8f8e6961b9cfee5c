import {
  FRAMES_MAX_MS,
  type FramesAnswer,
  type FramesAsk,
  type PastAnswer,
  type PastSpan,
} from '../../../contract/past.ts'
import type { Bounds, PastStore } from './store.ts'
import type { Shown } from './writer.ts'

export interface RecorderDeps {
  store: PastStore
  bounds: Bounds
  now(): number
  /** Reads all panels when no screen is connected; a no-op while one is. */
  sample(): Promise<void>
  failed(error: unknown, where: string): void
}

const FLUSH_MS = 500
const BEAT_MS = 30_000
/** Nobody looks: a state each minute is what can be replayed. */
const SAMPLE_MS = 60_000
const PRUNE_MS = 600_000
/** A disk that does not keep up must not eat the memory: beyond it the stretch is given up and begun anew. */
const MAX_WAITING_CHARS = 64_000_000

/** Keeps what the screens are shown. Whatever goes wrong here harms no screen. */
export class Recorder {
  readonly #deps: RecorderDeps
  readonly #timers: NodeJS.Timeout[] = []
  #waiting: Shown[] = []
  #chars = 0
  #begun = false

  constructor(deps: RecorderDeps) {
    this.#deps = deps
  }

  /** A panel has a new state, on its way to the screens. */
  shown(state: Shown): void {
    if (this.#timers.length === 0) return
    this.#waiting.push(state)
    this.#chars += state.text.length
    if (this.#chars > MAX_WAITING_CHARS) this.#giveUp(new Error('the disk does not keep up'))
  }

  start(): void {
    const every = (ms: number, act: () => Promise<unknown>, where: string) =>
      this.#timers.push(setInterval(() => act().catch((error) => this.#deps.failed(error, where)), ms).unref())
    every(FLUSH_MS, () => this.flush(), 'past flush')
    every(BEAT_MS, () => this.#beat(), 'past beat')
    every(SAMPLE_MS, () => this.#deps.sample(), 'past sample')
    every(PRUNE_MS, () => this.#deps.store.prune(this.#deps.now(), this.#deps.bounds), 'past prune')
    void this.#beat().catch((error) => this.#deps.failed(error, 'past start'))
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer)
    await this.flush().catch((error) => this.#deps.failed(error, 'past flush'))
    this.#timers.length = 0
    await this.#deps.store.close()
  }

  async flush(): Promise<void> {
    const states = this.#waiting
    if (states.length === 0) return
    this.#waiting = []
    this.#chars = 0
    try {
      await this.#begin(states[0]?.at ?? this.#deps.now())
      await this.#deps.store.write(states)
    } catch (error) {
      this.#giveUp(error)
    }
  }

  async wallAt(at: number, panels: readonly string[]): Promise<PastAnswer> {
    if (at > this.#deps.now()) return { refused: 'future' }
    await this.flush()
    return this.#deps.store.wallAt(at, panels)
  }

  async frames(ask: FramesAsk, panels: readonly string[]): Promise<FramesAnswer> {
    const to = Math.min(ask.to, ask.from + FRAMES_MAX_MS, this.#deps.now())
    await this.flush()
    return this.#deps.store.frames({ ...ask, to }, panels)
  }

  /** Which stretches can be shown. */
  spans(from: number, to: number): Promise<PastSpan[]> {
    return this.#deps.store.spans(from, to)
  }

  async #beat(): Promise<void> {
    await this.flush()
    const now = this.#deps.now()
    try {
      if (this.#begun) await this.#deps.store.beat(now, 'beat')
      else await this.#begin(now)
    } catch (error) {
      this.#giveUp(error)
    }
  }

  async #begin(at: number): Promise<void> {
    if (this.#begun) return
    this.#begun = true
    await this.#deps.store.beat(at, 'start')
  }

  /** What was lost must not look like a time in which nothing changed: the next record opens a new stretch. */
  #giveUp(error: unknown): void {
    this.#waiting = []
    this.#chars = 0
    this.#begun = false
    this.#deps.failed(error, 'past')
  }
}
