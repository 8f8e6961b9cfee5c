import type { InfluxSettings } from '../../server/metrics/influx/client.ts'

let databases = 0

/** A database of its own for each store. */
export function influxSettings(url: string, extra: Partial<InfluxSettings> = {}): InfluxSettings {
  databases += 1
  return {
    url,
    database: `t${databases}`,
    bootstrap: true,
    timeoutMs: 5000,
    retention: { rawDays: 90, hourDays: 730, eventsDays: 200 },
    ...extra,
  }
}
