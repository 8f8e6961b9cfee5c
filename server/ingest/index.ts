import type { CollectorHealth } from '../../contract/envelope.ts'
import { type CollectorTopic, parseTopic, receiptTopic } from '../../contract/topics.ts'
import type { Clock } from '../clock.ts'
import type { EventHandler, Feature, Records, StoredEvent, Tick, Turn, Tx } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { type Accepted, type Checked, check } from './check.ts'
import { type Derived, derivedEvent } from './derived.ts'
import type { Gap } from './gaps.ts'
import { GroupCommit, type IntakeState } from './group-commit.ts'
import { pruneInbox } from './inbox.ts'
import { countOpen, pruneQuarantine, QuarantineBounds } from './quarantine.ts'
import { excerptOf } from './refusal.ts'
import { ingestRoutes } from './routes.ts'
import { type SignsOfLife, takeSignOfLife } from './signs-of-life.ts'
import { type CollectorStats, IngestStats } from './stats.ts'
import { migrations } from './tables.ts'
import type { Outcome, Parcel } from './turn.ts'
import type { Door, Log, PublishOptions } from './wire.ts'

const DAY = 24 * 3600 * 1000
const GAP_EVERY_MS = 5000
const PRUNE_EVERY_MS = 60_000
const PRUNE_ROWS = 2000
const TOPIC_EXCERPT = 400
const MOST_TOPICS = 2000

export interface IngestDeps extends SignsOfLife {
  records: Records
  clock: Clock
  site: string
  retention: { inboxDays: number; quarantineDays: number }
  /** Legal hold: which stored events must stay, all or those about these objects. */
  held?(tx: Tx): Promise<'all' | readonly string[]>
  /** Of all features; the same array as long as nothing changes. */
  handlers(): readonly EventHandler[]
  publish(topic: string, payload: string, options: PublishOptions): void
  /** New events after their commit, beside the alarm path; must not throw nor wait. */
  sideRoad(events: readonly StoredEvent[]): void
  /** In the turn in which a handler threw: raises the alert that this deserves. */
  onHandlerFailed(turn: Turn, event: StoredEvent, error: unknown): Promise<void>
  /** The store stopped or resumed taking. */
  onState?(state: IntakeState): void
  log: Log
  /** Left out = the only server. */
  cluster?: {
    /** This one runs the timers, and so answers for what all of them hear. */
    leads(): boolean
    /** How many events of each collector were stored here, for the counts of the last hour. */
    stored(counts: Readonly<Record<string, number>>): void
  }
}

export interface IngestFeature extends Feature, Door {
  submit(topic: string, payload: Uint8Array, receivedMs: number): Promise<Outcome>
  /** For /readyz. */
  state(): IntakeState
  stats(): { waiting: number; turns: number; p95Ms: number | null; collectors: CollectorStats[] }
  quarantineOpen(): Promise<number>
  /** What a collector refused on its side of the wire: told in its health, filed like our own refusals. */
  fileRefusals(collector: string, refusals: CollectorHealth['refusals'], receivedMs: number): void
  /** What the house itself concludes (a terminal fell silent): an event of the inbox like any other, once by its key. */
  derive(events: readonly Derived[]): void
  /** Another server has stored these. */
  storedElsewhere(counts: Readonly<Record<string, number>>): void
}

const NOTHING: Outcome = { stored: 0, duplicate: 0, rejected: [] }

