import type { DeadlineRule, DeadlineRules } from '../../config/schema.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import { daysBetween, endOf, endOfHours, rollForward, type Unit } from './period.ts'

/** The explained deadline: pure, replayable from start and events; each step of the reckoning is a row of the ledger. */
export const EVENT_TYPES = [
  'extend',
  'suspend',
  'resume',
  'return',
  'resubmit',
  'jurisdiction-change',
  'pause',
] as const
export type DeadlineEventType = (typeof EVENT_TYPES)[number]
export interface DeadlineEvent {
  type: DeadlineEventType
  /** `YYYY-MM-DD`. */
  on: string
  /** `extend` only: days instead of the rule's own extension. */
  days?: number
  note?: string
}
export interface DeadlineInput {
  rule: string
  /** `YYYY-MM-DD`, or `YYYY-MM-DDTHH:MM` for limits in hours. */
  start: string
  custody: boolean
  events: readonly DeadlineEvent[]
}
export interface LedgerRow {
  date: string
  what: string
  days?: number
  law?: string
  clock?: ClockStep
  /** The last day after this step; null while the clock stands still. */
  end?: string | null
}
export type ClockStep = 'start' | 'count' | 'extend' | 'stop' | 'resume' | 'restart' | 'check'
export interface Stopped {
  by: 'suspend' | 'pause' | 'return'
  since: string
  /** Days that are left when the clock goes on; null after a return, which starts from zero. */
  remaining: number | null
}
export interface Deadline {
  /** Null while the clock stands still. */
  due: string | null
  provisional: boolean
  rolledFrom?: string
  stopped?: Stopped
  ruleVersion: string
  legalBasis: string
  ledger: LedgerRow[]
  warnings: string[]
}

/** What cannot be reckoned: `path` names the field. */
export class DeadlineRefusal extends Error {
  readonly path: string
  constructor(path: string, message: string) {
    super(message)
    this.name = 'DeadlineRefusal'
    this.path = path
  }
}

export interface DeadlineBook {
  rules: DeadlineRules
  calendar: WorkCalendar
}

/**
 * @throws DeadlineRefusal for an unknown rule, a date that does not exist, a resubmission without a return, a third
 * return, and events that do not fit the rule or the state of the clock
 */
export function computeDeadline(book: DeadlineBook, input: DeadlineInput): Deadline {
  const rule = book.rules.rules.find(({ id }) => id === input.rule)
  if (!rule) throw new DeadlineRefusal('rule', `没有期限规则 “${input.rule}”`)
  return versionAt(rule, input.start).version.unit === 'hour'
    ? hours(book, rule, input)
    : new Reckoning(book, rule, input).run()
}

/** The version in force on the start day; before the first, the earliest with a warning. */
function versionAt(rule: DeadlineRule, start: string): { version: DeadlineRule['versions'][number]; early: boolean } {
  const versions = [...rule.versions].sort((a, b) => (a.effective_from < b.effective_from ? -1 : 1))
  const [first] = versions
  if (!first) throw new DeadlineRefusal('rule', `规则 ${rule.id} 没有版本`)
  const version = versions.findLast(({ effective_from }) => effective_from <= start.slice(0, 10))
  return { version: version ?? first, early: version === undefined }
}

const earlyWarning = (from: string): string => `起算日早于本规则最早的起效日 ${from}，按最早版本计算`

function hours({ calendar }: DeadlineBook, rule: DeadlineRule, input: DeadlineInput): Deadline {
  if (input.events.length > 0) throw new DeadlineRefusal('events', '按小时计算的期限没有延长、中止等事项')
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(input.start))
    throw new DeadlineRefusal('start', '按小时计算的期限，起算须写到分钟，如 2026-11-24T10:20')
  const start = parse(() => Temporal.PlainDateTime.from(input.start, { overflow: 'reject' }), 'start', input.start)
  const { version, early } = versionAt(rule, input.start)
  const due = endOfHours(start, version.n)
  const minute = (time: Temporal.PlainDateTime) => time.toString({ smallestUnit: 'minute' })
  return {
    due: minute(due),
    provisional: !calendar.covers(due.year),
    ruleVersion: `${rule.id}@${version.effective_from}`,
    legalBasis: version.legal_basis,
    ledger: [
      {
        date: minute(start),
        what: '起算，起算的当时不计',
        law: '刑事诉讼法第一百零五条',
        clock: 'start',
        end: minute(due),
      },
      {
        date: minute(due),
        what: `${version.n} 小时届满，节假日不顺延`,
        law: version.legal_basis,
        clock: 'count',
        end: minute(due),
      },
    ],
    warnings: early ? [earlyWarning(version.effective_from)] : [],
  }
}

