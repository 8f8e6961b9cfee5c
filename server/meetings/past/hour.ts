import type { FileHandle } from 'node:fs/promises'
import { type Entry, scan, unpack } from './codec.ts'
import { Spans } from './spans.ts'

export const HOUR_MS = 3_600_000
export const hourOf = (at: number): number => Math.floor(at / HOUR_MS) * HOUR_MS
const TAIL = '.frames'
/** `2026-11-24T09.frames`, UTC. */
export const fileName = (hour: number): string =>
  `${Temporal.Instant.fromEpochMilliseconds(hour).toString().slice(0, 13)}${TAIL}`
export function hourOfFile(name: string): number | undefined {
  const stem = /^(\d{4}-\d\d-\d\dT\d\d)\.frames$/.exec(name)?.[1]
  return stem === undefined ? undefined : Temporal.Instant.from(`${stem}:00:00Z`).epochMilliseconds
}

/** Texts of dictionaries that are kept, so that a replay reads each of them once. */
const KEPT_KEYS = 40

/** What stands in one hour file, by panel in order of time, and how to read it. */
export class HourIndex {
  readonly hour: number
  readonly panels = new Map<string, Entry[]>()
  readonly spans = new Spans()
  size = 0
  readonly #byOffset = new Map<number, Entry>()
  readonly #keys = new Map<number, Promise<Buffer>>()

  constructor(hour: number) {
    this.hour = hour
  }

  static from(hour: number, file: Buffer): HourIndex {
    const index = new HourIndex(hour)
    const { entries, size } = scan(file)
    for (const entry of entries) index.add(entry)
    index.size = size
    return index
  }

  add(entry: Entry): void {
    this.size = entry.bodyAt + entry.bodySize
    // What was carried over from the hour before shows nothing about that time.
    if (entry.t >= this.hour) this.spans.add(entry.t, entry.s === 'start')
    if (entry.p === '') return
    const list = this.panels.get(entry.p)
    if (list) list.push(entry)
    else this.panels.set(entry.p, [entry])
    if (entry.k < 0) this.#byOffset.set(entry.offset, entry)
  }

  /** The state of a panel at `at`: the last one that began then or before. */
  stateAt(panel: string, at: number): Entry | undefined {
    return this.panels.get(panel)?.findLast((entry) => entry.t <= at)
  }

  async text(file: FileHandle, entry: Entry): Promise<string> {
    const key = entry.k < 0 ? undefined : await this.#key(file, entry.k)
    return (await unpack(await bytes(file, entry), key)).toString('utf8')
  }

  #key(file: FileHandle, offset: number): Promise<Buffer> {
    const known = this.#keys.get(offset)
    if (known) return known
    const entry = this.#byOffset.get(offset)
    if (!entry) throw new Error(`record ${offset} of ${fileName(this.hour)} is missing`)
    const read = bytes(file, entry).then((body) => unpack(body))
    this.#keys.set(offset, read)
    for (const oldest of this.#keys.keys()) {
      if (this.#keys.size <= KEPT_KEYS) break
      this.#keys.delete(oldest)
    }
    return read
  }
}

async function bytes(file: FileHandle, entry: Entry): Promise<Buffer> {
  const body = Buffer.alloc(entry.bodySize)
  await file.read(body, 0, body.length, entry.bodyAt)
  return body
}
