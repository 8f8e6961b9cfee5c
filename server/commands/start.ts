/**
 * `npm start`: the whole office embedded on this machine, labelled 演示. This process only supervises: it builds the
 * pages if they are stale, starts server and collectors, and ends them. It imports nothing but Node's own modules.
 */
import { existsSync, mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { announce } from './banner.ts'
import { Child } from './child.ts'
import { LEAN, LEAN_V8, runCompiled } from './compiled.ts'
import type { DemoFile } from './data.ts'
import { readEnvironment } from './environment.ts'
import { type Lock, takeLock } from './lock.ts'
import { waitForPort } from './port.ts'
import { buildWeb, webIsStale } from './web-build.ts'

const PREDECESSOR_MS = 10_000
const GRACE_MS = 4300
const ROOT = resolve(import.meta.dirname, '../..')
const CONFIG = process.env.SANLING_CONFIG ?? join(ROOT, 'config')

export { LEAN, LEAN_V8 }

const say = (text: string) => process.stdout.write(`${text}\n`)

interface Stage {
  stop(): Promise<void>
}

const stages: Stage[] = []
let stopping: Promise<void> | undefined

/** Last started, first stopped; children side by side. */
function stop(): Promise<void> {
  stopping ??= (async () => {
    for (const stage of stages.splice(0).reverse()) await stage.stop()
  })()
  return stopping
}

async function main(): Promise<void> {
  const environment = readEnvironment()
  const dataDir = environment.dataDir ?? resolve('./data/demo')
  const host = environment.host ?? '127.0.0.1'
  const real = process.argv.includes('--real')
  const lock = await takeLock(dataDir, 'start', PREDECESSOR_MS)
  if (!lock)
    throw new Error(`数据目录 ${dataDir} 正由另一个 npm start 使用。请先停掉它，或用 SANLING_DATA=其他目录 启动`)
  stages.push(releasing(lock))
  await waitForPort('网页', 'SANLING_PORT', host, environment.port ?? 8080, PREDECESSOR_MS)
  if (!real) await waitForPort('MQTT ', 'SANLING_MQTT_PORT', host, environment.mqttPort ?? 1883, PREDECESSOR_MS)
  if (webIsStale(ROOT)) await refreshWeb()
  if (stopping) return
  mkdirSync(join(dataDir, 'logs'), { recursive: true })
  const services = real ? await startServices(dataDir, environment.mqttPort) : {}
  startProcesses(dataDir, {
    SANLING_DATA: dataDir,
    SANLING_HOST: host,
    SANLING_SOURCES_D: process.env.SANLING_SOURCES_D ?? join(dataDir, 'sources.d'),
    ...services,
  })
}

/** Pages that were built before are better than none. */
async function refreshWeb(): Promise<void> {
  say('正在构建网页……')
  try {
    await buildWeb(ROOT)
  } catch (error) {
    if (!existsSync(join(ROOT, 'web/dist/index.html'))) throw error
    process.stderr.write(`${(error as Error).message}\n沿用上次构建的网页。\n`)
  }
}

const releasing = (lock: Lock): Stage => ({ stop: async () => lock.release() })

/** Loaded only when asked for: the supervisor of the embedded office stays small. */
async function startServices(dataDir: string, mqttPort: number | undefined): Promise<Record<string, string>> {
  const { startReal } = await import('./real/index.ts')
  const real = await startReal(dataDir, CONFIG, mqttPort)
  stages.push(real)
  return { SANLING_SERVICES: real.servicesFile }
}

function startProcesses(dataDir: string, env: Record<string, string>): void {
  const pinned: Record<string, string> = {}
  let collectors: Child | undefined
  const ended = (name: string) => (how: string, restartsInMs: number | undefined) => {
    if (stopping) return
    if (restartsInMs === undefined) void give(1)
    else process.stderr.write(`${name}意外结束（${how}），${restartsInMs} 毫秒后重新启动；日志见 ${dataDir}/logs\n`)
  }
  const plan = (name: string, file: string, args: string[], extra: () => Record<string, string>) => ({
    name,
    file: join(ROOT, file),
    args,
    logFile: join(dataDir, 'logs', `${name}.log`),
    execArgv: LEAN_V8,
    env: () => ({ ...LEAN, ...env, ...extra() }),
  })
  const server = new Child({
    ...plan('server', 'server/commands/demo-server.ts', [CONFIG], () => pinned),
    ended: ended('服务进程'),
    heard: (message) => {
      const { kind, why, demo } = message as { kind?: string; why?: string; demo?: DemoFile }
      if (kind === 'failed' && why !== undefined) process.stderr.write(`${why}\n`)
      if (kind === 'ready') server.confirm()
      if (kind !== 'ready' || !demo || collectors || stopping) return
      // Ports that were picked stay the same when the server is started again.
      Object.assign(pinned, portsOf(demo))
      collectors = new Child({
        ...plan('collectors', 'collectors/main.ts', ['--config', CONFIG], () => ({
          SANLING_BROKER_URL: demo.mqtt.url,
        })),
        ended: ended('采集进程'),
        heard: () => undefined,
      })
      collectors.start()
      say(announce(demo, dataDir))
    },
  })
  stages.push({ stop: async () => void (await Promise.all([collectors?.stop(GRACE_MS), server.stop(GRACE_MS)])) })
  server.start()
}

function portsOf(demo: DemoFile): Record<string, string> {
  const ports = { SANLING_PORT: new URL(demo.url).port }
  return process.argv.includes('--real') ? ports : { ...ports, SANLING_MQTT_PORT: new URL(demo.mqtt.url).port }
}

async function give(code: number): Promise<never> {
  await stop()
  process.exit(code)
}

function run(): void {
  runCompiled(ROOT)
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => void give(0))
  main().catch((error: unknown) => {
    process.stderr.write(`启动失败：${(error as Error).message}\n`)
    void give(1)
  })
}

// warm.ts loads this file without running it.
if (import.meta.main) run()
