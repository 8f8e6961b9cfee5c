import { officeTime } from '../../config/zone.ts'
import {
  DRILL_HOPS,
  type DrillHop,
  type DrillItem,
  type DrillState,
  type DrillWall,
} from '../../contract/http/drill.ts'

/** Pure rules of the fire drill. Times are epoch ms of the server's clock. */

/** Moments of the path inside the house; null = not reached. */
export interface Course {
  requested: number
  published: number | null
  arrived: number | null
  taken: number | null
  decided: number | null
  committed: number | null
  emitted: number | null
  /** The server's receipt, back at the drill source. */
  receipt: number | null
}
/** One wall that was connected when the card was pushed, or that painted it. */
export interface WallCourse {
  socket: string
  wall: string
  screen: string | null
  account: string
  received: number | null
  painted: number | null
  heard: number | null
  /** It went away before it painted. */
  left: boolean
}

/** `D-20261124-093005`, office time: a drill is called by its second. */
export const drillId = (now: number): string => {
  const time = officeTime(now)
  const two = (n: number) => String(n).padStart(2, '0')
  const day = time.toPlainDate().toString().replaceAll('-', '')
  return `D-${day}-${two(time.hour)}${two(time.minute)}${two(time.second)}`
}

const HOUSE = ['published', 'arrived', 'taken', 'decided', 'committed', 'emitted'] as const
/** A wall's clock is the server's, off by a one-way delay: a moment before the push is the push. */
const between = (from: number | null, to: number | null): number | null =>
  from === null || to === null ? null : Math.max(0, to - from)
const slowest = (moments: readonly (number | null)[]): number | null => {
  const known = moments.filter((at) => at !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** Each hop with what it took; the walls' hops are those of the slowest wall. */
export function hopsOf(course: Course, walls: readonly WallCourse[]): DrillItem['hops'] {
  const seen = walls.filter(({ painted }) => painted !== null)
  const late = seen.toSorted((a, b) => (b.painted ?? 0) - (a.painted ?? 0))[0]
  const of = walls.length > 1 && late ? `最慢的一块：${late.wall}` : ''
  const moments: [DrillHop, number | null, string][] = [
    ...HOUSE.map((hop): [DrillHop, number | null, string] => [hop, course[hop], '']),
    ['received', late?.received ?? slowest(walls.map(({ received }) => received)), of],
    ['painted', late?.painted ?? null, of],
    ['heard', late?.heard ?? null, of],
  ]
  let before: number | null = course.requested
  return moments.map(([hop, at, note]) => {
    const tookMs = between(before, at)
    before = at ?? before
    return { hop, name: DRILL_HOPS[hop], at, tookMs, note: at === null ? '未到' : note }
  })
}

export const totalOf = (course: Course, walls: readonly WallCourse[]): number | null =>
  between(course.requested, slowest(walls.map(({ painted }) => painted)))

export function wallOf(course: Course, one: WallCourse, running: boolean): DrillWall {
  const { wall, screen, account, received, painted, heard } = one
  return {
    wall,
    screen,
    account,
    receivedAt: received,
    paintedAt: painted,
    heardAt: heard,
    roundTripMs: between(course.committed, heard),
    state: painted !== null ? 'painted' : one.left ? 'left' : running ? 'waiting' : 'missing',
  }
}

/** What a drill that is over has shown. */
export function verdict(course: Course, walls: readonly WallCourse[]): Exclude<DrillState, 'running' | 'interrupted'> {
  if (course.committed === null) return 'lost'
  if (walls.length === 0) return 'unseen'
  return walls.every(({ painted }) => painted !== null) ? 'passed' : 'partly'
}

/** A drill that has come through the path counts for its month, whether or not every wall was well: that is a finding. */
export const COUNTED: readonly DrillState[] = ['passed', 'partly']

/** `2026-11` of the office. */
export const monthOf = (now: number): string => officeTime(now).toPlainDate().toString().slice(0, 7)

/** Is this month's drill asked for now? */
export const isDue = (now: number, lastAt: number | null, fromDay: number): boolean =>
  officeTime(now).day >= fromDay && (lastAt === null || monthOf(lastAt) !== monthOf(now))
