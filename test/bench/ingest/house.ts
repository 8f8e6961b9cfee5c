/** The whole product as it ships: every feature's handlers, metrics, live hub, HTTP; only the office is missing. */
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { pino } from 'pino'
import { loadConfig } from '../../../config/load.ts'
import { assemble } from '../../../server/main.ts'

const [url = '', file = ''] = process.argv.slice(2)
const dataDir = dirname(file)
const servicesFile = join(dataDir, 'services.yaml')
const password = `{ generated: broker.server }`
writeFileSync(servicesFile, `broker: { kind: mqtt, url: '${url}', username: server, password: ${password} }\n`)
const house = await assemble({
  config: loadConfig(join(import.meta.dirname, '../../../config'), servicesFile),
  dataDir,
  secrets: { 'broker.server': 'bench', 'cookie.1': 'bench-cookie-key', 'site.key': 'bench-site-key' },
  environment: { port: 0, host: '127.0.0.1', mqttPort: undefined },
  log: pino({ level: 'error' }, pino.destination(2)),
})
await house.start()
const delay = monitorEventLoopDelay({ resolution: 5 })
while (!(await fetch(`${house.url}/readyz`)).ok) await new Promise((resolve) => setTimeout(resolve, 20))
delay.enable()
const before = process.threadCpuUsage()
process.send?.('ready')
process.on('message', async () => {
  delay.disable()
  const { user, system } = process.threadCpuUsage(before)
  process.send?.({
    cpuMs: (user + system) / 1000,
    p99Ms: delay.percentile(99) / 1e6,
    turns: 0,
    rssMb: process.memoryUsage().rss / 1e6,
  })
  await house.stop()
  process.exit(0)
})
