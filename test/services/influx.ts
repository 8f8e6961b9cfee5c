import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, freePort, type Service, startService, temporaryFolder } from './process.ts'

export interface InfluxOptions {
  port?: number
  /** Users are asked for a password; create the first with CREATE USER … WITH ALL PRIVILEGES. */
  auth?: boolean
  maxBodyBytes?: number
}

const config = (folder: string, port: number, rpc: number, options: InfluxOptions): string => `
reporting-disabled = true
bind-address = "127.0.0.1:${rpc}"
[meta]
  dir = "${folder}/meta"
  logging-enabled = false
[data]
  dir = "${folder}/data"
  wal-dir = "${folder}/wal"
  query-log-enabled = false
[monitor]
  store-enabled = false
[http]
  bind-address = "127.0.0.1:${port}"
  log-enabled = false
  auth-enabled = ${options.auth ?? false}
  max-body-size = ${options.maxBodyBytes ?? 25_000_000}
`

/** `rpc`: where `influxd backup` and `restore` are answered, host:port. */
export interface Influx extends Service {
  rpc: string
}

/** influxd 1.x, empty, on a free loopback port. */
export async function startInflux(options: InfluxOptions = {}): Promise<Influx> {
  const program = findProgram('influxd', 'influxdb')
  const folder = temporaryFolder('influx')
  const port = options.port ?? (await freePort())
  const file = join(folder, 'influxdb.conf')
  const rpc = await freePort()
  writeFileSync(file, config(folder, port, rpc, options))
  const service = await startService({
    name: 'influxd',
    program,
    args: ['-config', file],
    folder,
    port,
    url: `http://127.0.0.1:${port}`,
    ready: async () => (await fetch(`http://127.0.0.1:${port}/ping`)).status === 204,
  })
  return Object.assign(service, { rpc: `127.0.0.1:${rpc}` })
}
