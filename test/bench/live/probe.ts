/** Loaded with --import into the server under test: answers what it costs. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

const RESOLUTION_MS = 5
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delay.enable()
let cpu = process.threadCpuUsage()
process.on('message', (message) => {
  if (message !== 'weigh') return
  const { user, system } = process.threadCpuUsage(cpu)
  cpu = process.threadCpuUsage()
  const weight = {
    p99Ms: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION_MS),
    maxMs: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
    cpuMs: (user + system) / 1000,
    rssMb: process.memoryUsage.rss() / 1e6,
  }
  delay.reset()
  process.send?.({ kind: 'weight', weight })
})