/** From a message to the durable inbox: check, dedupe, handlers, receipt; everything else goes to quarantine. */
export function ingestFeature(deps: IngestDeps): IngestFeature {
  const { records, clock, site, retention, log } = deps
  const { cluster } = deps
  const stats = new IngestStats(cluster !== undefined)
  const bounds = new QuarantineBounds()
  const group = new GroupCommit({
    records,
    now: () => clock.now(),
    handlers: deps.handlers,
    stats,
    bounds,
    onHandlerFailed: deps.onHandlerFailed,
    receipt: (collector, receipt) =>
      deps.publish(receiptTopic(site, collector), JSON.stringify(receipt), { qos: 1, retain: false }),
    sideRoad: deps.sideRoad,
    onState: (state) => deps.onState?.(state),
    ...(cluster ? { counted: cluster.stored } : {}),
    log,
  })
  const retentionMs = retention.inboxDays * DAY

  const load = async (): Promise<void> => {
    await stats.load(records.read)
    await bounds.load(records.read)
  }

  const partsOf = topicMemory()
  const parcelOf = (topic: string, payload: Uint8Array, receivedMs: number): Parcel | undefined => {
    const parts = partsOf(topic)
    const fits = parts && parts.site === site
    if (fits && parts.kind !== 'evt') {
      lookAt(topic, payload, receivedMs)
      return undefined
    }
    const checked = fits ? check(payload, parts, receivedMs, retentionMs) : misdirected(topic, payload, receivedMs)
    const receiptFor = parts?.collector ?? collectorLevel(topic)
    return { receiptFor, topic: topic.slice(0, TOPIC_EXCERPT), checked, receivedMs, quarantine: true, settle: null }
  }

  const lookAt = (topic: string, payload: Uint8Array, receivedMs: number): void => {
    const parts = parseTopic(topic)
    if (!parts) return
    takeSignOfLife(parts, payload, receivedMs, deps).then(
      (reason) => {
        if (!reason || cluster?.leads() === false) return
        const text = Buffer.from(payload).toString('utf8', 0, 65_536)
        const refusals = [
          { id: null, collector: parts.collector, reason, seq: null, ...excerptOf(text), at: receivedMs },
        ]
        const checked = { events: [], refusals }
        group.put({ receiptFor: null, topic, checked, receivedMs, quarantine: true, settle: null })
      },
      (error: unknown) => log('error', `采集器 ${parts.collector} 的状态未能处理`, error),
    )
  }

  /** What did not come over the wire: nobody waits for a receipt. */
  const own = (checked: Checked, receivedMs: number): void => {
    const taken = group.put({ receiptFor: null, topic: null, checked, receivedMs, quarantine: true, settle: null })
    if (!taken) log('warn', '入库积压已满，未能记下自行推断的事件')
  }

  const promised = (parcel: Parcel): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      parcel.settle = resolve
      if (!group.put(parcel)) reject(new Refusal('unavailable', '入库积压已满，请稍后重送'))
    })

  const feature: IngestFeature = {
    name: 'ingest',
    migrations,
    routes: ingestRoutes({
      records,
      site,
      deliver: (payload, ground, receivedMs, quarantine) => {
        const { ok } = group.state
        if (!ok) throw new Refusal('unavailable', '记录库暂不可写，请稍后重送')
        const checked = check(payload, ground, receivedMs, retentionMs)
        return promised({ receiptFor: null, topic: null, checked, receivedMs, quarantine, settle: null })
      },
    }),
    ticks: [gapTick(stats, site, cluster !== undefined, (parcel) => group.put(parcel)), pruneTick(deps)],
    refresh: () => load(),
    start: () => load(),
    stop: () => group.stop(),
    submit: (topic, payload, receivedMs) => {
      const parcel = parcelOf(topic, payload, receivedMs)
      return parcel ? promised(parcel) : Promise.resolve(NOTHING)
    },
    take: (topic, payload, receivedMs) => {
      const parcel = parcelOf(topic, payload, receivedMs)
      return parcel ? group.put(parcel) : true
    },
    get high() {
      return group.high
    },
    whenLow: () => group.whenLow(),
    state: () => group.state,
    stats: () => ({
      waiting: group.waiting,
      turns: group.turns,
      p95Ms: stats.p95Ms(),
      collectors: stats.list(clock.now()),
    }),
    quarantineOpen: () => countOpen(records.read),
    fileRefusals(collector, refusals, receivedMs) {
      if (refusals.length === 0 || cluster?.leads() === false) return
      const rows = refusals.map(({ reason, excerpt }) => ({
        id: null,
        collector,
        reason,
        seq: null,
        ...excerptOf(excerpt),
        at: receivedMs,
      }))
      own({ events: [], refusals: rows }, receivedMs)
    },
    storedElsewhere(counts) {
      for (const [collector, stored] of Object.entries(counts)) stats.countMinute(collector, stored, clock.now())
    },
    derive(events) {
      const now = clock.now()
      if (events.length > 0) own({ events: events.map((one) => derivedEvent(one, site, now)), refusals: [] }, now)
    },
  }
  return feature
}

/** Collectors use few topics over and over; taking each apart again would cost as much as the check. */
function topicMemory(): (topic: string) => CollectorTopic | undefined {
  const known = new Map<string, CollectorTopic | undefined>()
  return (topic) => {
    const before = known.get(topic)
    if (before || known.has(topic)) return before
    if (known.size >= MOST_TOPICS) known.clear()
    const parts = parseTopic(topic)
    known.set(topic, parts)
    return parts
  }
}

/** The level where a collector's name stands, of a topic that is none of ours. */
const collectorLevel = (topic: string): string => topic.split('/')[4]?.slice(0, 64) || 'unknown'

function misdirected(topic: string, payload: Uint8Array, receivedMs: number): Checked {
  const text = Buffer.from(payload).toString('utf8', 0, 65_536)
  const collector = collectorLevel(topic)
  const refused = {
    id: null,
    collector,
    reason: 'unknown_topic' as const,
    seq: null,
    ...excerptOf(text),
    at: receivedMs,
  }
  return { events: [], refusals: [refused] }
}

/** Numbers that never came become an event of their own: the alert rules decide how loud it is. */
function gapTick(stats: IngestStats, site: string, shared: boolean, put: (parcel: Parcel) => void): Tick {
  return {
    name: 'ingest.gaps',
    everyMs: GAP_EVERY_MS,
    run: async (turn) => {
      const found = shared ? await stats.sharedGaps(turn.tx, turn.now) : stats.gaps(turn.now)
      const events = found.map(({ collector, gap }) => gapEvent(collector, gap, site, turn.now))
      if (events.length === 0) return
      const checked = { events, refusals: [] }
      turn.afterCommit(() =>
        put({ receiptFor: null, topic: null, checked, receivedMs: turn.now, quarantine: true, settle: null }),
      )
    },
  }
}

/** The holes of one collector, told as an event like any other. */
function gapEvent(collector: string, gap: Gap, site: string, now: number): Accepted {
  const type = 'collector.gap'
  const key = `${type}|${collector}|${gap.from}-${gap.to}|${gap.sinceMs}`
  const data = { from: gap.from, to: gap.to, missing: gap.to - gap.from + 1 }
  return derivedEvent({ type, collector, object: `collector:${collector}`, at: gap.sinceMs, key, data }, site, now)
}

function pruneTick({ retention: { inboxDays, quarantineDays }, held }: IngestDeps): Tick {
  return {
    name: 'ingest.prune',
    everyMs: PRUNE_EVERY_MS,
    run: async ({ tx, now }) => {
      const kept = (await held?.(tx)) ?? []
      if (kept !== 'all') await pruneInbox(tx, now - inboxDays * DAY, PRUNE_ROWS, kept)
      await pruneQuarantine(tx, now - quarantineDays * DAY, PRUNE_ROWS)
    },
  }
}
