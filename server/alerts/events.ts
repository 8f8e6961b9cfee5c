import type { AlertRule } from '../../config/schema.ts'
import type { EventHandler, StoredEvent, Turn } from '../feature.ts'
import type { Signal } from './book.ts'
import { type AlertsContext, SELFTEST_RULE } from './context.ts'
import { applySignals, type TurnEvents } from './desk.ts'
import { loadOccurrences, saveOccurrences } from './repository.ts'
import { causeOf, countHits, isClearable, matches, type Occurrence, severityOf, subjectOf } from './rules.ts'
import { eventValues, evidenceOf, signalOf } from './signals.ts'
import type { AlertTables } from './tables.ts'

/** Event and count rules over the whole group commit: most commits hold no event of any rule and cost one look-up each. */
export function alertHandler(context: AlertsContext, turnEvents: TurnEvents): EventHandler {
  return {
    name: 'alerts',
    types: ['terminal.', 'access.', 'door.', 'patrol.', 'case.', 'collector.', 'infra.'],
    async handle(turn, events) {
      turnEvents.set(turn, events)
      const { raisedBy, clearedBy } = context.index
      const concerned = events.filter(({ type }) => raisedBy.has(type) || clearedBy.has(type))
      if (concerned.length === 0) return
      const counted = await loadCounted(context, turn, concerned)
      const signals = concerned.flatMap((event) => signalsOf(context, event, counted))
      await saveOccurrences(turn.tx, counted.added)
      await applySignals(context, turn, signals)
      tellSelftest(context, turn, concerned)
    },
  }
}

/** Occurrences of count rules: what was there and what this turn adds. */
export interface Counted {
  seen: Map<string, Occurrence[]>
  added: AlertTables['alert_occurrence'][]
}

/** All signals of one event, in the order of the rule file; clearing comes before raising. */
export function signalsOf(context: AlertsContext, event: StoredEvent, counted: Counted): Signal[] {
  const subject = subjectOf(event)
  const cleared = (context.index.clearedBy.get(event.type) ?? [])
    .filter((rule) => matches(rule.clearedWhere, event.data))
    .map((rule): Signal => ({ kind: 'clear', cause: causeOf(rule, subject), at: event.observedMs, eventId: event.id }))
  const raised = (context.index.raisedBy.get(event.type) ?? [])
    .filter((rule) => matches(rule.where, event.data))
    .flatMap((rule) =>
      rule.kind === 'count'
        ? countSignal(context, rule, event, subject, counted)
        : [eventSignal(context, rule, event, subject)],
    )
  return [...cleared, ...raised]
}

function eventSignal(context: AlertsContext, rule: AlertRule, event: StoredEvent, subject: string): Signal {
  return signalOf(context, rule, {
    cause: causeOf(rule, subject),
    severity: severityOf(rule, event),
    domain: event.domain,
    object: subject,
    at: event.observedMs,
    clearable: isClearable(rule),
    evidence: [evidenceOf(event)],
    values: eventValues(event, subject, context),
    backfill: event.backfill,
  })
}

/** Late data do not count: a window of the past must not ring now. */
function countSignal(
  context: AlertsContext,
  rule: AlertRule,
  event: StoredEvent,
  subject: string,
  counted: Counted,
): Signal[] {
  if (event.backfill) return []
  const cause = causeOf(rule, subject)
  const { sha256, excerpt } = evidenceOf(event)
  const own = { at: event.observedMs, eventId: event.id, sha256, excerpt }
  const seen = counted.seen.get(cause) ?? []
  const hits = countHits(rule, seen, own)
  counted.seen.set(cause, [...seen, own])
  counted.added.push({ cause, at: own.at, event_id: event.id, sha256, excerpt })
  if (hits.length < (rule.threshold ?? 1)) return []
  return [
    signalOf(context, rule, {
      cause,
      severity: severityOf(rule, event),
      domain: event.domain,
      object: subject,
      at: event.observedMs,
      clearable: true,
      evidence: hits.map(({ at, ...one }) => ({ ...one, type: event.type, observedMs: at })),
      values: { ...eventValues(event, subject, context), count: hits.length },
    }),
  ]
}

async function loadCounted(context: AlertsContext, turn: Turn, events: readonly StoredEvent[]): Promise<Counted> {
  const causes = new Set<string>()
  let longest = 0
  for (const event of events)
    for (const rule of context.index.raisedBy.get(event.type) ?? []) {
      if (rule.kind !== 'count' || event.backfill) continue
      causes.add(causeOf(rule, subjectOf(event)))
      longest = Math.max(longest, rule.withinS ?? 0)
    }
  const seen = new Map<string, Occurrence[]>()
  if (causes.size === 0) return { seen, added: [] }
  const earliest = Math.min(...events.map(({ observedMs }) => observedMs))
  for (const row of await loadOccurrences(turn.tx, [...causes], earliest - longest * 1000))
    seen.set(row.cause, [...(seen.get(row.cause) ?? []), toOccurrence(row)])
  return { seen, added: [] }
}

const toOccurrence = (row: AlertTables['alert_occurrence']): Occurrence => ({
  at: row.at,
  eventId: row.event_id,
  sha256: row.sha256,
  excerpt: row.excerpt,
})

/** The synthetic event has gone through rules, life cycle and disk: its sender may know, once that is committed. */
function tellSelftest(context: AlertsContext, turn: Turn, events: readonly StoredEvent[]): void {
  const heard = events.filter(({ type }) => context.index.raisedBy.get(type)?.some(({ id }) => id === SELFTEST_RULE))
  if (heard.length === 0) return
  turn.afterCommit(() => {
    for (const { id, observedMs } of heard) context.selftestSeen?.(id, observedMs)
  })
}
