import { type AlertRule, AlertRule as AlertRuleSchema, type AlertRules } from '../../config/schema.ts'
import type { StoredEvent } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { Book } from './book.ts'
import { type AlertsContext, dayOf } from './context.ts'
import { Counting } from './counting.ts'
import { signalsOf } from './events.ts'
import { indexRules } from './rules.ts'
import type { Loaded } from './signal.ts'
import { STORM_WINDOW_MS } from './storm.ts'
import type { Alert } from './types.ts'

const MAX_ITEMS = 1000

interface Question {
  rule: string | Record<string, unknown>
  from: number
  to: number
}

/** What one rule would have raised on stored events, by the same code as live: rules, book, storm. Nobody acts in it. */
export async function dryRun(context: AlertsContext, { rule: asked, from, to }: Question) {
  const rule = ruleOf(context, asked)
  if (rule.kind !== 'event' && rule.kind !== 'count')
    throw new Refusal('unprocessable', '只有 event 与 count 规则能在历史事件上试运行')
  if (to <= from) throw new Refusal('bad-input', '截止须晚于开始', [{ path: 'to', message: '截止须晚于开始' }])
  if (!context.history) throw new Refusal('unavailable', '事件历史暂不可读')
  const run = new DryRun(context, rule)
  const types = [...new Set([...rule.on, ...rule.clearedBy])]
  for await (const events of context.history({ types, from, to })) for (const event of events) run.take(event)
  return { rule: rule.id, from, to, ...run.result(to) }
}

function ruleOf(context: AlertsContext, asked: Question['rule']): AlertRule {
  if (typeof asked === 'string') {
    const known = context.index.byId.get(asked)
    if (!known) throw new Refusal('not-found', `没有规则 ${asked}`)
    return { ...known, enabled: true }
  }
  const parsed = AlertRuleSchema.safeParse(asked)
  if (parsed.success) return { ...parsed.data, enabled: true }
  throw new Refusal(
    'bad-input',
    '规则写法有误',
    parsed.error.issues.map(({ path, message }) => ({ path: ['rule', ...path].join('.'), message })),
  )
}

class DryRun {
  readonly #context: AlertsContext
  readonly #config: AlertRules
  readonly #rule: AlertRule
  readonly #alerts = new Map<string, Alert>()
  readonly #known = new Set<string>()
  readonly #counting = new Counting()
  #births: number[] = []
  #events = 0

  constructor(context: AlertsContext, rule: AlertRule) {
    this.#config = { ...context.rules, rules: [rule] }
    this.#context = { ...context, rules: this.#config, index: indexRules([rule]) }
    this.#rule = rule
  }

  take(event: StoredEvent): void {
    this.#events += 1
    const now = event.receivedMs
    this.#passWindows(now)
    for (const signal of signalsOf(this.#context, event, this.#counting)) {
      const book = new Book(this.#loaded(now), this.#config, now)
      book.apply(signal)
      this.#take(book, now)
    }
  }

  /** As the clock does live: a count ends when its window has passed. */
  #passWindows(now: number): void {
    if (this.#rule.kind !== 'count') return
    const windowMs = (this.#rule.withinS ?? 0) * 1000
    for (const alert of this.#alerts.values()) {
      if (alert.kind !== 'card' || alert.state !== 'unacknowledged' || alert.lastAt + windowMs > now) continue
      const book = new Book(this.#loaded(now), this.#config, now)
      book.apply({ kind: 'clear', cause: alert.cause, at: alert.lastAt + windowMs, eventId: null })
      this.#take(book, now)
    }
  }

  #loaded(now: number): Loaded {
    this.#births = this.#births.filter((at) => at > now - STORM_WINDOW_MS)
    return {
      alerts: [...this.#alerts.values()].filter(({ step, state }) => step !== 'closed' || state !== 'normal'),
      knownEvents: this.#known,
      silences: [],
      births: new Map([[this.#rule.id, this.#births.length]]),
      lastNumber: this.#alerts.size,
      day: dayOf(now),
    }
  }

  #take(book: Book, now: number): void {
    const changes = book.changes()
    for (const alert of changes.alerts) this.#alerts.set(alert.id, alert)
    for (const { cause, evidence } of changes.evidence) this.#known.add(`${cause} ${evidence.eventId}`)
    for (const count of changes.births.values()) for (let n = 0; n < count; n++) this.#births.push(now)
  }

  result(to: number) {
    this.#passWindows(to)
    const all = [...this.#alerts.values()]
    const live = all.filter(({ kind }) => kind !== 'filed')
    const sum = (alerts: readonly Alert[]) => alerts.reduce((total, { count }) => total + count, 0)
    return {
      events: this.#events,
      items: live.slice(0, MAX_ITEMS).map((alert) => ({
        cause: alert.cause,
        severity: alert.severity,
        title: alert.title,
        why: alert.why,
        count: alert.count,
        firstAt: alert.firstAt,
        lastAt: alert.lastAt,
        returnedAt: alert.returnedAt,
        storm: alert.kind === 'storm',
      })),
      cards: live.length,
      occurrences: sum(live),
      filed: sum(all.filter(({ kind }) => kind === 'filed')),
      truncated: live.length > MAX_ITEMS,
    }
  }
}
