import { startOfDay } from '../../config/zone.ts'
import type { Chance } from './random.ts'

/** Pure: how much happens when, after domain.md section I. Minutes count from 00:00 in the office. */

/** Door swipes of an ordinary workday, all doors together. */
export const SWIPES_PER_WORKDAY = 520
/** Of that on a day off. */
export const DAY_OFF_SHARE = 0.08
export const DENIED_SHARE = 0.011
export const PATROL_SHARES = { onTime: 0.935, late: 0.045, missed: 0.02 } as const

export interface Slot {
  weight: number
  from: number
  to: number
}
const slot = (weight: number, from: string, to: string): Slot => ({ weight, from: minuteOf(from), to: minuteOf(to) })

/** Minutes of `HH:MM`. */
export const minuteOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

const WORKDAY_SWIPES: readonly Slot[] = [
  slot(38, '07:40', '08:30'),
  slot(12, '11:50', '12:20'),
  slot(18, '14:00', '14:40'),
  slot(24, '17:50', '18:40'),
  slot(5, '19:00', '22:00'),
  slot(3, '08:30', '17:50'),
]
const DAY_OFF_SWIPES: readonly Slot[] = [slot(80, '09:00', '17:30'), slot(20, '17:30', '21:00')]
export const swipeSlots = (workday: boolean): readonly Slot[] => (workday ? WORKDAY_SWIPES : DAY_OFF_SWIPES)

const WORK: readonly Slot[] = [slot(52, '08:10', '12:00'), slot(4, '12:00', '14:00'), slot(44, '14:00', '18:00')]
const IDLE: readonly Slot[] = [slot(90, '09:00', '17:00'), slot(10, '00:00', '24:00')]
/** When people work at their terminals and on cases. */
export const workSlots = (workday: boolean): readonly Slot[] => (workday ? WORK : IDLE)

/** A random moment of that day, epoch ms. */
export function momentIn(chance: Chance, dayStart: number, slots: readonly Slot[]): number {
  const { from, to } = chance.weighted(slots.map((each) => [each.weight, each] as const))
  return dayStart + Math.floor((from + chance.next() * (to - from)) * 60) * 1000
}

/** Six servers of 110 never sleep; nobody's own machine is on at night, nor before the first doors open. */
export const SERVERS = 0.056
const WORKDAY_ONLINE: readonly (readonly [minute: number, share: number])[] = [
  [0, SERVERS],
  [minuteOf('07:46'), SERVERS],
  [minuteOf('08:40'), 0.93],
  [minuteOf('11:50'), 0.94],
  [minuteOf('12:20'), 0.7],
  [minuteOf('13:50'), 0.7],
  [minuteOf('14:30'), 0.92],
  [minuteOf('17:50'), 0.9],
  [minuteOf('18:50'), 0.22],
  [minuteOf('20:00'), 0.13],
  [minuteOf('22:00'), SERVERS],
  [1440, SERVERS],
]

/** Share of the protected terminals that are online. */
export function onlineShare(minute: number, workday: boolean): number {
  if (!workday) return minute >= minuteOf('09:00') && minute < minuteOf('17:00') ? 0.09 : SERVERS
  const after = WORKDAY_ONLINE.findIndex(([at]) => at >= minute)
  const [toAt, to] = WORKDAY_ONLINE[Math.max(after, 1)] ?? [1440, SERVERS]
  const [fromAt, from] = WORKDAY_ONLINE[Math.max(after, 1) - 1] ?? [0, SERVERS]
  return from + ((to - from) * (minute - fromAt)) / (toAt - fromAt)
}

/** When the share of the day first passes it: the minute at which a terminal of that rank is switched on. */
export function riseMinute(share: number, workday: boolean): number | undefined {
  if (!workday) return share < onlineShare(minuteOf('09:00'), false) ? minuteOf('09:00') : undefined
  const at = WORKDAY_ONLINE.findIndex(([, reached]) => reached > share)
  const [toAt, to] = WORKDAY_ONLINE[at] ?? [0, 0]
  const [fromAt, from] = WORKDAY_ONLINE[at - 1] ?? [0, 0]
  return at < 1 ? undefined : fromAt + ((toAt - fromAt) * (share - from)) / (to - from)
}

/** Minute of the office day, with fraction. */
export const minuteOfDay = (ms: number): number => (ms - startOfDay(ms)) / 60_000
