/** Runs what sources.yaml lists, each source by itself; in the demo also the simulated office. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { pino } from 'pino'
import { type Config, ConfigError, loadConfig } from '../config/load.ts'
import { logOut } from '../config/log-out.ts'
import type { SourceConfig, SourceOf } from '../config/schema.ts'
import { scrub } from '../config/scrub.ts'
import { chance, systemClock } from './clock.ts'
import { keepLean } from './lean.ts'
import { readPorts, writePorts } from './ports.ts'
import type { SourceContext, SourceRunner } from './source.ts'
import { type House, superviseSource } from './supervisor.ts'

/**
 * The ways in: a new kind is one line here, loaded only when a source of that kind is configured. A vendor that comes
 * by one of these ways needs no line (terminals/dialects.ts), nor does one of the office's own (vendor.ts).
 */
export async function build(config: SourceConfig, context: SourceContext): Promise<SourceRunner> {
  switch (config.kind) {
    case 'syslog':
      return (await import('./intake/syslog.ts')).syslogSource(config, context)
    case 'log-file':
      return (await import('./intake/log-file.ts')).logFileSource(config, context)
    case 'web-hook':
      return (await import('./intake/web-hook.ts')).webHookSource(config, context)
    case 'line-folder':
      return (await import('./intake/line-folder.ts')).lineFolderSource(config, context)
    case 'terminal-table':
      return (await import('./terminals/table-source.ts')).terminalTableSource(config, context)
    case 'clamd':
      return (await import('./terminals/clamd-source.ts')).clamdSource(config, context)
    case 'vendor':
      return await (await import('./vendor.ts')).vendorSource(config, context)
    case 'hikvision':
      return (await import('./doors/hikvision.ts')).hikvisionSource(onRealPorts(config, context.dataDir), context)
    case 'artemis':
      return (await import('./doors/artemis.ts')).artemisSource(config, context)
    case 'dahua':
      return (await import('./doors/dahua.ts')).dahuaSource(onRealPorts(config, context.dataDir), context)
    case 'zkteco':
      return (await import('./doors/zkteco.ts')).zktecoSource(config, context)
    case 'case-export':
      return (await import('./cases/export.ts')).caseExportSource(config, context)
    case 'case-sql':
      return (await import('./cases/sql/source.ts')).caseSqlSource(config, context)
    case 'wand-csv':
      return (await import('./patrol/wand.ts')).wandSource(config, context)
  }
}

/** A device address with port 0 is a simulated one; the office told ports.json where it listens. */
function onRealPorts<Source extends SourceOf<'hikvision'> | SourceOf<'dahua'>>(
  config: Source,
  dataDir: string,
): Source {
  const ports = readPorts(dataDir)
  const devices = config.devices.map((device) => {
    const url = new URL(device.url)
    const port = ports[device.id]?.http
    if (url.port !== '0' || !port) return device
    // All simulated controllers share one port, each under its own path.
    return { ...device, url: `${url.protocol}//${url.hostname}:${port}/${encodeURIComponent(device.id)}` }
  })
  return { ...config, devices }
}

/** SANLING_SYSLOG_PORT moves every syslog source (0 = any free port; see ports.json). */
function onAskedPort(config: SourceConfig): SourceConfig {
  const asked = process.env.SANLING_SYSLOG_PORT
  if (config.kind !== 'syslog' || !asked) return config
  const port = Number(asked)
  const moved = <Bound extends { port: number }>(bound: Bound | undefined) => bound && { ...bound, port }
  // TLS cannot share the number with TCP.
  const tls = port === 0 ? moved(config.tls) : config.tls
  return { ...config, udp: moved(config.udp), tcp: moved(config.tcp), tls }
}

function brokerOf({ services: { broker } }: Config): House['broker'] {
  const asked = process.env.SANLING_BROKER_URL
  const { caFile } = broker.kind === 'embedded' ? { caFile: broker.tls?.caFile } : broker
  const embedded = (tls: unknown, { host, port }: { host: string; port: number }) =>
    `${tls ? 'mqtts' : 'mqtt'}://${host}:${port}`
  const url = broker.kind === 'embedded' ? embedded(broker.tls, broker) : broker.url
  return { url: asked ?? url, ca: caFile ? readFileSync(caFile, 'utf8') : undefined }
}

function readSecrets(dataDir: string): Record<string, string> {
  const file = process.env.SANLING_SECRETS ?? join(dataDir, 'secrets.json')
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch (error) {
    throw new Error(
      `读不到密钥文件 ${file}（${(error as Error).message}），请先运行 npm start 或用 SANLING_SECRETS 指明`,
    )
  }
}

