import type { PetitionRules } from '../../config/petitions.ts'
import { dayStart, officeDate } from '../../config/zone.ts'
import type { PetitionColour, PetitionDue, PetitionReply } from '../../contract/http/petitions.ts'
import { computeDeadline, type DeadlineBook } from '../deadlines/rules.ts'
import { ruleOf } from './rules.ts'

/** Pure clocks of a matter (domain.md D.2): replies by the one deadline engine, first action, review, revisits. */

export interface Reply {
  kind: PetitionReply
  /** 1 for the first two; 1, 2, 3 … of the monthly ones. */
  n: number
  /** `YYYY-MM-DD`, holidays rolled. */
  due: string
  /** Where the next month is counted from: the end before holidays rolled it. */
  unrolled: string
  basis: string
  doneOn: string | null
}
const HOUR_MS = 3_600_000

const reckon = (book: DeadlineBook, rule: string, start: string): { due: string; unrolled: string; basis: string } => {
  const { due, rolledFrom, legalBasis } = computeDeadline(book, { rule, start, custody: false, events: [] })
  if (due === null) throw new Error(`${rule} has no end`)
  return { due, unrolled: rolledFrom ?? due, basis: legalBasis }
}

/** The two clocks that begin with the receipt. */
export function firstReplies(book: DeadlineBook, rules: PetitionRules, receivedOn: string): Reply[] {
  const of = (kind: 'procedural' | 'substantive'): Reply => ({
    kind,
    n: 1,
    ...reckon(book, rules.replies[kind], receivedOn),
    doneOn: null,
  })
  return [of('procedural'), of('substantive')]
}

/**
 * Monthly clocks that have begun by today and are not on the list yet: after the three months one follows the other
 * without a gap, however long nobody looked. `ended`: a result was given, or none is owed.
 */
export function nextMonths(
  book: DeadlineBook,
  rules: PetitionRules,
  replies: readonly Reply[],
  today: string,
  ended: boolean,
): Reply[] {
  if (ended) return []
  const found: Reply[] = []
  let last =
    replies
      .filter(({ kind }) => kind === 'monthly')
      .sort((a, b) => a.n - b.n)
      .at(-1) ?? replies.find(({ kind }) => kind === 'substantive')
  while (last && last.due < today) {
    const next: Reply = {
      kind: 'monthly',
      n: last.kind === 'monthly' ? last.n + 1 : 1,
      ...reckon(book, rules.replies.monthly, last.unrolled),
      doneOn: null,
    }
    found.push(next)
    last = next
  }
  return found
}

/** The earliest one of a kind that waits: what is done late fills the oldest gap, none is skipped. */
export const waiting = (replies: readonly Reply[], kind: PetitionReply): Reply | undefined =>
  replies.filter((one) => one.kind === kind && one.doneOn === null).sort((a, b) => a.n - b.n)[0]

export const lateReplies = (replies: readonly Reply[], today: string): number =>
  replies.filter(({ due, doneOn }) => (doneOn ?? today) > due).length

/** Epoch ms by which somebody must have acted after a colour was given. */
export function firstActionDue(book: DeadlineBook, rules: PetitionRules, colour: PetitionColour, at: number): number {
  const { firstAction } = ruleOf(rules, colour)
  if ('hours' in firstAction) return at + firstAction.hours * HOUR_MS
  return endOfDay(reckon(book, firstAction.rule, officeDate(at)).due)
}
/** The day on which a colour is to be looked at again. */
export const nextReview = (rules: PetitionRules, colour: PetitionColour, today: string): string =>
  Temporal.PlainDate.from(today)
    .add({ days: ruleOf(rules, colour).reviewDays })
    .toString()

/** 24:00 of a day, as epoch ms. */
export const endOfDay = (day: string): number => dayStart(Temporal.PlainDate.from(day).add({ days: 1 }).toString())
export const plusDays = (day: string, days: number): string => Temporal.PlainDate.from(day).add({ days }).toString()
export const daysTo = (today: string, day: string): number =>
  Temporal.PlainDate.from(today).until(Temporal.PlainDate.from(day), { largestUnit: 'days' }).days

export interface Clocked {
  open: boolean
  exempt: string | null
  replies: readonly Reply[]
  firstActionDue: number | null
  reviewDue: string | null
  closedOn: string | null
  revisits: readonly { days: number; doneOn: string | null }[]
}
const NAMES: Readonly<Record<PetitionDue['id'], string>> = {
  procedural: '七日程序回复',
  substantive: '三个月答复',
  monthly: '按月反馈进展',
  'first-action': '首次处置',
  review: '再次研判',
  revisit: '回访',
}

/** Every clock that runs, the nearest first. */
export function duesOf(matter: Clocked, now: number): PetitionDue[] {
  const today = officeDate(now)
  const make = (id: PetitionDue['id'], due: string, dueAt = endOfDay(due)): PetitionDue => ({
    id,
    name: NAMES[id],
    dueAt,
    due,
    daysLeft: daysTo(today, due),
    overdue: now >= dueAt,
  })
  const dues: PetitionDue[] = []
  if (matter.open) {
    if (matter.exempt === null)
      for (const { kind, due, doneOn } of matter.replies) if (doneOn === null) dues.push(make(kind, due))
    if (matter.firstActionDue !== null)
      dues.push(make('first-action', officeDate(matter.firstActionDue - 1), matter.firstActionDue))
    if (matter.reviewDue !== null) dues.push(make('review', matter.reviewDue))
  } else if (matter.closedOn !== null) {
    const next = matter.revisits.find(({ doneOn }) => doneOn === null)
    if (next) dues.push(make('revisit', plusDays(matter.closedOn, next.days)))
  }
  return dues.sort((a, b) => a.dueAt - b.dueAt)
}

/** The month that begins anew on a day, numbered on. */
export function monthFrom(book: DeadlineBook, rules: PetitionRules, replies: readonly Reply[], today: string): Reply {
  const n = replies.reduce((most, reply) => (reply.kind === 'monthly' ? Math.max(most, reply.n) : most), 0) + 1
  return { kind: 'monthly', n, ...reckon(book, rules.replies.monthly, today), doneOn: null }
}
