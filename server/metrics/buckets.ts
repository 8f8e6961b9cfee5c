import type { SeriesQuery } from './port.ts'

/** Asia/Shanghai is UTC+8 since 1991-09-15 without summer time, so buckets need no calendar. */
const OFFSET = 8 * 3_600_000
export const HOUR = 3_600_000
export const DAY = 24 * HOUR

export const widthOf = (every: SeriesQuery['every']): number => (every === '1h' ? HOUR : every === '1d' ? DAY : every)

/** Begin of the bucket that holds `ms`; the same arithmetic as InfluxQL's `time(width, -8h)`. */
export const bucketOf = (ms: number, width: number): number => Math.floor((ms + OFFSET) / width) * width - OFFSET

/** The range of a query, moved outwards to whole buckets. @throws on a range that is none */
export function wholeBuckets(query: Pick<SeriesQuery, 'from' | 'to' | 'every'>): {
  from: number
  to: number
  width: number
} {
  const width = widthOf(query.every)
  if (!Number.isSafeInteger(width) || width <= 0) throw new Error(`指标查询的时间间隔无效：${query.every}`)
  if (!Number.isSafeInteger(query.from) || !Number.isSafeInteger(query.to) || query.to <= query.from)
    throw new Error(`指标查询的时间范围无效：${query.from}–${query.to}`)
  const from = bucketOf(query.from, width)
  return { from, to: bucketOf(query.to - 1, width) + width, width }
}
