import type { SecretRef, Services } from '../../config/schema.ts'
import type { Clock } from '../clock.ts'
import type { MetricPoint } from '../feature.ts'
import type { Rejected, SeriesAnswer, SeriesQuery, StoreHealth } from './port.ts'
import type { MetricsState } from './writer.ts'

export interface MetricsLog {
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface MetricsDeps {
  services: Pick<Services, 'metrics' | 'retention'>
  dataDir: string
  secret(ref: SecretRef): string
  clock: Clock
  log: MetricsLog
  /**
   * Everything received since (epoch ms), read again from the records. What was handed over in the last moments before
   * a crash is lost otherwise; writing it again is harmless.
   */
  replay?(since: number): AsyncIterable<readonly MetricPoint[]>
  /** Points that no store will ever take, for the quarantine (`influx_rejected`); at most some of each batch. */
  rejected?(points: readonly Rejected[]): void
}

export interface Metrics {
  /** @throws StoreUnavailable · Error in Chinese when the query names something undeclared */
  store: { series(query: SeriesQuery): Promise<SeriesAnswer>; health(): Promise<StoreHealth> }
  /** Returns at once and never throws; the points are on disk some ms later. */
  sink: { write(points: readonly MetricPoint[]): void }
  /** `since` and `at` epoch ms; `at` = when the thread last said so. */
  state(): MetricsState & { at: number }
  start(): Promise<void>
  stop(): Promise<void>
}