function parse<Value>(read: () => Value, path: string, text: string): Value {
  try {
    return read()
  } catch {
    throw new DeadlineRefusal(path, `日期 “${text}” 不存在或格式不对，应为 YYYY-MM-DD`)
  }
}
const parseDate = (text: string, path: string): Temporal.PlainDate =>
  parse(
    () => {
      if (!/^\d{4}-\d\d-\d\d$/.test(text)) throw new RangeError(text)
      return Temporal.PlainDate.from(text, { overflow: 'reject' })
    },
    path,
    text,
  )

interface DatedEvent {
  type: DeadlineEventType
  on: Temporal.PlainDate
  days: number | undefined
  path: string
}

const UNIT_WORDS: Record<Unit, string> = { day: '日', workday: '个工作日', month: '个月' }
const STOP_WORDS = { suspend: '中止审查', pause: '不计入期限的事项开始', return: '退回补充侦查' } as const

/** One run over the events in order of their dates. */
class Reckoning {
  readonly #book: DeadlineBook
  readonly #rule: DeadlineRule
  readonly #input: DeadlineInput
  readonly #ledger: LedgerRow[] = []
  readonly #warnings: string[] = []
  #version: DeadlineRule['versions'][number]
  /** Unrolled end of the current run. */
  #end: Temporal.PlainDate
  #stopped: { by: 'suspend' | 'pause' | 'return'; since: Temporal.PlainDate } | undefined
  #returns = 0
  #extended = false

  constructor(book: DeadlineBook, rule: DeadlineRule, input: DeadlineInput) {
    this.#book = book
    this.#rule = rule
    this.#input = input
    const start = parseDate(input.start, 'start')
    const { version, early } = versionAt(rule, input.start)
    if (early) this.#warnings.push(earlyWarning(version.effective_from))
    this.#version = version
    this.#end = this.#begin(start, 'start', '受理，起算当日不计')
  }

