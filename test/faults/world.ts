import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, loadConfig } from '../../config/load.ts'
import { brokerAccounts, type DemoFile, ensureSecrets, prepareDataDir } from '../../server/commands/data.ts'
import { writeMosquitto } from '../../server/ingest/mosquitto-config.ts'
import type { RecordsOptions } from '../../server/records/store.ts'
import { listens } from '../services/mosquitto.ts'
import { isRoot } from '../services/process.ts'
import { freePort, type Service, startInflux, startMosquitto, startPostgres, temporaryFolder } from '../services.ts'
import { type DoorLoad, doorLoad } from './load/doors.ts'
import { family, type Piece, processPiece } from './piece.ts'
import { type Disk, openDisk } from './tools/disk.ts'
import { startProxy, type TcpProxy } from './tools/proxy.ts'
import { hasCompiler, openShim, type Shim } from './tools/shim.ts'

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
  /** Started first, in this order. */
  boot: Piece[]
  /** What may be killed. */
  pieces: Piece[]
  doors: DoorLoad
  /** What may be killed beside them, only with real services: influxd, PostgreSQL. */
  influx: Service | undefined
  postgres: Service | undefined
  /** Parts by name, influxd among them. */
  piece(name: string): Piece
  /** In front of the broker for collectors; with real services also for the server, and in front of its stores. */
  proxies: Partial<Record<'collectors' | 'broker' | 'influx' | 'records', TcpProxy>>
  /** Small file systems of data folder and spools; undefined where this machine does not let us. */
  disks: { data: Disk; spool: Disk } | undefined
  /** Clock and disk errors of server and collectors; undefined without a C compiler. */
  shim: Shim | undefined
  records: RecordsOptions
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
  postgres: Service | undefined
  proxies: World['proxies']
  records: RecordsOptions
  close(): Promise<void>
}

const DATA_MB = 96
const SPOOL_MB = 24

/** The spools lie on a disk of their own, so that either can be full. */
function openDisks(): World['disks'] {
  const data = openDisk(DATA_MB)
  const spool = data && openDisk(SPOOL_MB, join(data.folder, 'spool'))
  if (data && !spool) data.close()
  return data && spool ? { data, spool } : undefined
}

export async function openWorld(real: boolean): Promise<World> {
  const disks = real ? undefined : openDisks()
  const dataDir = disks?.data.folder ?? temporaryFolder('faults')
  const shim = hasCompiler() ? openShim(dataDir) : undefined
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
    SANLING_ANCHORS: temporaryFolder('anchors'),
    ...compiled(),
    ...services.env,
    ...shim?.env,
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
  const { influx, postgres, proxies, records } = services
  const pieces = [server, collectors, ...services.pieces]
  const every = influx ? [...pieces, servicePiece('influx', influx)] : pieces
  return {
    dataDir,
    config,
    boot: [server, collectors],
    pieces,
    doors,
    influx,
    postgres,
    proxies,
    records,
    disks,
    shim,
    piece: (name) => {
      const found = every.find((piece) => piece.name === name)
      if (!found) throw new Error(`no part ${name}`)
      return found
    },
    demo: () => JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as Demo,
    stopProduct: async () => Math.max(...(await Promise.all([server.stop(), collectors.stop()]))),
    close: async () => {
      await Promise.all([server.kill9(), collectors.kill9()])
      await Promise.all(Object.values(proxies).map((proxy) => proxy.close()))
      await services.close()
      disks?.spool.close()
      disks?.data.close()
      shim?.close()
    },
  }
}

/** Broker inside the server, both stores SQLite: killing the server kills all three. */
async function embeddedServices(dataDir: string): Promise<Services> {
  const port = await freePort()
  const collectors = await startProxy(port)
  return {
    env: { SANLING_MQTT_PORT: String(port) },
    brokerUrl: `mqtt://127.0.0.1:${collectors.port}`,
    pieces: [],
    influx: undefined,
    postgres: undefined,
    proxies: { collectors },
    records: { kind: 'sqlite', file: join(dataDir, 'records.sqlite') },
    close: async () => undefined,
  }
}

const servicePiece = (name: string, service: Service): Piece => ({
  name,
  start: () => service.restart(),
  kill9: () => service.kill9(),
  pids: () => family(service.pid),
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
  const url = await postgres.freshDatabase()
  const proxies = {
    collectors: await startProxy(broker.port),
    broker: await startProxy(broker.port),
    influx: await startProxy(influx.port),
    records: await startProxy(postgres.port),
  }
  writeFileSync(urlFile, through(url, proxies.records), { mode: 0o600 })
  const password = { generated: 'broker.server' }
  const services = {
    broker: { kind: 'mqtt', url: through(broker.url, proxies.broker), username: 'server', password },
    metrics: { kind: 'influx', url: through(influx.url, proxies.influx), database: 'faults' },
    records: { kind: 'postgres', url: { file: urlFile } },
  }
  const servicesFile = join(dataDir, 'services.yaml')
  // JSON is YAML.
  writeFileSync(servicesFile, JSON.stringify(services))
  return {
    env: { SANLING_SERVICES: servicesFile },
    brokerUrl: through(broker.url, proxies.collectors),
    pieces: [servicePiece('broker', broker), servicePiece('postgres', postgres)],
    influx,
    postgres,
    proxies,
    records: { kind: 'postgres', url },
    close: async () => void (await Promise.all([broker.stop(), influx.stop(), postgres.stop()])),
  }
}

const through = (url: string, { port }: TcpProxy): string => url.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${port}`)
