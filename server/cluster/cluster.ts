import type { Reader, Records, Tx } from '../feature.ts'
import type { Allowance } from '../people/rate.ts'
import { Bus } from './bus.ts'
import { type Heeding, type Hint, heed } from './hints.ts'
import { Lease, LeaseLost, type MemberRow, noteSilent, readMembers, sayGone, sayHere, sayStarted } from './lease.ts'
import { SharedRate } from './rates.ts'
import type { ClusterSettings } from './settings.ts'

/** A server that stops without a word is missed after this; the timers go on elsewhere. */
const LEASE_MS = 5000
const BEAT_MS = 1000
/** Of whoever does not run the timers: how often it reads what the others' turns have changed. */
const REFRESH_BEATS = 2
const SILENT_MS = 10_000
const TIMERS = 'timers'

export interface ClusterDeps extends Pick<ClusterSettings, 'member' | 'redisUrl'> {
  records: Records
  site: string
  version: string
  newId(): string
  /** What is done when another server tells something. */
  heeding: Heeding
  /** Hints may have been missed: everything that is kept of the records in memory counts as old. */
  missed(): void
  /** Read again what other servers' turns have changed of what features keep in memory. */
  refresh(): Promise<void>
  /** A member fell silent; it was last seen at that epoch ms. What it had not passed on is ours. */
  lost(member: string, seenMs: number): void
  log(level: 'info' | 'warn' | 'error', message: string, details?: unknown): void
}

/** This server's place among several: beats, the lease of the timers, the stream of hints. */
export class Cluster {
  readonly #deps: ClusterDeps
  readonly #lease: Lease
  readonly #bus: Bus
  #until = 0
  #beats = 0
  #url = ''
  #timer: NodeJS.Timeout | undefined
  #beating: Promise<void> = Promise.resolve()
  #stopped = false

  constructor(deps: ClusterDeps) {
    this.#deps = deps
    this.#lease = new Lease(TIMERS, `${deps.member}#${deps.newId()}`.slice(0, 64), LEASE_MS)
    this.#bus = new Bus({
      url: deps.redisUrl,
      member: deps.member,
      stream: `sanling:${deps.site}`,
      hear: (hint) => {
        if (!heed(deps.heeding, hint)) deps.log('warn', `来自较新版本的通知 ${hint.kind}，本机不认识，已忽略`)
      },
      missed: deps.missed,
      log: deps.log,
    })
  }

  /** This server runs the timers, as far as it knows; the store knows for sure (`fence`). */
  leads(): boolean {
    return performance.now() < this.#until
  }

  /** In the transaction of a timer. @throws LeaseLost */
  async fence(tx: Tx): Promise<void> {
    try {
      await this.#lease.fence(tx)
    } catch (error) {
      if (error instanceof LeaseLost) this.#until = 0
      throw error
    }
  }

  tell(hint: Hint): void {
    this.#bus.tell(hint)
  }

  /** A limit that all servers keep together. */
  rate(name: string, allowance: Allowance): SharedRate {
    return new SharedRate(name, allowance, (key, at, want) => this.#bus.takeLot(key, at, want))
  }

  members(read: Reader): Promise<MemberRow[]> {
    return readMembers(read, TIMERS)
  }

  /** Hints of the others arrive. */
  get heard(): boolean {
    return this.#bus.up
  }

  /** Hears the others before anything is read into memory. */
  listen(): Promise<void> {
    return this.#bus.start()
  }

  /** @param url of this server, for people */
  async start(url: string): Promise<void> {
    this.#url = url
    await this.#deps.records.write(async ({ tx }) => {
      await sayHere(tx, this.#self())
      await sayStarted(tx, this.#deps.member)
    })
    this.#next(0)
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearTimeout(this.#timer)
    await this.#beating
    this.#until = 0
    const bye = this.#deps.records.write(async ({ tx }) => {
      await this.#lease.release(tx)
      await sayGone(tx, this.#deps.member)
    })
    // A database that is away must not keep us; the lease then simply ends.
    await Promise.race([bye.catch(() => undefined), new Promise((done) => setTimeout(done, 1000).unref())])
    await this.#bus.stop()
  }

  #self = () => ({ id: this.#deps.member, url: this.#url, version: this.#deps.version })

  #next(ms: number): void {
    if (this.#stopped) return
    this.#timer = setTimeout(() => {
      this.#beating = this.#beat()
        .catch((error: unknown) => this.#deps.log('warn', '未能向业务库报到，稍后再试', error))
        .finally(() => this.#next(BEAT_MS))
    }, ms)
  }

  async #beat(): Promise<void> {
    const begun = performance.now()
    const { token, silent } = await this.#deps.records.write(async ({ tx }) => {
      await sayHere(tx, this.#self())
      const token = await this.#lease.seek(tx)
      return { token, silent: token === null ? [] : await noteSilent(tx, SILENT_MS) }
    })
    const led = this.leads()
    if (token === null) this.#until = 0
    this.#beats += 1
    if (!this.#bus.up) this.#deps.missed()
    if (token === null ? this.#beats % REFRESH_BEATS === 0 : token !== this.#lease.token || !led)
      await this.#deps.refresh()
    if (token !== null && token !== this.#lease.token)
      this.#deps.log('info', `本机（${this.#deps.member}）开始运行定时任务，第 ${token} 任`)
    this.#lease.hold(token)
    if (token !== null) this.#until = begun + LEASE_MS
    for (const { id, seenMs } of silent) {
      this.#deps.log('warn', `服务器 ${id} 已失去联系，其定时任务由本机接替`)
      this.#deps.lost(id, seenMs)
    }
  }
}
