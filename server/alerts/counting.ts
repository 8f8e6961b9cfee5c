import type { AlertRule } from '../../config/schema.ts'
import type { StoredEvent, Turn } from '../feature.ts'
import { forgetOccurrences, loadOccurrences, saveOccurrences } from './repository.ts'
import { causeOf, countHits, type Occurrence, type RuleIndex, subjectOf } from './rules.ts'
import type { AlertTables } from './tables.ts'

/** Per cause this many occurrences are remembered at least, twice as many at most: a flood must not grow without end. */
const KEPT = 50

/** What count rules have seen within their windows: read once per turn, kept in memory, written once. */
export class Counting {
  readonly #seen = new Map<string, Occurrence[]>()
  readonly #added = new Map<string, AlertTables['alert_occurrence']>()
  /** Causes that were cut, and the oldest time that is kept of each. */
  readonly #cut = new Map<string, number>()

  static async load(turn: Turn, index: RuleIndex, events: readonly StoredEvent[]): Promise<Counting> {
    const counting = new Counting()
    const causes = new Set<string>()
    let earliest = turn.now
    for (const event of events)
      for (const rule of index.raisedBy.get(event.type) ?? []) {
        if (rule.kind !== 'count' || event.backfill) continue
        causes.add(causeOf(rule, subjectOf(event)))
        earliest = Math.min(earliest, event.observedMs - (rule.withinS ?? 0) * 1000)
      }
    for (const row of await loadOccurrences(turn.tx, [...causes], earliest))
      counting.#of(row.cause).push({ at: row.at, eventId: row.event_id, sha256: row.sha256, excerpt: row.excerpt })
    return counting
  }

  /** @returns the occurrences within the window that ends with this one, oldest first */
  note(rule: AlertRule, cause: string, own: Occurrence): readonly Occurrence[] {
    const seen = this.#of(cause)
    const hits = countHits(rule, seen, own)
    seen.push(own)
    this.#added.set(`${cause} ${own.eventId}`, {
      cause,
      at: own.at,
      event_id: own.eventId,
      sha256: own.sha256,
      excerpt: own.excerpt,
    })
    if (seen.length > 2 * KEPT) this.#trim(cause, seen)
    return hits
  }

  async save(turn: Turn): Promise<void> {
    await forgetOccurrences(turn.tx, this.#cut)
    await saveOccurrences(turn.tx, [...this.#added.values()])
  }

  #of(cause: string): Occurrence[] {
    const known = this.#seen.get(cause)
    if (known) return known
    const fresh: Occurrence[] = []
    this.#seen.set(cause, fresh)
    return fresh
  }

  #trim(cause: string, seen: Occurrence[]): void {
    seen.sort((a, b) => a.at - b.at)
    const gone = seen.splice(0, seen.length - KEPT)
    for (const { eventId } of gone) this.#added.delete(`${cause} ${eventId}`)
    this.#cut.set(cause, seen[0]?.at ?? 0)
  }
}
