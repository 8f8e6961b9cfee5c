import type { AlertState, AlertStep } from '../../contract/panels/alerts.ts'
import { type Severity, severityRank } from '../../contract/severity.ts'
import { type Ladder, nextDue } from './ladder.ts'
import type { Actor, AlertCore, ChangeReason, RefusedReason } from './types.ts'

/** The IEC 62682 machine: pure, no clock, every step with its reason. Times are epoch ms. */
export type Input =
  /** `late`: back-filled, it only counts and calls nobody. */
  | { kind: 'raise'; at: number; severity: Severity; late?: boolean }
  | { kind: 'clear'; at: number }
  | { kind: 'acknowledge'; by: Actor; reason: string }
  | { kind: 'assign'; owner: string }
  | { kind: 'dispatch' }
  | { kind: 'handle' }
  | { kind: 'resolve'; disposal: string }
  | { kind: 'close'; reason: string }
  | { kind: 'archive' }
  | { kind: 'update' }
  | { kind: 'escalate'; post: string }
  | { kind: 'silence'; until: number | null }
  /** A drill is over: its cause has been taken away, nobody has to acknowledge it. */
  | { kind: 'withdraw'; disposal: string }

export interface Rules {
  /** Server time. */
  now: number
  ladders: Readonly<Partial<Record<Severity, Ladder>>>
  mergeWindowMs: number
}

/** `superseded`: the raise belongs on a new card, this one is closed. */
export type Outcome<Core extends AlertCore> =
  | { ok: true; alert: Core; reason: ChangeReason }
  | { ok: false; refused: RefusedReason }

/** Which state may follow which. */
export const TRANSITIONS: Readonly<Record<AlertState, readonly AlertState[]>> = {
  unacknowledged: ['unacknowledged', 'acknowledged', 'returned-unacknowledged'],
  acknowledged: ['acknowledged', 'unacknowledged', 'normal'],
  'returned-unacknowledged': ['returned-unacknowledged', 'unacknowledged', 'normal'],
  normal: ['normal', 'unacknowledged'],
}

const worse = (a: Severity, b: Severity): boolean => severityRank(a) < severityRank(b)
const ladderOf = (rules: Rules, severity: Severity): Ladder => rules.ladders[severity] ?? []
const acknowledged = (alert: AlertCore): boolean => alert.state === 'acknowledged' || alert.state === 'normal'

/** A new alert, before its first change is counted. */
export function birth(
  raise: { at: number; severity: Severity; clearable: boolean; silencedUntil: number | null },
  rules: Rules,
): AlertCore {
  return {
    version: 1,
    severity: raise.severity,
    state: 'unacknowledged',
    step: 'new',
    count: 1,
    firstAt: raise.at,
    lastAt: raise.at,
    clearable: raise.clearable,
    returnedAt: null,
    owner: null,
    unackSince: rules.now,
    rung: 0,
    escalatesAt: nextDue(ladderOf(rules, raise.severity), 0, rules.now, raise.silencedUntil),
    escalatedTo: null,
    escalatedAt: null,
    ackedAt: null,
    ackReason: null,
    resolvedAt: null,
    disposal: null,
    closedAt: null,
    normalAt: null,
    silencedUntil: raise.silencedUntil,
  }
}

/** Applies one input. What is refused changes nothing and says why. */
export function advance<Core extends AlertCore>(alert: Core, input: Input, rules: Rules): Outcome<Core> {
  const outcome = decide(alert, input, rules)
  if (!outcome.ok) return outcome
  return { ok: true, reason: outcome.reason, alert: { ...alert, ...outcome.change, version: alert.version + 1 } }
}

type Decision = { ok: true; change: Partial<AlertCore>; reason: ChangeReason } | { ok: false; refused: RefusedReason }
const yes = (reason: ChangeReason, change: Partial<AlertCore>): Decision => ({ ok: true, reason, change })
const no = (refused: RefusedReason): Decision => ({ ok: false, refused })

