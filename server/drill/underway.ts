import { Severity } from '../../contract/severity.ts'
import type { DrillRow, Progress } from './repository.ts'
import type { Course, WallCourse } from './rules.ts'

/** A wall as the hub knows it. */
export interface ShownWall {
  socket: string
  wall: string
  screen: string | null
  account: string
}
/** A screen's word that it has drawn an alert. Times are epoch ms of the server's clock. */
export interface Painted {
  alertId: string
  receivedAt: number | null
  paintedAt: number
  heardAt: number
  /** Null = a desk. */
  shown: ShownWall | null
}

type Mark = Exclude<keyof Course, 'requested'>

/** The drill that is under way, in memory: hops and walls as they come; saved once a second. */
export class Underway {
  readonly row: DrillRow
  readonly severity: Severity
  readonly #course: Course
  readonly #walls = new Map<string, WallCourse>()
  readonly #connected: () => readonly ShownWall[]
  #desks = 0
  #changed = false

  constructor(row: DrillRow, connected: () => readonly ShownWall[]) {
    this.row = row
    this.severity = Severity.parse(row.severity)
    this.#connected = connected
    const none = { published: null, arrived: null, taken: null, decided: null, committed: null, emitted: null }
    this.#course = { requested: row.started_ms, ...none, receipt: null }
  }

  progress(): Progress {
    return {
      course: { ...this.#course },
      walls: [...this.#walls.values()].map((one) => ({ ...one })),
      desks: this.#desks,
    }
  }

  mark(what: Mark, at: number): void {
    this.#course[what] ??= at
    this.#changed = true
  }

  /** Inside the turn of the commit; a turn that is tried again says it again. */
  inTurn(moments: Pick<Course, 'arrived' | 'taken' | 'decided'>): void {
    Object.assign(this.#course, moments)
    this.#changed = true
  }

  /** After the commit: the screens have been told, those that are there now are the ones that must paint. */
  told(announcedAt: number | null, now: number): void {
    this.mark('committed', announcedAt ?? now)
    this.mark('emitted', now)
    for (const shown of this.#connected()) this.#wall(shown)
  }

  painted({ alertId, receivedAt, paintedAt, heardAt, shown }: Painted): void {
    if (alertId !== this.row.id) return
    this.#changed = true
    if (!shown) {
      this.#desks += 1
      return
    }
    const wall = this.#wall(shown)
    wall.received ??= receivedAt
    wall.painted ??= paintedAt
    wall.heard ??= heardAt
  }

  /** A wall that went away before it painted is said to have left. */
  lookRound(): void {
    if (this.#course.committed === null) return
    const here = new Set(this.#connected().map(({ socket }) => socket))
    for (const wall of this.#walls.values()) {
      const left = wall.painted === null && !here.has(wall.socket)
      if (left !== wall.left) this.#changed = true
      wall.left = left
    }
  }

  /** Has anything come since the last time this was asked? */
  takeChange(): boolean {
    const changed = this.#changed
    this.#changed = false
    return changed
  }

  #wall({ socket, wall, screen, account }: ShownWall): WallCourse {
    const known = this.#walls.get(socket)
    if (known) return known
    const fresh = { socket, wall, screen, account, received: null, painted: null, heard: null, left: false }
    this.#walls.set(socket, fresh)
    return fresh
  }
}
