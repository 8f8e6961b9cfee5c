import type { ClueRules } from '../../../config/clues.ts'
import {
  type Condition,
  FIELDS,
  type Group,
  mentions,
  oneText,
  type Topic,
} from '../../../contract/sharing/conditions.ts'
import type { Fact, Subject } from './port.ts'

/** Pure rules of subscriptions: what fits, which clue it is, which source is of use. */

type Facts = Subject['facts']
export interface Met {
  condition: string
  value: string
}

/** The conditions that are met, or null when the whole does not hold. A missing value fits nothing but 没有值. */
export function fits(topic: Topic, group: Group, facts: Facts): Met[] | null {
  const parts = group.of.map((part) => {
    if (!('of' in part)) return holds(topic, part, facts) ? [told(topic, part, facts)] : null
    const inner = part.of.filter((one) => holds(topic, one, facts)).map((one) => told(topic, one, facts))
    return part.match === 'all' ? (inner.length === part.of.length ? inner : null) : inner.length > 0 ? inner : null
  })
  const met = parts.flatMap((part) => part ?? [])
  if (group.match === 'all') return parts.every((part) => part !== null) ? met : null
  return parts.some((part) => part !== null) ? met : null
}

export function holds(topic: Topic, { field, op, value }: Condition, facts: Facts): boolean {
  const known = FIELDS[topic][field]
  const fact = facts[field] ?? null
  if (!known) return false
  if (fact === null || fact === '') return op === 'absent'
  switch (op) {
    case 'absent':
      return false
    case 'present':
      return true
    case 'is':
      return same(fact, value)
    case 'is-not':
      return !same(fact, value)
    case 'in':
      return Array.isArray(value) && value.some((one) => same(fact, one))
    case 'contains':
      return normal(fact).includes(normal(value))
    default: {
      const order = known.kind === 'level' ? Object.keys(known.options ?? {}) : null
      const [have, want] = order ? [order.indexOf(String(fact)), order.indexOf(String(value))] : [fact, value]
      if (typeof have !== 'number' || typeof want !== 'number' || (order && (have < 0 || want < 0))) return false
      return op === 'at-least' ? have >= want : have <= want
    }
  }
}

/** Full and half width, upper and lower case are the same word. */
const normal = (one: unknown): string => String(one).normalize('NFKC').trim().toLowerCase()
const same = (fact: Fact, value: unknown): boolean =>
  typeof fact === typeof value && (typeof fact === 'string' ? normal(fact) === normal(value) : fact === value)

function told(topic: Topic, condition: Condition, facts: Facts): Met {
  const known = FIELDS[topic][condition.field]
  const fact = facts[condition.field] ?? null
  const word = typeof fact === 'boolean' ? (fact ? '是' : '否') : fact === null ? '（无）' : String(fact)
  return { condition: oneText(topic, condition), value: known?.options?.[word] ?? word }
}

export interface Clue {
  /** Null = 一般线索. */
  rule: string | null
  name: string
  level: 'grave' | 'ordinary'
  why: string
  next: string
}

/** The first rule that holds names the clue; all that hold say why, and the gravest gives the level. */
export function clueOf(rules: ClueRules, { topic, facts }: Pick<Subject, 'topic' | 'facts'>): Clue {
  const held = rules.rules.filter((rule) => rule.topic === topic && fits(topic, rule.when, facts) !== null)
  const first = held[0]
  if (!first) return { rule: null, level: 'ordinary', ...rules.otherwise }
  return {
    rule: first.id,
    name: first.name,
    level: held.some(({ level }) => level === 'grave') ? 'grave' : 'ordinary',
    why: held.map(({ why }) => why).join('；'),
    next: first.next,
  }
}

/** One delivery per thing; where the conditions speak of the change itself, one per change. */
export const deliveryKey = (group: Group, subject: Pick<Subject, 'key' | 'thing'>): string =>
  mentions(group, 'change') ? subject.key : subject.thing

/** A subscription works to the end of its last day. */
export const hasExpired = (expires: string, today: string): boolean => expires < today

export interface Decided {
  source: string
  state: string
  reason: string | null
  count: number
}
/** Adopted of decided, per source; no rate while fewer than `least` are decided. Sources stand by name: no league table. */
export function usefulness(rows: readonly Decided[], least: number) {
  const sources = [...new Set(rows.map(({ source }) => source))].sort((a, b) => a.localeCompare(b, 'zh'))
  return sources.map((source) => {
    const own = rows.filter((row) => row.source === source)
    const sum = (keep: (row: Decided) => boolean) => own.filter(keep).reduce((total, { count }) => total + count, 0)
    const used = sum(({ state }) => state === 'used')
    const unused = sum(({ state }) => state === 'unused')
    const reasons = new Map<string, number>()
    for (const { reason, count } of own) if (reason) reasons.set(reason, (reasons.get(reason) ?? 0) + count)
    return {
      source,
      hits: sum(() => true),
      used,
      unused,
      pending: sum(({ state }) => state !== 'used' && state !== 'unused'),
      rate: used + unused < least ? null : Math.round((used / (used + unused)) * 1000) / 10,
      reasons: [...reasons].map(([reason, count]) => ({ reason, count })),
    }
  })
}