function decide(alert: AlertCore, input: Input, rules: Rules): Decision {
  // What is closed hears only that its cause has gone; a new occurrence is a new alert.
  if (alert.step === 'closed' && input.kind !== 'clear') return no('already-closed')
  switch (input.kind) {
    case 'raise':
      return raised(alert, input, rules)
    case 'clear':
      return cleared(alert, input.at, rules.now)
    case 'acknowledge':
      return acknowledge(alert, input, rules.now)
    case 'assign':
      if (!input.owner.trim()) return no('owner-missing')
      return yes('assigned', { owner: input.owner.trim() })
    case 'dispatch':
      return acknowledged(alert) ? yes('dispatched', { step: 'dispatched' }) : no('not-acknowledged')
    case 'handle':
      return handle(alert)
    case 'resolve':
      return resolve(alert, input.disposal, rules.now)
    case 'close':
      return close(alert, input.reason, rules.now)
    case 'archive':
      return archive(alert, rules.now)
    case 'update':
      return yes('updated', {})
    case 'escalate':
      return escalate(alert, input.post, rules)
    case 'silence':
      return silence(alert, input.until, rules)
    case 'withdraw':
      return withdraw(alert, input.disposal, rules.now)
  }
}

function raised(alert: AlertCore, { at, severity, late }: Extract<Input, { kind: 'raise' }>, rules: Rules): Decision {
  const counted = { count: alert.count + 1, firstAt: Math.min(alert.firstAt, at), lastAt: Math.max(alert.lastAt, at) }
  // An occurrence from before the return came late: it is counted, the state stays what the newest news made it.
  if (late || (alert.returnedAt !== null && at < alert.returnedAt)) return yes('late-repeated', counted)
  const worst = worse(severity, alert.severity) ? severity : alert.severity
  if (alert.state === 'normal' && at - (alert.returnedAt ?? at) > rules.mergeWindowMs)
    return yes('superseded', { step: 'closed', closedAt: rules.now, escalatesAt: null })
  if (acknowledged(alert) && (alert.state === 'normal' || worst !== alert.severity))
    return yes(worst === alert.severity ? 'retriggered' : 'worsened', {
      ...counted,
      ...anew(alert, worst, rules, rules.now),
    })
  if (alert.state === 'acknowledged') return yes('repeated', counted)
  if (alert.state === 'returned-unacknowledged')
    return yes('retriggered', { ...counted, ...again(alert, worst, rules) })
  return worst === alert.severity
    ? yes('repeated', counted)
    : yes('worsened', { ...counted, ...again(alert, worst, rules) })
}

/** The acknowledgement is void: people are called anew. */
const anew = (alert: AlertCore, severity: Severity, rules: Rules, since: number): Partial<AlertCore> => ({
  severity,
  state: 'unacknowledged' satisfies AlertState,
  step: 'new' satisfies AlertStep,
  returnedAt: null,
  normalAt: null,
  ackedAt: null,
  ackReason: null,
  unackSince: since,
  rung: 0,
  escalatesAt: nextDue(ladderOf(rules, severity), 0, since, alert.silencedUntil),
})

/** Still nobody has acknowledged: the count goes on from where it began, so that a flapping cause climbs too. */
function again(alert: AlertCore, severity: Severity, rules: Rules): Partial<AlertCore> {
  const rung = severity === alert.severity ? alert.rung : 0
  return {
    severity,
    state: 'unacknowledged',
    returnedAt: null,
    rung,
    escalatesAt: nextDue(ladderOf(rules, severity), rung, alert.unackSince, alert.silencedUntil),
  }
}

function cleared(alert: AlertCore, at: number, now: number): Decision {
  if (alert.state === 'normal' || alert.state === 'returned-unacknowledged') return no('not-active')
  if (at < alert.lastAt) return no('older-than-state')
  const change = { returnedAt: at, escalatesAt: null }
  return alert.state === 'acknowledged'
    ? yes('cleared', { ...change, state: 'normal', normalAt: now })
    : yes('cleared', { ...change, state: 'returned-unacknowledged' })
}

