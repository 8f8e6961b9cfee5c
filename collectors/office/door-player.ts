import type { Site } from '../../config/schema.ts'
import type { OfficeCalendar, OfficeDay } from './calendar.ts'
import type { DoorSpeaker } from './door-speakers.ts'
import { type DoorEvent, doorDay } from './doors.ts'
import type { OfficeMemory } from './memory.ts'

/** Keeps the controllers' memory filled: the past at start, then each event as its moment comes. */
export class DoorPlayer {
  readonly #site: Site
  readonly #calendar: OfficeCalendar
  readonly #memory: OfficeMemory
  readonly #controller: DoorSpeaker
  #pending: DoorEvent[] = []
  #day: OfficeDay | undefined

  constructor(options: { site: Site; calendar: OfficeCalendar; memory: OfficeMemory; controller: DoorSpeaker }) {
    this.#site = options.site
    this.#calendar = options.calendar
    this.#memory = options.memory
    this.#controller = options.controller
  }

  /** Makes everything up to `now` anew, with the serial numbers it had before; returns how many. */
  preload(now: number): number {
    let count = 0
    for (const day of this.#calendar.days(this.#memory.anchor, now)) {
      const events = this.#eventsOf(day)
      const split = events.findIndex(({ event }) => event.time > now)
      const past = split < 0 ? events : events.slice(0, split)
      for (const each of past) this.#controller.inject(each.device, each.event, true)
      count += past.length
      this.#pending = events.slice(past.length)
      this.#day = day
    }
    return count
  }

  /** Plays what is due. */
  tick(now: number): void {
    while (this.#day && this.#day.start + 86_400_000 <= now) {
      this.#play(this.#day.start + 86_400_000)
      this.#day = this.#calendar.day(this.#day.start + 86_400_000)
      // Scenarios of the coming day are in the pending list already.
      this.#pending = merge(this.#pending, this.#eventsOf(this.#day, false))
    }
    this.#play(now)
  }

  /** A scenario's events: played at their moment, kept for the next start. */
  add(events: readonly DoorEvent[]): void {
    this.#memory.injected.push(...events)
    this.#memory.save()
    this.#pending = merge(this.#pending, events)
  }

  #play(now: number): void {
    let due = 0
    while ((this.#pending[due]?.event.time ?? Number.POSITIVE_INFINITY) <= now) due += 1
    for (const { device, event } of this.#pending.splice(0, due)) this.#controller.inject(device, event)
  }

  #eventsOf(day: OfficeDay, injected = true): DoorEvent[] {
    const { eras, seed, anchor } = this.#memory
    const bounds = [{ from: anchor, speed: 1, contacts: false }, ...eras.map((era) => ({ ...era, contacts: true }))]
    const end = day.start + 86_400_000
    const made = bounds.flatMap(({ from, speed, contacts }, at) => {
      const to = bounds[at + 1]?.from ?? Number.POSITIVE_INFINITY
      if (to <= day.start || from >= end) return []
      return doorDay({ site: this.#site, seed, day, speed, contacts }).filter(
        ({ event }) => event.time >= from && event.time < to,
      )
    })
    const own = injected ? this.#memory.injected.filter(({ event }) => event.time >= day.start && event.time < end) : []
    return merge(made, own)
  }
}

/** By time; of the same time the first list first. */
const merge = (first: readonly DoorEvent[], second: readonly DoorEvent[]): DoorEvent[] =>
  [...first, ...second].sort((a, b) => a.event.time - b.event.time)
