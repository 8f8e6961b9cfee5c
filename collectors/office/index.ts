import type { Logger } from 'pino'
import type { Config } from '../../config/load.ts'
import type { Clock } from '../clock.ts'
import { officeCalendar } from './calendar.ts'
import { CasePlayer } from './case-player.ts'
import { type Cast, castOf, demoSource } from './cast.ts'
import { clamdPlayer } from './clamd-player.ts'
import { Command, takeCommands } from './commands.ts'
import { desksOf } from './desks.ts'
import { dropFolder } from './drop.ts'
import { openMemory } from './memory.ts'
import { runScenario, type ScenarioArgs } from './scenarios.ts'
import type { SyslogTarget } from './syslog-sender.ts'

export { SCENARIOS } from './scenarios.ts'

const DAY = 86_400_000
/** The controllers' memory at the first start: 20 workdays and the weekends between. */
export const HISTORY_DAYS = 29
const TICK_MS = 250
const COMMANDS_MS = 1000

export interface OfficeOptions {
  /** Only sources marked `demo: true` are played. */
  config: Config
  dataDir: string
  /** secrets.json: the controllers' password. */
  secrets: Readonly<Record<string, string>>
  /** Density of events; their stamps are real time. */
  speed: number
  seed?: string
  log: Logger
  clock: Clock
  /** Told where each simulated controller listens: `('acs-1', { http: 40123 })`. */
  listens?(name: string, ports: Readonly<Record<string, number>>): void
  ports?: {
    /** Where the syslog receiver listens, undefined while it does not; by default sources.yaml and ports.json say so. */
    syslog?: () => SyslogTarget | undefined
    /** Of the door controllers; 0 = any free one. */
    controller?: number
  }
}

export interface Office {
  /** Simulated controller → base URL. */
  deviceUrls: Readonly<Record<string, string>>
  /** Returns in Chinese what will happen. @throws Error in Chinese for an unknown name or object */
  scenario(name: string, args?: ScenarioArgs): string
  /** One beat; runs by itself four times a second. */
  tick(): void
  stop(): Promise<void>
}

/**
 * Opens the simulated office: it speaks Tianqing syslog, serves ISAPI controllers and drops export files; the real
 * collectors read them. Same seed and same clock, same events; a restart on the same data folder goes on where it was.
 * @throws Error in Chinese when the controllers' password is missing
 */
export async function startOffice(options: OfficeOptions): Promise<Office> {
  const { config, dataDir, log, clock, speed } = options
  const now = clock.now()
  const calendar = officeCalendar(config.calendar)
  const anchor = calendar.day(now - HISTORY_DAYS * DAY).start
  const memory = openMemory(dataDir, now, { seed: options.seed ?? config.site.site, speed, anchor })
  const cast = castOf(options, calendar, memory)
  await cast.controller?.start()
  for (const id of cast.devices) options.listens?.(id, { http: cast.controller?.port ?? 0 })
  for (const vendor of cast.vendors) {
    await vendor.start()
    if (vendor.port > 0) for (const id of vendor.devices) options.listens?.(id, { http: vendor.port })
  }
  const engines = clamdPlayer(config.sources, clock)
  await engines.start()
  const known = cast.doors?.preload(now) ?? 0
  log.info({ doors: known, speed, first: memory.first }, '模拟办公室已开始（演示）')

  const scenario = (name: string, args: ScenarioArgs = {}): string =>
    runScenario(name, { ...cast, site: config.site }, clock.now(), args)
  const box = letterBox(options, scenario)
  const closing = new AbortController()
  const desks = desksOf({
    config,
    dataDir,
    seed: memory.seed,
    first: memory.first,
    now,
    speed,
    signal: closing.signal,
    drew: (caseNo, person, at) => cast.cases?.drew(caseNo, person, at),
    // No server yet, or none any more: the desk waits. Anything else would be heard of from the server itself.
    stumbled: (who, error) => closing.signal.aborted || log.debug({ err: error, who }, '模拟的工作台稍后再试'),
  })
  const tick = (): void => {
    beat(cast, clock.now(), log)
    for (const vendor of cast.vendors) vendor.tick()
    for (const desk of desks) desk.tick(clock.now())
    box.look()
  }
  process.on('message', box.onMessage)
  const timer = setInterval(tick, TICK_MS)

  return {
    deviceUrls: Object.fromEntries([
      ...cast.devices.map((id) => [id, cast.controller?.url(id) ?? '']),
      ...cast.vendors.flatMap(({ devices, port }) =>
        devices.map((id) => [id, port ? `http://127.0.0.1:${port}/${encodeURIComponent(id)}` : '']),
      ),
    ]),
    scenario,
    tick,
    async stop() {
      clearInterval(timer)
      closing.abort()
      await Promise.all(desks.map((desk) => desk.settled()))
      process.off('message', box.onMessage)
      cast.terminals?.stop(clock.now())
      cast.sender?.close()
      await cast.controller?.stop()
      await engines.stop()
      await Promise.all(cast.vendors.map((vendor) => vendor.stop()))
    },
  }
}

/**
 * SANLING_OFFICE=off: nothing moves, but the office has its cases. Drops the two years' register once per data folder.
 */
export function furnishOffice({ config, dataDir, clock, speed, seed }: FurnishOptions): void {
  const source = demoSource(config, 'case-export')
  if (!source) return
  const now = clock.now()
  const calendar = officeCalendar(config.calendar)
  const anchor = calendar.day(now - HISTORY_DAYS * DAY).start
  const memory = openMemory(dataDir, now, { seed: seed ?? config.site.site, speed, anchor })
  if (memory.caseFiles > 0) return
  new CasePlayer({ site: config.site, calendar, memory, speed, folder: dropFolder(dataDir, source.folder) }).tick(now)
}
type FurnishOptions = Pick<OfficeOptions, 'config' | 'dataDir' | 'clock' | 'speed' | 'seed'>

/** Everybody's turn; one who stumbles (a full disk) does not stop the others and is heard of once a minute. */
function beat({ doors, terminals, cases, patrol }: Cast, now: number, log: Logger): void {
  for (const player of [doors, terminals, cases, patrol])
    try {
      player?.tick(now)
    } catch (error) {
      if (now % 60_000 < TICK_MS) log.error({ err: error }, '模拟办公室出错，稍后继续')
    }
}

/** Scenarios called for by file or by the supervisor's message. */
function letterBox({ dataDir, clock, log }: OfficeOptions, scenario: Office['scenario']) {
  let lookedAt = 0
  const obey = ({ scenario: name, ...args }: Command): void => {
    try {
      log.info({ scenario: name, will: scenario(name, args) }, '情景')
    } catch (error) {
      log.warn({ scenario: name, error: error instanceof Error ? error.message : String(error) }, '情景未执行')
    }
  }
  return {
    look(): void {
      const now = clock.now()
      if (now - lookedAt < COMMANDS_MS) return
      lookedAt = now
      for (const command of takeCommands(dataDir, (file, why) => log.warn({ file, why }, '命令文件无法读取')))
        obey(command)
    },
    onMessage(message: unknown): void {
      const command = Command.safeParse(message)
      if (command.success) obey(command.data)
    },
  }
}
