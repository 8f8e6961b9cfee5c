import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../config/load.ts'
import { personHash } from '../config/person.ts'
import type { ProfileFile, SourceConfig } from '../config/schema.ts'
import { resolveSecret } from '../config/secrets.ts'
import type { Clock } from './clock.ts'
import { type Delivery, openDelivery } from './delivery/delivery.ts'
import type { BrokerAddress } from './delivery/link.ts'
import { writePorts } from './ports.ts'
import type { SourceContext, SourceRunner } from './source.ts'

/** What all sources of a process share. */
export interface House {
  config: Config
  dataDir: string
  secrets: Readonly<Record<string, string>>
  version: string
  /** Without user: each collector signs in as itself. */
  broker: Pick<BrokerAddress, 'url' | 'ca'>
  clock: Clock
  chance(): number
  log: Logger
}

export interface SupervisedSource {
  stop(): Promise<void>
}

/** Builds the runner; throws when profile or configuration do not fit. */
export type BuildRunner = (config: SourceConfig, context: SourceContext) => Promise<SourceRunner>

const LONGEST_WAIT_MS = 60_000
/** A source that has run that long starts again without the growing wait. */
const SETTLED_MS = 60_000

/** Runs one source for good: whatever it throws is shown as its state and tried again; others do not notice. */
export function superviseSource(config: SourceConfig, house: House, build: BuildRunner): SupervisedSource {
  const log = house.log.child({ source: config.id })
  let delivery: Delivery | undefined
  let runner: SourceRunner | undefined
  let timer: NodeJS.Timeout | undefined
  let failures = 0
  let startedAt: number | undefined
  let stopped = false
  let running: Promise<void> = Promise.resolve()

  async function attempt(): Promise<void> {
    let attempted: SourceRunner | undefined
    try {
      delivery ??= openStarted(config, house, log)
      const crashed = (error: unknown) => attempted !== undefined && attempted === runner && failed(error)
      const context = contextOf(config, house, delivery, log, crashed)
      let said = false
      const state: SourceContext['state'] = (...what) => {
        said = true
        context.state(...what)
      }
      attempted = await build(config, { ...context, state })
      if (stopped) return
      runner = attempted
      await attempted.start()
      startedAt = house.clock.now()
      if (failures > 0 && !said) context.state('ok')
    } catch (error) {
      failed(error)
    }
  }

  function failed(error: unknown): void {
    if (stopped) return
    const left = runner
    runner = undefined
    const settled = startedAt !== undefined && house.clock.now() - startedAt > SETTLED_MS
    failures = settled ? 1 : failures + 1
    startedAt = undefined
    const what = error instanceof Error ? error.message : String(error)
    log.error({ err: error, failures }, '来源出错，稍后重新启动')
    delivery?.state('failed', `来源出错：${what}；将自动重试`.slice(0, 200))
    running = (left?.stop() ?? Promise.resolve()).catch((err) => log.error({ err }, '来源未能停止'))
    clearTimeout(timer)
    const wait = Math.min(1000 * 2 ** Math.min(failures - 1, 10), LONGEST_WAIT_MS) * (0.5 + house.chance() / 2)
    timer = setTimeout(() => {
      running = running.then(attempt)
    }, wait)
  }

  running = attempt()
  return {
    async stop() {
      stopped = true
      clearTimeout(timer)
      await Promise.race([running, pause(500)])
      const stopping = runner?.stop() ?? Promise.resolve()
      await Promise.race([stopping.catch((err) => log.error({ err }, '来源未能停止')), pause(2000)])
      await delivery?.stop()
    },
  }
}

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms).unref())

function openStarted(config: SourceConfig, house: House, log: Logger): Delivery {
  const { site, profile } = lookUp(config, house.config)
  const password = house.secrets[`broker.${config.id}`]
  if (!password) throw new Error(`secrets.json 缺少 broker.${config.id}，采集器无法登录消息服务器`)
  const delivery = openDelivery({
    site,
    domain: config.domain,
    collector: config.id,
    profile: `${profile.id}@${profile.version}`,
    version: house.version,
    dataDir: house.dataDir,
    broker: { ...house.broker, username: config.id, password },
    clock: house.clock,
    chance: house.chance,
    log,
  })
  delivery.start()
  return delivery
}

function lookUp(config: SourceConfig, all: Config): { site: string; profile: ProfileFile } {
  const profile = all.profiles.get(config.profile)
  if (!profile) throw new Error(`profiles/ 下没有方言 “${config.profile}”`)
  return { site: all.site.site, profile }
}

const MAX_REMEMBERED = 5000
/** The same few hundred people come again and again; a keyed hash costs as much as parsing the message. */
export function remembering(hash: (no: string) => string): (no: string) => string {
  const known = new Map<string, string>()
  return (no) => {
    const before = known.get(no)
    if (before !== undefined) return before
    if (known.size >= MAX_REMEMBERED) known.clear()
    const made = hash(no)
    known.set(no, made)
    return made
  }
}

function contextOf(
  config: SourceConfig,
  house: House,
  delivery: Delivery,
  log: Logger,
  crashed: (error: unknown) => void,
): SourceContext {
  const { site, profile } = lookUp(config, house.config)
  const key = house.secrets['site.key']
  if (!key) throw new Error('secrets.json 缺少 site.key，无法对人员编号加密')
  return {
    site,
    profile,
    places: house.config.site,
    clock: house.clock,
    log,
    dataDir: house.dataDir,
    vendorDir: join(house.config.dir, 'vendors'),
    secret: (ref) => resolveSecret(ref, house.secrets),
    deliver: delivery.deliver,
    refuse: delivery.refuse,
    contact: delivery.contact,
    state: delivery.state,
    progress: delivery.progress,
    dropped: delivery.dropped,
    lag: delivery.lag,
    skew: delivery.skew,
    store: delivery.store,
    crashed,
    listens: (ports) => writePorts(house.dataDir, config.id, ports),
    personHash: remembering((no) => personHash(key, no)),
    chance: house.chance,
  }
}
