import type { AlertRule } from '../../config/schema.ts'
import type { EventHandler, StoredEvent, Turn } from '../feature.ts'
import { type AlertsContext, DRILL_RULE, SELFTEST_RULE } from './context.ts'
import { Counting } from './counting.ts'
import { applySignals, type TurnEvents } from './desk.ts'
import { causeOf, isClearable, matches, type Occurrence, severityOf, subjectOf } from './rules.ts'
import type { Signal } from './signal.ts'
import { eventValues, evidenceOf, signalOf } from './signals.ts'
import type { Evidence } from './types.ts'

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
      const counting = await Counting.load(turn, context.index, concerned)
      const signals = concerned.flatMap((event) => signalsOf(context, event, counting))
      await counting.save(turn)
      await applySignals(context, turn, signals)
      tellSelftest(context, turn, concerned)
      tellDrill(context, turn, concerned)
    },
  }
}

/** All signals of one event, in the order of the rule file; clearing comes before raising. */
export function signalsOf(context: AlertsContext, event: StoredEvent, counting: Counting): Signal[] {
  const subject = subjectOf(event)
  const cleared = (context.index.clearedBy.get(event.type) ?? [])
    .filter((rule) => matches(rule.clearedWhere, event.data))
    .map((rule): Signal => ({ kind: 'clear', cause: causeOf(rule, subject), at: event.observedMs, eventId: event.id }))
  const raised = (context.index.raisedBy.get(event.type) ?? [])
    .filter((rule) => matches(rule.where, event.data))
    .filter(({ id }) => id !== DRILL_RULE || context.drill?.isUnderWay(event.id) === true)
    .flatMap((rule) =>
      rule.kind === 'count'
        ? countSignal(context, rule, event, subject, counting)
        : [eventSignal(context, rule, event, subject)],
    )
  return [...cleared, ...raised]
}

function eventSignal(context: AlertsContext, rule: AlertRule, event: StoredEvent, subject: string): Signal {
  return signalOf(context, rule, {
    // One row for all self-tests, whoever sends them.
    cause: rule.id === SELFTEST_RULE ? rule.id : causeOf(rule, subject),
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
  counting: Counting,
): Signal[] {
  if (event.backfill) return []
  const cause = causeOf(rule, subject)
  const { sha256, excerpt } = evidenceOf(event)
  const hits = counting.note(rule, cause, { at: event.observedMs, eventId: event.id, sha256, excerpt })
  const threshold = rule.threshold ?? 1
  if (hits.length < threshold) return []
  return [
    signalOf(context, rule, {
      cause,
      severity: severityOf(rule, event),
      domain: event.domain,
      object: subject,
      at: event.observedMs,
      clearable: true,
      // Earlier ones became evidence when they reached the threshold themselves.
      evidence: hits.slice(-threshold).map((hit) => evidenceOfHit(rule, event, hit)),
      values: { ...eventValues(event, subject, context), count: hits.length },
    }),
  ]
}

const evidenceOfHit = (rule: AlertRule, event: StoredEvent, { at, ...hit }: Occurrence): Evidence => ({
  ...hit,
  observedMs: at,
  type: hit.eventId === event.id || rule.on.length === 1 ? event.type : null,
})

/** The synthetic event has gone through rules, life cycle and disk: its sender may know, once that is committed. */
function tellSelftest(context: AlertsContext, turn: Turn, events: readonly StoredEvent[]): void {
  const heard = events.filter(({ type }) => context.index.raisedBy.get(type)?.some(({ id }) => id === SELFTEST_RULE))
  if (heard.length === 0) return
  turn.afterCommit(() => {
    for (const { id, observedMs } of heard) context.selftestSeen?.(id, observedMs)
  })
}

function tellDrill(context: AlertsContext, turn: Turn, events: readonly StoredEvent[]): void {
  const { drill, index } = context
  for (const event of events)
    if (index.raisedBy.get(event.type)?.some(({ id }) => id === DRILL_RULE) && drill?.isUnderWay(event.id))
      drill.decided(event, turn)
}
