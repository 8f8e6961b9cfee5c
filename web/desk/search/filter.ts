import type { LocationQuery } from 'vue-router'
import {
  SEARCH_COLOURS,
  SEARCH_KINDS,
  SEARCH_STATES,
  type SearchColour,
  type SearchKind,
} from '../../../contract/http/search.ts'

/** Everything that is asked stands in the address; pure. */
export interface SearchFilter {
  q: string
  kind: readonly SearchKind[]
  colour: readonly SearchColour[]
  state: '' | 'open' | 'closed'
  department: string
  from: string
  to: string
  /** Where the page starts; empty = at the head. */
  after: string
}

const one = (value: LocationQuery[string] | undefined): string =>
  (Array.isArray(value) ? value[0] : value)?.slice(0, 200) ?? ''
const day = (text: string): string => (/^\d{4}-\d{2}-\d{2}$/.test(text) ? text : '')

/** Whatever somebody has typed into the address: what is not known is left out. */
export function readFilter(query: LocationQuery): SearchFilter {
  const [kinds, colours] = [one(query.kind).split(','), one(query.colour).split(',')]
  return {
    q: one(query.q).slice(0, 100).trim(),
    kind: SEARCH_KINDS.filter((kind) => kinds.includes(kind)),
    colour: SEARCH_COLOURS.filter((colour) => colours.includes(colour)),
    state: SEARCH_STATES.find((state) => state === one(query.state)) ?? '',
    department: one(query.department),
    from: day(one(query.from)),
    to: day(one(query.to)),
    after: one(query.after),
  }
}

/** What is not the usual, and nothing else; the server takes the same but for `after`. */
export function writeFilter({ kind, colour, ...rest }: SearchFilter): Record<string, string> {
  const all = { ...rest, kind: kind.join(','), colour: colour.join(',') }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''))
}
export function serverFilter(filter: SearchFilter) {
  const { after, q, ...rest } = writeFilter(filter)
  return { ...rest, q: q ?? '', ...(after ? { cursor: after } : {}) }
}

/** A text in pieces, so that what was found is an element of its own and never markup from outside. */
export interface Piece {
  text: string
  mark: boolean
}
export function piecesOf({ text, marks }: { text: string; marks: readonly { start: number; end: number }[] }): Piece[] {
  const pieces: Piece[] = []
  let at = 0
  for (const { start, end } of marks) {
    if (start > at) pieces.push({ text: text.slice(at, start), mark: false })
    pieces.push({ text: text.slice(start, end), mark: true })
    at = end
  }
  if (at < text.length) pieces.push({ text: text.slice(at), mark: false })
  return pieces
}
