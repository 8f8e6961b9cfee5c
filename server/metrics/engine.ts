import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { Backlog } from './backlog.ts'
import { EmbeddedStore } from './embedded/store.ts'
import type { InfluxSettings } from './influx/client.ts'
import { InfluxStore } from './influx/store.ts'
import type { MetricStore, Rejected } from './port.ts'
import { Rollup } from './rollup.ts'
import { type Pace, Writer } from './writer.ts'

/** Everything resolved, plain data: it travels to the worker. */
export interface EngineSettings {
  dataDir: string
  retention: InfluxSettings['retention']
  influx?: Omit<InfluxSettings, 'retention'>
  pace?: Partial<Pace>
}

export interface Engine {
  store: MetricStore
  writer: Writer
  rollup: Rollup
  backlog: Backlog
  stop(): Promise<void>
}

export interface EngineSurroundings {
  clock: Clock
  chance(): number
  rejected(points: readonly Rejected[]): void
}

/** Puts store, backlog, rollups and writer together; nothing runs before `writer.start()`. */
export function makeEngine(settings: EngineSettings, around: EngineSurroundings): Engine {
  const { retention, influx } = settings
  const store = influx
    ? new InfluxStore({ ...influx, retention })
    : new EmbeddedStore({ file: join(settings.dataDir, 'metrics.sqlite'), retention }, around.clock)
  const backlog = new Backlog(join(settings.dataDir, 'metrics-backlog.sqlite'))
  const rollup = new Rollup({ store, backlog, clock: around.clock, retention })
  const writer = new Writer({ store, backlog, rollup, ...around, ...(settings.pace ? { pace: settings.pace } : {}) })
  return {
    store,
    writer,
    rollup,
    backlog,
    stop: async () => {
      await writer.stop()
      await store.close()
      backlog.close()
    },
  }
}
