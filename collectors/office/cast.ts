import type { Config } from '../../config/load.ts'
import type { SourceConfig, SourceOf } from '../../config/schema.ts'
import { resolveSecret } from '../../config/secrets.ts'
import type { OfficeCalendar } from './calendar.ts'
import { CasePlayer } from './case-player.ts'
import { DoorPlayer } from './door-player.ts'
import { type DoorVendor, otherVendors, spokenBy } from './door-speakers.ts'
import { dropFolder } from './drop.ts'
import type { OfficeOptions } from './index.ts'
import { type IsapiController, isapiController } from './isapi-controller.ts'
import type { OfficeMemory } from './memory.ts'
import { PatrolPlayer } from './patrol-player.ts'
import { syslogTarget } from './ports.ts'
import { SyslogSender } from './syslog-sender.ts'
import { TerminalPlayer } from './terminal-player.ts'

/** The parts of the office that play a source each; what sources.yaml does not list as `demo: true` is not played. */
export interface Cast {
  doors?: DoorPlayer
  controller?: IsapiController
  /** Hikvision's. */
  devices: readonly string[]
  /** Door controllers of other vendors. */
  vendors: readonly DoorVendor[]
  terminals?: TerminalPlayer
  sender?: SyslogSender
  cases?: CasePlayer
  patrol?: PatrolPlayer
  /** Silences a source (`terminal`, `access`, `patrol`, `case`) or one controller until then. */
  silence(what: string, until: number): void
}

/** Constructing does nothing: the controller still has to be started. */
export function castOf(options: OfficeOptions, calendar: OfficeCalendar, memory: OfficeMemory): Cast {
  const { config, dataDir, clock, speed } = options
  const common = { site: config.site, calendar, memory, speed }
  const silent = new Map<string, number>()
  const isSilent = (what: string): boolean => (silent.get(what) ?? 0) > clock.now()

  const syslog = demoSource(config, 'syslog')
  const sender = syslog && new SyslogSender(targetOf(syslog, options))
  const terminals = sender && new TerminalPlayer({ ...common, sender })
  const export_ = demoSource(config, 'case-export')
  const cases = export_ && new CasePlayer({ ...common, folder: dropFolder(dataDir, export_.folder) })
  const wand = demoSource(config, 'wand-csv')
  const patrol = wand && new PatrolPlayer({ ...common, folder: dropFolder(dataDir, wand.folder) })
  const hik = demoSource(config, 'hikvision')
  const controller = hik && controllersOf(hik, options, (id) => isSilent('access') || isSilent(id))
  const devices = hik?.devices.map(({ id }) => id) ?? []
  const isDead = (id: string): boolean => isSilent('access') || isSilent(id)
  const vendors = otherVendors(config.sources, { ...options, isDead })
  const speakers = [...(controller ? [{ devices, inject: controller.inject }] : []), ...vendors]
  const doors = speakers.length > 0 ? new DoorPlayer({ ...common, controller: spokenBy(speakers) }) : undefined

  return {
    doors,
    controller,
    devices,
    vendors,
    terminals,
    sender,
    cases,
    patrol,
    silence(what, until) {
      silent.set(what, until)
      const player = { terminal: terminals, patrol, case: cases }[what]
      if (player) player.silentUntil = until
      for (const id of devices) if (what === 'access' || what === id) controller?.parts(id).stream.cut()
      for (const vendor of vendors)
        for (const id of vendor.devices) if (what === 'access' || what === id) vendor.cut(id)
    },
  }
}

/** The source of that kind that the office plays. */
export const demoSource = <Kind extends SourceConfig['kind']>(
  { sources }: Config,
  kind: Kind,
): SourceOf<Kind> | undefined =>
  sources.sources.find((source): source is SourceOf<Kind> => source.kind === kind && source.demo && source.enabled)

const targetOf = (syslog: SourceOf<'syslog'>, { ports, dataDir }: OfficeOptions) =>
  ports?.syslog ?? (() => syslogTarget(syslog, dataDir, Boolean(process.env.SANLING_SYSLOG_PORT)))

/** A dead controller cuts every connection, as one without power. */
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
