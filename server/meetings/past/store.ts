import { type FileHandle, open, readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { FramesAnswer, FramesAsk, PastAnswer, PastFrame, PastSpan } from '../../../contract/past.ts'
import type { Entry } from './codec.ts'
import { fileName, HOUR_MS, HourIndex, hourOf, hourOfFile } from './hour.ts'
import { SILENCE_MS, within } from './spans.ts'
import { thin } from './thin.ts'
import { HourWriter, type Shown } from './writer.ts'

export interface Bounds {
  /** Older hours are thrown away. */
  keepDays: number
  /** Then the oldest, until all fit. */
  maxMb: number
}

/** Hours that stay open for reading. */
const OPEN_HOURS = 4
/** Largest answer, characters of JSON. */
const ANSWER_CHARS = 4_000_000

interface OpenHour {
  index: HourIndex
  file: FileHandle
}

/** All panel states of the kept time, by the hour. Calls run one after another; who writes and who reads share a line. */
export class PastStore {
  readonly #folder: string
  readonly #writer: HourWriter
  readonly #hours = new Map<number, OpenHour>()
  #line: Promise<unknown> = Promise.resolve()

  constructor(folder: string) {
    this.#folder = folder
    this.#writer = new HourWriter(folder)
  }

  write(states: readonly Shown[]): Promise<void> {
    return this.#inLine(async () => {
      for (const state of states) await this.#writer.write(state)
    })
  }

  beat(at: number, what: 'start' | 'beat'): Promise<void> {
    return this.#inLine(() => this.#writer.beat(at, what))
  }

  /** The panels (of `names`) as they were shown at `at`. */
  wallAt(at: number, names: readonly string[]): Promise<PastAnswer> {
    return this.#inLine(async () => {
      const hour = await this.#open(hourOf(at))
      if (!hour || !isCovered(hour.index.spans.list, at)) return { refused: 'not-recorded' }
      const found = names.flatMap((name) => hour.index.stateAt(name, at) ?? [])
      const panels = await Promise.all(found.map(async (entry) => [entry.p, await shown(hour, entry)] as const))
      return { at, panels: Object.fromEntries(panels) }
    })
  }

  frames(ask: FramesAsk, names: readonly string[]): Promise<FramesAnswer> {
    return this.#inLine(async () => {
      const hours = await this.#between(ask.from, ask.to)
      const frames: PastFrame[] = []
      let chars = 0
      let until = ask.to
      for (const { hour, entry } of thinned(hours, ask, names)) {
        // A step is told whole or not at all.
        if (chars > ANSWER_CHARS && entry.t > until) break
        const text = await hour.index.text(hour.file, entry)
        chars += text.length
        if (chars > ANSWER_CHARS && until === ask.to) until = entry.t
        frames.push({ panel: entry.p, at: entry.t, readAt: entry.r, data: JSON.parse(text) })
      }
      const spans = within(
        hours.flatMap(({ index }) => index.spans.list),
        ask.from,
        until,
      )
      return { until, frames, spans }
    })
  }

  /** What is kept, as stretches. */
  spans(from: number, to: number): Promise<PastSpan[]> {
    return this.#inLine(async () => {
      const hours = await this.#between(from, to)
      return within(
        hours.flatMap(({ index }) => index.spans.list),
        from,
        to,
      )
    })
  }

  /** Throws away what is too old or too much. @returns how many hours went */
  prune(now: number, { keepDays, maxMb }: Bounds): Promise<number> {
    return this.#inLine(async () => {
      const hours = await this.#kept()
      let room = maxMb * 1_000_000
      let gone = 0
      for (const hour of hours.toReversed()) {
        const path = join(this.#folder, fileName(hour))
        room -= (await stat(path)).size
        const isRunning = hour === this.#writer.index?.hour
        if (isRunning || (room >= 0 && hour + HOUR_MS > now - keepDays * 24 * HOUR_MS)) continue
        await this.#hours.get(hour)?.file.close()
        this.#hours.delete(hour)
        await rm(path, { force: true })
        gone += 1
      }
      return gone
    })
  }

  close(): Promise<void> {
    return this.#inLine(async () => {
      for (const { file } of this.#hours.values()) await file.close()
      this.#hours.clear()
      await this.#writer.close()
    })
  }

  #inLine<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#line.then(act)
    this.#line = done.catch(() => undefined)
    return done
  }

  async #kept(): Promise<number[]> {
    const names = await readdir(this.#folder).catch(() => [])
    return names.flatMap((name) => hourOfFile(name) ?? []).sort((a, b) => a - b)
  }

  async #between(from: number, to: number): Promise<OpenHour[]> {
    const hours: OpenHour[] = []
    const kept = (await this.#kept()).filter((hour) => hour >= hourOf(from) && hour <= to)
    for (const at of kept.slice(0, OPEN_HOURS)) {
      const hour = await this.#open(at)
      if (hour) hours.push(hour)
    }
    return hours
  }

  async #open(hour: number): Promise<OpenHour | undefined> {
    const { index, file } = this.#writer
    if (index && file && index.hour === hour) return { index, file }
    const known = this.#hours.get(hour)
    if (known) return known
    const opened = await open(join(this.#folder, fileName(hour)), 'r').catch(() => undefined)
    if (!opened) return undefined
    const one = { file: opened, index: HourIndex.from(hour, await opened.readFile()) }
    this.#hours.set(hour, one)
    for (const [oldest, { file: old }] of this.#hours) {
      if (this.#hours.size <= OPEN_HOURS) break
      this.#hours.delete(oldest)
      await old.close()
    }
    return one
  }
}

async function shown({ index, file }: OpenHour, entry: Entry): Promise<{ at: number; readAt: number; data: unknown }> {
  return { at: entry.t, readAt: entry.r, data: JSON.parse(await index.text(file, entry)) }
}

/** A moment behind the last record of the running stretch is still covered until the next sign of life is late. */
const isCovered = (spans: readonly PastSpan[], at: number): boolean =>
  spans.some(({ from, to }, n) => at >= from && at <= Math.min(to + SILENCE_MS, spans[n + 1]?.from ?? Infinity))

function thinned(
  hours: readonly OpenHour[],
  { from, to, stepMs }: FramesAsk,
  names: readonly string[],
): { hour: OpenHour; entry: Entry }[] {
  const wanted = new Set(names)
  return hours.flatMap((hour) => {
    const own = [...hour.index.panels.entries()].flatMap(([name, list]) =>
      wanted.has(name)
        ? // What was carried over stands in the file of the hour before too.
          list.filter(({ t }) => t > from && t <= to && t >= hour.index.hour)
        : [],
    )
    return thin(own, from, stepMs).map((entry) => ({ hour, entry }))
  })
}
