import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import type { Receipt } from '../../contract/envelope.ts'
import type { EventHandler, Records, StoredEvent } from '../feature.ts'
import { HandlersTable } from './dispatch.ts'
import { receiptsOf } from './receipts.ts'
import { excerptOf } from './refusal.ts'
import { isStoreTrouble } from './store-trouble.ts'
import { outcomeOf, type Parcel, runTurn, type TurnParts, type TurnResult } from './turn.ts'

/** Events in one turn: enough to make the commit cheap, few enough to keep the event loop free. */
const MOST_IN_TURN = 1000
/** A turn after a busy one waits this long for more, unless that many have come: fewer, fuller commits. */
const GATHER_MS = 8
const BUSY = 64
const ENOUGH = MOST_IN_TURN
/** Above it whoever delivers is held back; far above it nothing more is taken. */
const HIGH_WATER = 20_000
const FULL = 4 * HIGH_WATER
const FIRST_RETRY_MS = 100
const LAST_RETRY_MS = 5000

export type IntakeState = { ok: true } | { ok: false; reason: string; sinceMs: number }

export interface GroupCommitParts extends Omit<TurnParts, 'table'> {
  records: Records
  now(): number
  handlers(): readonly EventHandler[]
  receipt(collector: string, receipt: Receipt): void
  /** After the commit, beside the alarm path: metrics. */
  sideRoad(events: readonly StoredEvent[]): void
  onState(state: IntakeState): void
  /** Several servers: how many events of each collector were stored here. */
  counted?(counts: Readonly<Record<string, number>>): void
}

const countsOf = (deliveries: TurnResult['deliveries']): Record<string, number> =>
  Object.fromEntries([...deliveries].map(([collector, { stored }]) => [collector, stored]))

const weightOf = ({ checked }: Parcel): number => Math.max(1, checked.events.length + checked.refusals.length)

/**
 * The queue before the inbox. An idle queue starts a turn at once; while a turn runs the next one gathers, so that
 * many messages share one commit. Receipts and answers leave only after the commit. While the store is in trouble
 * nothing is receipted and the same turn is tried again.
 */
export class GroupCommit {
  readonly #parts: GroupCommitParts
  #queue: Parcel[] = []
  #weight = 0
  #running: Promise<void> | null = null
  readonly #stopping = new AbortController()
  #draining = false
  #state: IntakeState = { ok: true }
  #lowWater: (() => void)[] = []
  #gathered: (() => void) | null = null
  #table = new HandlersTable([])
  #handlers: readonly EventHandler[] | null = null
  /** Parcels whose turn failed: the store may have kept it all the same, and only its answer was lost. */
  #unsure = new WeakSet<Parcel>()
  turns = 0

  constructor(parts: GroupCommitParts) {
    this.#parts = parts
  }

  get state(): IntakeState {
    return this.#state
  }
  /** Events that wait for their commit. */
  get waiting(): number {
    return this.#weight
  }
  get high(): boolean {
    return this.#weight >= HIGH_WATER
  }

