import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Domain } from '../../contract/domains.ts'
import type { Clock } from '../clock.ts'
import { type Draft, refuse, type SourceContext, type SourceStore } from '../source.ts'
import { isLarger, MAX_EVENT_BYTES, type SpoolEvent, toSpoolEvent } from './envelope.ts'
import type { BrokerAddress } from './link.ts'
import { createPublisher, type Publisher } from './publisher.ts'
import { createReporting, type Reporting } from './reporting.ts'
import { NO_WORK, type SpoolOpening } from './spool.ts'
import { isoOf } from './tally.ts'
import { startWriter, type Writer } from './writer.ts'

export interface DeliveryOptions {
  site: string
  domain: Domain
  collector: string
  /** `id@version` of the profile. */
  profile: string
  /** Of the product. */
  version: string
  dataDir: string
  broker: BrokerAddress
  clock: Clock
  chance(): number
  log: Logger
}

type Said = Pick<
  SourceContext,
  'deliver' | 'refuse' | 'contact' | 'dropped' | 'lag' | 'skew' | 'state' | 'progress' | 'store'
>

/** Everything between one source and the broker. */
export interface Delivery extends Said {
  start(): void
  /** Says `offline`, keeps what has no receipt on disk. Ends within 3 s. */
  stop(): Promise<void>
}

const PRUNE_MS = 3_600_000
const SOURCE_KEY = 's:'

/**
 * Opens the spool; `start` begins publishing.
 * @throws Error when the spool cannot be opened (rights, disk, a second process with the same collector)
 */
export function openDelivery(options: DeliveryOptions): Delivery {
  const { clock, log, collector } = options
  const sender = { site: options.site, collector, profile: options.profile }
  const writer: Writer = startWriter(join(options.dataDir, 'spool', `${collector}.sqlite`), clock, {
    committed: ({ added, duplicates }) => {
      reporting.tally.counted(added, duplicates, clock.now())
      if (added > 0) publisher.wake()
    },
    // May come while the writer is being made.
    damaged: (damage) => setImmediate(() => reportDamage(damage)),
    failing: (problem) => reporting.disk(problem),
  })
  const reporting: Reporting = createReporting({ ...options, writer, publisher: () => publisher })
  const publisher: Publisher = createPublisher({
    ...options,
    writer,
    status: reporting.status,
    up: () => reporting.health(),
  })
  let pruning: NodeJS.Timeout | undefined

  function reportDamage({ path, saved }: NonNullable<SpoolOpening['damaged']>): void {
    log.error({ path, saved }, '本机暂存文件损坏，已移开并重建')
    publisher.reset()
    deliver([damageDraft(collector, saved, clock.now())]).catch(() => {})
  }

  function spoolable(drafts: readonly Draft[]): SpoolEvent[] {
    const events: SpoolEvent[] = []
    for (const draft of drafts) {
      const event = toSpoolEvent(draft, sender)
      if (isLarger(event.body, MAX_EVENT_BYTES))
        reporting.refuse([refuse('frame_too_long', event.body, `解析后的事件超过 ${MAX_EVENT_BYTES / 1024} KiB`)])
      else events.push(event)
    }
    return events
  }

  const deliver: Said['deliver'] = (drafts, cursor = {}) => {
    const memory = Object.entries(cursor).map(([key, value]) => [SOURCE_KEY + key, value] as const)
    const events = spoolable(drafts)
    return events.length + memory.length === 0 ? Promise.resolve() : writer.write({ events, memory })
  }

  return {
    deliver,
    ...saying(reporting),
    store: storeOn(writer, clock),
    start() {
      publisher.start()
      reporting.start()
      pruning = setInterval(() => writer.spool.prune(clock.now()), PRUNE_MS)
    },
    async stop() {
      clearInterval(pruning)
      reporting.stop()
      await publisher.stop()
      writer.stop()
    },
  }
}

const saying = (reporting: Reporting): Omit<Said, 'deliver' | 'store'> => ({
  refuse: (refusals) => {
    if (refusals.length > 0) reporting.refuse(refusals)
  },
  contact: (ms) => {
    const { counters } = reporting.tally
    counters.lastOkMs = Math.max(counters.lastOkMs ?? 0, Math.trunc(ms))
  },
  dropped: (count) => {
    reporting.tally.counters.dropped += count
  },
  lag: (seconds) => {
    reporting.tally.lagS = seconds
  },
  skew: (seconds) => {
    reporting.tally.skewS = seconds
  },
  state: reporting.state,
  progress: reporting.progress,
})

const storeOn = (writer: Writer, clock: Clock): SourceStore => ({
  get: (key) => writer.spool.recall(SOURCE_KEY + key),
  set: (key, value) => {
    writer.spool.commit({ ...NO_WORK, memory: [[SOURCE_KEY + key, value]] }, clock.now())
  },
  list: (prefix, page) =>
    writer.spool
      .recallAll(
        SOURCE_KEY + prefix,
        page && { after: SOURCE_KEY + (page.after === '' ? prefix : page.after), limit: page.limit },
      )
      .map(([key, value]) => [key.slice(SOURCE_KEY.length), value]),
})

/** The server hears that something may be missing. */
const damageDraft = (collector: string, saved: number, now: number): Draft => ({
  type: 'collector.gap',
  object: collector,
  nativeKey: `spool-damaged-${now}`,
  observedMs: now,
  observedAt: isoOf(now),
  severity: 'warning',
  data: { reason: `采集器本机暂存损坏，已重建，找回 ${saved} 条未送出的事件`, saved },
})
