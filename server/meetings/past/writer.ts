import type { FileHandle } from 'node:fs/promises'
import { mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { type Entry, encodeRecord, type Head, pack } from './codec.ts'
import { fileName, HourIndex, hourOf } from './hour.ts'

/** A state of a panel on its way into the file. */
export interface Shown {
  panel: string
  text: string
  at: number
  readAt: number
}
/** After so many states of a panel a new one stands for itself: the dictionary should not grow old. */
const KEY_EVERY = 200
const NOTHING = Buffer.alloc(0)

/** Writes the file of the running hour; one call after another. */
export class HourWriter {
  readonly #folder: string
  #file: FileHandle | undefined
  #index: HourIndex | undefined
  /** What each panel shows now: the first records of the next hour. */
  readonly #newest = new Map<string, Shown>()
  readonly #keys = new Map<string, { offset: number; text: Buffer; size: number; used: number }>()

  constructor(folder: string) {
    this.#folder = folder
  }

  get index(): HourIndex | undefined {
    return this.#index
  }
  get file(): FileHandle | undefined {
    return this.#file
  }

  /** A sign of life: `start` when recording begins. */
  async beat(at: number, s: 'start' | 'beat'): Promise<void> {
    await this.#turn(at)
    await this.#append({ p: '', t: at, r: at, k: -1, s }, NOTHING)
  }

  async write(shown: Shown): Promise<void> {
    await this.#turn(shown.at)
    await this.#put(shown)
    this.#newest.set(shown.panel, shown)
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
    this.#index = undefined
    this.#keys.clear()
  }

  /** On to the file of that hour; a clock that was set back goes on in the open one. */
  async #turn(at: number): Promise<void> {
    const hour = hourOf(at)
    if (this.#index && hour <= this.#index.hour) return
    const goesOn = this.#index !== undefined
    await this.close()
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const path = join(this.#folder, fileName(hour))
    const file = await open(path, 'a+', 0o600)
    const index = HourIndex.from(hour, await file.readFile())
    // A torn record at the end would hide everything behind it.
    await file.truncate(index.size)
    this.#file = file
    this.#index = index
    if (goesOn) for (const shown of this.#newest.values()) await this.#put(shown)
  }

  async #put({ panel, text, at, readAt }: Shown): Promise<void> {
    const bytes = Buffer.from(text)
    const head: Head = { p: panel, t: at, r: readAt, k: -1 }
    const key = this.#keys.get(panel)
    if (key && key.used < KEY_EVERY) {
      const body = await pack(bytes, key.text)
      key.used += 1
      if (body.length < key.size / 2) {
        await this.#append({ ...head, k: key.offset }, body)
        return
      }
    }
    const body = await pack(bytes)
    const { offset } = await this.#append(head, body)
    this.#keys.set(panel, { offset, text: bytes, size: body.length, used: 0 })
  }

  async #append(head: Head, body: Buffer): Promise<Entry> {
    const [file, index] = [this.#file, this.#index]
    if (!file || !index) throw new Error('no hour is open')
    const record = encodeRecord(head, body)
    await file.appendFile(record)
    const entry = {
      ...head,
      offset: index.size,
      bodyAt: index.size + record.length - body.length,
      bodySize: body.length,
    }
    index.add(entry)
    return entry
  }
}
