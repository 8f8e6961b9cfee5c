import type { Logger } from 'pino'
import type { Config } from '../../config/load.ts'
import type { SourceOf } from '../../config/schema.ts'
import { resolveSecret } from '../../config/secrets.ts'
import type { Clock } from '../clock.ts'
import { officeCalendar } from './calendar.ts'
import { CasePlayer } from './case-player.ts'
import { Command, takeCommands } from './commands.ts'
import { DoorPlayer } from './door-player.ts'
import { dropFolder } from './drop.ts'
import { type IsapiController, isapiController } from './isapi-controller.ts'
import { openMemory } from './memory.ts'
import { PatrolPlayer } from './patrol-player.ts'
import { syslogTarget } from './ports.ts'
import { runScenario, type ScenarioArgs } from './scenarios.ts'
import { SyslogSender, type SyslogTarget } from './syslog-sender.ts'
import { TerminalPlayer } from './terminal-player.ts'

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
 */
export async function startOffice(options: OfficeOptions): Promise<Office> {
  const { config, dataDir, log, clock, speed } = options
  const { site } = config
  const calendar = officeCalendar(config.calendar)
  const now = clock.now()
  const anchor = calendar.day(now - HISTORY_DAYS * DAY).start
  const memory = openMemory(dataDir, now, { seed: options.seed ?? site.site, speed, anchor })
  const silent = new Map<string, number>()
  const isSilent = (what: string): boolean => (silent.get(what) ?? 0) > clock.now()
  const common = { site, calendar, memory, speed }

  const syslog = demoSource(config, 'syslog')
  const target =
    options.ports?.syslog ?? (() => syslog && syslogTarget(syslog, dataDir, Boolean(process.env.SANLING_SYSLOG_PORT)))
  const sender = syslog ? new SyslogSender(target) : undefined
  const terminals = sender ? new TerminalPlayer({ ...common, sender }) : undefined
  const cases = demoSource(config, 'case-export')
  const casePlayer = cases ? new CasePlayer({ ...common, folder: dropFolder(dataDir, cases.folder) }) : undefined
  const wand = demoSource(config, 'wand-csv')
  const patrol = wand ? new PatrolPlayer({ ...common, folder: dropFolder(dataDir, wand.folder) }) : undefined
  const hik = demoSource(config, 'hikvision')
  const controller = hik ? controllersOf(hik, options, (id) => isSilent('access') || isSilent(id)) : undefined
  const doors = controller ? new DoorPlayer({ ...common, controller }) : undefined
  await controller?.start()
  for (const { id } of hik?.devices ?? []) options.listens?.(id, { http: controller?.port ?? 0 })
  const known = doors?.preload(now) ?? 0
  log.info({ doors: known, speed, first: memory.first }, '模拟办公室已开始（演示）')

  const silence = (what: string, until: number): void => {
    silent.set(what, until)
    const player = { terminal: terminals, patrol, case: casePlayer }[what]
    if (player) player.silentUntil = until
    for (const { id } of hik?.devices ?? []) if (what === 'access' || what === id) controller?.parts(id).stream.cut()
  }
  const scenario = (name: string, args: ScenarioArgs = {}): string =>
    runScenario(name, { site, doors, terminals, patrol, silence }, clock.now(), args)
  const obey = ({ scenario: name, ...args }: Command): void => {
    try {
      log.info({ scenario: name, will: scenario(name, args) }, '情景')
    } catch (error) {
      log.warn({ scenario: name, error: error instanceof Error ? error.message : String(error) }, '情景未执行')
    }
  }

  let lookedAt = 0
  const tick = (): void => {
    const moment = clock.now()
    doors?.tick(moment)
    terminals?.tick(moment)
    casePlayer?.tick(moment)
    patrol?.tick(moment)
    if (moment - lookedAt < COMMANDS_MS) return
    lookedAt = moment
    for (const command of takeCommands(dataDir, (file, why) => log.warn({ file, why }, '命令文件无法读取')))
      obey(command)
  }
  const safely = (): void => {
    try {
      tick()
    } catch (error) {
      log.error({ err: error }, '模拟办公室出错，稍后继续')
    }
  }
  const onMessage = (message: unknown): void => {
    const command = Command.safeParse(message)
    if (command.success) obey(command.data)
  }
  process.on('message', onMessage)
  const timer = setInterval(safely, TICK_MS)

  return {
    deviceUrls: Object.fromEntries((hik?.devices ?? []).map(({ id }) => [id, controller?.url(id) ?? ''])),
    scenario,
    tick,
    async stop() {
      clearInterval(timer)
      process.off('message', onMessage)
      terminals?.stop(clock.now())
      sender?.close()
      await controller?.stop()
    },
  }
}

function demoSource<Kind extends SourceOf<'syslog' | 'hikvision' | 'case-export' | 'wand-csv'>['kind']>(
  { sources }: Config,
  kind: Kind,
): SourceOf<Kind> | undefined {
  return sources.sources.find(
    (source): source is SourceOf<Kind> => source.kind === kind && source.demo && source.enabled,
  )
}

function controllersOf(
  hik: SourceOf<'hikvision'>,
  { config, secrets, clock, ports }: OfficeOptions,
  isDead: (device: string) => boolean,
): IsapiController {
  return isapiController({
    host: '127.0.0.1',
    port: ports?.controller ?? 0,
    clock,
    devices: hik.devices.map(({ id, username, password }) => ({
      id,
      username,
      password: resolveSecret(password, secrets),
      doors: config.site.doors.filter(({ device }) => device === id).length,
    })),
    async around({ device, response }, answer) {
      if (!isDead(device)) return answer()
      response.destroy()
      return 'handled'
    },
  })
}
