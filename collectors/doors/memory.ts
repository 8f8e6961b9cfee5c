import { z } from 'zod'
import type { Draft, Refusal, SourceContext } from '../source.ts'
import { type DoorDecoding, decodeRow, deviceEvent, type RowDecoded } from './decode.ts'
import type { DoorRow } from './row.ts'
import { findGap, freshSerials, placeSerial, type SerialState } from './serial.ts'

const Stored = z.object({
  cursorMs: z.number().optional(),
  /** Highest serial that polling has read without a hole, and its epoch. */
  polled: z.number().default(0),
  polledEpoch: z.number().default(0),
  serials: z.object({
    resets: z.array(z.object({ atMs: z.number(), before: z.number() })),
    last: z.number(),
    lastMs: z.number(),
  }),
})

export interface Position {
  cursorMs?: number
  polled: number
  polledEpoch: number
}

/** Rows already on disk that a poll will see again are not decoded twice. */
const REMEMBERED = 5000

/**
 * What the collector knows of one device, durable in the source's store: cursor and serial numbers. Stream and poll
 * both bring their rows here, so that one event has one key whichever way it came.
 */
export class DeviceMemory {
  readonly #context: SourceContext
  readonly #by: DoorDecoding
  readonly #key: string
  /** `serial@ms` → epoch. */
  readonly #delivered = new Map<string, number>()
  readonly #refused = new Map<string, true>()
  #serials: SerialState
  /** Cursor as it is on disk. */
  #storedMs: number | undefined
  position: Position

