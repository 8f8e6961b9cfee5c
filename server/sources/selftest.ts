import { officeTime } from '../../config/zone.ts'
import type { EnvelopeInput } from '../../contract/envelope.ts'
import { eventTopic } from '../../contract/topics.ts'
import type { Turn } from '../feature.ts'
import type { SourcesDeps } from './context.ts'
import { loadSelftest, saveSelftest } from './repository.ts'
import { reined, SELFTEST_EVERY_MS, SELFTEST_LIMIT_MS, type SelftestRecord, selftestAct } from './rules.ts'

const COLLECTOR = 'selftest'
const CAUSE = 'infra.selftest-missed'
/** Ids whose return is still awaited; older ones are forgotten. */
const MAX_UNDERWAY = 10

/**
 * Dead-man of the alert path: every minute a synthetic event goes by the broker through ingest and the alert rules. When
 * none comes back, an alert says so by the short way.
 */
export class Selftest {
  readonly #deps: SourcesDeps
  readonly #underway = new Map<string, number>()
  #record: SelftestRecord = { sentAt: null, seenAt: null, tookMs: null, missed: false }
  #saved: SelftestRecord = this.#record
  #startedAt: number

  constructor(deps: SourcesDeps) {
    this.#deps = deps
    this.#startedAt = deps.now()
  }

  get record(): SelftestRecord {
    return this.#record
  }

  async start(): Promise<void> {
    this.#record = { ...(await loadSelftest(this.#deps.records.read)), sentAt: null }
    this.#startedAt = this.#deps.now()
  }

  /** Several servers: what the one that sends has found. A test of its own that is still awaited stays. */
  async refresh(): Promise<void> {
    const { seenAt, tookMs, missed } = await loadSelftest(this.#deps.records.read)
    if ((seenAt ?? 0) >= (this.#record.seenAt ?? 0)) this.#record = { ...this.#record, seenAt, tookMs, missed }
  }

  /** It has come through rules, life cycle and disk. Only our own counts: nobody else may say that the path is well. */
  seen(eventId: string): void {
    const now = this.#deps.now()
    const sent = this.#underway.get(eventId)
    if (sent === undefined) return
    this.#underway.delete(eventId)
    this.#record = { ...this.#record, seenAt: now, tookMs: Math.max(0, now - sent) }
  }

  /** After the clock was set back, what was sent and seen counts from now. */
  #rein(now: number): void {
    this.#startedAt = reined(this.#startedAt, now)
    const { sentAt, seenAt } = this.#record
    this.#record = { ...this.#record, sentAt: reined(sentAt, now), seenAt: reined(seenAt, now) }
  }

  async look(turn: Turn): Promise<void> {
    this.#rein(turn.now)
    const act = selftestAct(this.#record, turn.now, this.#startedAt)
    if (act === 'raise') await this.#raise(turn)
    if (act === 'clear') await this.#deps.alerts.clear(turn, CAUSE, this.#record.seenAt ?? turn.now)
    const missed = act === 'none' ? this.#record.missed : act === 'raise'
    const due = this.#record.sentAt === null || turn.now - this.#record.sentAt >= SELFTEST_EVERY_MS
    const next = { ...this.#record, missed, sentAt: due ? turn.now : this.#record.sentAt }
    if (!same(next, this.#saved)) await saveSelftest(turn.tx, next)
    if (act !== 'none' || next.seenAt !== this.#saved.seenAt) turn.touch('sources')
    turn.afterCommit(() => {
      this.#saved = next
      this.#record = { ...this.#record, missed, sentAt: next.sentAt }
      if (due) this.#send()
    })
  }

  #send(): void {
    const { now, newId, site, wire, log } = this.#deps
    const at = now()
    const event: EnvelopeInput = {
      v: 1,
      id: newId(),
      type: 'infra.selftest',
      site,
      collector: COLLECTOR,
      object: COLLECTOR,
      observed_at: officeTime(at).toString({ timeZoneName: 'never' }),
      severity: 'info',
      data: {},
    }
    for (const id of this.#underway.keys()) if (this.#underway.size >= MAX_UNDERWAY) this.#underway.delete(id)
    this.#underway.set(event.id, at)
    try {
      wire.publish(eventTopic(site, 'infra', COLLECTOR, COLLECTOR), JSON.stringify(event))
    } catch (error) {
      log.warn({ err: error }, '告警通路自测未能发出')
    }
  }

  #raise(turn: Turn): Promise<void> {
    return this.#deps.alerts.raise(turn, {
      cause: CAUSE,
      rule: 'infra.selftest-missed',
      domain: 'infra',
      object: COLLECTOR,
      at: turn.now,
      evidence: [],
      clearable: true,
      values: { seconds: SELFTEST_LIMIT_MS / 1000 },
      demo: false,
    })
  }
}

const same = (a: SelftestRecord, b: SelftestRecord): boolean =>
  a.sentAt === b.sentAt && a.seenAt === b.seenAt && a.tookMs === b.tookMs && a.missed === b.missed
