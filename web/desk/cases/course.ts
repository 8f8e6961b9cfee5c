/** The course of one limit as a picture, pure: what was counted, what stood still, what is left. Dates are `YYYY-MM-DD`. */

export interface CourseAct {
  type: string
  on: string
  label: string
}
export interface Part {
  /** `before`: counted in an earlier run, which a restart has made void. */
  kind: 'counted' | 'before' | 'stopped' | 'left' | 'over'
  /** Percent of the line. */
  from: number
  width: number
  days: number
  word: string
}
export interface Mark {
  at: number
  text: string
  /** Which line above the bar; null = no room, told on hover only. */
  row: 0 | 1 | null
  edge: 'start' | 'middle' | 'end'
}
export interface Course {
  parts: Part[]
  marks: Mark[]
  weekends: { at: number; width: number }[]
  /** Published days off, each run with the weekends that join it. */
  holidays: { at: number; width: number; name: string }[]
  months: { at: number; text: string }[]
  /** Percent; null when today lies outside. */
  today: number | null
  /** Days of the running run that are used up. */
  used: number
  /** Negative = overdue; null while the clock stands still. */
  left: number | null
}

const DAY = 86_400_000
/** Days since the epoch of a calendar date; time zones play no part. */
const dayOf = (date: string): number => Math.floor(Date.parse(`${date.slice(0, 10)}T00:00:00Z`) / DAY)
const isoOf = (day: number): string => new Date(day * DAY).toISOString().slice(0, 10)
/** 11-29 → 11-29, without the zero of the month: 8-20. */
const short = (date: string): string => date.slice(5, 10).replace(/^0/, '')

const STOPS: Readonly<Record<string, string>> = { return: '退回补充侦查 停表', suspend: '中止 停表', pause: '不计入' }
const RESTARTS = ['resubmit', 'jurisdiction-change']
/** A line that is overdue does not grow for ever. */
const MOST_OVER = 60

interface Stretch {
  kind: Part['kind']
  from: number
  to: number
  /** Where it is not the length: the day of the start is not counted. */
  days?: number
  word: string
}

export interface DaysOff {
  holidays: readonly { from: string; to: string; name: string | null }[]
  /** Weekend days that are worked. */
  makeUp: readonly string[]
}
const WEEKENDS_ONLY: DaysOff = { holidays: [], makeUp: [] }

/** `due` null: the clock stands still. Null when a date is no date. */
export function course(
  start: string,
  due: string | null,
  today: string,
  acts: readonly CourseAct[],
  off: DaysOff = WEEKENDS_ONLY,
): Course | null {
  const [first, now] = [dayOf(start), dayOf(today)]
  const last = due === null ? null : dayOf(due)
  if (![first, now, last ?? 0].every(Number.isFinite)) return null
  const known = acts.filter(({ on }) => dayOf(on) >= first).toSorted((a, b) => dayOf(a.on) - dayOf(b.on))
  const end =
    Math.max(last ?? now, Math.min(now, (last ?? now) + MOST_OVER), first, ...known.map(({ on }) => dayOf(on))) + 1
  const at = (day: number) => (100 * Math.min(Math.max(day - first, 0), end - first)) / (end - first)
  // What is still to come is a mark only.
  const past = known.filter(({ on }) => dayOf(on) <= now)
  const stretches = walk(first, last, Math.min(now, end - 1), past)
  const parts = stretches
    .filter(({ from, to }) => to > from)
    .map(({ kind, from, to, days = to - from, word }) => ({
      kind,
      from: at(from),
      width: at(to) - at(from),
      days,
      word,
    }))
  return {
    parts,
    marks: place([
      { at: 0, text: `${short(start)} 起算` },
      ...known.map(({ on, label }) => ({ at: at(dayOf(on)), text: `${short(on)} ${label}` })),
    ]),
    weekends: Array.from({ length: Math.min(end - first, 1200) }, (_, n) => first + n)
      .filter((day) => [2, 3].includes(((day % 7) + 7) % 7) && !off.makeUp.includes(isoOf(day)))
      .map((day) => ({ at: at(day), width: at(day + 1) - at(day) })),
    holidays: off.holidays.map(({ from, to, name }) => ({
      at: at(dayOf(from)),
      width: at(dayOf(to) + 1) - at(dayOf(from)),
      name: name ?? '放假',
    })),
    months: monthsOf(first, end).map((day) => ({ at: at(day), text: `${Number(isoOf(day).slice(5, 7))} 月` })),
    today: now >= first && now <= end ? at(now) : null,
    used: parts.filter(({ kind }) => kind === 'counted').reduce((sum, { days }) => sum + days, 0),
    left: last === null ? null : last - now,
  }
}

function walk(first: number, last: number | null, now: number, acts: readonly CourseAct[]): Stretch[] {
  let done: Stretch[] = []
  let from = first
  let stop: string | null = null
  const close = (to: number) => {
    done.push({ kind: stop === null ? 'counted' : 'stopped', from, to, word: stop ?? '' })
    from = to
  }
  for (const { type, on } of acts) {
    const day = dayOf(on)
    if (STOPS[type] !== undefined) {
      close(day)
      stop = STOPS[type] ?? null
    } else if (type === 'resume') {
      close(day)
      stop = null
    } else if (RESTARTS.includes(type)) {
      close(day)
      stop = null
      done = done.map((one) => (one.kind === 'counted' ? { ...one, kind: 'before' } : one))
    }
  }
  if (stop !== null || last === null) {
    close(Math.max(now, from))
    return done
  }
  const began = from
  close(Math.max(from, Math.min(now, last + 1)))
  const counted = done.at(-1)
  if (counted && now > last) counted.days = Math.max(0, last - began)
  if (now <= last) done.push({ kind: 'left', from, to: last + 1, word: '' })
  // Today is one of the days that are too many.
  else done.push({ kind: 'over', from: Math.max(from, last + 1), to: now + 1, word: '' })
  return done
}

const monthsOf = (first: number, end: number): number[] =>
  Array.from({ length: Math.min(end - first, 1200) }, (_, n) => first + n).filter((day) => isoOf(day).endsWith('-01'))

/** About 1 000 px of line and 14 px of text: how much of the line a character takes, in percent. */
const EM = 1.45
const width = (text: string): number => [...text].reduce((sum, one) => sum + (one > '\u2e80' ? EM : EM * 0.58), 0) + 1.2

/** Two lines of labels above the bar, none over another. */
function place(wanted: readonly { at: number; text: string }[]): Mark[] {
  const taken: [number, number] = [-1, -1]
  return wanted.map(({ at, text }) => {
    const wide = width(text)
    const edge = at < wide / 2 ? 'start' : at > 100 - wide / 2 ? 'end' : 'middle'
    const left = edge === 'start' ? at : edge === 'end' ? at - wide : at - wide / 2
    const row = left >= taken[0] ? 0 : left >= taken[1] ? 1 : null
    if (row !== null) taken[row] = left + wide
    return { at, text, row, edge }
  })
}
