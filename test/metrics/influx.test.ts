import { afterAll } from 'vitest'
import { InfluxStore } from '../../server/metrics/influx/store.ts'
import { startInflux } from '../services.ts'
import { metricsContract } from './contract.ts'
import { influxSettings } from './influx-settings.ts'
import { rollupContract } from './rollup-contract.ts'

const influx = await startInflux()
afterAll(() => influx.stop())

metricsContract('influxd', async () => new InfluxStore(influxSettings(influx.url)))
rollupContract('influxd', async () => new InfluxStore(influxSettings(influx.url)))
