import type { EngineSettings } from './engine.ts'
import { MetricsRoad } from './road.ts'
import type { Metrics, MetricsDeps } from './types.ts'

export { eventPoint } from './event-point.ts'
export type { Rejected, SeriesAnswer, SeriesQuery, StoreHealth } from './port.ts'
export type { Metrics, MetricsDeps, MetricsLog } from './types.ts'
export type { MetricsState } from './writer.ts'

/** @throws when a secret is missing */
export function openMetrics(deps: MetricsDeps): Metrics {
  return new MetricsRoad(deps, engineSettings(deps))
}

function engineSettings({ services: { metrics, retention }, dataDir, secret }: MetricsDeps): EngineSettings {
  const days = {
    rawDays: retention.metricsRawDays,
    hourDays: retention.metricsHourDays,
    eventsDays: retention.eventsDays,
  }
  if (metrics.kind === 'embedded') return { dataDir, retention: days }
  const { url, database, bootstrap, username, password, token } = metrics
  return {
    dataDir,
    retention: days,
    influx: {
      url,
      database,
      bootstrap,
      timeoutMs: 10_000,
      ...(username ? { username } : {}),
      ...(password ? { password: secret(password) } : {}),
      ...(token ? { token: secret(token) } : {}),
    },
  }
}
