import type { Keep, MeasurementName } from '../../contract/measurements.ts'
import type { MetricPoint } from '../feature.ts'

/**
 * What the server needs of a metrics store. Two adapters keep the same promises: InfluxDB 1.x and SQLite.
 * Writing the same point again (measurement, tags, time) merges its fields, so a repeated write is harmless.
 */
export interface MetricStore {
  /** @throws StoreUnavailable: nothing is known to be stored, write the same points again later */
  write(points: readonly MetricPoint[]): Promise<WriteOutcome>
  /** @throws StoreUnavailable · Error when the query names an unknown measurement, field or tag */
  select(selection: Selection): Promise<SelectedRow[]>
  /** Makes database and retention policies, where that is allowed. */
  bootstrap(): Promise<void>
  health(): Promise<StoreHealth>
  close(): Promise<void>
}

export interface StoreHealth {
  ok: boolean
  version: string
  detail: string
}

/** Why a point was not stored; a closed list. */
export type RejectReason =
  | 'unknown_measurement'
  | 'bad_time'
  | 'no_fields'
  | 'store_rejected'
  | 'out_of_retention'
  | 'too_large'

export interface Rejected {
  point: MetricPoint
  reason: RejectReason
  detail: string
}

export interface WriteOutcome {
  written: number
  rejected: Rejected[]
}

export type Aggregate = 'mean' | 'sum' | 'max' | 'min' | 'count' | 'last'

/** The one form in which a store is asked: aggregates of columns, by time bucket and tags. */
export interface Selection {
  /** Physical name: a declared measurement or one of its rollups. */
  measurement: string
  keep: Keep
  /** Epoch ms, `from` ≤ t < `to`. */
  from: number
  to: number
  /** Bucket width in ms, buckets begin at 00:00 Asia/Shanghai; null = one bucket. */
  width: number | null
  /** Per tag the values that count; an empty list matches nothing. */
  where: Readonly<Record<string, readonly string[]>>
  by: readonly string[]
  columns: readonly { field: string; aggregate: Aggregate }[]
}

/** `values` in the order of the columns, null where the bucket has none; `''` is an absent tag. */
export interface SelectedRow {
  at: number
  tags: Readonly<Record<string, string>>
  values: (number | null)[]
}

/** What a panel asks. */
export interface SeriesQuery {
  measurement: MeasurementName
  field: string
  aggregate: Aggregate
  /** Epoch ms; both are moved outwards to whole buckets. */
  from: number
  to: number
  /** Bucket width; days and multiples of them begin at 00:00 Asia/Shanghai. */
  every: number | '1h' | '1d'
  where?: Readonly<Record<string, readonly string[]>>
  groupBy?: string
  /** `auto` takes hour and day rollups where they answer the question; they lag some seconds behind. */
  source?: 'auto' | 'raw'
}

export interface SeriesAnswer {
  /** Which buckets answered. */
  source: 'raw' | 'hour' | 'day'
  /** One series per value of `groupBy`, else one. Buckets without data are absent: no data is not zero. */
  series: { group: string; points: { at: number; value: number }[] }[]
}

export type UnavailableReason =
  | 'unreachable'
  | 'timeout'
  | 'busy'
  | 'server_error'
  | 'unauthorised'
  | 'database_missing'
  | 'retention_policy_missing'

/** The store cannot take the points now. */
export class StoreUnavailable extends Error {
  readonly reason: UnavailableReason
  /** The store's own wish (Retry-After), ms. */
  readonly retryAfterMs: number | undefined

  constructor(reason: UnavailableReason, detail: string, retryAfterMs?: number) {
    super(`指标库不可用（${reason}）：${detail}`)
    this.name = 'StoreUnavailable'
    this.reason = reason
    this.retryAfterMs = retryAfterMs
  }
}