  constructor(context: SourceContext, by: DoorDecoding, memory: string) {
    this.#context = context
    this.#by = by
    this.#key = `${memory}/${by.device}`
    const stored = readStored(context.store.get(this.#key))
    this.#serials = stored?.serials ?? freshSerials()
    this.position = stored ?? { polled: 0, polledEpoch: 0 }
    this.#storedMs = this.position.cursorMs
  }

  /** Rows of the live stream. Resolves when they are on disk. */
  async live(rows: readonly DoorRow[]): Promise<void> {
    const { drafts, placed } = this.#decode(rows)
    if (drafts.length > 0) await this.#deliver(drafts, placed, this.position)
  }

  /** Rows of one polled window, with the cursor that holds once they are on disk. */
  async polled(rows: readonly DoorRow[], cursor: (rowsMs: readonly number[]) => number | undefined): Promise<void> {
    const { drafts, placed } = this.#decode(sorted(rows))
    const cursorMs = cursor(placed.map(({ ms }) => ms))
    const next = this.#advance(placed, drafts, cursorMs)
    if (drafts.length > 0 || this.#isFar(next)) await this.#deliver(drafts, placed, next)
    this.position = next
  }

  /** Has an empty search moved the cursor so far that it is worth a flush? A crash costs asking for that span again. */
  #isFar({ cursorMs = 0 }: Position): boolean {
    const moved = cursorMs - (this.#storedMs ?? 0)
    const catchingUp = this.#context.clock.now() - cursorMs > CATCHING_UP_MS
    return this.#storedMs === undefined || moved >= (catchingUp ? CATCHING_UP_MS : PERSIST_MS)
  }

  #advance(placed: readonly Placed[], drafts: Draft[], cursorMs: number | undefined): Position {
    const epoch = placed.reduce((high, one) => Math.max(high, one.epoch), this.position.polledEpoch)
    const serials = placed.filter((one) => one.epoch === epoch).map(({ serialNo }) => serialNo)
    const known = epoch === this.position.polledEpoch ? this.position.polled : 0
    const gap = findGap(known, serials)
    if (gap) {
      const data = { ...gap, count: gap.to - gap.from + 1 }
      drafts.push(this.say('collector.gap', `${epoch}:${gap.from}-${gap.to}`, data))
    }
    return { cursorMs, polledEpoch: epoch, polled: serials.reduce((high, one) => Math.max(high, one), known) }
  }

  /** An event of the collector about this device. */
  say(type: string, mark: string, data: Record<string, unknown>): Draft {
    return deviceEvent(type, this.#by.device, mark, this.#context.clock.now(), this.#by.profile.zone, data)
  }

  #decode(rows: readonly DoorRow[]): { drafts: Draft[]; placed: Placed[] } {
    const receivedMs = this.#context.clock.now()
    const drafts: Draft[] = []
    const placed: Placed[] = []
    for (const row of rows) {
      const decoded = decodeRow(row, receivedMs, this.#by)
      if (decoded.what === 'refused') {
        this.#refuseOnce(decoded.refusal)
        continue
      }
      const { ms } = decoded
      if (row.serialNo === undefined) {
        this.#unnumbered(decoded, receivedMs, drafts)
        continue
      }
      const known = this.#delivered.get(`${row.serialNo}@${ms}`)
      const epoch = known ?? this.#place(row.serialNo, ms, drafts)
      placed.push({ serialNo: row.serialNo, ms, epoch })
      if (known !== undefined) continue
      if (decoded.what === 'dropped') this.#dropOnce(row.serialNo, ms, epoch)
      else drafts.push({ ...decoded.draft, nativeKey: `${epoch}:${row.serialNo}` })
      if (decoded.what === 'event' && !decoded.draft.backfill) this.#context.lag(Math.max(0, (receivedMs - ms) / 1000))
    }
    return { drafts, placed }
  }

  /** A thing that the device does not count: its own key tells it apart. */
  #unnumbered(decoded: Exclude<RowDecoded, { what: 'refused' }>, now: number, drafts: Draft[]): void {
    if (decoded.what === 'dropped') this.#context.dropped(1)
    else drafts.push(decoded.draft)
    if (decoded.what === 'event' && !decoded.draft.backfill) this.#context.lag(Math.max(0, (now - decoded.ms) / 1000))
  }

  #place(serialNo: number, ms: number, drafts: Draft[]): number {
    const { epoch, state, reset } = placeSerial(this.#serials, serialNo, ms)
    this.#serials = state
    if (reset) drafts.push(this.say('collector.serial_reset', String(epoch), { ...reset, epoch }))
    return epoch
  }

  #dropOnce(serialNo: number, ms: number, epoch: number): void {
    this.#context.dropped(1)
    this.#delivered.set(`${serialNo}@${ms}`, epoch)
  }

  /** The overlap brings the same bad row again with each poll. */
  #refuseOnce(refusal: Refusal): void {
    if (this.#refused.has(refusal.hash)) return
    this.#refused.set(refusal.hash, true)
    forget(this.#refused)
    this.#context.refuse([refusal])
  }

  async #deliver(drafts: readonly Draft[], placed: readonly Placed[], position: Position): Promise<void> {
    const stored: z.input<typeof Stored> = { ...position, serials: this.#serials }
    await this.#context.deliver(drafts, { [this.#key]: JSON.stringify(stored) })
    this.#storedMs = position.cursorMs
    for (const { serialNo, ms, epoch } of placed) this.#delivered.set(`${serialNo}@${ms}`, epoch)
    forget(this.#delivered)
  }
}

/** Oldest first, down to the limit. */
function forget(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= REMEMBERED) return
    map.delete(key)
  }
}

/** An empty poll moves the cursor on disk only now and then: it costs a flush each time and saves nothing. */
const PERSIST_MS = 60_000
const CATCHING_UP_MS = 12 * 3_600_000

interface Placed {
  serialNo: number
  ms: number
  epoch: number
}

/** Oldest first, whatever order the model answers in; equal times in order of the serial number. */
const sorted = (rows: readonly DoorRow[]): DoorRow[] =>
  [...rows].sort((a, b) => (a.time === b.time ? (a.serialNo ?? 0) - (b.serialNo ?? 0) : a.time < b.time ? -1 : 1))

function readStored(text: string | undefined): z.output<typeof Stored> | undefined {
  if (text === undefined) return undefined
  try {
    return Stored.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
