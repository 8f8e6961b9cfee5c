import {
  FRAMES_MAX_MS,
  type FramesAnswer,
  type FramesAsk,
  type PastAnswer,
  type PastFrame,
  type PastSpan,
} from '../../../contract/past.ts'

/** The stretch that is played, epoch ms; speed: seconds of the past in one second. */
export interface Stretch {
  from: number
  to: number
}
export const SPEEDS = [1, 10, 60, 300, 600] as const

export type PlayState =
  | 'playing'
  | 'paused'
  /** Waits for the server. */
  | 'loading'
  /** At the end of the stretch. */
  | 'ended'
  /** Nothing was recorded at this instant. */
  | 'gap'
  | 'failed'

export interface PlayerDeps {
  past: { wallAt(at: number): Promise<PastAnswer>; frames(ask: FramesAsk): Promise<FramesAnswer> }
  /** The panels of this instant, whole. */
  show(at: number, panels: ReadonlyMap<string, PastFrame>): void
}

/** How often the picture moves; a step of the past shorter than that times the speed is never seen. */
export const TICK_MS = 250
/** So much of the playing time is asked for at once, and ahead. */
const CHUNK_S = 30
const MIN_CHUNK_MS = 10_000

/**
 * Plays a stretch of the past: asks for frames ahead, lays those that are due over the panels, jumps over what was not
 * recorded. It knows no clock: `tick` says how much time has gone by.
 */
export class Player {
  readonly stretch: Stretch
  at: number
  speed = 60
  state: PlayState = 'loading'
  problem = ''
  readonly #deps: PlayerDeps
  readonly #panels = new Map<string, PastFrame>()
  #frames: PastFrame[] = []
  #spans: PastSpan[] = []
  #loadedUntil: number
  #wants: 'playing' | 'paused' = 'playing'
  #asking = false
  /** Grows with each jump: an answer to an older question is dropped. */
  #jumps = 0

  constructor(stretch: Stretch, deps: PlayerDeps) {
    this.stretch = stretch
    this.#deps = deps
    this.at = stretch.from
    this.#loadedUntil = stretch.from
  }

  /** To an instant of the stretch; resolves when its wall is shown. */
  async seek(to: number): Promise<void> {
    const jump = ++this.#jumps
    this.at = Math.min(Math.max(to, this.stretch.from), this.stretch.to)
    this.state = 'loading'
    this.problem = ''
    this.#asking = false
    const answer = await this.#deps.past.wallAt(this.at)
    if (jump !== this.#jumps) return
    this.#frames = []
    this.#spans = []
    this.#panels.clear()
    this.#loadedUntil = this.at
    if ('refused' in answer && answer.refused !== 'not-recorded') return this.#fail(answer.refused)
    if (!('refused' in answer)) {
      for (const [panel, frame] of Object.entries(answer.panels)) this.#panels.set(panel, { panel, ...frame })
      this.#spans.push({ from: this.at, to: this.at })
    }
    this.#settle()
    this.#show()
    await this.#prefetch()
    if (jump !== this.#jumps || this.problem !== '') return
    this.#settle()
    this.#show()
  }

  play(): void {
    this.#wants = 'playing'
    if (this.state === 'ended') void this.seek(this.stretch.from)
    else this.#settle()
  }
  pause(): void {
    this.#wants = 'paused'
    this.#settle()
  }
  get paused(): boolean {
    return this.#wants === 'paused'
  }

  /** `passed` ms have gone by on the wall. */
  tick(passed: number): void {
    if (this.#wants === 'paused' || this.state === 'ended' || this.state === 'failed') return
    void this.#prefetch()
    const goal = Math.min(this.at + passed * this.speed, this.stretch.to)
    const reached = Math.min(goal, this.#loadedUntil)
    if (reached > this.at) {
      this.at = reached
      this.#lay()
    }
    this.#settle()
    if (this.state === 'gap') this.#overGap()
    else if (reached < goal) this.state = 'loading'
    this.#show()
  }

  #lay(): void {
    let n = 0
    for (const frame of this.#frames) {
      if (frame.at > this.at) break
      this.#panels.set(frame.panel, frame)
      n += 1
    }
    this.#frames.splice(0, n)
  }

  #settle(): void {
    if (this.at >= this.stretch.to) this.state = 'ended'
    else if (this.#isRecorded(this.at)) this.state = this.#wants
    else this.state = this.at < this.#loadedUntil || this.#panels.size === 0 ? 'gap' : this.#wants
  }

  /** The stretch around `at`; its silent end counts as recorded up to the length of a missing sign of life. */
  #isRecorded(at: number): boolean {
    return this.#spans.some(({ from, to }) => at >= from && at <= to + SLACK_MS)
  }

  /** On to where something was recorded again, if that is known; else wait for more to be read. */
  #overGap(): void {
    const next = this.#spans.find(({ from }) => from > this.at)
    if (next) void this.seek(next.from)
    else if (this.#loadedUntil > this.at) {
      this.at = this.#loadedUntil
      this.#panels.clear()
    }
  }

  async #prefetch(): Promise<void> {
    const ahead = CHUNK_S * 1000 * this.speed
    if (this.#asking || this.#loadedUntil >= this.stretch.to || this.#loadedUntil - this.at > ahead / 2) return
    this.#asking = true
    const jump = this.#jumps
    const from = this.#loadedUntil
    const to = Math.min(this.stretch.to, from + Math.min(FRAMES_MAX_MS, Math.max(MIN_CHUNK_MS, ahead)))
    // At ×1 and ×10 nothing is left out: what was live is what is replayed.
    const stepMs = this.speed <= 10 ? 0 : TICK_MS * this.speed
    const answer = await this.#deps.past.frames({ from, to, stepMs })
    if (jump !== this.#jumps) return
    this.#asking = false
    // Too many questions: the next tick asks again.
    if ('refused' in answer) return answer.refused === 'busy' ? undefined : this.#fail(answer.refused)
    this.#frames.push(...answer.frames)
    this.#spans.push(...answer.spans)
    this.#loadedUntil = Math.max(answer.until, from + 1)
  }

  #fail(reason: string): void {
    this.state = 'failed'
    this.problem = reason
  }

  #show(): void {
    this.#deps.show(this.at, new Map(this.#panels))
  }
}

/** As long as a sign of life may be late on the server (server/meetings/past/spans.ts). */
const SLACK_MS = 90_000
