import type { AlertRule } from '../../config/schema.ts'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import type { Figure } from '../../contract/figures.ts'
import { type Severity, severityRank } from '../../contract/severity.ts'

/** Evaluation of the rules of config/rules/alerts.yaml. Pure. */
export interface RuleEvent {
  id: string
  type: string
  collector: string
  device: string | null
  object: string | null
  severity: Severity
  observedMs: number
  data: Readonly<Record<string, unknown>>
}

/** Rules by the event types that raise or clear them: one look-up per event. */
export interface RuleIndex {
  byId: ReadonlyMap<string, AlertRule>
  raisedBy: ReadonlyMap<string, readonly AlertRule[]>
  clearedBy: ReadonlyMap<string, readonly AlertRule[]>
  figures: readonly AlertRule[]
}

export function indexRules(rules: readonly AlertRule[]): RuleIndex {
  const enabled = rules.filter((rule) => rule.enabled)
  const by = (types: (rule: AlertRule) => readonly string[]) => {
    const index = new Map<string, AlertRule[]>()
    for (const rule of enabled) for (const type of types(rule)) index.set(type, [...(index.get(type) ?? []), rule])
    return index
  }
  const eventful = ({ kind }: AlertRule) => kind === 'event' || kind === 'count'
  return {
    byId: new Map(rules.map((rule) => [rule.id, rule])),
    raisedBy: by((rule) => (eventful(rule) ? rule.on : [])),
    clearedBy: by((rule) => rule.clearedBy),
    figures: enabled.filter(({ kind }) => kind === 'figure'),
  }
}

/** What an event is about: the thing itself, else the device, else the collector. */
export function subjectOf(event: RuleEvent): string {
  if (event.type.startsWith('collector.')) return event.device ? `${event.collector}/${event.device}` : event.collector
  if (event.object) return event.object
  const host = event.data.host
  return typeof host === 'string' && host ? host : (event.device ?? event.collector)
}

export const causeOf = (rule: AlertRule, subject: string): string => `${rule.id}:${subject}`

/**
 * Do the data hold what is asked? `key: value` or `key: [a, b]` (one of them); `key!:` none of them, a missing key
 * included.
 */
export function matches(where: AlertRule['where'], data: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(where).every(([key, wanted]) => {
    const negated = key.endsWith('!')
    const name = negated ? key.slice(0, -1) : key
    const value = Object.hasOwn(data, name) ? data[name] : undefined
    const among = (Array.isArray(wanted) ? wanted : [wanted]).some((one) => same(one, value))
    return negated ? !among : among
  })
}
const same = (wanted: string | number | boolean, value: unknown): boolean =>
  value !== undefined && value !== null && String(value) === String(wanted)

/** Can the cause go away by itself? Counts end when their window has passed, figures when they are back. */
export const isClearable = (rule: AlertRule): boolean =>
  rule.kind === 'count' || rule.kind === 'figure' || rule.clearedBy.length > 0

/** The rule's severity, unless the source itself calls this one worse than its type usually is. */
export function severityOf(rule: AlertRule, event: Pick<RuleEvent, 'type' | 'severity'>): Severity {
  const usual = EVENT_TYPES[event.type]?.severity ?? 'info'
  const raisedBySource = severityRank(event.severity) < severityRank(usual)
  return raisedBySource && severityRank(event.severity) < severityRank(rule.severity) ? event.severity : rule.severity
}

/** An occurrence that a count rule has seen. */
export interface Occurrence {
  at: number
  eventId: string
  sha256: string | null
  excerpt: string | null
}

/**
 * Is the count reached with this event? `seen` are earlier occurrences of the same rule and subject, in any order;
 * the window ends with the event itself.
 */
export function countHits(rule: AlertRule, seen: readonly Occurrence[], event: Occurrence): readonly Occurrence[] {
  const from = event.at - (rule.withinS ?? 0) * 1000
  const window = seen.filter(({ at, eventId }) => at > from && at <= event.at && eventId !== event.eventId)
  return [...window, event].sort((a, b) => a.at - b.at)
}

/** Where a figure rule stands; kept over a restart. */
export interface FigureStanding {
  /** Since when it has been above, epoch ms. */
  since: number | null
  raised: boolean
  /** Value the alert shows; null while there is none. */
  value: number | null
}
export const CALM: FigureStanding = Object.freeze({ since: null, raised: false, value: null })
export type FigureAct = 'raise' | 'update' | 'clear' | 'none'
export type FigureReason = 'not-fresh' | 'under' | 'waiting' | 'over' | 'still-over' | 'changed' | 'back' | 'between'

/**
 * Duration and hysteresis: raised when above `above` for `forS`, cleared only when under `clearBelow`. A figure that is
 * stale, broken or unknown says nothing: neither raises nor clears.
 */
export function figureStep(
  rule: AlertRule,
  standing: FigureStanding,
  figure: Pick<Figure, 'value' | 'state'> | undefined,
  now: number,
): { standing: FigureStanding; act: FigureAct; reason: FigureReason } {
  const value = figure?.state === 'ok' ? figure.value : null
  if (value === null) return { standing, act: 'none', reason: 'not-fresh' }
  const above = value > (rule.above ?? Number.POSITIVE_INFINITY)
  if (standing.raised) return whileRaised(rule, standing, value, above)
  if (!above) return { standing: standing.since === null ? standing : CALM, act: 'none', reason: 'under' }
  const since = standing.since ?? now
  if (now - since < rule.forS * 1000)
    return { standing: standing.since === null ? { ...CALM, since } : standing, act: 'none', reason: 'waiting' }
  return { standing: { since, raised: true, value }, act: 'raise', reason: 'over' }
}

function whileRaised(rule: AlertRule, standing: FigureStanding, value: number, above: boolean) {
  const back = rule.clearBelow === undefined ? !above : value < rule.clearBelow
  if (back) return { standing: CALM, act: 'clear', reason: 'back' } as const
  if (!above) return { standing, act: 'none', reason: 'between' } as const
  if (value === standing.value) return { standing, act: 'none', reason: 'still-over' } as const
  return { standing: { ...standing, value }, act: 'update', reason: 'changed' } as const
}
