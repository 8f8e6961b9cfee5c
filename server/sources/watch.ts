import type { Domain } from '../../contract/domains.ts'
import { DOMAIN_WORDS } from '../../contract/domains.ts'
import type { CollectorHealth, CollectorStatus } from '../../contract/envelope.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { Turn } from '../feature.ts'
import type { SourcesDeps } from './context.ts'
import { addChange, loadSources, saveSources } from './repository.ts'
import {
  type Assessment,
  assess,
  contactTime,
  freshSource,
  isLate,
  reined,
  reinRecord,
  type SourceRecord,
  silenceAct,
} from './rules.ts'

export type WatchedSource = SourcesDeps['sources'][number]

/**
 * All sources as they are now. Signs of life come every 10 s each and change memory only; the deadline tick writes what
 * has changed every two seconds, so a crash loses at most that.
 */
export class Watch {
  readonly sources: readonly WatchedSource[]
  readonly #records = new Map<string, SourceRecord>()
  readonly #dirty = new Set<string>()
  /** Of memory only: after a restart the collector says it anew. */
  readonly #progress = new Map<string, NonNullable<CollectorHealth['progress']>>()
  readonly #deps: SourcesDeps
  #startedAt: number

  constructor(deps: SourcesDeps) {
    this.#deps = deps
    this.sources = deps.sources.filter(({ enabled }) => enabled)
    for (const { id } of this.sources) this.#records.set(id, freshSource(id))
    this.#startedAt = deps.now()
  }

  get startedAt(): number {
    return this.#startedAt
  }

  /** Reads what was known before the restart; from now on the deadlines count anew. */
  async start(): Promise<void> {
    for (const record of await loadSources(this.#deps.records.read))
      if (this.#records.has(record.id)) this.#records.set(record.id, record)
    this.#startedAt = this.#deps.now()
  }

  /** Several servers: what the one that looks at the deadlines has found; what they say this one hears by itself. */
  async refresh(): Promise<void> {
    for (const { id, state, silentSince, ...said } of await loadSources(this.#deps.records.read)) {
      const known = this.#records.get(id)
      if (known) this.#records.set(id, { ...(known.heardMs === null ? { ...said, id } : known), state, silentSince })
    }
  }

  record(id: string): SourceRecord {
    return this.#records.get(id) ?? freshSource(id)
  }

  progress(id: string): { text: string; done: number; total: number } | null {
    return this.#progress.get(id) ?? null
  }

  assess(source: WatchedSource, now: number): Assessment {
    return assess(source, this.record(source.id), now, this.#startedAt)
  }

  onStatus(collector: string, status: CollectorStatus, receivedMs: number): void {
    this.#change(collector, {
      status: status.state,
      statusMs: receivedMs,
      version: status.version ?? this.record(collector).version,
      ...(status.reason ? { reason: status.reason } : {}),
    })
  }

  onHealth(collector: string, health: CollectorHealth, receivedMs: number): void {
    if (health.progress) this.#progress.set(collector, health.progress)
    else this.#progress.delete(collector)
    const known = this.record(collector)
    const saidAt = Temporal.Instant.from(health.at).epochMilliseconds
    this.#change(collector, {
      // Whoever speaks is there: a late Will must not outlive the next heartbeat.
      status: known.status === 'offline' ? 'online' : known.status,
      heardMs: receivedMs,
      lastOkMs: contactTime(health.last_ok_ms, saidAt, receivedMs) ?? known.lastOkMs,
      lastEventMs: contactTime(health.last_event_ms, saidAt, receivedMs) ?? known.lastEventMs,
      health: health.state,
      reason: health.reason ?? null,
      spool: health.spool,
      spoolBytes: health.spool_bytes,
      quarantined: health.quarantined,
      dropped: health.dropped,
      duplicates: health.dup,
      rate: health.rate,
      lagS: health.lag_s,
      skewS: health.skew_s,
      refusals: health.refusals,
    })
  }

  #change(id: string, change: Partial<SourceRecord>): void {
    const known = this.#records.get(id)
    if (!known) return
    this.#records.set(id, { ...known, ...change })
    this.#dirty.add(id)
  }

