import type { LocationQuery } from 'vue-router'
import { PetitionChannel, PetitionColour, PetitionStage } from '../../../contract/http/petitions.ts'

/** Every condition of the list of matters stands in the address; pure. */
export interface PetitionFilter {
  state: 'open' | 'closed' | 'all'
  colour: PetitionColour | 'none' | ''
  stage: PetitionStage | ''
  channel: PetitionChannel | ''
  department: string
  overdue: boolean
  q: string
  /** Where the page starts; empty = at the head. */
  after: string
}
export const STATE_WORDS = { open: '在办', closed: '已销号', all: '全部' } as const

const one = (value: LocationQuery[string] | undefined): string =>
  (Array.isArray(value) ? value[0] : value)?.slice(0, 200) ?? ''

/** Whatever somebody has typed into the address: what is not known is left out. */
export function readFilter(query: LocationQuery): PetitionFilter {
  const state = one(query.state)
  const colour = one(query.colour)
  return {
    state: state === 'closed' || state === 'all' ? state : 'open',
    colour: colour === 'none' ? 'none' : (PetitionColour.safeParse(colour).data ?? ''),
    stage: PetitionStage.safeParse(one(query.stage)).data ?? '',
    channel: PetitionChannel.safeParse(one(query.channel)).data ?? '',
    department: one(query.department).slice(0, 64),
    overdue: one(query.overdue) === 'true',
    q: one(query.q).slice(0, 100),
    after: one(query.after),
  }
}

/** What is not the usual, and nothing else. */
export function writeFilter({ state, overdue, ...words }: PetitionFilter): Record<string, string> {
  const said = Object.entries(words).filter(([, value]) => value !== '')
  return {
    ...(state === 'open' ? {} : { state }),
    ...(overdue ? { overdue: 'true' } : {}),
    ...Object.fromEntries(said),
  }
}

/** What the server is asked. */
export function serverFilter({ state, colour, stage, channel, department, overdue, q, after }: PetitionFilter) {
  return {
    state,
    ...(colour ? { colour } : {}),
    ...(stage ? { stage } : {}),
    ...(channel ? { channel } : {}),
    ...(department ? { department } : {}),
    ...(overdue ? { overdue: 'true' as const } : {}),
    ...(q ? { q } : {}),
    ...(after ? { cursor: after } : {}),
  }
}