  run(): Deadline {
    const start = parseDate(this.#input.start, 'start')
    let waiting = this.#input.events.map((event, at): DatedEvent => {
      const path = `events.${at}.on`
      const on = parseDate(event.on, path)
      if (Temporal.PlainDate.compare(on, start) < 0) throw new DeadlineRefusal(path, `事项日期 ${event.on} 早于起算日`)
      return { type: event.type, on, days: event.days, path: `events.${at}` }
    })
    while (waiting.length > 0) {
      const next = this.#next(waiting)
      waiting = waiting.filter((event) => event !== next)
      this.#take(next)
    }
    return this.#finish()
  }

  /** Earliest first; on one day, what the state of the clock allows goes first, so that the order of entry is no matter. */
  #next(waiting: readonly DatedEvent[]): DatedEvent {
    const order: DeadlineEventType[] = this.#stopped
      ? ['resume', 'resubmit', 'jurisdiction-change', 'extend', 'suspend', 'pause', 'return']
      : ['jurisdiction-change', 'extend', 'suspend', 'pause', 'return', 'resume', 'resubmit']
    const sorted = [...waiting].sort(
      (a, b) =>
        Temporal.PlainDate.compare(a.on, b.on) ||
        order.indexOf(a.type) - order.indexOf(b.type) ||
        (a.days ?? 0) - (b.days ?? 0),
    )
    return sorted[0] as DatedEvent
  }

  #take(event: DatedEvent): void {
    if (!this.#stopped && event.type !== 'jurisdiction-change' && Temporal.PlainDate.compare(event.on, this.#end) > 0)
      this.#warnings.push(`${event.on.toString()} 的事项发生时期限（${this.#end.toString()}）已届满`)
    const acts: Record<DeadlineEventType, () => void> = {
      extend: () => this.#extend(event),
      suspend: () => this.#stop(event, 'suspend'),
      pause: () => this.#stop(event, 'pause'),
      return: () => this.#stop(event, 'return'),
      resume: () => this.#resume(event),
      resubmit: () => this.#resubmit(event),
      'jurisdiction-change': () => this.#changeJurisdiction(event),
    }
    acts[event.type]()
  }

  #begin(start: Temporal.PlainDate, clock: 'start' | 'restart', what: string): Temporal.PlainDate {
    const { unit, n, legal_basis } = this.#version
    const { monthEnd } = this.#book.rules
    const end = endOf(start, unit as Unit, n, this.#book.calendar, monthEnd)
    this.#ledger.push({ date: start.toString(), what, law: '刑事诉讼法第一百零五条', clock, end: end.toString() })
    const month = unit === 'month' ? `（月末规则 monthEnd=${monthEnd}）` : ''
    this.#ledger.push({
      date: end.toString(),
      what: `${n} ${UNIT_WORDS[unit as Unit]}的最后一日${month}`,
      days: daysBetween(start, end),
      law: legal_basis,
      clock: 'count',
      end: end.toString(),
    })
    return end
  }

  #extend({ on, days, path }: DatedEvent): void {
    const { extension } = this.#rule
    if (!extension && days === undefined) throw new DeadlineRefusal(path, `${this.#rule.name}没有延长的规定`)
    if (this.#extended) throw new DeadlineRefusal(path, '同一次计算中只能延长一次')
    if (this.#stopped) throw new DeadlineRefusal(path, '期限停止计算期间不能延长')
    if (!extension) this.#warnings.push(`${this.#rule.name}没有延长的规定，按所填 ${days} 日延长，请核对依据`)
    if (extension && days !== undefined && days > extension.n)
      this.#warnings.push(`延长 ${days} 日超过规定的 ${extension.n} ${UNIT_WORDS[extension.unit as Unit]}`)
    this.#extended = true
    const before = this.#end
    const unit = days === undefined ? (extension?.unit as Unit) : 'day'
    this.#end = endOf(before, unit, days ?? extension?.n ?? 0, this.#book.calendar, this.#book.rules.monthEnd)
    this.#ledger.push({
      date: on.toString(),
      what: `批准延长 ${days ?? extension?.n} ${UNIT_WORDS[unit]}，自原届满日 ${before.toString()} 起算至 ${this.#end.toString()}`,
      days: daysBetween(before, this.#end),
      law: extension?.legal_basis,
      clock: 'extend',
      end: this.#end.toString(),
    })
  }

  #stop({ on, path }: DatedEvent, by: 'suspend' | 'pause' | 'return'): void {
    if (this.#stopped) throw new DeadlineRefusal(path, `期限自 ${this.#stopped.since.toString()} 起已停止计算`)
    const law = by === 'return' ? this.#rule.returns?.legal_basis : this.#rule.pauses?.legal_basis
    if (by === 'pause' && !this.#rule.pauses) throw new DeadlineRefusal(path, `${this.#rule.name}没有不计入期限的规定`)
    if (by === 'return') {
      if (!this.#rule.returns) throw new DeadlineRefusal(path, `${this.#rule.name}没有退回补充侦查的规定`)
      if (this.#returns >= this.#rule.returns.max)
        throw new DeadlineRefusal(path, `退回补充侦查以 ${this.#rule.returns.max} 次为限`)
      this.#returns++
    }
    this.#stopped = { by, since: on }
    const left = daysBetween(on, this.#end)
    const what =
      by === 'return'
        ? `退回补充侦查（第 ${this.#returns} 次），审查期限停止计算`
        : `${STOP_WORDS[by]}，期限停止计算，余 ${left} 日`
    this.#ledger.push({
      date: on.toString(),
      what,
      ...(by === 'return' ? {} : { days: left }),
      law,
      clock: 'stop',
      end: null,
    })
  }

  #resume({ on, path }: DatedEvent): void {
    if (!this.#stopped || this.#stopped.by === 'return') throw new DeadlineRefusal(path, '没有中止或暂停，不能恢复')
    const stoodStill = daysBetween(this.#stopped.since, on)
    this.#end = this.#end.add({ days: stoodStill })
    this.#ledger.push({
      date: on.toString(),
      what: `恢复计算，停止 ${stoodStill} 日，届满日改为 ${this.#end.toString()}`,
      days: stoodStill,
      clock: 'resume',
      end: this.#end.toString(),
    })
    this.#stopped = undefined
  }

  #resubmit({ on, path }: DatedEvent): void {
    const { returns } = this.#rule
    if (this.#stopped?.by !== 'return' || !returns) throw new DeadlineRefusal(path, '没有退回补充侦查，不能重新移送')
    const limit = endOf(
      this.#stopped.since,
      returns.supplement.unit as Unit,
      returns.supplement.n,
      this.#book.calendar,
      this.#book.rules.monthEnd,
    )
    if (Temporal.PlainDate.compare(on, limit) > 0)
      this.#warnings.push(
        `补充侦查应于 ${limit.toString()} 前完毕，实际 ${on.toString()} 重新移送，超期 ${daysBetween(limit, on)} 日`,
      )
    this.#stopped = undefined
    this.#extended = false
    this.#end = this.#begin(on, 'restart', '补充侦查完毕重新移送，审查期限重新计算，当日不计')
  }

  #changeJurisdiction({ on, path }: DatedEvent): void {
    if (!this.#rule.restartsOnJurisdiction)
      throw new DeadlineRefusal(path, `${this.#rule.name}没有改变管辖重新计算的规定`)
    if (this.#stopped)
      this.#warnings.push(`改变管辖时期限处于停止状态（自 ${this.#stopped.since.toString()}），自收案之日起重新计算`)
    this.#stopped = undefined
    this.#extended = false
    this.#end = this.#begin(on, 'restart', '改变管辖，自改变后的检察院收到案件之日起重新计算，当日不计')
  }

  #finish(): Deadline {
    const { version: fileVersion } = this.#book.rules
    const common = {
      ruleVersion: `${this.#rule.id}@${this.#version.effective_from} (${fileVersion})`,
      legalBasis: this.#version.legal_basis,
      ledger: this.#ledger,
      warnings: this.#warnings,
    }
    if (this.#version.unverified) this.#warnings.push('本规则的数值尚待核对原文')
    if (this.#stopped) {
      const { by, since } = this.#stopped
      const remaining = by === 'return' ? null : daysBetween(since, this.#end)
      return { due: null, provisional: false, stopped: { by, since: since.toString(), remaining }, ...common }
    }
    return { ...this.#roll(), ...common }
  }

  /** Only the final end rolls; the custody exception is a property of the rule. */
  #roll(): { due: string; provisional: boolean; rolledFrom?: string } {
    const { calendar } = this.#book
    const end = this.#end
    const uncounted = this.#version.unit === 'workday' && !calendar.covers(parseDate(this.#input.start, 'start').year)
    if (this.#rule.custodyNoRoll && this.#input.custody) {
      const off = !calendar.isWorkday(end)
      if (off)
        this.#ledger.push({
          date: end.toString(),
          what: '届满日为节假日，但人员在押，不顺延',
          law: '刑事诉讼法第一百零五条第四款',
          clock: 'check',
          end: end.toString(),
        })
      return { due: end.toString(), provisional: !calendar.covers(end.year) }
    }
    const due = rollForward(end, calendar)
    const provisional = uncounted || !calendar.covers(end.year) || !calendar.covers(due.year)
    if (provisional) this.#warnings.push(`${due.year} 年放假安排尚未公布，届满日为暂定`)
    if (due.equals(end)) return { due: due.toString(), provisional }
    this.#ledger.push({
      date: due.toString(),
      what: `届满日 ${end.toString()} 为节假日，顺延至节后第一个工作日`,
      days: daysBetween(end, due),
      law: '刑事诉讼法第一百零五条第四款',
      clock: 'check',
      end: due.toString(),
    })
    return { due: due.toString(), provisional, rolledFrom: end.toString() }
  }
}
