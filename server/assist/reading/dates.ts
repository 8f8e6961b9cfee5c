import { numberOf } from './numerals.ts'
import type { Span } from './text.ts'

/**
 * Times in a text in the order in which they stand. What does not say its own day is reckoned from the day before it or
 * from the day of the record, and says so; what cannot be reckoned has no day.
 */
export interface TimeRef extends Span {
  /** `YYYY-MM-DD`, `YYYY-MM`, `YYYY`; null = cannot be reckoned. */
  day: string | null
  /** Minutes of that day. */
  minutes: number | null
  /** 许, 左右. */
  rough: boolean
  /** How it was reckoned, for people; null = it stands there in full. */
  derived: string | null
  /** Where the day stands from which it was reckoned. */
  base: Span | null
}

const N = '[〇零一二三四五六七八九十廿两\\d]'
const PERIOD = '凌晨|清晨|早上|早晨|上午|中午|下午|傍晚|晚上|夜里|半夜|深夜|夜间|午夜|晚'
const CLOCK = `(?<period>${PERIOD})?\\s{0,2}(?<hour>${N}{1,3})(?:时|点钟?|[:：])(?:(?<minute>${N}{1,3})分?|(?<half>半)|(?<quarter>[一三])刻|整)?(?<rough>许|左右|多)?`
const DATE = [
  `(?<y>(?:19|20)\\d\\d|[一二][〇零一二三四五六七八九]{3})年(?:(?<m>${N}{1,3})月(?:(?<d>${N}{1,3})[日号])?)?`,
  '(?<iso>(?:19|20)\\d\\d[-./](?:1[0-2]|0?[1-9])[-./](?:3[01]|[12]\\d|0?[1-9])(?!\\d))',
  `(?<ry>今年|去年|前年|同年|次年|当年|本年)(?:的)?(?:(?<rm>${N}{1,3})月(?:(?<rd>${N}{1,3})[日号])?)?`,
  `(?<sm>${N}{1,3})月(?<sd>${N}{1,3})[日号]`,
  `(?<rmo>同月|本月|当月|次月|上个月|上月|下个月|这个月)(?:的)?(?<rmd>${N}{1,3})[日号]`,
  `(?<=[日号][、至到和及])(?<bare>${N}{1,3})[日号]`,
  '(?<word>同日|同一天|当日|当天|当晚|那天|次日|第二天|翌日|隔天|前一天|前一日|前日|大前天|前天|昨天|昨日|昨晚|今天|今日|今晚)',
  `(?<n>${N}{1,3}|半)(?<unit>天|日|周|个星期|个月)(?:之)?(?<dir>后|以后|前|以前)`,
]
const TIME = new RegExp(`(?:${DATE.join('|')})(?:[\\s，,]{0,2}(?:的)?(?:${CLOCK}|(?<only>${PERIOD})))?`, 'gu')
const CLOCK_ONLY = new RegExp(CLOCK, 'gu')

type Groups = Readonly<Record<string, string | undefined>>
export interface Around {
  /** Day of the record, `YYYY-MM-DD`: 昨天 and 今年 are reckoned from it. */
  record: string | null
}

/** @param where only this stretch; offsets are those of `text` */
export function timesIn(text: string, where: Span, around: Around): TimeRef[] {
  const part = text.slice(where.start, where.end)
  const full = [...part.matchAll(TIME)].map((match) => ({ match, clock: false }))
  const taken = full.map(({ match }) => [match.index, match.index + match[0].length] as const)
  const clocks = [...part.matchAll(CLOCK_ONLY)]
    .filter(({ index }) => !taken.some(([from, to]) => index < to && index >= from))
    .filter((match) => isClock(part, match))
    .map((match) => ({ match, clock: true }))
  let last: { day: string; span: Span } | null = null
  const found: TimeRef[] = []
  for (const { match, clock } of [...full, ...clocks].sort((a, b) => a.match.index - b.match.index)) {
    const groups: Groups = match.groups ?? {}
    const span = { start: where.start + match.index, end: where.start + match.index + match[0].length }
    // A date of birth is no time of the case, and nothing is reckoned from it.
    if (/^(?:出生|生[，,。])/.test(part.slice(match.index + match[0].length, match.index + match[0].length + 4)))
      continue
    const day: Day = clock ? fromLast(last, '钟点，按前文的日期推算') : dayOf(groups, last, around.record)
    found.push({ ...span, ...clockOf(groups), ...day })
    if (day.day && day.day.length === 10) last = { day: day.day, span }
  }
  return found
}

