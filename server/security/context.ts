import type { Config } from '../../config/load.ts'
import type { WorkCalendar } from '../../config/workdays.ts'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { AlertDesk, MetricPoint, Records } from '../feature.ts'
import type { PhonePort } from './patrol/port.ts'
import type { ZeroPort } from './zeros/port.ts'

/** One bucket of a measurement's own past; null where nothing was measured. */
export interface PastPoint {
  at: number
  value: number | null
}

/** What main.ts hands to the security rooms. */
export interface SecurityDeps {
  config: Config
  calendar: WorkCalendar
  records: Records
  alerts: AlertDesk
  /** Open alerts, for marks and notes; read only. */
  openAlerts(): Promise<readonly AlertItem[]>
  /** Freshness of the oldest of these sources. */
  freshness(sourceIds: readonly string[]): Promise<Freshness>
  /** Hourly means of a field; rejects when the metrics store is down. */
  past(measurement: string, field: string, from: number, to: number): Promise<PastPoint[]>
  /** Hash of a card's owner, as events carry it → person of site.yaml. */
  personOf(hash: string): string | undefined
  /** Events that the house concludes by itself, into the inbox after the commit; once by their key. */
  derive(
    events: {
      type: string
      collector: string
      object: string
      at: number
      key: string
      data: Record<string, unknown>
    }[],
  ): void
  /** Check-in by phone; without it there is none. */
  phone?: PhonePort
  /** Petitions that count for the three zeros by themselves; without it none do. */
  petitions?: ZeroPort
  /** Side road to the metrics store. */
  metrics(points: MetricPoint[]): void
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 86_400_000
export const SCREEN_REFRESH_MS = 15_000

/** Ids of the configured sources of a domain. */
export const sourcesOf = (config: Config, domain: string): string[] =>
  config.sources.sources.filter((source) => source.enabled && source.domain === domain).map(({ id }) => id)
