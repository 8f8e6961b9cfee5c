import { EVENT_TYPES } from '../../contract/catalogue.ts'
import type { SourceGap, SourceSample } from '../../contract/http/sources.ts'
import type { EventHandler, Reader, StoredEvent, Tx } from '../feature.ts'
import type { SourceTables } from './tables.ts'

const SAMPLES = 8
const KEPT_GAPS = 50
const DAY_MS = 86_400_000
const KEPT_MS = 90 * DAY_MS
/** Every domain's events; also what collectors say of themselves. */
const TYPES = ['terminal.', 'access.', 'door.', 'patrol.', 'case.', 'collector.']

const tables = (db: Reader | Tx) => db.withTables<SourceTables>()

/**
 * What came of each source: its newest events (memory only, they are in the inbox anyway) and where it says that
 * something is missing (on disk, people ask for it weeks later).
 */
export class Traces {
  readonly #samples = new Map<string, SourceSample[]>()
  readonly #gaps = new Map<string, SourceGap[]>()
  readonly #known: ReadonlySet<string>

  constructor(ids: Iterable<string>) {
    this.#known = new Set(ids)
  }

  async start(db: Reader): Promise<void> {
    const rows = await tables(db).selectFrom('source_gap').selectAll().orderBy('at').execute()
    this.#gaps.clear()
    for (const { source, ...gap } of rows) this.#keep(source, gap)
  }

  readonly handler: EventHandler = {
    name: 'sources-traces',
    types: TYPES,
    handle: async (turn, events) => {
      const gaps = events.filter(({ type, collector }) => type === 'collector.gap' && this.#known.has(collector))
      if (gaps.length > 0) await this.#save(turn.tx, gaps, turn.now)
      turn.afterCommit(() => {
        for (const event of events) this.#sample(event)
        for (const event of gaps) this.#keep(event.collector, gapOf(event))
      })
    },
  }

  /** Newest first. */
  samples(source: string): SourceSample[] {
    return (this.#samples.get(source) ?? []).toReversed()
  }

  /** Newest first. */
  gaps(source: string): SourceGap[] {
    return (this.#gaps.get(source) ?? []).toReversed()
  }

  gapsOfDay(source: string, now: number): number {
    return (this.#gaps.get(source) ?? []).filter(({ at }) => at > now - DAY_MS).length
  }

  #sample({ collector, type, object, observedMs, receivedMs, backfill, domain }: StoredEvent): void {
    if (!this.#known.has(collector)) return
    const list = this.#samples.get(collector) ?? []
    // A case's number is for those who may see the case.
    list.push({ type, word: wordOf(type), object: domain === 'case' ? null : object, observedMs, receivedMs, backfill })
    if (list.length > SAMPLES) list.shift()
    this.#samples.set(collector, list)
  }

  #keep(source: string, gap: SourceGap): void {
    const list = this.#gaps.get(source) ?? []
    list.push(gap)
    if (list.length > KEPT_GAPS) list.shift()
    this.#gaps.set(source, list)
  }

  async #save(tx: Tx, events: readonly StoredEvent[], now: number): Promise<void> {
    const rows = events.map((event) => ({ source: event.collector, ...gapOf(event) }))
    await tables(tx).insertInto('source_gap').values(rows).execute()
    await tables(tx)
      .deleteFrom('source_gap')
      .where('at', '<', now - KEPT_MS)
      .execute()
  }
}

const wordOf = (type: string): string => EVENT_TYPES[type]?.label ?? type

/** `count`: how many are missing, where the source numbers what it sends. */
function gapOf({ observedMs, device, data }: StoredEvent): SourceGap {
  const count = data.count ?? data.missing
  const range = data.from === undefined ? '' : `编号 ${String(data.from)} 至 ${String(data.to ?? '…')}`
  return {
    at: observedMs,
    device,
    count: typeof count === 'number' && Number.isSafeInteger(count) ? count : null,
    what: (typeof data.reason === 'string' ? data.reason : range).slice(0, 200),
  }
}