  /** After the clock was set back: nothing was heard later than now. */
  #rein(now: number): void {
    this.#startedAt = reined(this.#startedAt, now)
    for (const [id, record] of this.#records) {
      const held = reinRecord(record, now)
      if (held !== record) this.#change(id, held)
    }
  }

  /** One look at every deadline. Alerts and history go with the turn; memory follows after the commit. */
  async look(turn: Turn): Promise<void> {
    this.#rein(turn.now)
    const dirty = [...this.#dirty]
    const changed = new Map(dirty.map((id) => [id, this.record(id)]))
    let news = false
    for (const source of this.sources) {
      const record = this.record(source.id)
      const found = this.assess(source, turn.now)
      const next = { ...record, state: found.state, silentSince: await this.#ring(turn, source, found) }
      if (next.state === record.state && next.silentSince === record.silentSince) continue
      news ||= next.state !== record.state
      if (next.state !== record.state)
        await addChange(turn.tx, {
          source: source.id,
          at: turn.now,
          state: found.state,
          word: found.word,
          reason: record.reason,
        })
      changed.set(source.id, next)
    }
    await saveSources(turn.tx, [...changed.values()])
    if (news) turn.touch('sources')
    turn.afterCommit(() => this.#settle(dirty, changed))
  }

  #settle(dirty: readonly string[], saved: ReadonlyMap<string, SourceRecord>): void {
    for (const id of dirty) this.#dirty.delete(id)
    for (const [id, { state, silentSince }] of saved) {
      const current = this.record(id)
      // What came in while the turn ran stays, and is written by the next look.
      this.#records.set(id, { ...current, state, silentSince })
      if (current.heardMs !== saved.get(id)?.heardMs || current.statusMs !== saved.get(id)?.statusMs)
        this.#dirty.add(id)
    }
  }

  async #ring(turn: Turn, source: WatchedSource, found: Assessment): Promise<number | null> {
    const record = this.record(source.id)
    const act = silenceAct(source, record, turn.now, this.#startedAt)
    const cause = `collector.silent:${source.id}`
    if (act === 'none') return record.silentSince
    if (act === 'clear') {
      await this.#deps.alerts.clear(turn, cause, record.lastOkMs ?? turn.now)
      return null
    }
    await this.#deps.alerts.raise(turn, {
      cause,
      rule: 'collector.silent',
      domain: source.domain,
      object: source.id,
      at: turn.now,
      evidence: [],
      clearable: true,
      values: {
        name: this.#called(source),
        what: WHAT[found.reason] ?? '无心跳',
        effect: effect(source.domain, found, record),
      },
      demo: source.demo,
    })
    return turn.now
  }

  /** `巡查采集器`, or by its own name where a domain has several. */
  #called(source: WatchedSource): string {
    const alone = this.sources.filter(({ domain }) => domain === source.domain).length === 1
    return `${alone ? DOMAIN_WORDS[source.domain] : source.name}采集器`
  }

  /**
   * Freshness of the worst of these sources: broken, then the one nearest to its deadline. One that was never heard of
   * has given no figure anything: it counts only when nothing else speaks, and has its own state and alert.
   */
  freshness(ids: readonly string[]): Freshness {
    const all = this.sources.filter(({ id }) => ids.includes(id)).map((source) => this.#freshnessOf(source))
    const spoken = all.filter(({ at, state }) => at !== null || state === 'broken')
    const found = (spoken.length > 0 ? spoken : all).sort((a, b) => urgency(a) - urgency(b))[0]
    return found ?? { source: '未配置来源', at: null, staleAfterS: 60, state: 'ok' }
  }

  #freshnessOf(source: WatchedSource): Freshness {
    const { lastOkMs, health, reason } = this.record(source.id)
    const about = { source: source.name, at: lastOkMs, staleAfterS: source.staleAfterS }
    return health === 'failed'
      ? { ...about, state: 'broken', cause: reason ?? '来源读取失败', retryAt: null }
      : { ...about, state: 'ok' }
  }

  isLate(source: WatchedSource, now: number): boolean {
    return isLate(source, this.record(source.id), now)
  }
}

const urgency = ({ state, at, staleAfterS }: Freshness): number =>
  state === 'broken' ? Number.NEGATIVE_INFINITY : at === null ? Number.MIN_SAFE_INTEGER : at + staleAfterS * 1000

const WHAT: Partial<Record<Assessment['reason'], string>> = {
  'source-quiet': '来源无响应',
  'source-failed': '读取失败',
  'no-data-yet': '尚无数据',
  'never-heard': '未接入',
}

/** The line of the wall: what it does to the figures, and that nothing is lost. */
function effect(domain: Domain, { reason }: Assessment, record: SourceRecord): string {
  const stale = `影响：${DOMAIN_WORDS[domain]}数据转为陈旧`
  if (reason === 'source-failed') return `${stale} · ${record.reason ?? '来源读取失败'}`
  if (reason === 'never-heard') return `${stale} · 自启动以来没有收到它的任何消息`
  if (reason === 'source-quiet' || reason === 'no-data-yet') return `${stale} · 采集器在线，来源没有应答`
  return `${stale} · 采集器本地缓存，恢复后续传`
}