function furnish(): House {
  const { values } = parseArgs({ options: { config: { type: 'string', default: './config' } } })
  const config = loadConfig(resolve(values.config), process.env.SANLING_SERVICES)
  const dataDir = resolve(process.env.SANLING_DATA ?? './data/server')
  const { version } = JSON.parse(readFileSync(join(dirname(import.meta.dirname), 'package.json'), 'utf8'))
  return {
    config,
    dataDir,
    secrets: readSecrets(dataDir),
    version,
    broker: brokerOf(config),
    clock: systemClock,
    chance,
    log: pino(
      { name: 'collectors', level: process.env.SANLING_LOG ?? 'info', hooks: { streamWrite: scrub } },
      logOut(),
    ),
  }
}

async function startOffice(house: House): Promise<{ stop(): Promise<void> } | undefined> {
  const asked = process.env.SANLING_OFFICE ?? (house.config.site.demo ? 'on' : 'off')
  if (asked === 'off' && !house.config.site.demo) return undefined
  const office = await import('./office/index.ts')
  if (asked === 'off') {
    office.furnishOffice({ ...house, speed: 1 })
    return undefined
  }
  return await office.startOffice({
    ...house,
    speed: Number(process.env.SANLING_SPEED ?? 1),
    listens: (name: string, ports: Readonly<Record<string, number>>) => writePorts(house.dataDir, name, ports),
  })
}

/** Two demo offices on one machine: the second one's syslog takes a free port (see ports.json) instead of failing. */
async function makeRoom({ config, log }: House): Promise<void> {
  if (!config.site.demo || process.env.SANLING_SYSLOG_PORT) return
  for (const source of config.sources.sources) {
    if (source.kind !== 'syslog' || !source.tcp || !(await isTaken(source.tcp))) continue
    log.warn(
      { source: source.id, port: source.tcp.port },
      '演示的 syslog 端口已被占用，改用自动选取的端口，见 ports.json',
    )
    process.env.SANLING_SYSLOG_PORT = '0'
    return
  }
}

const isTaken = ({ host, port }: { host: string; port: number }): Promise<boolean> =>
  new Promise((resolve) => {
    const probe = createServer()
    probe.once('error', () => resolve(true))
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(false)))
  })

async function main(): Promise<void> {
  const house = furnish()
  await makeRoom(house)
  const office = await startOffice(house).catch((error) => {
    house.log.error({ err: error }, '模拟办公室没有启动')
    return undefined
  })
  const sources = house.config.sources.sources
    .filter(({ enabled }) => enabled)
    .map((config) => superviseSource(onAskedPort(config), house, build))
  house.log.info({ sources: sources.length }, '采集器已启动')
  keepLean()

  let stopping = false
  const stop = async () => {
    if (stopping) return
    stopping = true
    setTimeout(() => process.exit(1), 4500).unref()
    await Promise.all([office?.stop(), ...sources.map((source) => source.stop())])
    process.exit(0)
  }
  followAdded(house, stop)
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, stop)
  // The supervisor is gone: nobody would end us otherwise.
  process.on('disconnect', stop)
  process.on('unhandledRejection', (error) => house.log.error({ err: error }, '未处理的错误，继续运行'))
}

const LOOK_MS = 2000
/** A source was added at the desk and its key has been made: end, and be started again with it. */
function followAdded({ config, dataDir, log }: House, stop: () => Promise<void>): void {
  if (!process.send) return
  const folder = resolve(config.dir, process.env.SANLING_SOURCES_D ?? 'sources.d')
  const known = new Set(config.sources.sources.map(({ id }) => id))
  const files = (): string => (existsSync(folder) ? readdirSync(folder).sort().join() : '')
  const before = files()
  setInterval(() => {
    if (files() === before) return
    try {
      const now = loadConfig(config.dir, process.env.SANLING_SERVICES).sources.sources
      const added = now.filter(({ id }) => !known.has(id))
      const secrets = readSecrets(dataDir)
      if (added.length === 0 || !added.every(({ id }) => secrets[`broker.${id}`])) return
      log.info({ added: added.map(({ id }) => id) }, '新增来源，采集进程重新启动')
      void stop()
    } catch (error) {
      log.warn({ err: error }, '新增的来源未能读取')
    }
  }, LOOK_MS).unref()
}

/** No use in starting again before somebody has mended the configuration (sysexits.h EX_CONFIG). */
const EXIT_MISCONFIGURED = 78

function run(): void {
  main().catch((error) => {
    process.stderr.write(`${error instanceof ConfigError ? error.message : `采集器无法启动：${error.message}`}\n`)
    process.exit(EXIT_MISCONFIGURED)
  })
}

// The warm-up of `npm start` loads this file without running it.
if (import.meta.main) run()
