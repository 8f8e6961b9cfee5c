import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { type Config, loadConfig } from '../../config/load.ts'
import {
  brokerAccounts,
  type DemoFile,
  demoPeople,
  ensureSecrets,
  prepareDataDir,
  writeDemoFile,
} from '../../server/commands/data.ts'
import { writeMosquitto } from '../../server/ingest/mosquitto-config.ts'
import { type Piece, processPiece } from '../faults/piece.ts'
import { isRoot } from '../services/process.ts'
import {
  freePort,
  type Service,
  startInflux,
  startMosquitto,
  startPostgres,
  startRedis,
  temporaryFolder,
} from '../services.ts'
import { type Balancer, startBalancer } from './balancer.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const CONFIG = join(ROOT, 'config')

/** Several real servers on one PostgreSQL, Redis, Mosquitto and influxd, behind one proxy. */
export interface ClusterHouse {
  /** Of the first server; the collectors' ports and spools lie there too. */
  dataDir: string
  config: Config
  secrets: Readonly<Record<string, string>>
  /** Not started yet. */
  servers: Piece[]
  /** Of each server alone. */
  urls: string[]
  services: { broker: Service; influx: Service; postgres: Service; redis: Service }
  balancer: Balancer
  /** `url` is the proxy's. */
  demo: DemoFile
  servicesFile: string
  recordsUrl: string
  close(): Promise<void>
}

export async function openHouse(
  count: number,
  env: Readonly<Record<string, string>> = {},
  { alone = false } = {},
): Promise<ClusterHouse> {
  const folder = temporaryFolder('cluster')
  const config = loadConfig(CONFIG)
  const names = ['a', 'b', 'c', 'd'].slice(0, count)
  const dirs = names.map((name) => join(folder, name))
  const sharedDir = join(folder, 'shared')
  mkdirSync(sharedDir, { recursive: true })
  for (const dir of dirs) prepareDataDir(dir)
  const dataDir = dirs[0] ?? folder
  const secrets = ensureSecrets(dataDir, config, true)
  for (const dir of dirs.slice(1)) copyFileSync(join(dataDir, 'secrets.json'), join(dir, 'secrets.json'))
  const brokerPort = await freePort()
  const conf = writeMosquitto({
    folder: join(folder, 'mosquitto'),
    host: '127.0.0.1',
    port: brokerPort,
    site: config.site.site,
    accounts: brokerAccounts(secrets),
    ...(isRoot ? { runAs: 'root' } : {}),
  })
  const [broker, influx, postgres, redis] = await Promise.all([
    startMosquitto({ file: conf, port: brokerPort }),
    startInflux(),
    startPostgres(),
    startRedis(),
  ])
  const recordsUrl = await postgres.freshDatabase()
  const urlFile = join(folder, 'postgres.url')
  writeFileSync(urlFile, recordsUrl, { mode: 0o600 })
  const servicesFile = join(folder, 'services.yaml')
  const password = { generated: 'broker.server' }
  const services = {
    broker: { kind: 'mqtt', url: broker.url, username: 'server', password },
    metrics: { kind: 'influx', url: influx.url, database: 'faults' },
    records: { kind: 'postgres', url: { file: urlFile } },
  }
  // JSON is YAML.
  writeFileSync(servicesFile, JSON.stringify(services))
  const ports = await Promise.all(names.map(() => freePort()))
  const balancer = await startBalancer(ports)
  const people = demoPeople(dataDir, config, false)
  const url = `http://127.0.0.1:${balancer.port}`
  const demo = writeDemoFile(dataDir, people, secrets, url, broker.url)
  for (const dir of dirs.slice(1)) copyFileSync(join(dataDir, 'demo.json'), join(dir, 'demo.json'))
  const servers = names.map((name, at) =>
    processPiece({
      name: `server-${name}`,
      file: join(ROOT, 'server/commands/demo-server.ts'),
      args: [CONFIG],
      env: () => ({
        SANLING_DATA: dirs[at] ?? folder,
        SANLING_SERVICES: servicesFile,
        SANLING_OFFICE: 'off',
        SANLING_HOST: '127.0.0.1',
        SANLING_PORT: String(ports[at]),
        SANLING_ANCHORS: join(folder, `anchors-${name}`),
        NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/compiled'),
        ...(alone ? {} : { SANLING_CLUSTER: name, SANLING_REDIS: redis.url, SANLING_SHARED: sharedDir }),
        ...env,
      }),
      logFile: join(dirs[at] ?? folder, 'logs/server.log'),
      ready: async () =>
        (await fetch(`http://127.0.0.1:${ports[at]}/readyz`, { signal: AbortSignal.timeout(1000) })).ok,
    }),
  )
  return {
    dataDir,
    config,
    secrets,
    servers,
    urls: ports.map((port) => `http://127.0.0.1:${port}`),
    services: { broker, influx, postgres, redis },
    balancer,
    demo,
    servicesFile,
    recordsUrl,
    async close() {
      await Promise.all(servers.map((server) => server.kill9()))
      await balancer.close()
      await Promise.all([broker, influx, postgres, redis].map((service) => service.stop()))
    },
  }
}
