import { createHash } from 'node:crypto'
import type { AlertRule } from '../../config/schema.ts'
import type { Domain } from '../../contract/domains.ts'
import type { Severity } from '../../contract/severity.ts'
import type { StoredEvent } from '../feature.ts'
import { type AlertsContext, DRILL_RULE, SELFTEST_RULE } from './context.ts'
import type { Raise } from './signal.ts'
import type { Evidence } from './types.ts'
import { clockText, plain, render, span, type Values } from './words.ts'

/** What a rule needs to become a signal: who, when, and the words for its placeholders. */
export interface Occasion {
  cause: string
  severity: Severity
  domain: Domain
  object: string | null
  at: number
  clearable: boolean
  evidence: readonly Evidence[]
  values: Values
  facts?: readonly { label: string; text: string }[]
  demo?: boolean
  backfill?: boolean
}

type WordsContext = Pick<AlertsContext, 'objectOf' | 'postValues' | 'demo'>

export function signalOf(context: WordsContext, rule: AlertRule, occasion: Occasion): Raise {
  const subject = occasion.object ?? ''
  const words = subject ? context.objectOf?.(subject) : undefined
  const values: Values = {
    ...context.postValues,
    ...words?.values,
    object: subject,
    name: words?.name ?? bare(subject),
    time: clockText(occasion.at),
    ...(rule.threshold ? { threshold: rule.threshold } : {}),
    ...(rule.withinS ? { within: span(rule.withinS) } : {}),
    ...(rule.above !== undefined ? { above: rule.above } : {}),
    ...occasion.values,
  }
  return {
    kind: 'raise',
    cause: occasion.cause,
    rule: rule.id,
    ruleTitle: rule.title,
    severity: occasion.severity,
    domain: occasion.domain,
    object: occasion.object,
    at: occasion.at,
    clearable: occasion.clearable,
    evidence: occasion.evidence,
    title: plain(render(rule.title, values), 80),
    why: plain(render(rule.why, values), 160),
    next: rule.next ? plain(render(rule.next, values), 160) : null,
    facts: (occasion.facts ?? []).map(({ label, text }) => ({ label: plain(label, 8), text: plain(text, 80) })),
    demo: occasion.demo ?? context.demo,
    backfill: occasion.backfill ?? false,
    hidden: rule.id === SELFTEST_RULE,
    ...(rule.id === DRILL_RULE ? { drill: true } : {}),
    alone: rule.gather === false,
  }
}

/** Placeholders that an event fills: its plain data keys, and all of them again as `data.KEY`. */
export function eventValues(event: StoredEvent, subject: string, context: WordsContext): Values {
  const simple = Object.entries(event.data).filter(
    (pair): pair is [string, string | number] => typeof pair[1] === 'string' || typeof pair[1] === 'number',
  )
  const named = context.objectOf?.(subject) ?? (event.device ? context.objectOf?.(event.device) : undefined)
  const name = named?.name ?? bare(subject)
  return {
    ...Object.fromEntries(simple.filter(([key]) => !RESERVED.has(key))),
    ...Object.fromEntries(simple.map(([key, value]) => [`data.${key}`, value])),
    name,
    ...rangeOf(event.data),
    ...(event.device ? { device: event.device } : {}),
    collector: event.collector,
  }
}
/** `{range}`: the two ends of a gap. */
const rangeOf = ({ from, to }: StoredEvent['data']): Values =>
  typeof from === 'number' && typeof to === 'number' ? { range: `编号 ${from} 至 ${to} 没有收到` } : {}

/** `case:示检捕…` → `示检捕…`: what nobody has named is called by its own number. */
const bare = (subject: string): string => subject.replace(/^[a-z]+:(?=.)/, '')

const RESERVED = new Set(['name', 'object', 'time', 'count', 'threshold', 'within', 'value', 'above'])

const EXCERPT = 2000

/** Fixes an event as evidence: SHA-256 over its canonical JSON (keys sorted), so that it can be recomputed. */
export function evidenceOf(event: StoredEvent): Evidence {
  const text = canonicalText(event)
  return {
    eventId: event.id,
    type: event.type,
    observedMs: event.observedMs,
    sha256: sha256Of(text),
    excerpt: text.slice(0, EXCERPT),
  }
}

export const canonicalText = (event: StoredEvent): string =>
  canonical({
    id: event.id,
    type: event.type,
    collector: event.collector,
    device: event.device,
    object: event.object,
    observed_at: event.observedAt,
    data: event.data,
  })
export const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  const pairs = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${pairs.map(([key, one]) => `${JSON.stringify(key)}:${canonical(one)}`).join(',')}}`
}
