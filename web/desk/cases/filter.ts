import type { LocationQuery } from 'vue-router'
import { COLOURS, type Colour } from '../../../contract/panels/cases.ts'

/** Every condition of the case list stands in the address; pure. */
export interface CaseFilter {
  state: 'open' | 'unassigned' | 'closed'
  q: string
  colour: readonly Colour[]
  custody: boolean
  overDetention: boolean
  department: string
  /** Where the page starts; empty = at the head. */
  after: string
}

export const CASE_STATES = [
  { key: 'open', word: '在办' },
  { key: 'unassigned', word: '待分案' },
  { key: 'closed', word: '已办结' },
] as const

const one = (value: LocationQuery[string] | undefined): string =>
  (Array.isArray(value) ? value[0] : value)?.slice(0, 200) ?? ''

/** Whatever somebody has typed into the address: what is not known is left out. */
export function readFilter(query: LocationQuery): CaseFilter {
  const state = CASE_STATES.find(({ key }) => key === one(query.state))?.key ?? 'open'
  const colours = one(query.colour).split(',')
  return {
    state,
    q: one(query.q).slice(0, 100),
    colour: state === 'closed' ? [] : COLOURS.filter((colour) => colours.includes(colour)),
    custody: one(query.custody) === 'true',
    overDetention: state !== 'closed' && one(query.overDetention) === 'true',
    department: one(query.department),
    after: one(query.after),
  }
}

/** What is not the usual, and nothing else. */
export function writeFilter(filter: CaseFilter): Record<string, string> {
  const { state, q, colour, custody, overDetention, department, after } = filter
  return {
    ...(state === 'open' ? {} : { state }),
    ...(q ? { q } : {}),
    ...(colour.length > 0 ? { colour: colour.join(',') } : {}),
    ...(custody ? { custody: 'true' } : {}),
    ...(overDetention ? { overDetention: 'true' } : {}),
    ...(department ? { department } : {}),
    ...(after ? { after } : {}),
  }
}

const STATES = { open: 'open,unassigned', unassigned: 'unassigned', closed: 'closed' } as const

/** What the server is asked: the same for the list, its numbers and its export. */
export function serverFilter(filter: CaseFilter) {
  const { state, q, colour, custody, overDetention, department } = filter
  return {
    state: STATES[state],
    ...(q ? { q } : {}),
    ...(colour.length > 0 ? { colour: colour.join(',') } : {}),
    ...(custody ? ({ custody: 'true' } as const) : {}),
    ...(overDetention ? ({ overDetention: 'true' } as const) : {}),
    ...(department ? { department } : {}),
  }
}

export const sortOf = ({ state }: Pick<CaseFilter, 'state'>) => (state === 'closed' ? 'closed' : 'urgency')

/** A figure of the wall → the list of what it counts. */
export const LIST_OF_FIGURE: Readonly<Record<string, string>> = {
  'flow.open': '/desk/cases',
  'flow.red': '/desk/cases?colour=red',
  'flow.orange': '/desk/cases?colour=orange',
  'flow.yellow': '/desk/cases?colour=yellow',
  'flow.green': '/desk/cases?colour=green',
  'flow.over-detention': '/desk/cases?overDetention=true',
  'flow.unassigned': '/desk/cases?state=unassigned',
  'flow.custody': '/desk/cases?custody=true',
  'review.open': '/desk/reviews?view=all',
  'review.overdue': '/desk/reviews?view=all&overdue=true',
  'review.rectified-year': '/desk/reviews?view=rectify',
  'review.archived-year': '/desk/reviews?view=archived',
  'review.decided-year': '/desk/reviews?view=archived',
  'review.problems-year': '/desk/reviews?view=archived',
  'petition.open': '/desk/petitions',
  'petition.unassessed': '/desk/petitions?colour=none',
  'petition.red': '/desk/petitions?colour=red',
  'petition.orange': '/desk/petitions?colour=orange',
  'petition.yellow': '/desk/petitions?colour=yellow',
  'petition.blue': '/desk/petitions?colour=blue',
  'petition.green': '/desk/petitions?colour=green',
  'petition.overdue': '/desk/petitions?overdue=true',
  'draw.random-share': '/desk/draws',
  'draw.year-total': '/desk/draws',
  'draw.designated': '/desk/draws/designations?state=approved',
  'draw.fairness-p': '/desk/draws/fairness',
}