  /** @returns false when the queue is full: the message was not taken and must not be acknowledged */
  put(parcel: Parcel): boolean {
    if (this.#weight >= FULL || this.#draining) return false
    this.#queue.push(parcel)
    this.#weight += weightOf(parcel)
    if (this.#weight >= ENOUGH) this.#gathered?.()
    this.#running ??= this.#run()
    return true
  }

  /** Resolves once the queue is below half its high water. */
  whenLow(): Promise<void> {
    return this.#weight < HIGH_WATER / 2 ? Promise.resolve() : new Promise((resolve) => this.#lowWater.push(resolve))
  }

  /** Commits what has come and takes nothing more; a store in trouble is not waited for: what it has not is sent again. */
  async stop(): Promise<void> {
    this.#draining = true
    if (!this.#state.ok) this.#stopping.abort()
    await this.#running
    this.#stopping.abort()
  }

  async #run(): Promise<void> {
    // Everything that the present round of the event loop brings is taken along.
    await breathe()
    let retryMs = FIRST_RETRY_MS
    let limit = MOST_IN_TURN
    while (this.#queue.length > 0 && !this.#stopping.signal.aborted) {
      let parcels = this.#head(limit)
      try {
        await this.#turn(() => {
          // What came while others had the line of turns shares this commit.
          parcels = this.#head(limit)
          return parcels
        })
        this.#queue.splice(0, parcels.length)
        const weight = parcels.reduce((sum, parcel) => sum + weightOf(parcel), 0)
        this.#weight -= weight
        this.#recovered()
        retryMs = FIRST_RETRY_MS
        limit = Math.min(MOST_IN_TURN, limit * 2)
        if (weight >= BUSY && this.#weight < ENOUGH) await this.#gather()
        else await breathe()
      } catch (error) {
        for (const parcel of parcels) this.#unsure.add(parcel)
        limit = this.#lookInto(error, parcels)
        if (this.#draining && !this.#state.ok) this.#stopping.abort()
        await sleep(retryMs, undefined, { signal: this.#stopping.signal }).catch(() => undefined)
        retryMs = Math.min(LAST_RETRY_MS, retryMs * 2)
      }
    }
    this.#running = null
  }

  #head(limit: number): Parcel[] {
    let weight = 0
    let count = 0
    for (const parcel of this.#queue) {
      weight += weightOf(parcel)
      if (count > 0 && weight > limit) break
      count += 1
    }
    return this.#queue.slice(0, count)
  }

  #gather(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#gathered?.(), GATHER_MS)
      this.#gathered = () => {
        this.#gathered = null
        clearTimeout(timer)
        setImmediate(resolve)
      }
    })
  }

  async #turn(take: () => readonly Parcel[]): Promise<void> {
    const handlers = this.#parts.handlers()
    if (handlers !== this.#handlers) {
      this.#handlers = handlers
      this.#table = new HandlersTable(handlers)
    }
    const parts = { ...this.#parts, table: this.#table }
    let parcels: readonly Parcel[] = []
    const result = await this.#parts.records.write((turn) => {
      parcels = take()
      return runTurn(turn, parcels, parts)
    })
    this.turns += 1
    this.#committed(parcels, result)
  }

  /** The only place from which anything leaves. */
  #committed(parcels: readonly Parcel[], result: TurnResult): void {
    const { stats, receipt, sideRoad, now, log } = this.#parts
    const at = now()
    const quietly = (act: () => void) => {
      try {
        act()
      } catch (error) {
        log('error', '提交后的通知未能送出', error)
      }
    }
    quietly(() => stats.count(result.deliveries, at))
    quietly(() => this.#parts.counted?.(countsOf(result.deliveries)))
    for (const one of receiptsOf(parcels)) quietly(() => receipt(one.collector, one.receipt))
    for (const parcel of parcels) if (parcel.settle) quietly(() => parcel.settle?.(outcomeOf(parcel)))
    // An event that our own lost turn stored is no news to the inbox, but its point has not left yet. Points are written
    // again without harm.
    const unsure = parcels.filter((parcel) => this.#unsure.has(parcel))
    const again = unsure.flatMap(({ checked }) =>
      checked.events.filter(({ fresh }) => !fresh).map(({ event }) => event),
    )
    const leaving = again.length > 0 ? [...result.fresh, ...again] : result.fresh
    if (leaving.length > 0) quietly(() => sideRoad(leaving))
    const [first] = parcels
    if (first) stats.took(at - first.receivedMs)
  }

  /**
   * A turn was rolled back. Trouble of the store: everything waits. Anything else is the fault of something in the
   * turn: smaller turns find the message, and one that alone cannot be stored goes to quarantine.
   * @returns the size of the next turn
   */
  #lookInto(error: unknown, parcels: readonly Parcel[]): number {
    const [only, second] = parcels
    const guilty = !isStoreTrouble(error) && only && !second && only.checked.events.length > 0
    if (guilty) {
      this.#parts.log('error', '一条消息无法写入收件箱，已转入隔离区', error)
      only.checked = {
        events: [],
        refusals: [
          ...only.checked.refusals,
          ...only.checked.events.map(({ event, seq, body }) => ({
            id: event.id,
            collector: event.collector,
            reason: 'type_mismatch' as const,
            seq,
            ...excerptOf(body),
            at: event.receivedMs,
          })),
        ],
      }
      return 1
    }
    this.#failed(error)
    return isStoreTrouble(error) ? MOST_IN_TURN : Math.max(1, parcels.length >> 1)
  }

  #failed(error: unknown): void {
    if (!this.#state.ok) return
    const message = error instanceof Error ? error.message : String(error)
    this.#state = { ok: false, reason: `记录库暂不可写：${message}`, sinceMs: this.#parts.now() }
    this.#parts.log('error', `${this.#state.reason}。已暂停签收，恢复后自动继续`, error)
    this.#parts.onState(this.#state)
  }

  #recovered(): void {
    if (!this.#state.ok) {
      this.#state = { ok: true }
      this.#parts.log('warn', '记录库已恢复，继续签收')
      this.#parts.onState(this.#state)
    }
    if (this.#weight >= HIGH_WATER / 2) return
    for (const tell of this.#lowWater.splice(0)) tell()
  }
}
