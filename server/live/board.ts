import type { BrokenPanel } from '../../contract/panels/common.ts'
import type { Clock } from '../clock.ts'
import type { Panel } from '../feature.ts'

export interface BoardDeps {
  panels: readonly Panel[]
  clock: Clock
  /** A panel has new data; `text` is its JSON, made once for all screens; `readAt`: when its reading began. */
  changed(name: string, text: string, readAt: number): void
  failed(error: unknown, where: string): void
  /** How many screens a change goes to. */
  screens(): number
}

/** contract: at most four times a second each. */
const MIN_GAP_MS = 250
/**
 * What one panel may cost in all, bytes a millisecond: 500 screens get a list of 100 kB every 6 s, 20 screens four
 * times a second. Alerts do not wait for it: each of them is told at once.
 */
const BYTES_PER_MS = 8000
const RETRY_MS = 5000
const LOAD_LIMIT_MS = 10_000
const UNREADABLE = '数据读取失败，已记录，系统会自动重试'

interface Slot {
  panel: Panel
  data: unknown
  text: string | undefined
  lastOkAt: number | null
  /** Start of the last load, epoch ms. */
  startedAt: number
  loading: Promise<void> | undefined
  dirty: boolean
  timer: NodeJS.Timeout | undefined
}

/**
 * Newest state of every panel, loaded once per change for all screens. While nobody looks, changes are only noted; the
 * first to look gets everything read afresh.
 */
export class PanelBoard {
  readonly #deps: BoardDeps
  readonly #slots = new Map<string, Slot>()
  #watched = false

  constructor(deps: BoardDeps) {
    this.#deps = deps
    for (const panel of deps.panels) this.#slots.set(panel.name, emptySlot(panel))
  }

  /** Starts watching, and waits until every panel has been read at least once since it last changed. */
  async watch(): Promise<void> {
    this.#watched = true
    const stale = [...this.#slots.values()].filter((slot) => slot.dirty || slot.text === undefined)
    await Promise.all(stale.map((slot) => slot.loading ?? this.#load(slot)))
  }

  /** Nobody looks any more. */
  rest(): void {
    this.#watched = false
    for (const slot of this.#slots.values()) {
      clearTimeout(slot.timer)
      slot.timer = undefined
      slot.dirty = true
    }
  }

  touch(names: Iterable<string>): void {
    for (const name of names) {
      const slot = this.#slots.get(name)
      if (!slot) continue
      slot.dirty = true
      if (this.#watched) this.#plan(slot)
    }
  }

  text(name: string): string | undefined {
    return this.#slots.get(name)?.text
  }

  data(name: string): unknown {
    return this.#slots.get(name)?.data
  }

  /** Leading edge at once, the rest gathered until the gap is over. */
  #plan(slot: Slot): void {
    if (slot.loading) return
    const gap = this.#gap(slot)
    const wait = slot.startedAt + gap - this.#deps.clock.now()
    if (wait <= 0) void this.#load(slot)
    else this.#later(slot, Math.min(wait, gap))
  }

  #gap({ text = '' }: Slot): number {
    return Math.max(MIN_GAP_MS, (text.length * this.#deps.screens()) / BYTES_PER_MS)
  }

  #later(slot: Slot, ms: number): void {
    clearTimeout(slot.timer)
    slot.timer = setTimeout(() => {
      slot.timer = undefined
      if (!slot.loading) void this.#load(slot)
    }, ms)
  }

  #load(slot: Slot): Promise<void> {
    clearTimeout(slot.timer)
    slot.timer = undefined
    slot.dirty = false
    slot.startedAt = this.#deps.clock.now()
    slot.loading = this.#read(slot).finally(() => {
      slot.loading = undefined
      if (!this.#watched) return
      if (slot.dirty) this.#plan(slot)
      else if (!slot.timer && slot.panel.everyMs !== undefined)
        this.#later(slot, Math.max(slot.panel.everyMs, this.#gap(slot)))
    })
    return slot.loading
  }

  async #read(slot: Slot): Promise<void> {
    const { clock, failed } = this.#deps
    try {
      const data = await withLimit(slot.panel.load(slot.startedAt), LOAD_LIMIT_MS)
      slot.lastOkAt = clock.now()
      this.#keep(slot, data)
    } catch (error) {
      failed(error, `panel ${slot.panel.name}`)
      const broken: BrokenPanel = {
        broken: { cause: UNREADABLE, lastOkAt: slot.lastOkAt, retryAt: clock.now() + RETRY_MS },
      }
      this.#keep(slot, broken)
      if (this.#watched) this.#later(slot, RETRY_MS)
    }
  }

  #keep(slot: Slot, data: unknown): void {
    const text = JSON.stringify(data)
    if (text === slot.text) return
    slot.data = data
    slot.text = text
    this.#deps.changed(slot.panel.name, text, slot.startedAt)
  }
}

const emptySlot = (panel: Panel): Slot => ({
  panel,
  data: undefined,
  text: undefined,
  lastOkAt: null,
  startedAt: 0,
  loading: undefined,
  dirty: true,
  timer: undefined,
})

async function withLimit<Value>(work: Promise<Value>, ms: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms)
  })
  return Promise.race([work, limit]).finally(() => clearTimeout(timer))
}
