import type { AlertDesk, AlertSignal, StoredEvent, Turn } from '../feature.ts'
import { Book } from './book.ts'
import { type AlertsContext, dayOf, SELFTEST_RULE, unknownRule } from './context.ts'
import { present } from './present.ts'
import { loadBook, saveBook } from './repository.ts'
import type { Changes, Signal } from './signal.ts'
import { evidenceOf, signalOf } from './signals.ts'
import type { Evidence } from './types.ts'

/** Events of the running turn, so that what a feature raises from one of them is fixed with its hash. */
export type TurnEvents = WeakMap<Turn, readonly StoredEvent[]>

/** Loads what the signals touch, applies them in order, saves, and tells the screens. */
export async function applySignals(context: AlertsContext, turn: Turn, signals: readonly Signal[]): Promise<void> {
  if (signals.length === 0) return
  const raises = signals.filter((signal) => signal.kind === 'raise')
  const day = dayOf(turn.now)
  const loaded = await loadBook(
    turn.tx,
    {
      causes: new Set(signals.map(({ cause }) => cause)),
      rules: new Set(raises.map(({ rule }) => rule)),
      eventIds: new Set(raises.flatMap(({ evidence }) => evidence.map(({ eventId }) => eventId))),
    },
    { now: turn.now, day },
  )
  const book = new Book(loaded, context.rules, turn.now)
  for (const signal of signals) book.apply(signal)
  await commitBook(context, turn, book.changes())
}

/** Saves a book's changes; screens hear of them after the commit. */
export async function commitBook(context: AlertsContext, turn: Turn, changes: Changes): Promise<void> {
  if (changes.alerts.length === 0) return
  await saveBook(turn.tx, changes, { now: turn.now, day: dayOf(turn.now) })
  for (const alert of changes.announce) turn.announce(present(alert))
  const shown = changes.alerts.filter(({ kind }) => kind !== 'hidden')
  if (shown.length > 0) turn.touch('alerts', 'alert-load')
  for (const domain of new Set(shown.map(({ domain }) => domain))) turn.touch(...(context.panelsOf?.[domain] ?? []))
}

/** The port that other features are given. */
export function makeDesk(context: AlertsContext, turnEvents: TurnEvents): AlertDesk {
  return {
    async raise(turn, ...signals) {
      const events = turnEvents.get(turn) ?? []
      await applySignals(
        context,
        turn,
        signals.flatMap((signal) => {
          const rule = context.index.byId.get(signal.rule)
          if (!rule) context.log.warn({ rule: signal.rule }, '告警规则未登记，按默认级别告警')
          if ((rule && !rule.enabled) || signal.rule === SELFTEST_RULE) return []
          const occasion = {
            cause: signal.cause,
            severity: signal.severity ?? rule?.severity ?? 'warning',
            domain: signal.domain,
            object: signal.object,
            at: signal.at,
            clearable: signal.clearable,
            evidence: fixEvidence(signal, events),
            values: signal.values ?? {},
            ...(signal.facts ? { facts: signal.facts } : {}),
            ...(signal.demo === undefined ? {} : { demo: signal.demo }),
          }
          return [signalOf(context, rule ?? unknownRule(signal.rule), occasion)]
        }),
      )
    },
    async clear(turn, cause, at) {
      const causes = typeof cause === 'string' ? [cause] : cause
      await applySignals(
        context,
        turn,
        causes.map((one) => ({ kind: 'clear', cause: one, at, eventId: null })),
      )
    },
  }
}

function fixEvidence({ evidence, at }: AlertSignal, events: readonly StoredEvent[]): Evidence[] {
  return evidence.map((eventId) => {
    const event = events.find(({ id }) => id === eventId)
    return event ? evidenceOf(event) : { eventId, type: null, observedMs: at, sha256: null, excerpt: null }
  })
}
