import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { findProgram, freePort, Service } from './service.ts'

const config = (folder: string, port: number, rpc: number): string => `reporting-disabled = true
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
`

/** influxd 1.x on a free loopback port, its data in the data folder. */
export async function prepareInflux(dataDir: string, logFile: string): Promise<{ service: Service; url: string }> {
  const folder = join(dataDir, 'real', 'influx')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const port = await freePort()
  const file = join(folder, 'influxdb.conf')
  writeFileSync(file, config(folder, port, await freePort()), { mode: 0o600 })
  const url = `http://127.0.0.1:${port}`
  const service = new Service({
    name: 'influxd',
    program: findProgram('influxd') ?? 'influxd',
    args: ['-config', file],
    folder,
    logFile,
    endSignal: 'SIGTERM',
    ready: async () => (await fetch(`${url}/ping`)).status === 204,
  })
  return { service, url }
}
