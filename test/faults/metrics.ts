import { join } from 'node:path'
import type { Family } from '../../contract/catalogue.ts'
import { EmbeddedStore } from '../../server/metrics/embedded/store.ts'
import { InfluxStore } from '../../server/metrics/influx/store.ts'
import type { MetricStore } from '../../server/metrics/port.ts'
import type { World } from './world.ts'

const YEAR = 366 * 86_400_000
const retention = { rawDays: 90, hourDays: 730, eventsDays: 200 }

/** The metrics store as the product left it. */
export const openStore = ({ dataDir, influx }: World): MetricStore =>
  influx
    ? new InfluxStore({ url: influx.url, database: 'faults', bootstrap: false, timeoutMs: 10_000, retention })
    : new EmbeddedStore({ file: join(dataDir, 'metrics.sqlite'), retention }, { now: () => Date.now() })

/** How many event points of a measurement carry that tag. */
export async function countPoints(
  store: MetricStore,
  measurement: Family,
  where: Record<string, string[]>,
): Promise<number> {
  const columns = [{ field: 'eid', aggregate: 'count' as const }]
  const range = { from: Date.now() - YEAR, to: Date.now() + YEAR, width: null }
  const rows = await store.select({ measurement, keep: 'events', ...range, where, by: [], columns })
  return rows[0]?.values[0] ?? 0
}
