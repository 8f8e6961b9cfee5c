import { type Committed, type Completed, tickets, totalTickets } from '../../../contract/draw.ts'

/** One candidate of the frozen list as the pages show it. Ticket numbers count from 0; `to` is included. */
export interface Candidate {
  id: string
  cap: number
  /** Standard cases, one decimal; `normalised` as if the cap were 100 %. */
  load: string
  normalised: string
  tickets: number
  from: number
  to: number
  /** Percent of all tickets. */
  percent: number
  won: boolean
}

const thousandths = (value: number): string => (value / 1000).toFixed(1)

/** Pure: the pool in the order of the draw with each member's range of tickets. */
export function candidates(body: Committed, winner: string | null): Candidate[] {
  const total = totalTickets(body.pool)
  const { normalised } = tickets(body.pool, body.params)
  let before = 0
  return body.pool.map((member, at) => {
    const from = before
    before += member.tickets
    return {
      id: member.id,
      cap: member.cap,
      load: thousandths(member.load),
      normalised: thousandths(normalised[at] ?? 0),
      tickets: member.tickets,
      from,
      to: before - 1,
      percent: total === 0 ? 0 : (100 * member.tickets) / total,
      won: member.id === winner,
    }
  })
}

/** Where the drawn ticket lies, percent of the bar; null without a result. */
export function drawnAt(completed: Pick<Completed, 'r' | 'total'> | null): number | null {
  return completed ? Number((BigInt(completed.r) * 1_000_000n) / BigInt(completed.total)) / 10_000 : null
}
