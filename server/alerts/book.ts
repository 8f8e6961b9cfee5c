import type { AlertRules } from '../../config/schema.ts'
import { LATE_IN_DAY, orderOf } from './ids.ts'
import { advance, birth, type Input, type Rules } from './lifecycle.ts'
import { sentence } from './sentence.ts'
import type { Changes, Loaded, Raise, Signal } from './signal.ts'
import { silencedUntil } from './silences.ts'
import { stormCause, stormDecision } from './storm.ts'
import type { Actor, Alert, AlertKind, ChangeReason, Entry, Evidence, RefusedReason } from './types.ts'
import { label } from './words.ts'

const HIDDEN_ID = 'selftest'

/**
 * All alerts that one piece of work touches, in memory: pure rules over a small set that the repository loads once and
 * saves once. The dry run uses the same book, so that it cannot differ from the live one.
 */
export class Book {
  readonly #open = new Map<string, Alert>()
  readonly #lingering = new Map<string, Alert[]>()
  readonly #dirty = new Map<string, Alert>()
  readonly #loud = new Set<string>()
  readonly #entries: Entry[] = []
  readonly #evidence: Changes['evidence'] = []
  readonly #known: Set<string>
  readonly #newBirths = new Map<string, number>()
  readonly #loaded: Loaded
  readonly #config: AlertRules
  readonly #rules: Rules
  #lastNumber: number

  constructor(loaded: Loaded, config: AlertRules, now: number) {
    this.#loaded = loaded
    this.#config = config
    this.#rules = { now, ladders: config.escalation, mergeWindowMs: config.mergeWindowS * 1000 }
    this.#known = new Set(loaded.knownEvents)
    this.#lastNumber = loaded.lastNumber
    for (const alert of loaded.alerts) {
      if (alert.step !== 'closed') this.#open.set(alert.cause, alert)
      else this.#lingering.set(alert.cause, [...(this.#lingering.get(alert.cause) ?? []), alert])
    }
  }

  apply(signal: Signal): void {
    if (signal.kind === 'clear') this.#clear(signal.cause, signal.at, signal.eventId)
    else this.#raise(signal)
  }