function acknowledge(alert: AlertCore, { by, reason }: { by: Actor; reason: string }, now: number): Decision {
  if (acknowledged(alert)) return no('already-acknowledged')
  if (!reason.trim()) return no('reason-missing')
  const change = {
    step: 'acknowledged' as const,
    owner: alert.owner ?? by.post,
    ackedAt: now,
    ackReason: reason.trim(),
    escalatesAt: null,
  }
  return alert.state === 'unacknowledged'
    ? yes('acknowledged', { ...change, state: 'acknowledged' })
    : yes('acknowledged', { ...change, state: 'normal', normalAt: now })
}

function handle(alert: AlertCore): Decision {
  if (!acknowledged(alert)) return no('not-acknowledged')
  return alert.step === 'handling' || alert.step === 'resolved'
    ? no('already-handling')
    : yes('handling', { step: 'handling' })
}

function resolve(alert: AlertCore, disposal: string, now: number): Decision {
  if (!acknowledged(alert)) return no('not-acknowledged')
  if (alert.step === 'resolved') return no('already-resolved')
  if (!disposal.trim()) return no('disposal-missing')
  return yes('resolved', { step: 'resolved', disposal: disposal.trim(), resolvedAt: now })
}

/** What no event can clear is over when people say so; what can be cleared stays in its state until it is. */
function close(alert: AlertCore, reason: string, now: number): Decision {
  if (!acknowledged(alert)) return no('not-acknowledged')
  if (alert.step !== 'resolved' && !reason.trim()) return no('reason-missing')
  const change = {
    step: 'closed' as const,
    closedAt: now,
    disposal: alert.disposal ?? reason.trim(),
    escalatesAt: null,
  }
  const over = alert.state === 'acknowledged' && !alert.clearable
  return yes(
    'closed',
    over ? { ...change, state: 'normal', normalAt: now, returnedAt: alert.returnedAt ?? now } : change,
  )
}

/** Leaves by itself only when its cause has gone, somebody has seen it, and nobody is at work on it. */
function archive(alert: AlertCore, now: number): Decision {
  if (alert.state !== 'normal') return no('not-acknowledged')
  if (alert.step === 'dispatched' || alert.step === 'handling') return no('already-handling')
  return yes('archived', { step: 'closed', closedAt: now, disposal: alert.disposal ?? alert.ackReason })
}

function withdraw(alert: AlertCore, disposal: string, now: number): Decision {
  if (alert.returnedAt === null) return no('not-returned')
  return yes('drill-ended', {
    state: 'normal',
    step: 'closed',
    closedAt: now,
    normalAt: alert.normalAt ?? now,
    escalatesAt: null,
    disposal: alert.disposal ?? disposal,
  })
}

function escalate(alert: AlertCore, post: string, rules: Rules): Decision {
  if (alert.state !== 'unacknowledged' || alert.escalatesAt === null || alert.escalatesAt > rules.now)
    return no('not-due')
  // The ladder has become shorter since: nobody is left to call.
  if (!ladderOf(rules, alert.severity)[alert.rung]) return yes('updated', { escalatesAt: null })
  const rung = alert.rung + 1
  return yes('escalated', {
    rung,
    escalatedTo: post,
    escalatedAt: rules.now,
    escalatesAt: nextDue(ladderOf(rules, alert.severity), rung, alert.unackSince, alert.silencedUntil),
  })
}

function silence(alert: AlertCore, until: number | null, rules: Rules): Decision {
  if (until === alert.silencedUntil) return no('no-change')
  const waiting = alert.state === 'unacknowledged'
  // When a silence ends the count starts at its end, not in the past.
  const since = until === null && alert.silencedUntil !== null ? Math.min(rules.now, alert.silencedUntil) : null
  const unackSince = waiting && since !== null ? Math.max(alert.unackSince, since) : alert.unackSince
  const escalatesAt = waiting
    ? nextDue(ladderOf(rules, alert.severity), alert.rung, unackSince, until)
    : alert.escalatesAt
  return yes(until === null ? 'silence-ended' : 'silenced', { silencedUntil: until, unackSince, escalatesAt })
}
