import { join } from 'node:path'
import type { Clock } from '../clock.ts'
import { Backlog } from './backlog.ts'
import { EmbeddedStore } from './embedded/store.ts'
import type { InfluxSettings } from './influx/client.ts'
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

/** Only the adapter that is used is loaded: the influx client costs 10 MB. */
async function openStore({ dataDir, retention, influx }: EngineSettings, clock: Clock): Promise<MetricStore> {
  if (!influx) return new EmbeddedStore({ file: join(dataDir, 'metrics.sqlite'), retention }, clock)
  const { InfluxStore } = await import('./influx/store.ts')
  return new InfluxStore({ ...influx, retention })
}

/** Puts store, backlog, rollups and writer together; nothing runs before `writer.start()`. */
export async function makeEngine(settings: EngineSettings, around: EngineSurroundings): Promise<Engine> {
  const { retention } = settings
  const store = await openStore(settings, around.clock)
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