/** `3点` of a list and `1:3` of a scale are no times of day. */
function isClock(text: string, match: RegExpExecArray): boolean {
  // 一时冲动, 一时糊涂.
  if (match[0] === '一时') return false
  const hour = numberOf(match.groups?.hour ?? '')
  if (hour === undefined || hour > 24) return false
  if (/[\d:：.]/.test(text.slice(match.index - 1, match.index))) return false
  if (match[0].includes('点') || match[0].includes('时'))
    return !/^(?:意见|要求|理由|钟头|多钟头|[\u4e00-\u9fa5]?期间|小时)/.test(text.slice(match.index + match[0].length))
  return /[:：]\d\d$/.test(match[0]) && !/\d/.test(text[match.index + match[0].length] ?? '')
}

const LATE = new Set(['下午', '傍晚', '晚上', '夜里', '深夜', '夜间', '晚', '半夜', '午夜'])
function clockOf(groups: Groups): Pick<TimeRef, 'minutes' | 'rough'> {
  const { period = '', hour, minute, half, quarter } = groups
  if (hour === undefined) return { minutes: null, rough: true }
  let at = numberOf(hour) ?? 0
  const small = /半夜|午夜|夜里|深夜/.test(period) && at <= 5
  if (LATE.has(period) && at < 12 && !small) at += 12
  if (period === '中午' && at < 3) at += 12
  const rest = half ? 30 : quarter ? (quarter === '三' ? 45 : 15) : minute ? (numberOf(minute) ?? 0) : 0
  return at > 24 || rest > 59
    ? { minutes: null, rough: true }
    : { minutes: at * 60 + rest, rough: groups.rough !== undefined }
}

type Day = Pick<TimeRef, 'day' | 'derived' | 'base'>
const NONE: Day = { day: null, derived: '前文没有可以推算的日期', base: null }
const said = (year: number, month?: number, day?: number): string | null => {
  if (month === undefined) return String(year)
  if (month < 1 || month > 12) return null
  const text = `${year}-${String(month).padStart(2, '0')}`
  if (day === undefined) return text
  try {
    return Temporal.PlainDate.from({ year, month, day }, { overflow: 'reject' }).toString()
  } catch {
    return null
  }
}
type Last = { day: string; span: Span } | null
const number = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : numberOf(text.replace('廿', '二十'))

function fromLast(last: Last, how: string, move?: (day: Temporal.PlainDate) => Temporal.PlainDate): Day {
  if (!last) return NONE
  const day = Temporal.PlainDate.from(last.day)
  return { day: (move ? move(day) : day).toString(), derived: how, base: last.span }
}
function fromRecord(record: string | null, how: string, move: (day: Temporal.PlainDate) => string | null): Day {
  if (!record) return { ...NONE, derived: '没有笔录日期，无法推算' }
  return { day: move(Temporal.PlainDate.from(record)), derived: `${how}，按笔录日期 ${record} 推算`, base: null }
}

