import type { Site } from '../../config/schema.ts'
import type { OfficeCalendar, OfficeDay } from './calendar.ts'
import type { OfficeMemory } from './memory.ts'
import type { SyslogSender } from './syslog-sender.ts'
import {
  assetsOf,
  isOnline,
  isSummaryDue,
  patchChecks,
  signatureTime,
  type TerminalMessage,
  terminalDay,
} from './terminals.ts'
import { type Asset, summary, syslogLine } from './tianqing.ts'

const DAY = 86_400_000
/** What the console sends after it was cut off: at most that far back. */
const CATCH_UP_MS = 20 * 3_600_000

/** Plays the console: events of the day as their moments come, and the sign of life of each terminal. */
export class TerminalPlayer {
  readonly assets: readonly Asset[]
  readonly #calendar: OfficeCalendar
  readonly #memory: OfficeMemory
  readonly #sender: SyslogSender
  readonly #speed: number
  readonly #online = new Set<Asset>()
  #agenda: TerminalMessage[] = []
  #day: OfficeDay | undefined
  #last: number | undefined
  #savedAt = 0
  /** No word before that moment: the scenario of a dead source. */
  silentUntil = 0

  constructor(options: {
    site: Site
    calendar: OfficeCalendar
    memory: OfficeMemory
    sender: SyslogSender
    speed: number
  }) {
    this.assets = assetsOf(options.site)
    this.#calendar = options.calendar
    this.#memory = options.memory
    this.#sender = options.sender
    this.#speed = options.speed
  }

  tick(now: number): void {
    if (now < this.silentUntil) return
    this.#sender.flush(now)
    if (!this.#sender.connected) return
    if (this.#last === undefined) this.#begin(now)
    this.#beats(this.#last ?? now, now)
    this.#play(now)
    this.#last = now
    this.#sender.flush(now)
    if (now - this.#savedAt > 60_000) this.#save(now)
  }

  /** A scenario's messages, each at its moment. */
  schedule(messages: readonly TerminalMessage[]): void {
    this.#agenda = [...this.#agenda, ...messages].sort((a, b) => a.at - b.at)
  }

  say(now: number, body: unknown): void {
    this.#sender.send(syslogLine(now, body))
  }

  stop(now: number): void {
    if (this.#last !== undefined) this.#save(now)
  }

  /** After connecting the console tells the state of every terminal, then what happened meanwhile. */
  #begin(now: number): void {
    const day = this.#calendar.day(now)
    for (const asset of this.assets) {
      const online = isOnline(asset, now, day, this.#memory.seed)
      if (online) this.#online.add(asset)
      this.say(now, summary(asset, now, online ? '1' : '0', signatureTime(now, day)))
    }
    const from = Math.max(this.#memory.terminalsSent ?? 0, now - CATCH_UP_MS)
    const missed = this.#calendar.days(from, now).flatMap((each) => this.#eventsOf(each))
    this.#agenda = [...this.#lastChecks(now), ...missed.filter(({ at }) => at > from)]
    this.#day = day
  }

  /** Each terminal's newest patch check, from the last workday: what the console's own list shows. */
  #lastChecks(now: number): TerminalMessage[] {
    const workdays = this.#calendar.days(now - 12 * DAY, now).filter(({ workday }) => workday)
    const newest = new Map<string, TerminalMessage>()
    for (const day of workdays.slice(-2))
      for (const asset of this.assets)
        for (const check of patchChecks([asset], this.#memory.seed, day))
          if (check.at <= now) newest.set(asset.terminal.host, check)
    return [...newest.values()]
  }

  #beats(from: number, now: number): void {
    const day = this.#calendar.day(now)
    for (const asset of this.assets) {
      const due = isSummaryDue(asset, from, now, this.#speed)
      if (!due) continue
      const online = isOnline(asset, now, day, this.#memory.seed)
      const before = this.#online.has(asset)
      if (online) this.#online.add(asset)
      else this.#online.delete(asset)
      if (online || before) this.say(now, summary(asset, now, online ? '1' : '0', signatureTime(now, day)))
    }
  }

  #play(now: number): void {
    while (this.#day && this.#day.start + DAY <= now) {
      this.#day = this.#calendar.day(this.#day.start + DAY)
      this.#agenda.push(...this.#eventsOf(this.#day))
    }
    let due = 0
    while ((this.#agenda[due]?.at ?? Number.POSITIVE_INFINITY) <= now) due += 1
    for (const { at, body } of this.#agenda.splice(0, due)) this.#sender.send(syslogLine(at, body))
  }

  #save(now: number): void {
    this.#savedAt = now
    this.#memory.terminalsSent = now
    this.#memory.save()
  }

  #eventsOf(day: OfficeDay): TerminalMessage[] {
    return terminalDay(this.assets, this.#memory.seed, day, this.#speed)
  }
}
