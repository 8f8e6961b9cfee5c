import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, loadConfig } from '../../config/load.ts'
import { brokerAccounts, type DemoFile, ensureSecrets, prepareDataDir } from '../../server/commands/data.ts'
import { writeMosquitto } from '../../server/ingest/mosquitto-config.ts'
import { listens } from '../services/mosquitto.ts'
import { isRoot } from '../services/process.ts'
import { freePort, type Service, startInflux, startMosquitto, startPostgres, temporaryFolder } from '../services.ts'
import { type DoorLoad, doorLoad } from './load/doors.ts'
import { type Piece, processPiece } from './piece.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const CONFIG = join(ROOT, 'config')

export type Demo = DemoFile

/** As `npm start` does: processes that find their sources compiled start quicker. */
function compiled(): Record<string, string> {
  const env = { NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled') }
  spawnSync(process.execPath, [join(ROOT, 'server/commands/warm.ts')], {
    env: { ...process.env, ...env },
    stdio: 'ignore',
  })
  return env
}

/** The product with everything around it, in a data folder of its own. */
export interface World {
  dataDir: string
  config: Config
  /** What may be killed. */
  pieces: Piece[]
  doors: DoorLoad
  /** Only with real services. */
  influx: Service | undefined
  demo(): Demo
  /** Ends the product in order. @returns the longest of its parts, ms */
  stopProduct(): Promise<number>
  close(): Promise<void>
}

interface Services {
  env: Record<string, string>
  brokerUrl: string
  pieces: Piece[]
  influx: Service | undefined
  close(): Promise<void>
}

export async function openWorld(real: boolean): Promise<World> {
  const dataDir = temporaryFolder('faults')
  prepareDataDir(dataDir)
  const config = loadConfig(CONFIG)
  const secrets = ensureSecrets(dataDir, config, true)
  const services = await (real ? realServices : embeddedServices)(dataDir, config, secrets)
  const devices = config.sources.sources.flatMap((source) => (source.kind === 'hikvision' ? source.devices : []))
  const doors = doorLoad(
    dataDir,
    devices.map(({ id }) => id),
    secrets['device.hik'] ?? '',
  )
  const port = await freePort()
  const common = {
    SANLING_DATA: dataDir,
    SANLING_OFFICE: 'off',
    SANLING_HOST: '127.0.0.1',
    ...compiled(),
    ...services.env,
  }
  const server = processPiece({
    name: 'server',
    file: join(ROOT, 'server/commands/demo-server.ts'),
    args: [CONFIG],
    env: () => ({ ...common, SANLING_PORT: String(port) }),
    logFile: join(dataDir, 'logs/server.log'),
    ready: async () => (await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(1000) })).ok,
  })
  let startedAt = 0
  const collectors = processPiece({
    name: 'collectors',
    file: join(ROOT, 'collectors/main.ts'),
    args: ['--config', CONFIG],
    env: () => {
      startedAt = performance.now()
      return { ...common, SANLING_BROKER_URL: services.brokerUrl, SANLING_SYSLOG_PORT: '0' }
    },
    logFile: join(dataDir, 'logs/collectors.log'),
    ready: async () => doors.heardAt() > startedAt,
  })
  return {
    dataDir,
    config,
    pieces: [server, collectors, ...services.pieces],
    doors,
    influx: services.influx,
    demo: () => JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as Demo,
    stopProduct: async () => Math.max(...(await Promise.all([server.stop(), collectors.stop()]))),
    close: async () => {
      await Promise.all([server.kill9(), collectors.kill9()])
      await services.close()
    },
  }
}

/** Broker inside the server, both stores SQLite: killing the server kills all three. */
async function embeddedServices(): Promise<Services> {
  const port = await freePort()
  const env = { SANLING_MQTT_PORT: String(port) }
  return { env, brokerUrl: `mqtt://127.0.0.1:${port}`, pieces: [], influx: undefined, close: async () => undefined }
}

const servicePiece = (name: string, service: Service): Piece => ({
  name,
  start: () => service.restart(),
  kill9: () => service.kill9(),
  ready: () => listens(service.port),
  stop: async () => 0,
})

/** Mosquitto as the product configures it, influxd and PostgreSQL. */
async function realServices(
  dataDir: string,
  config: Config,
  secrets: Readonly<Record<string, string>>,
): Promise<Services> {
  const port = await freePort()
  const file = writeMosquitto({
    folder: join(dataDir, 'mosquitto'),
    host: '127.0.0.1',
    port,
    site: config.site.site,
    accounts: brokerAccounts(secrets),
    ...(isRoot ? { runAs: 'root' } : {}),
  })
  const broker = await startMosquitto({ file, port })
  const influx = await startInflux()
  const postgres = await startPostgres()
  const urlFile = join(dataDir, 'postgres.url')
  writeFileSync(urlFile, await postgres.freshDatabase(), { mode: 0o600 })
  const services = {
    broker: { kind: 'mqtt', url: broker.url, username: 'server', password: { generated: 'broker.server' } },
    metrics: { kind: 'influx', url: influx.url, database: 'faults' },
    records: { kind: 'postgres', url: { file: urlFile } },
  }
  const servicesFile = join(dataDir, 'services.yaml')
  // JSON is YAML.
  writeFileSync(servicesFile, JSON.stringify(services))
  return {
    env: { SANLING_SERVICES: servicesFile },
    brokerUrl: broker.url,
    pieces: [servicePiece('broker', broker), servicePiece('postgres', postgres)],
    influx,
    close: async () => void (await Promise.all([broker.stop(), influx.stop(), postgres.stop()])),
  }
}