function dayOf(groups: Groups, last: Last, record: string | null): Day {
  const { y, iso, ry, sm, rmo, bare, word } = groups
  if (y !== undefined)
    return { day: said(number(y) ?? 0, number(groups.m), number(groups.d)), derived: null, base: null }
  if (iso !== undefined) {
    const [year = 0, month, day] = iso.split(/[-./]/).map(Number)
    return { day: said(year, month, day), derived: null, base: null }
  }
  if (ry !== undefined) return ofYear(ry, groups, last, record)
  if (sm !== undefined) return shortDate(number(sm) ?? 0, number(groups.sd) ?? 0, last, record)
  if (rmo !== undefined) return ofMonth(rmo, number(groups.rmd) ?? 0, last, record)
  if (bare !== undefined) {
    const day = number(bare) ?? 0
    return last ? { day: said(...yearMonth(last.day), day), derived: '“日”，按前文的年月推算', base: last.span } : NONE
  }
  if (word !== undefined) return ofWord(word, last, record)
  return ofDistance(groups, last, record)
}
const yearMonth = (day: string): [number, number] => [Number(day.slice(0, 4)), Number(day.slice(5, 7))]

function ofYear(word: string, groups: Groups, last: Last, record: string | null): Day {
  const [month, day] = [number(groups.rm), number(groups.rd)]
  if (word === '同年' || word === '次年' || word === '当年') {
    if (!last) return NONE
    const year = Number(last.day.slice(0, 4)) + (word === '次年' ? 1 : 0)
    return { day: said(year, month, day), derived: `“${word}”，按前文的日期推算`, base: last.span }
  }
  const back = word === '去年' ? 1 : word === '前年' ? 2 : 0
  return fromRecord(record, `“${word}”`, ({ year }) => said(year - back, month, day))
}

/** Month and day alone: the year of the date before it, else the last such day before the record. */
function shortDate(month: number, day: number, last: Last, record: string | null): Day {
  if (last)
    return { day: said(Number(last.day.slice(0, 4)), month, day), derived: '缺年份，按前文的年份推算', base: last.span }
  return fromRecord(record, '缺年份', (at) => {
    const same = said(at.year, month, day)
    return same && same > at.toString() ? said(at.year - 1, month, day) : same
  })
}
function ofMonth(word: string, day: number, last: Last, record: string | null): Day {
  if (word === '同月' || word === '当月' || word === '次月') {
    if (!last) return NONE
    const at = Temporal.PlainDate.from(last.day)
      .with({ day: 1 })
      .add({ months: word === '次月' ? 1 : 0 })
    return { day: said(at.year, at.month, day), derived: `“${word}”，按前文的日期推算`, base: last.span }
  }
  const months = word.startsWith('上') ? -1 : word === '下个月' ? 1 : 0
  return fromRecord(record, `“${word}”`, (at) => {
    const moved = at.with({ day: 1 }).add({ months })
    return said(moved.year, moved.month, day)
  })
}
const OF_RECORD: Readonly<Record<string, number>> = {
  大前天: -3,
  前天: -2,
  昨天: -1,
  昨日: -1,
  昨晚: -1,
  今天: 0,
  今日: 0,
  今晚: 0,
}
function ofWord(word: string, last: Last, record: string | null): Day {
  const days = OF_RECORD[word]
  if (days !== undefined) return fromRecord(record, `“${word}”`, (at) => at.add({ days }).toString())
  const move = /^(?:次日|第二天|翌日|隔天)$/.test(word) ? 1 : /^前/.test(word) ? -1 : 0
  return fromLast(last, `“${word}”，按前文的日期推算`, (day) => day.add({ days: move }))
}
function ofDistance({ n = '', unit = '', dir = '' }: Groups, last: Last, record: string | null): Day {
  const count = n === '半' ? 0.5 : (number(n) ?? 0)
  const back = dir.includes('前') ? -1 : 1
  const span =
    unit === '个月'
      ? count === 0.5
        ? { days: 15 * back }
        : { months: count * back }
      : { days: Math.round(count * (unit === '天' || unit === '日' ? 1 : 7)) * back }
  const how = `“${n}${unit}${dir}”`
  // Reckoned back from the talk, on from the tale.
  if (back < 0) return fromRecord(record, how, (at) => at.add(span).toString())
  return fromLast(last, `${how}，按前文的日期推算`, (day) => day.add(span))
}
