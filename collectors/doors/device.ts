import type { SecretRef } from '../../config/schema.ts'
import { DigestClient, DigestRefused } from '../intake/digest-client.ts'
import { HttpError } from '../intake/http.ts'
import { backoffMs, pause } from '../intake/pause.ts'
import type { SourceContext } from '../source.ts'
import { usable } from './answer.ts'
import { DeviceClock } from './clock-check.ts'
import type { DoorDecoding } from './decode.ts'
import { type DeviceClient, DeviceError, type DoorDialect } from './dialect.ts'
import type { DevicesHealth } from './health.ts'
import { DeviceMemory } from './memory.ts'
import { pollOnce } from './poll.ts'
import { Reach } from './reach.ts'
import type { DoorRow } from './row.ts'
import { readStream } from './stream.ts'

/** What sources.yaml says of a polled device, whatever its vendor. */
export interface DeviceConfig {
  id: string
  url: string
  username: string
  password: SecretRef
}
export interface PollingConfig {
  pollS: number
  overlapMin: number
  backfillDays: number
  stream: boolean
}
export interface DeviceParts {
  context: SourceContext
  dialect: DoorDialect
  by: DoorDecoding
  health: DevicesHealth
  seams: DeviceSeams
}

/** How long after a refused password the device is asked again: longer than its own lock (protocols.md 2.1). */
export const REFUSED_PAUSE_MS = 35 * 60_000
const ASK_AGAIN_MS = 6 * 3_600_000
const DAY_MS = 86_400_000
const MAX_BACKOFF_MS = 60_000
type Stream = NonNullable<DoorDialect['stream']>
/** Parts that a test may replace. */
export interface DeviceSeams {
  pause(ms: number, signal: AbortSignal): Promise<void>
}
export const REAL_SEAMS: DeviceSeams = { pause }

/** Watches one controller: polls with a cursor, listens to its stream, checks its clock. */
export class DeviceWatch {
  readonly #device: DeviceConfig
  readonly #config: PollingConfig
  readonly #dialect: DoorDialect
  readonly #context: SourceContext
  readonly #memory: DeviceMemory
  readonly #health: DevicesHealth
  readonly #seams: DeviceSeams
  readonly #password: string
  readonly #clock: DeviceClock
  readonly #reach: Reach
  #wake: (() => void) | undefined
  #asked = false
  #heardMs = 0

