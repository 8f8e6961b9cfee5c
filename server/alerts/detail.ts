import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { ALERT_ACTIONS, type AlertDetail } from '../../contract/http/alerts.ts'
import { Refusal } from '../refusal.ts'
import { type AlertsContext, unknownRule } from './context.ts'
import { rungPost } from './ladder.ts'
import { advance, type Input } from './lifecycle.ts'
import { present } from './present.ts'
import { readAlerts, readEvidence, readHistory, readPainted, readSameObject } from './queries.ts'
import { activeSilences } from './repository.ts'
import { ruleText } from './rule-text.ts'
import { presentSilence } from './silence-routes.ts'
import { silencedUntil } from './silences.ts'
import type { Alert } from './types.ts'

const PAST_DAYS = 30
const DAY_MS = 86_400_000

/** Everything a person needs to decide, in one answer. */
export async function detailOf(context: AlertsContext, id: string, now: number): Promise<AlertDetail> {
  const db = context.records.read
  const [alert] = await readAlerts(db, [id])
  if (!alert) throw new Refusal('not-found', `没有告警 ${id}`)
  const [history, evidence, past, painted, silences] = await Promise.all([
    readHistory(db, id),
    readEvidence(db, id),
    readSameObject(db, alert, now - PAST_DAYS * DAY_MS),
    readPainted(db, id),
    activeSilences(db, now),
  ])
  const ladder = context.rules.escalation[alert.severity] ?? []
  const next = alert.escalatesAt === null ? undefined : rungPost(ladder, alert.rung)
  return {
    ...present(alert),
    ackReason: alert.ackReason,
    disposal: alert.disposal,
    ackedAt: alert.ackedAt,
    closedAt: alert.closedAt,
    escalatedTo: alert.escalatedTo,
    escalatesTo: next ? context.postName(next) : null,
    actions: possible(context, alert, now),
    reasons: [...(context.rules.reasons[alert.domain] ?? [])],
    rule: ruleOf(context, alert),
    history: history.map(({ alertId: _, ...entry }) => entry),
    evidence: evidence.map((one) => ({
      eventId: one.event_id,
      type: one.type,
      label: (one.type && EVENT_TYPES[one.type]?.label) || '事件',
      observedAt: one.observed_ms,
      sha256: one.sha256,
      excerpt: one.excerpt,
    })),
    past: {
      days: PAST_DAYS,
      items: past.map(({ id: other, firstAt, returnedAt, closedAt, count, severity }) => {
        const end = returnedAt ?? closedAt
        return {
          id: other,
          at: firstAt,
          tookS: end === null ? null : Math.max(0, end - firstAt) / 1000,
          count,
          severity,
        }
      }),
    },
    contacts: contactsOf(context, alert),
    silences: silences.filter((one) => silencedUntil(alert, [one], now) !== null).map(presentSilence),
    painted: painted.map(({ screen, at, received_at }) => ({ screen, at, receivedAt: received_at })),
  }
}

function ruleOf(context: AlertsContext, alert: Alert): AlertDetail['rule'] {
  const rule = context.index.byId.get(alert.rule) ?? unknownRule(alert.rule)
  return {
    id: alert.rule,
    version: alert.ruleVersion,
    effectiveFrom: context.rules.effective_from,
    legalBasis: context.rules.legal_basis,
    kind: rule.kind,
    text: ruleText(rule),
  }
}

/** The machine itself says what is possible: nothing is listed twice. */
function possible(context: AlertsContext, alert: Alert, now: number): AlertDetail['actions'] {
  const tries: Record<(typeof ALERT_ACTIONS)[number], Input> = {
    acknowledge: { kind: 'acknowledge', by: { post: '-', username: '-' }, reason: '-' },
    assign: { kind: 'assign', owner: '-' },
    dispatch: { kind: 'dispatch' },
    handle: { kind: 'handle' },
    resolve: { kind: 'resolve', disposal: '-' },
    close: { kind: 'close', reason: '-' },
  }
  const rules = { now, ladders: context.rules.escalation, mergeWindowMs: context.rules.mergeWindowS * 1000 }
  return ALERT_ACTIONS.filter((action) => advance(alert, tries[action], rules).ok)
}

/** Rule's own post first, then the ladder. */
function contactsOf(context: AlertsContext, alert: Alert): AlertDetail['contacts'] {
  const rule = context.index.byId.get(alert.rule)
  const ids = [rule?.post, ...(context.rules.escalation[alert.severity] ?? []).map(({ post }) => post)]
  const wanted = [...new Set(ids.filter((one) => one !== undefined))]
  return wanted.flatMap((id) => {
    const post = context.posts.find((one) => one.id === id)
    return post ? [{ post: post.id, name: post.name, phone: post.phone }] : []
  })
}
