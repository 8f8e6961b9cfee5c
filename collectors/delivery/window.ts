import type { SpoolRow } from './spool.ts'

/** One message on its way: the events in it that have no receipt yet. */
export interface Flight {
  /** id → seq */
  open: Map<string, number>
  /** Not published again before that epoch ms. */
  dueMs: number
  tries: number
}

export const MAX_FLIGHTS = 20
const FIRST_WAIT_MS = 10_000
const LONGEST_WAIT_MS = 60_000

/** What was published and not receipted. Bounded, so that a silent server costs disk and no memory. */
export interface Window {
  readonly full: boolean
  readonly flights: number
  launch(rows: readonly SpoolRow[], now: number): void
  /** Takes receipted or rejected ids out; unknown ones are ignored. */
  land(ids: readonly string[]): void
  /** Those whose receipt is late; each call counts as a new try. */
  overdue(now: number): Flight[]
  clear(): void
}

export function createWindow(): Window {
  const flights = new Set<Flight>()
  const byId = new Map<string, Flight>()
  return {
    get full() {
      return flights.size >= MAX_FLIGHTS
    },
    get flights() {
      return flights.size
    },
    launch(rows, now) {
      const open = new Map(rows.map(({ id, seq }) => [id, seq]))
      const flight = { open, dueMs: now + FIRST_WAIT_MS, tries: 1 }
      flights.add(flight)
      for (const id of open.keys()) byId.set(id, flight)
    },
    land(ids) {
      for (const id of ids) {
        const flight = byId.get(id)
        byId.delete(id)
        flight?.open.delete(id)
        if (flight?.open.size === 0) flights.delete(flight)
      }
    },
    overdue(now) {
      // Due later than the longest wait: the clock was set back, so it is as good as due.
      const late = [...flights].filter(({ dueMs }) => dueMs <= now || dueMs > now + LONGEST_WAIT_MS)
      for (const flight of late) {
        flight.dueMs = now + Math.min(FIRST_WAIT_MS * 2 ** flight.tries, LONGEST_WAIT_MS)
        flight.tries++
      }
      return late
    },
    clear() {
      flights.clear()
      byId.clear()
    },
  }
}
