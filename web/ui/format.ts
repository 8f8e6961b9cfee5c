import { count, NONE, rate } from '../../contract/number-words.ts'

/**
 * Every number and time a screen shows, in one place (visual.md section 7). Pure: times are epoch ms handed in, words
 * come out. Business dates are reckoned by the server; here a moment is only written down in the office's zone.
 */
export { count, NONE, rate }

const ZONE = 'Asia/Shanghai'
const MINUTE = 60
const HOUR = 3600
const DAY = 86_400

/** A whole percent with sign: 94%. */
export const percent = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value) ? NONE : `${Math.round(value)}%`

/** Seconds → «12 秒», «18 分», «2 时», «3 天»: the coarse length of something. */
export function span(seconds: number | null): string {
  if (seconds === null) return NONE
  const s = Math.max(0, Math.floor(seconds))
  if (s < MINUTE) return `${s} 秒`
  if (s < HOUR) return `${Math.floor(s / MINUTE)} 分`
  if (s < DAY) return `${Math.floor(s / HOUR)} 时`
  return `${Math.floor(s / DAY)} 天`
}

/** «12 秒前»; null = never. */
export const age = (seconds: number | null): string => (seconds === null ? '从未' : `${span(seconds)}前`)

const two = (value: number) => String(value).padStart(2, '0')

/** How long something has lasted: 04:12, 1:29:05, from a day on «3 天 04 时». */
export function elapsed(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  if (s >= DAY) return `${Math.floor(s / DAY)} 天 ${two(Math.floor((s % DAY) / HOUR))} 时`
  const rest = `${two(Math.floor((s % HOUR) / MINUTE))}:${two(s % MINUTE)}`
  return s >= HOUR ? `${Math.floor(s / HOUR)}:${rest}` : rest
}

/** How long is left, or a short stop watch: 0:38, 5:48, 42:03, 1:02:03. */
export const countdown = (seconds: number): string => elapsed(seconds).replace(/^0(\d:\d\d)$/, '$1')

/** «6 分 12 秒». */
export function minutesAndSeconds(seconds: number): string {
  const s = Math.max(0, Math.floor(seconds))
  return s < MINUTE ? `${s} 秒` : `${Math.floor(s / MINUTE)} 分 ${s % MINUTE} 秒`
}

const format = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('zh-CN', { timeZone: ZONE, hourCycle: 'h23', ...options })
const CLOCK = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' })
const SHORT = format({ hour: '2-digit', minute: '2-digit' })
const DATE = format({ year: 'numeric', month: '2-digit', day: '2-digit' })
const WEEKDAY = format({ weekday: 'long' })

/** 09:30:05 */
export const clock = (at: number): string => CLOCK.format(at)
/** 09:30 */
export const time = (at: number): string => SHORT.format(at)
/** 2026-11-24 */
export const isoDate = (at: number): string => DATE.format(at).replaceAll('/', '-')
/** 2026年11月24日 */
export function longDate(at: number): string {
  const [year = '', month = '', day = ''] = isoDate(at).split('-')
  return `${year}年${Number(month)}月${Number(day)}日`
}
/** 星期二 */
export const weekday = (at: number): string => WEEKDAY.format(at)

/** A moment beside `now`: 09:25 today, «昨 18:30», else «11-22 18:30». */
export function moment(at: number, now: number): string {
  const day = isoDate(at)
  if (day === isoDate(now)) return time(at)
  if (day === isoDate(now - DAY * 1000)) return `昨 ${time(at)}`
  return `${day.slice(5)} ${time(at)}`
}

/** What an age becomes when the wall is frozen: to the second while it was younger than a minute. */
export const pointOfTime = (at: number, now: number): string => (now - at < MINUTE * 1000 ? clock(at) : moment(at, now))

/** Legal days left: 今日 24:00, 剩 5 日, 逾期 2 日. */
export function due(days: number): string {
  if (days === 0) return '今日 24:00'
  return days > 0 ? `剩 ${days} 日` : `逾期 ${-days} 日`
}

/** Width of words in em, near enough: figures and Latin letters take a little more than half of a Chinese one. */
export const emWidth = (words: string): number =>
  [...words].reduce((sum, one) => sum + (one > '\u2e80' ? 1 : one === ' ' ? 0.25 : 0.6), 0)

/** Case numbers in full with 〔〕, whatever brackets the source writes. */
export const caseNumber = (words: string): string => words.replace(/[[［【(（](\d{4})[\]］】)）]/, '〔$1〕')

/** 8 hex characters of a hash: 59a0…19ea. */
export const shortHash = (hash: string): string => (hash.length <= 8 ? hash : `${hash.slice(0, 4)}⋯${hash.slice(-4)}`)
