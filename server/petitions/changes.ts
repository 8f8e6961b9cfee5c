import { dayStart, officeDate } from '../../config/zone.ts'
import type { ByColour, PetitionColour } from '../../contract/http/petitions.ts'
import type { StepRow } from './repository.ts'
import { rank } from './rules.ts'

/** Pure: the colours of a month, told again from the steps that changed them. */

export interface Turn {
  at: number
  petitionId: string
  step: string
  from: PetitionColour | null
  to: PetitionColour | null
  /** Of a matter that is open again after a revisit. */
  reopens: boolean
  text: string
  by: string
}
export type Direction = 'first' | 'up' | 'down' | 'closed' | 'registered' | 'reopened'

export const toTurn = (row: StepRow): Turn => ({
  at: Number(row.at_ms),
  petitionId: row.petition_id,
  step: row.step,
  from: row.from_colour as PetitionColour | null,
  to: row.to_colour as PetitionColour | null,
  reopens: row.step === 'reopen' || (row.step === 'revisit' && row.outcome === 'unstable'),
  text: row.text,
  by: row.by,
})

/** What a step did to the colours; null = nothing. */
export function directionOf({ step, from, to, reopens }: Turn): Direction | null {
  if (step === 'register') return 'registered'
  if (step === 'close') return 'closed'
  if (reopens) return 'reopened'
  if (from === to || to === null) return null
  if (from === null) return 'first'
  return rank(to) > rank(from) ? 'up' : 'down'
}

/** Which matters are open in which colour, moved on step by step. */
export class Standings {
  readonly #open = new Map<string, PetitionColour>()

  take(turn: Turn): void {
    if (turn.step === 'close') this.#open.delete(turn.petitionId)
    else if (turn.to !== null && (turn.step === 'assess' || turn.step === 'downgrade' || turn.reopens))
      this.#open.set(turn.petitionId, turn.to)
  }
  counts(): ByColour {
    const counts: ByColour = { green: 0, blue: 0, yellow: 0, orange: 0, red: 0 }
    for (const colour of this.#open.values()) counts[colour]++
    return counts
  }
  /** @param areaOf the area of a matter */
  byArea(areaOf: (petitionId: string) => string): { area: string; open: number; highest: PetitionColour }[] {
    const areas = new Map<string, { area: string; open: number; highest: PetitionColour }>()
    for (const [id, colour] of this.#open) {
      const area = areaOf(id)
      const known = areas.get(area) ?? { area, open: 0, highest: colour }
      const highest = rank(colour) > rank(known.highest) ? colour : known.highest
      areas.set(area, { area, open: known.open + 1, highest })
    }
    return [...areas.values()].sort((a, b) => (a.area < b.area ? -1 : 1))
  }
}

/** Epoch ms of the first and after the last day of `2026-11`. */
export function monthBounds(month: string): { from: number; to: number; days: string[] } {
  const { year, month: number, daysInMonth } = Temporal.PlainYearMonth.from(month)
  const first = Temporal.PlainDate.from({ year, month: number, day: 1 })
  const days = Array.from({ length: daysInMonth }, (_, n) => first.add({ days: n }).toString())
  return { from: dayStart(first.toString()), to: dayStart(first.add({ months: 1 }).toString()), days }
}

/** Day by day until today; what is to come is left out. */
export function replayMonth(
  month: string,
  turns: readonly Turn[],
  areaOf: (petitionId: string) => string,
  now: number,
) {
  const { from, days } = monthBounds(month)
  const standings = new Standings()
  for (const turn of turns) if (turn.at < from) standings.take(turn)
  const start = standings.counts()
  const byDay = Map.groupBy(
    turns.filter(({ at }) => at >= from),
    ({ at }) => officeDate(at),
  )
  const shown = days
    .filter((date) => date <= officeDate(now))
    .map((date) => {
      const own = byDay.get(date) ?? []
      for (const turn of own) standings.take(turn)
      const changes = own.filter((turn) => {
        const direction = directionOf(turn)
        return direction !== null && direction !== 'registered'
      })
      return { date, end: standings.counts(), byArea: standings.byArea(areaOf), changes }
    })
  return { start, days: shown }
}
