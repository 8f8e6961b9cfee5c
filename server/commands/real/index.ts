import { mkdirSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { loadConfig } from '../../../config/load.ts'
import { writeMosquitto } from '../../ingest/mosquitto-config.ts'
import { brokerAccounts, ensureSecrets, prepareDataDir } from '../data.ts'
import { waitForPort } from '../port.ts'
import { prepareInflux } from './influx.ts'
import { postgresBinaries, preparePostgres } from './postgres.ts'
import { findProgram, freePort, isRoot, Service } from './service.ts'

export interface Real {
  /** services.yaml of this run: the same office on Mosquitto, influxd and PostgreSQL. */
  servicesFile: string
  stop(): Promise<void>
}

const GRACE_MS = 2500
const PREDECESSOR_MS = 10_000

/** Program → Debian package. */
const NEEDED: readonly (readonly [string, string, readonly string[]])[] = [
  ['mosquitto', 'mosquitto', []],
  ['mosquitto_passwd', 'mosquitto', []],
  ['influxd', 'influxdb', []],
  ['postgres', 'postgresql', postgresBinaries()],
  ['setpriv', 'util-linux', []],
]

/**
 * `npm start -- --real`: starts the three services as our children and writes the services.yaml that points to them.
 * @throws Error in Chinese that names what is missing and how to get it
 */
export async function startReal(dataDir: string, configDir: string, mqttPort: number | undefined): Promise<Real> {
  const missing = NEEDED.filter(([name, , places]) => !findProgram(name, places)).map(([, debian]) => debian)
  if (missing.length > 0)
    throw new Error(
      `缺少程序，请先安装：sudo apt-get install --no-install-recommends ${[...new Set(missing)].join(' ')}`,
    )
  prepareDataDir(dataDir)
  mkdirSync(join(dataDir, 'real'), { recursive: true, mode: 0o700 })
  const config = loadConfig(configDir)
  const port = mqttPort === 0 ? await freePort() : (mqttPort ?? 1883)
  await waitForPort('Mosquitto ', 'SANLING_MQTT_PORT', '127.0.0.1', port, PREDECESSOR_MS)
  const log = (name: string) => join(dataDir, 'logs', `${name}.log`)
  const accounts = brokerAccounts(ensureSecrets(dataDir, config, true))
  const broker = mosquitto({ dataDir, port, site: config.site.site, accounts, logFile: log('mosquitto') })
  const influx = await prepareInflux(dataDir, log('influxd'))
  const postgres = await preparePostgres(dataDir, log('postgres'))
  const services = [broker, influx.service, postgres.service]
  const stop = async () => {
    await Promise.all(services.map((service) => service.stop(GRACE_MS)))
  }
  try {
    await Promise.all(services.map((service) => service.start()))
  } catch (error) {
    await stop()
    throw error
  }
  const servicesFile = join(dataDir, 'real', 'services.yaml')
  const written = {
    ...config.services,
    broker: {
      kind: 'mqtt',
      url: `mqtt://127.0.0.1:${port}`,
      username: 'server',
      password: { generated: 'broker.server' },
    },
    metrics: { kind: 'influx', url: influx.url, database: 'sanling', bootstrap: true },
    records: { kind: 'postgres', url: { file: postgres.urlFile } },
  }
  // JSON is YAML.
  writeFileSync(servicesFile, `${JSON.stringify(written, null, 2)}\n`, { mode: 0o600 })
  return { servicesFile, stop }
}

interface MosquittoPlan {
  dataDir: string
  port: number
  site: string
  accounts: ReadonlyMap<string, string>
  logFile: string
}

function mosquitto({ dataDir, port, site, accounts, logFile }: MosquittoPlan): Service {
  const folder = join(dataDir, 'real', 'mosquitto')
  const host = '127.0.0.1'
  const conf = writeMosquitto({ folder, host, port, site, accounts, ...(isRoot ? { runAs: 'root' } : {}) })
  return new Service({
    name: 'Mosquitto',
    program: findProgram('mosquitto') ?? 'mosquitto',
    args: ['-c', conf],
    folder,
    logFile,
    endSignal: 'SIGTERM',
    ready: () => listens(host, port),
  })
}

const listens = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, host)
    const answer = (yes: boolean) => {
      socket.destroy()
      resolve(yes)
    }
    socket.once('connect', () => answer(true)).once('error', () => answer(false))
  })