  constructor(device: DeviceConfig, config: PollingConfig, parts: DeviceParts) {
    this.#device = device
    this.#config = config
    this.#context = parts.context
    this.#dialect = parts.dialect
    this.#health = parts.health
    this.#seams = parts.seams
    this.#password = parts.context.secret(device.password)
    this.#memory = new DeviceMemory(parts.context, parts.by, parts.dialect.memory)
    this.#clock = new DeviceClock(parts.by.profile.skewNoticeS)
    this.#reach = new Reach((state, atMs, reason) => {
      const event = this.#memory.say('collector.status', `${state}:${atMs}`, { state, ...(reason ? { reason } : {}) })
      parts.context.deliver([event]).catch((error: unknown) => parts.context.crashed(error))
    })
  }

  /** Runs until the signal falls. @throws what is no trouble of the device (no room on disk) */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const session = new AbortController()
      const both = AbortSignal.any([signal, session.signal])
      try {
        await this.#logIn(both)
        await Promise.all([this.#pollLoop(both), this.#streamLoop(both)].map((loop) => this.#endAll(loop, session)))
        // Neither way is known to the device: asking again can wait.
        await this.#seams.pause(ASK_AGAIN_MS, both)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof DigestRefused)) throw error
        await this.#refused(error, signal)
      }
    }
  }

  /** Whichever loop fails takes the other one with it. */
  async #endAll(loop: Promise<void>, session: AbortController): Promise<void> {
    try {
      await loop
    } catch (error) {
      session.abort(error)
      throw error
    }
  }

  /** One request alone first: with a wrong password exactly one goes out, not one per loop. */
  async #logIn(signal: AbortSignal): Promise<void> {
    const client = this.#client()
    for (let tries = 0; ; tries++) {
      try {
        await this.#checkClock(client, signal)
        return
      } catch (error) {
        this.#trouble(error, signal)
        await this.#seams.pause(backoffMs(tries, 1000, MAX_BACKOFF_MS, this.#context.chance), signal)
      }
    }
  }

  async #pollLoop(signal: AbortSignal): Promise<void> {
    const client = this.#client()
    for (let tries = 0; !signal.aborted; ) {
      let waitMs = this.#config.pollS * 1000
      try {
        await this.#poll(client, signal)
        if (this.#clock.isDue(this.#context.clock.now())) await this.#checkClock(client, signal)
        tries = 0
        this.#health.set(this.#device.id, { state: 'ok' })
      } catch (error) {
        this.#trouble(error, signal)
        if (error instanceof DeviceError && error.trouble === 'not_supported') return await this.#notSupported(error)
        waitMs = Math.max(waitMs, backoffMs(tries++, waitMs, MAX_BACKOFF_MS, this.#context.chance))
      }
      await this.#rest(waitMs, signal)
    }
  }

  async #poll(client: DeviceClient, signal: AbortSignal): Promise<void> {
    const whole = await pollOnce({
      dialect: this.#dialect,
      client,
      signal,
      memory: this.#memory,
      clock: { nowMs: this.#context.clock.now(), skewMs: this.#clock.skewMs },
      reach: { overlapMs: this.#config.overlapMin * 60_000, backfillMs: this.#config.backfillDays * DAY_MS },
      alive: () => this.#alive(),
      refuse: (refusals) => this.#context.refuse(refusals),
    })
    if (!whole) this.#context.log.warn({ device: this.#device.id }, '设备说还有记录却没有给出，稍后重取')
  }

  async #streamLoop(signal: AbortSignal): Promise<void> {
    const { stream } = this.#dialect
    if (!this.#config.stream || !stream) return
    let brokenMs: number | undefined
    for (let tries = 0; !signal.aborted; ) {
      const startedMs = this.#context.clock.now()
      try {
        await this.#listen(stream, signal, brokenMs)
      } catch (error) {
        this.#trouble(error, signal, false)
        if (error instanceof DeviceError && error.trouble === 'not_supported') return
      }
      brokenMs = Math.max(brokenMs ?? 0, this.#heardMs)
      tries = this.#context.clock.now() - startedMs > MAX_BACKOFF_MS ? 0 : tries + 1
      await this.#seams.pause(backoffMs(tries, 500, MAX_BACKOFF_MS, this.#context.chance), signal)
    }
  }

  async #listen(stream: Stream, signal: AbortSignal, brokenMs: number | undefined): Promise<void> {
    const answer = await this.#client().open({ method: 'GET', path: stream.path, signal })
    if (answer.statusCode !== 200) {
      answer.destroy()
      usable({ status: answer.statusCode ?? 0, headers: answer.headers, challenges: [], body: Buffer.alloc(0) })
    }
    // What was sent while nobody listened is fetched at once.
    this.#pollNow()
    if (stream.lossy && brokenMs) await this.#streamGap(brokenMs)
    this.#heardMs = this.#context.clock.now()
    const end = await readStream(answer, stream, {
      alive: () => this.#alive(),
      rows: (rows) => this.take(rows),
      refuse: (refusals) => this.#context.refuse(refusals),
      dropped: (count) => this.#context.dropped(count),
      fetch: () => this.#pollNow(),
      now: () => this.#context.clock.now(),
    })
    this.#context.log.info({ device: this.#device.id, end }, '实时流中断，重新连接')
  }

  /** Rows that the device brought by itself (stream, push). Resolves when they are on disk. */
  async take(rows: readonly DoorRow[]): Promise<void> {
    await this.#memory.live(rows)
    this.#alive()
  }

  /** Door movements are in no record that could be fetched later: the time without ears is said. */
  async #streamGap(brokenMs: number): Promise<void> {
    const now = this.#context.clock.now()
    const missed = Math.round((now - brokenMs) / 1000)
    const data = { reason: `实时连接中断 ${missed} 秒，期间的门磁与报警未收到`, from_ms: brokenMs, to_ms: now }
    await this.#context.deliver([this.#memory.say('collector.gap', `stream:${brokenMs}`, data)])
  }

  async #checkClock(client: DeviceClient, signal: AbortSignal): Promise<void> {
    const before = this.#context.clock.now()
    const deviceMs = await this.#dialect.askClock(client, signal)
    this.#alive()
    const now = this.#context.clock.now()
    const news = this.#clock.checked(deviceMs, before, now)
    this.#health.skew(this.#device.id, this.#clock.skewMs / 1000)
    const data = { skew_s: Math.round(this.#clock.skewMs / 1000) }
    if (news) await this.#context.deliver([this.#memory.say('collector.clock_skew', String(now), data)])
  }

  #alive(): void {
    const now = this.#context.clock.now()
    this.#heardMs = now
    this.#context.contact(now)
    this.#reach.alive(now)
  }

  /** Sorts an error: what is the device's is noted, a refused password and what is ours goes on up. */
  #trouble(error: unknown, signal: AbortSignal, tell = true): void {
    if (signal.aborted) throw error
    if (error instanceof DigestRefused) throw error
    if (!(error instanceof HttpError) && !(error instanceof DeviceError)) throw error
    if (error instanceof DeviceError && error.refusals.length > 0) this.#context.refuse(error.refusals)
    this.#context.log.warn({ device: this.#device.id, trouble: error.trouble }, error.message)
    if (tell) this.#health.set(this.#device.id, { state: 'degraded', reason: error.message })
    if (error instanceof HttpError) this.#reach.failed(this.#context.clock.now(), error.message)
  }

  async #notSupported(error: DeviceError): Promise<void> {
    const reason = `${error.message}，已停用门禁记录查询`
    this.#health.set(this.#device.id, { state: 'failed', reason })
    await this.#context.deliver([this.#memory.say('collector.schema_changed', 'not_supported', { reason })])
  }

  /** The password is not taken: one event, then silence for longer than the device's lock. */
  async #refused(error: DigestRefused, signal: AbortSignal): Promise<void> {
    const now = this.#context.clock.now()
    const reason = `${error.message}，已停止访问以免锁定账号，请核对 sources.yaml 的口令`
    this.#health.set(this.#device.id, { state: 'failed', reason })
    await this.#context.deliver([this.#memory.say('collector.auth_failed', String(now), { reason: error.message })])
    await this.#seams.pause(REFUSED_PAUSE_MS, signal).catch(() => {})
  }

  #pollNow(): void {
    this.#asked = true
    this.#wake?.()
  }

  /** Until the next poll, or until the stream asks for one (perhaps while the last one was still running). */
  async #rest(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController()
    this.#wake = () => woken.abort()
    if (!this.#asked) await this.#seams.pause(ms, AbortSignal.any([signal, woken.signal])).catch(() => {})
    this.#asked = false
  }

  #client(): DeviceClient {
    const own = this.#dialect.client?.()
    if (own) return own
    const { url, username } = this.#device
    return new DigestClient({ baseUrl: url, username, password: this.#password, allowBasic: this.#dialect.allowBasic })
  }
}
