import type { Site } from '../../config/schema.ts'
import type { OfficeCalendar } from './calendar.ts'
import { localStamp } from './calendar.ts'
import { dropFile } from './drop.ts'
import type { OfficeMemory } from './memory.ts'
import { patrolDay, type Run, wandTable } from './patrol.ts'
import { csvGbk, csvUtf8 } from './sheet-file.ts'

const DAY = 86_400_000
/** The wand program exports by itself that often, whether or not somebody walked. */
const EXPORT_MS = 240_000

/** Drops wand exports: after each read-out and at regular times, always with the rows of the last two days. */
export class PatrolPlayer {
  readonly #site: Site
  readonly #calendar: OfficeCalendar
  readonly #memory: OfficeMemory
  readonly #folder: string
  readonly #speed: number
  #last: number | undefined
  #exported = 0
  #files = 0
  silentUntil = 0

  constructor(options: { site: Site; calendar: OfficeCalendar; memory: OfficeMemory; folder: string; speed: number }) {
    this.#site = options.site
    this.#calendar = options.calendar
    this.#memory = options.memory
    this.#folder = options.folder
    this.#speed = options.speed
  }

  tick(now: number): void {
    if (now < this.silentUntil) return
    const since = this.#last ?? 0
    const due = now - this.#exported >= Math.max(EXPORT_MS / this.#speed, 5000)
    if (!due && Math.floor(now / 5000) === Math.floor(since / 5000)) return
    const runs = this.#runs(now)
    if (due || runs.some(({ download }) => download > since && download <= now)) this.#drop(runs, now)
    this.#last = now
  }

  /** The next run of a route will not be walked. Returns its id. */
  skipNext(now: number, route: string | undefined): string {
    const runs = this.#calendar.days(now, now + DAY).flatMap((day) => patrolDay(this.#site, this.#memory.seed, day))
    const next = runs.find(({ id, touches }) => (touches[0]?.at ?? 0) > now && (!route || id.startsWith(`${route} `)))
    if (!next) throw new Error(`没有巡查路线 “${route ?? ''}”`)
    this.#memory.skippedRuns.push(next.id)
    this.#memory.save()
    return next.id
  }

  #runs(now: number): Run[] {
    const skipped = new Set(this.#memory.skippedRuns)
    return this.#calendar
      .days(now - 2 * DAY, now)
      .flatMap((day) => patrolDay(this.#site, this.#memory.seed, day, skipped))
  }

  #drop(runs: readonly Run[], now: number): void {
    const touches = runs
      .filter(({ download }) => download <= now)
      .flatMap((run) => run.touches)
      .sort((a, b) => a.at - b.at)
    const table = wandTable(touches, now)
    this.#files += 1
    const bytes = this.#files % 2 === 0 ? csvGbk(table) : csvUtf8(table)
    dropFile(this.#folder, `巡更记录_${localStamp(now).replaceAll(/\D/g, '')}.csv`, bytes)
    this.#exported = now
  }
}
