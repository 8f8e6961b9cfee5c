import type { Verdict } from '../../../contract/http/sharing-panorama.ts'
import type { Item } from './port.ts'

/** Pure rules of the panorama: which cells a thing counts in, what a month is against its own past, how parts add up. */

export const NOT_KNOWN = '未填'
/** `measure|dim|value|month`: one number each. */
export const cellKey = (measure: string, dim: string, value: string, month: string): string =>
  JSON.stringify([measure, dim, value, month])
export const cellOf = (key: string): [measure: string, dim: string, value: string, month: string] =>
  JSON.parse(key) as [string, string, string, string]

/** The cells in which a thing is one; null = it is no longer there. */
export function cellsOf(item: Item | null, dims: readonly string[]): string[] {
  if (!item) return []
  const [cameIn, ended] = [item.started?.slice(0, 7), item.ended?.slice(0, 7)]
  const values: [string, string][] = [
    ['', ''],
    ...dims.map((dim, n): [string, string] => [dim, item.dims[n] || NOT_KNOWN]),
  ]
  return values.flatMap(([dim, value]) => [
    ...(item.open ? [cellKey('open', dim, value, '')] : []),
    ...(cameIn ? [cellKey('in', dim, value, cameIn)] : []),
    ...(ended ? [cellKey('out', dim, value, ended)] : []),
  ])
}

/** What changes when things become others: cell → plus or minus; what stays the same is not in it. */
export function deltas(
  changes: readonly { before: Item | null; after: Item | null }[],
  dims: readonly string[],
): Map<string, number> {
  const sum = new Map<string, number>()
  const add = (key: string, by: number) => sum.set(key, (sum.get(key) ?? 0) + by)
  for (const { before, after } of changes) {
    for (const key of cellsOf(before, dims)) add(key, -1)
    for (const key of cellsOf(after, dims)) add(key, 1)
  }
  for (const [key, by] of sum) if (by === 0) sum.delete(key)
  return sum
}

/** The month and those before it, oldest first. */
export function monthsUntil(month: string, count: number): string[] {
  const last = Temporal.PlainYearMonth.from(month)
  return Array.from({ length: count }, (_, n) => last.subtract({ months: count - 1 - n }).toString())
}

/** Linear quantile (type 7) of unsorted numbers, at least one. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? 0
  return low + ((sorted[Math.ceil(place)] ?? low) - low) * (place - Math.floor(place))
}

/** Fewer months of past say nothing. */
const LEAST = 6
/**
 * The last month that is over against the twelve before it: inside the middle half (P25–P75) is usual. The office is
 * compared with itself and with nobody else.
 */
export function verdict(values: readonly (number | null)[], unit: string): Verdict {
  const over = values.slice(0, -1)
  const last = over.at(-1) ?? null
  const past = over
    .slice(0, -1)
    .slice(-12)
    .filter((value) => value !== null)
  if (last === null || past.length < LEAST) return { word: 'unknown', text: `历史不足 ${LEAST} 个月，暂不与过去相比` }
  const [low, high] = [quantile(past, 0.25), quantile(past, 0.75)]
  const word = last > high ? 'higher' : last < low ? 'lower' : 'usual'
  const range = `过去 ${past.length} 个月多在 ${tidy(low)}–${tidy(high)} ${unit}`
  return { word, text: `上月 ${tidy(last)} ${unit}，${range}，${WORDS[word]}` }
}
const WORDS = { higher: '高于往常', lower: '低于往常', usual: '与往常相当' } as const
const tidy = (value: number): string => String(value >= 10 ? Math.round(value) : Math.round(value * 10) / 10)

/** Shares that can be read beside each other: the largest parts, the rest as one. */
export const PARTS = 10
export const OTHERS = '其他合计'
export function structureOf(counts: ReadonlyMap<string, number>) {
  const all = [...counts].filter(([, count]) => count > 0).sort(([a, m], [b, n]) => n - m || a.localeCompare(b, 'zh'))
  const total = all.reduce((sum, [, count]) => sum + count, 0)
  const shown = all.length > PARTS ? all.slice(0, PARTS - 1) : all
  const rest = total - shown.reduce((sum, [, count]) => sum + count, 0)
  const item = (value: string, count: number, rows: boolean) => ({
    value,
    count,
    share: Math.round((count / total) * 1000) / 10,
    rows,
  })
  const items = shown.map(([value, count]) => item(value, count, true))
  return { total, items: rest > 0 ? [...items, item(OTHERS, rest, false)] : items }
}
