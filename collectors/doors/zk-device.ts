import { z } from 'zod'
import { readMoment } from '../intake/wall-clock.ts'
import type { Draft, SourceContext } from '../source.ts'
import { DeviceClock } from './clock-check.ts'
import { type DoorDecoding, decodeRow, deviceEvent } from './decode.ts'
import type { DevicesHealth } from './health.ts'
import { Reach } from './reach.ts'
import type { DoorRow } from './row.ts'
import { freshSerials, placeSerial, type SerialState } from './serial.ts'
import type { TableReading } from './zk-tables.ts'

const Stored = z.object({
  stamps: z.record(z.string(), z.string()).default({}),
  sensors: z.record(z.string(), z.number()).default({}),
  serials: z
    .object({
      resets: z.array(z.object({ atMs: z.number(), before: z.number() })),
      last: z.number(),
      lastMs: z.number(),
    })
    .default(freshSerials),
})
type Stored = z.output<typeof Stored>

/** A device calls about every ten seconds (`Delay`, `getrequest`): so long without a call it is away. */
const SILENT_MS = 90_000

/** What we know of one PUSH device, durable together with its events: stamps, contact states, its count. */
export class ZkDevice {
  readonly #context: SourceContext
  readonly #by: DoorDecoding
  readonly #health: DevicesHealth
  readonly #clock: DeviceClock
  readonly #reach: Reach
  readonly #key: string
  #heardMs = 0
  /** One table after the other: a device that lost patience sends the same again while the first still runs. */
  #turn: Promise<unknown> = Promise.resolve()
  #stored: Stored

  constructor({ context, by, health }: { context: SourceContext; by: DoorDecoding; health: DevicesHealth }) {
    this.#context = context
    this.#by = by
    this.#health = health
    this.#key = `zk/${by.device}`
    this.#stored = readStored(context.store.get(this.#key))
    this.#clock = new DeviceClock(by.profile.skewNoticeS)
    this.#reach = new Reach((state, atMs, reason) => {
      const event = this.#say('collector.status', `${state}:${atMs}`, { state, ...(reason ? { reason } : {}) })
      context.deliver([event]).catch((error: unknown) => context.crashed(error))
    })
  }

  get id(): string {
    return this.#by.device
  }

  /** The device called. */
  heard(): void {
    const now = this.#context.clock.now()
    this.#heardMs = now
    this.#context.contact(now)
    this.#reach.alive(now)
  }

  checkSilence(): void {
    const now = this.#context.clock.now()
    if (this.#heardMs === 0 || now - this.#heardMs < SILENT_MS) return
    this.#reach.failed(now, '设备没有再来报到')
    this.#health.set(this.id, { state: 'degraded', reason: '设备没有再来报到，请检查其网络与服务器地址设置' })
  }

  /** The stamp up to which this table is on disk. */
  stamp(table: string): string | undefined {
    return this.#stored.stamps[table]
  }

  /** Resolves when everything of the table is on disk: only then may the device be told OK. @throws what delivery throws */
  take(reading: TableReading, table: string, stamp: string | undefined): Promise<void> {
    const taken = this.#turn.then(() => this.#take(reading, table, stamp))
    this.#turn = taken.catch(() => undefined)
    return taken
  }

  async #take(reading: TableReading, table: string, stamp: string | undefined): Promise<void> {
    const receivedMs = this.#context.clock.now()
    const next: Stored = structuredClone(this.#stored)
    const drafts: Draft[] = []
    for (const row of [...reading.rows, ...this.#movements(reading, next)]) this.#add(row, receivedMs, next, drafts)
    if (stamp !== undefined && /^\d{1,20}$/.test(stamp)) next.stamps[table] = stamp
    await this.#checkClock(reading, receivedMs, drafts)
    await this.#context.deliver(drafts, { [this.#key]: JSON.stringify(next) })
    this.#stored = next
    this.#context.refuse(reading.refusals)
    this.#health.set(this.id, { state: 'ok' })
  }

  #add(row: DoorRow, receivedMs: number, next: Stored, drafts: Draft[]): void {
    const decoded = decodeRow(row, receivedMs, this.#by)
    if (decoded.what === 'refused') {
      this.#context.refuse([decoded.refusal])
      return
    }
    if (row.counted !== undefined) this.#count(row.counted, decoded.ms, next, drafts)
    if (decoded.what === 'dropped') {
      this.#context.dropped(1)
      return
    }
    drafts.push(decoded.draft)
    if (!decoded.draft.backfill) this.#context.lag(Math.max(0, (receivedMs - decoded.ms) / 1000))
  }

  /** A number left out is a record that the device no longer had. */
  #count(counted: number, ms: number, next: Stored, drafts: Draft[]): void {
    const before: SerialState = next.serials
    const { state, reset } = placeSerial(before, counted, ms)
    next.serials = state
    if (reset) drafts.push(this.#say('collector.serial_reset', String(state.resets.length), { ...reset }))
    else if (before.last > 0 && counted > before.last + 1) {
      const gap = { from: before.last + 1, to: counted - 1 }
      const mark = `${state.resets.length}:${gap.from}-${gap.to}`
      drafts.push(this.#say('collector.gap', mark, { ...gap, count: gap.to - gap.from + 1 }))
    }
  }

  /** Contacts are told over and over: only a change is an event. */
  #movements({ sensors }: TableReading, next: Stored): DoorRow[] {
    return sensors.flatMap(({ doorNo, sensor, time }) => {
      const known = this.#by.door(doorNo) !== undefined || doorNo === 1
      if (!known || next.sensors[String(doorNo)] === sensor) return []
      next.sensors[String(doorNo)] = sensor
      return [{ code: `sensor.${sensor}`, time, key: `sensor|${doorNo}|${sensor}|${time}`, doorNo, current: true }]
    })
  }

  /** `rtstate` is sent as it is: its time is the device's clock. */
  async #checkClock({ sensors }: TableReading, now: number, drafts: Draft[]): Promise<void> {
    const time = sensors[0]?.time
    if (time === undefined || !this.#clock.isDue(now)) return
    const news = this.#clock.checked(readMoment(time, this.#by.profile.zone)?.ms, now, now)
    this.#health.skew(this.id, this.#clock.skewMs / 1000)
    const data = { skew_s: Math.round(this.#clock.skewMs / 1000) }
    if (news) drafts.push(this.#say('collector.clock_skew', String(now), data))
  }

  #say(type: string, mark: string, data: Record<string, unknown>): Draft {
    return deviceEvent(type, this.id, mark, this.#context.clock.now(), this.#by.profile.zone, data)
  }
}

function readStored(text: string | undefined): Stored {
  try {
    return Stored.parse(JSON.parse(text ?? '{}'))
  } catch {
    return Stored.parse({})
  }
}
