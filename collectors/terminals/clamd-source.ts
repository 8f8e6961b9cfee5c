import type { SourceOf } from '../../config/schema.ts'
import { pause } from '../intake/pause.ts'
import { atZone } from '../intake/wall-clock.ts'
import type { Draft, SourceFactory } from '../source.ts'
import { askClamd, type ClamdAddress, ClamdError, scanBytes } from './clamd.ts'
import { readStats, readVersion } from './clamd-answers.ts'
import { present } from './facts.ts'
import { ClamavProfile, readProfile } from './profile.ts'

type Engine = SourceOf<'clamd'>['engines'][number]

/** What a look at an engine shows; `terminal.engine` carries it. */
export interface EngineState {
  up: boolean
  trouble?: string
  engine_version?: string
  sig_version?: string
  sig_age_h?: number
  sig_age_days?: number
  db_missing?: boolean
  threads?: number
  threads_max?: number
  queue?: number
  mem_mb?: number
  /** The harmless test string was found. Undefined: not tried. */
  detects?: boolean
  /** Commands that this clamd does not allow. */
  off?: string
}

const HOUR_MS = 3_600_000
/** Nothing new is said again that often: a terminal counts as silent after half an hour. */
const REPEAT_MS = 600_000

/** The EICAR test string, put together here so that no scanner takes this file for one. */
const testString = (): Uint8Array =>
  Buffer.from(['X5O!P%@AP[4\\PZX54(P^)7CC)7}$', 'EICAR', '-STANDARD-', 'ANTIVIRUS-TEST-FILE!$H+H*'].join(''))

/**
 * Asks clamd how it is: PING, VERSION (age of the signatures), STATS, and now and then whether it finds the test string
 * (protocols.md 1.4). An engine that does not answer is an event, and so is one that answers and finds nothing.
 */
export const clamdSource: SourceFactory<'clamd'> = (config, context) => {
  const profile = readProfile(ClamavProfile, context.profile)
  const looks = config.engines.map((engine) => new Looks(engine, config, profile))
  const ends = new AbortController()
  let running: Promise<void> = Promise.resolve()

  async function run(): Promise<void> {
    while (!ends.signal.aborted) {
      const now = context.clock.now()
      const states = await Promise.all(looks.map((look) => look.look(now)))
      const drafts = states.flatMap(({ draft }) => draft ?? [])
      if (drafts.length > 0) await context.deliver(drafts)
      tell(states.map(({ state }) => state))
      await pause(config.pollS * 1000, ends.signal).catch(() => {})
    }
  }

  function tell(states: readonly EngineState[]): void {
    if (states.some(({ up }) => up)) context.contact(context.clock.now())
    const down = config.engines.filter((_, at) => !states[at]?.up).map(({ host }) => host)
    if (down.length === 0) context.state('ok')
    else
      context.state(
        down.length === states.length ? 'failed' : 'degraded',
        `查毒引擎没有答复：${down.join('、')}；请检查 clamav-daemon 是否在运行`.slice(0, 200),
      )
  }

  return {
    async start() {
      running = run().catch((error: unknown) => {
        if (!ends.signal.aborted) context.crashed(error)
      })
    },
    async stop() {
      ends.abort(new Error('采集器停止'))
      await running
    },
  }
}

class Looks {
  readonly #engine: Engine
  readonly #config: SourceOf<'clamd'>
  readonly #profile: ClamavProfile
  readonly #off = new Set<string>()
  #said = ''
  #saidMs = 0
  #testedMs = 0
  #detects: boolean | undefined

  constructor(engine: Engine, config: SourceOf<'clamd'>, profile: ClamavProfile) {
    this.#engine = engine
    this.#config = config
    this.#profile = profile
  }

  async look(now: number): Promise<{ state: EngineState; draft: Draft | undefined }> {
    const state = await this.#ask(now)
    // Threads and queue come and go; only what people act on is worth saying at once.
    const { up, trouble, engine_version, sig_version, db_missing, detects } = state
    const gist = JSON.stringify([up, trouble, engine_version, sig_version, db_missing, detects])
    if (gist === this.#said && now - this.#saidMs < REPEAT_MS) return { state, draft: undefined }
    this.#said = gist
    this.#saidMs = now
    return { state, draft: this.#draft(state, now) }
  }

  async #ask(now: number): Promise<EngineState> {
    try {
      const pong = await this.#command('PING')
      if (pong !== undefined && pong.trim() !== 'PONG') return { up: false, trouble: 'garbage' }
      const version = readVersion((await this.#command('VERSION')) ?? '', this.#profile.zone)
      const stats = readStats((await this.#command('STATS')) ?? '')
      await this.#test(now)
      const ageMs = version?.database?.dayMs === undefined ? undefined : Math.max(0, now - version.database.dayMs)
      return present({
        up: true,
        engine_version: version?.engine,
        sig_version: version?.database && String(version.database.version),
        sig_age_h: ageMs === undefined ? undefined : Math.round(ageMs / HOUR_MS),
        sig_age_days: ageMs === undefined ? undefined : Math.round((ageMs / HOUR_MS / 24) * 10) / 10,
        db_missing: version ? version.database === undefined : undefined,
        threads: stats.threads,
        threads_max: stats.threadsMax,
        queue: stats.queue,
        mem_mb: stats.memMb,
        detects: this.#detects,
        off: this.#off.size === 0 ? undefined : [...this.#off].join('、'),
      }) as unknown as EngineState
    } catch (error) {
      if (error instanceof ClamdError) return { up: false, trouble: error.trouble }
      throw error
    }
  }

  /** Undefined: this clamd does not allow the command; that is no reason to call it down. @throws ClamdError */
  async #command(command: string): Promise<string | undefined> {
    if (this.#off.has(command)) return undefined
    try {
      return await askClamd(addressOf(this.#engine), command, this.#config.timeoutS * 1000)
    } catch (error) {
      if (!(error instanceof ClamdError) || error.trouble !== 'unavailable') throw error
      this.#off.add(command)
      return undefined
    }
  }

  async #test(now: number): Promise<void> {
    const { selfTestS, timeoutS } = this.#config
    if (selfTestS === 0 || (this.#testedMs > 0 && now - this.#testedMs < selfTestS * 1000)) return
    const verdict = await scanBytes(addressOf(this.#engine), testString(), timeoutS * 1000)
    this.#testedMs = now
    this.#detects = verdict.what === 'virus' ? true : verdict.what === 'clean' ? false : this.#detects
  }

  #draft(state: EngineState, now: number): Draft {
    const { host } = this.#engine
    return {
      type: 'terminal.engine',
      object: host.slice(0, 128),
      device: this.#profile.device,
      nativeKey: `engine|${host}|${now}`,
      observedMs: now,
      observedAt: atZone(now, this.#profile.zone).observedAt,
      severity: !state.up || state.detects === false || state.db_missing ? 'warning' : 'info',
      data: { host, engine: 'ClamAV', ...state },
    }
  }
}

const addressOf = ({ socket, port }: Engine): ClamdAddress => (socket === undefined ? { port } : { socket })
