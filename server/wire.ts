import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import type { Services } from '../config/schema.ts'
import { SHARE_GROUP } from './cluster/settings.ts'
import { brokerAccounts, type Secrets } from './commands/data.ts'
import { SERVER_USER } from './ingest/rights.ts'
import type { Door, Log, Wire } from './ingest/wire.ts'
import { withoutNumberCache } from './lean-mqtt.ts'
import { identityOf } from './tls.ts'

export interface WireDeps {
  broker: Services['broker']
  mqttPort: number | undefined
  dataDir: string
  secrets: Secrets
  secret(ref: Extract<Services['broker'], { kind: 'mqtt' }>['password']): string
  site: string
  door: Door
  now(): number
  chance(): number
  log: Log
  waitMs: number
  /** One of several servers: events are shared. */
  cluster?: boolean
}

/** Where and as whom a client of ours signs in. */
export interface BrokerAddress {
  url: string
  username: string
  password: string
  caFile?: Uint8Array
}

export interface OpenWire extends Wire {
  /** Known from `start()` on. */
  address(): BrokerAddress
}

/** The way to the broker: our own inside this process, or one beside us. The unused one is not even loaded. */
export function openWire(deps: WireDeps): OpenWire {
  withoutNumberCache()
  return deps.broker.kind === 'embedded' ? embedded(deps, deps.broker) : external(deps, deps.broker)
}

function embedded(deps: WireDeps, broker: Extract<Services['broker'], { kind: 'embedded' }>): OpenWire {
  let wire: Wire | undefined
  const port = deps.mqttPort ?? broker.port
  const password = deps.secrets['broker.server'] ?? ''
  return {
    get port() {
      return wire?.port ?? null
    },
    address: () => ({
      url: `${broker.tls ? 'mqtts' : 'mqtt'}://${broker.host}:${wire?.port ?? port}`,
      username: SERVER_USER,
      password,
      ...(broker.tls ? { caFile: readFileSync(broker.tls.caFile) } : {}),
    }),
    ready: () => wire?.ready() ?? NOT_STARTED,
    publish: (topic, payload, options) => wire?.publish(topic, payload, options),
    async start() {
      const { EmbeddedBroker } = await import('./ingest/broker.ts')
      const { site, door, now, log, waitMs } = deps
      const accounts = brokerAccounts(deps.secrets)
      const tls = identityOf(broker.tls)
      const more = tls ? { tls } : {}
      wire = new EmbeddedBroker({ host: broker.host, port, site, accounts, door, now, log, waitMs, ...more })
      await wire.start()
    },
    stop: async () => wire?.stop(),
  }
}

const NOT_STARTED = { ok: false, reason: '尚未启动' } as const

function external(deps: WireDeps, broker: Extract<Services['broker'], { kind: 'mqtt' }>): OpenWire {
  const password = deps.secret(broker.password)
  let wire: Wire | undefined
  return {
    port: null,
    address: () => ({
      url: broker.url,
      username: broker.username,
      password,
      ...(broker.caFile ? { caFile: readFileSync(broker.caFile) } : {}),
    }),
    ready: () => wire?.ready() ?? NOT_STARTED,
    publish: (topic, payload, options) => wire?.publish(topic, payload, options),
    async start() {
      const { MqttSubscriber } = await import('./ingest/subscriber.ts')
      const { site, door, now, chance, log, dataDir } = deps
      const { url, username, caFile, shared } = broker
      // One per machine and data folder: the broker keeps for this name what comes while we are away.
      const clientId = `server-${createHash('sha256').update(`${hostname()} ${dataDir}`).digest('hex').slice(0, 12)}`
      const group = shared ?? (deps.cluster ? SHARE_GROUP : undefined)
      const optional = { ...(caFile ? { caFile } : {}), ...(group ? { shared: group } : {}) }
      wire = new MqttSubscriber({ url, username, password, clientId, site, door, now, chance, log, ...optional })
      await wire.start()
    },
    stop: async () => wire?.stop(),
  }
}
