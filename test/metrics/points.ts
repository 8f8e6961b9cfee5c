import type { MetricPoint } from '../../server/feature.ts'

export const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Yesterday 00:00 in Shanghai. Real days, because influxd cuts retention by its own clock. */
export const MIDNIGHT = Math.floor((Date.now() + 8 * HOUR) / DAY) * DAY - 8 * HOUR - DAY
export const NOON = MIDNIGHT + 12 * HOUR + 123

export const doorEvent = (id: string, at: number, extra: Partial<MetricPoint> = {}): MetricPoint => ({
  measurement: 'access_event',
  at,
  eventId: id,
  tags: { type: 'access.granted', object: 'door:E1', domain: 'access', ...extra.tags },
  fields: { eid: id, observed_ms: at, backfill: false, ...extra.fields },
})

export const health = (at: number, collector: string, fields: Record<string, number>): MetricPoint => ({
  measurement: 'collector_health',
  at,
  tags: { domain: 'access', collector },
  fields,
})

export const many = (count: number, make: (index: number) => MetricPoint): MetricPoint[] =>
  Array.from({ length: count }, (_, index) => make(index))
