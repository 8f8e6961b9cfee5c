import http from 'node:http'
import https from 'node:https'
import { FieldType, InfluxDB } from 'influx'
import type { FieldKind } from '../../../contract/measurements.ts'
import { SCHEMA } from '../schema.ts'

export interface InfluxSettings {
  url: string
  database: string
  username?: string
  password?: string
  /** 2.x: sent as `Authorization: Token …`. */
  token?: string
  /** May the server make database and retention policies? Not on 2.x. */
  bootstrap: boolean
  timeoutMs: number
  retention: { rawDays: number; hourDays: number; eventsDays: number }
}

export type Agent = http.Agent | https.Agent

const KINDS: Record<FieldKind, FieldType> = {
  integer: FieldType.INTEGER,
  float: FieldType.FLOAT,
  string: FieldType.STRING,
  boolean: FieldType.BOOLEAN,
}

/** Every measurement is declared: without a schema the client makes all numbers floats. */
const schema = (database: string) =>
  Object.entries(SCHEMA).map(([measurement, { tags, fields }]) => ({
    database,
    measurement,
    tags: [...tags],
    fields: Object.fromEntries(Object.entries(fields).map(([name, kind]) => [name, KINDS[kind]])),
  }))

/** With a delay of 0 the pool never takes its only host away («No host available»): we do the waiting. */
const noBackoff = { getDelay: () => 0, next: () => noBackoff, reset: () => noBackoff }

export function influxClient(settings: InfluxSettings): { client: InfluxDB; agent: Agent } {
  const url = new URL(settings.url)
  const secure = url.protocol === 'https:'
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: 4 })
    : new http.Agent({ keepAlive: true, maxSockets: 4 })
  const client = new InfluxDB({
    database: settings.database,
    schema: schema(settings.database),
    ...credentials(settings),
    pool: { requestTimeout: settings.timeoutMs, maxRetries: 0, backoff: noBackoff },
    hosts: [
      {
        host: url.hostname,
        port: Number(url.port) || (secure ? 443 : 80),
        protocol: secure ? 'https' : 'http',
        path: url.pathname === '/' ? '' : url.pathname,
        options: { agent, ...(settings.token ? { headers: { Authorization: `Token ${settings.token}` } } : {}) },
      },
    ],
  })
  return { client, agent }
}

/** Left undefined, the client would send `root:root` and overwrite the token's header. */
function credentials({ username, password }: InfluxSettings): { username: string; password: string } {
  const none = null as unknown as string
  return { username: username ?? none, password: password ?? none }
}
