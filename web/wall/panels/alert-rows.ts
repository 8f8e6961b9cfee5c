import type { AlertItem } from '../../../contract/panels/alerts.ts'
import { ALERT_STEP_WORDS } from '../../../contract/panels/alerts.ts'
import { SEVERITIES, SEVERITY_WORDS } from '../../../contract/severity.ts'
import { caseNumber, count, countdown, isoDate, time } from '../../ui/format.ts'

/** Pure: which alerts fit, and the words of a row. */

export const ROW = { raised: 60, plain: 46, line: 35, more: 30, normal: 30, normalSlim: 24 } as const

export const rowHeight = (item: AlertItem, slim: boolean): number => {
  if (slim) return ROW.line
  return item.state === 'unacknowledged' ? ROW.raised : ROW.plain
}

/**
 * As many rows as fit, in order. When not all do, room is kept for the line that says how many more there are: a list
 * is never cut in silence.
 */
export function fitRows(items: readonly AlertItem[], height: number, slim: boolean, more = 0): AlertItem[] {
  const total = items.reduce((sum, item) => sum + rowHeight(item, slim), 0)
  if (total <= height && more === 0) return [...items]
  let left = height - ROW.more
  const fitting: AlertItem[] = []
  for (const item of items) {
    left -= rowHeight(item, slim)
    if (left < 0) break
    fitting.push(item)
  }
  return fitting
}

/** «另有 12 条：紧急 2 · 重要 10», counted by severity. */
export function moreWords(bySeverity: Partial<Record<string, number>>, shown: readonly AlertItem[]): string | null {
  const hidden = SEVERITIES.map((severity) => {
    const visible = shown.filter((item) => item.severity === severity).length
    return { word: SEVERITY_WORDS[severity], n: Math.max(0, (bySeverity[severity] ?? 0) - visible) }
  })
  const total = hidden.reduce((sum, one) => sum + one.n, 0)
  if (total === 0) return null
  const parts = hidden.filter((one) => one.n > 0).map((one) => `${one.word} ${count(one.n)}`)
  return `另有 ${count(total)} 条：${parts.join(' · ')}`
}

/** The card's own tag says 演练; the words of the title need not say it again. */
export const drillTitle = (item: AlertItem): string => (item.drill ? item.title.replace(/^【演练】/, '') : item.title)

export const ownerWords = (item: AlertItem): string => item.owner ?? '待认领'

/** What happens next to it: the running limit while nobody has acted, else how far people have come. */
export function stepWords(item: AlertItem, now: number): string {
  if (item.silencedUntil !== null && item.silencedUntil > now) return `静默至 ${time(item.silencedUntil)}`
  if (item.drill && item.state === 'unacknowledged') return '到时自行撤销'
  if (item.state === 'unacknowledged') return escalation(item, now)
  if (item.state === 'returned-unacknowledged') return '待确认'
  return ALERT_STEP_WORDS[item.step]
}
function escalation(item: AlertItem, now: number): string {
  if (item.escalatesAt === null) return '已升至最高'
  const left = (item.escalatesAt - now) / 1000
  return left > 0 ? `${countdown(left)} 后升级` : '正在升级'
}

/** Days of this year go without it: `11-26`, as in every table of the wall. */
const shortDays = (words: string, now: number): string => words.replaceAll(`${isoDate(now).slice(0, 4)}-`, '')

export function whyWords(item: AlertItem, now: number): string {
  const merged = item.count > 1 && !item.why.includes('归并') ? ` · 归并 ${count(item.count)} 次` : ''
  const returned = item.state === 'returned-unacknowledged' && item.returnedAt !== null
  return `${returned ? `${time(item.returnedAt ?? 0)} 恢复 · ` : ''}${shortDays(caseNumber(item.why), now)}${merged}`
}