  /** A person or the clock acts on one alert. */
  act(alert: Alert, input: Input, entry: { text?: string; by?: Actor } = {}): Alert | { refused: RefusedReason } {
    const current = this.#dirty.get(alert.id) ?? alert
    const outcome = advance(current, input, this.#rules)
    if (!outcome.ok) return { refused: outcome.refused }
    this.#keep(outcome.alert, outcome.reason, { at: this.#rules.now, loud: true, ...entry })
    return outcome.alert
  }

  #raise(signal: Raise): void {
    const fresh = signal.evidence.filter(({ eventId }) => !this.#known.has(`${signal.cause} ${eventId}`))
    // The same event told twice, by its rule and by a feature, is one occurrence.
    if (signal.evidence.length > 0 && fresh.length === 0) return
    const once = { ...signal, evidence: fresh }
    const open = this.#open.get(signal.cause)
    if (signal.backfill && !open) this.#born(once, 'filed', 'filed')
    else if (open) this.#again(open, once)
    else if (signal.hidden) this.#born(once, 'hidden', 'first')
    else if (signal.drill) this.#born(once, 'drill', 'first')
    else this.#bornOrGathered(once)
  }

  #again(open: Alert, signal: Raise): void {
    const { at, severity, backfill: late } = signal
    const outcome = advance(open, { kind: 'raise', at, severity, late }, this.#rules)
    if (!outcome.ok) return
    const words = signal.backfill
      ? {}
      : { title: signal.title, why: signal.why, next: signal.next, facts: signal.facts }
    if (outcome.reason === 'superseded') {
      this.#keep(outcome.alert, outcome.reason, { at: signal.at, loud: true })
      this.#open.delete(signal.cause)
      this.#bornOrGathered(signal)
      return
    }
    this.#keep({ ...outcome.alert, ...words }, outcome.reason, {
      at: signal.at,
      loud: !signal.backfill,
      eventId: signal.evidence.at(-1)?.eventId,
    })
    this.#hold(outcome.alert, signal.cause, signal.evidence)
  }

  #bornOrGathered(signal: Raise): void {
    const born = (this.#loaded.births.get(signal.rule) ?? 0) + (this.#newBirths.get(signal.rule) ?? 0)
    this.#newBirths.set(signal.rule, (this.#newBirths.get(signal.rule) ?? 0) + 1)
    if (signal.alone || !stormDecision(born, this.#config.storm.perMinute).gather) {
      this.#born(signal, 'card', 'first')
      return
    }
    const cause = stormCause(signal.rule)
    const text = `${signal.title}（${signal.cause}）`
    const gathered: Raise = { ...signal, cause, ...this.#stormWords(signal) }
    const card = this.#open.get(cause)
    if (!card) {
      this.#born(gathered, 'storm', 'first', { text, cause: signal.cause })
      return
    }
    const outcome = advance(card, { kind: 'raise', at: signal.at, severity: signal.severity }, this.#rules)
    if (!outcome.ok) return
    this.#keep(outcome.alert, outcome.reason === 'repeated' ? 'gathered' : outcome.reason, {
      at: signal.at,
      loud: true,
      text,
      eventId: signal.evidence.at(-1)?.eventId,
    })
    this.#hold(outcome.alert, signal.cause, signal.evidence)
  }

  #stormWords(signal: Raise) {
    return {
      object: null,
      clearable: false,
      title: `${label(signal.ruleTitle)} 集中触发`,
      why: `一分钟内新增超过 ${this.#config.storm.perMinute} 条，其余归并到本卡，逐次留痕`,
      facts: [],
    }
  }

  #born(signal: Raise, kind: AlertKind, reason: ChangeReason, story: { text?: string; cause?: string } = {}): void {
    const place = this.#place(signal, kind)
    const quiet = silencedUntil(signal, this.#loaded.silences, this.#rules.now)
    const core = birth(
      { at: signal.at, severity: signal.severity, clearable: signal.clearable, silencedUntil: quiet },
      this.#rules,
    )
    const filed = {
      state: 'normal',
      step: 'closed',
      escalatesAt: null,
      closedAt: this.#rules.now,
      normalAt: this.#rules.now,
    } as const
    const alert: Alert = {
      ...core,
      ...(kind === 'filed' ? filed : {}),
      // A drill ends by itself before any ladder would matter; whom it would call is not called.
      ...(kind === 'drill' ? { escalatesAt: null } : {}),
      ...place,
      kind,
      cause: signal.cause,
      rule: signal.rule,
      ruleVersion: this.#config.version,
      domain: signal.domain,
      object: signal.object,
      title: signal.title,
      why: signal.why,
      next: signal.next,
      facts: signal.facts,
      demo: signal.demo,
      createdAt: this.#rules.now,
    }
    this.#keep(alert, reason, {
      at: signal.at,
      loud: kind !== 'filed',
      text: story.text,
      eventId: signal.evidence.at(-1)?.eventId,
    })
    this.#hold(alert, story.cause ?? signal.cause, signal.evidence)
  }

  /**
   * The self-test has one row for ever and no number, a drill is called by its own moment: a gap in the numbers would
   * look like a lost alert.
   */
  #place(signal: Raise, kind: AlertKind): { id: string; ord: number } {
    const { day } = this.#loaded
    if (kind === 'hidden') return { id: HIDDEN_ID, ord: 0 }
    if (kind === 'drill') {
      const id = (signal.object ?? '').replace(/^drill:/, '')
      return { id, ord: orderOf(id) ?? Number(day) * 1_000_000 + LATE_IN_DAY }
    }
    const number = ++this.#lastNumber
    return { id: `A-${day}-${String(number).padStart(4, '0')}`, ord: Number(day) * 1_000_000 + number }
  }

  #clear(cause: string, at: number, eventId: string | null): void {
    for (const alert of [this.#open.get(cause), ...(this.#lingering.get(cause) ?? [])]) {
      if (!alert) continue
      const outcome = advance(alert, { kind: 'clear', at }, this.#rules)
      if (outcome.ok) this.#keep(outcome.alert, outcome.reason, { at, loud: true, eventId: eventId ?? undefined })
    }
  }

  #hold(alert: Alert, cause: string, evidence: readonly Evidence[]): void {
    if (alert.kind === 'hidden') return
    for (const one of evidence) {
      this.#known.add(`${cause} ${one.eventId}`)
      this.#evidence.push({ alertId: alert.id, cause, evidence: one })
    }
  }

  #keep(
    alert: Alert,
    reason: ChangeReason,
    about: {
      at: number
      loud: boolean
      text?: string | undefined
      by?: Actor | undefined
      eventId?: string | undefined
    },
  ): void {
    if (alert.step === 'closed') {
      if (this.#open.get(alert.cause)?.id === alert.id) this.#open.delete(alert.cause)
      const rest = (this.#lingering.get(alert.cause) ?? []).filter(({ id }) => id !== alert.id)
      this.#lingering.set(alert.cause, alert.state === 'normal' ? rest : [...rest, alert])
    } else this.#open.set(alert.cause, alert)
    this.#dirty.set(alert.id, alert)
    if (about.loud && alert.kind !== 'hidden') this.#loud.add(alert.id)
    // The self-test comes each minute: its row counts, a history of it would only bury the others.
    if (alert.kind === 'hidden' && alert.version > 1) return
    this.#entries.push({
      alertId: alert.id,
      version: alert.version,
      at: this.#rules.now,
      happenedAt: about.at,
      reason,
      text: about.text ?? sentence(alert, reason, about.at),
      post: about.by?.post ?? null,
      username: about.by?.username ?? null,
      state: alert.state,
      step: alert.step,
      severity: alert.severity,
      count: alert.count,
      eventId: about.eventId ?? null,
    })
  }

  changes(): Changes {
    const alerts = [...this.#dirty.values()]
    return {
      alerts,
      entries: this.#entries,
      evidence: this.#evidence,
      births: this.#newBirths,
      lastNumber: this.#lastNumber === this.#loaded.lastNumber ? null : this.#lastNumber,
      announce: alerts.filter(({ id }) => this.#loud.has(id)),
    }
  }
}
