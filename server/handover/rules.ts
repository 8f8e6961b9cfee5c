import { officeTime } from '../../config/zone.ts'

/** Pure rules of the change of shift. Times are epoch ms; shifts stand in site.yaml in office time. */
export interface Shift {
  name: string
  from: string
  to: string
}
/** One change: at `at` the shift `from` ends and `to` begins. */
export interface Change {
  at: number
  from: string
  to: string
}

/** So early before a change its sheet may be signed; what is signed earlier belongs to the last one. */
export const EARLY_MS = 90 * 60_000

/** All changes from two days before to two days after, in order. */
function changes(shifts: readonly Shift[], now: number): Change[] {
  const today = officeTime(now).toPlainDate()
  const { timeZoneId } = officeTime(now)
  const found = [-2, -1, 0, 1, 2].flatMap((days) =>
    shifts.map(({ name, from }) => ({
      to: name,
      from: shifts.find((one) => one.to === from)?.name ?? '',
      at: today.add({ days }).toZonedDateTime({ timeZone: timeZoneId, plainTime: from }).epochMilliseconds,
    })),
  )
  return found.sort((a, b) => a.at - b.at)
}

/** The last change that has come; undefined where no shifts are configured. */
export const lastChange = (shifts: readonly Shift[], now: number): Change | undefined =>
  changes(shifts, now).findLast(({ at }) => at <= now)

/** The change that a sheet signed now belongs to. */
export function changeOf(shifts: readonly Shift[], now: number): Change | undefined {
  const next = changes(shifts, now).find(({ at }) => at > now)
  return next && next.at - now <= EARLY_MS ? next : lastChange(shifts, now)
}

export type Overdue = 'signed' | 'before-we-were' | 'not-yet' | 'overdue'
/** @param since when the house began to look: what lies before is nobody's debt here */
export function overdue(
  change: Change,
  signed: boolean,
  moment: { now: number; since: number; graceMs: number },
): Overdue {
  if (signed) return 'signed'
  if (change.at < moment.since) return 'before-we-were'
  return moment.now >= change.at + moment.graceMs ? 'overdue' : 'not-yet'
}

export type TakeRefusal = 'not-given' | 'same-person' | 'other-sheet'
/** Two people, and the second has read what the first has signed. */
export function mayTake(
  sheet: { state: string; givenBy: string; sha256: string },
  taker: { username: string; sha256: string | null },
): TakeRefusal | null {
  if (sheet.state !== 'given') return 'not-given'
  if (sheet.givenBy === taker.username) return 'same-person'
  return taker.sha256 !== null && taker.sha256 !== sheet.sha256 ? 'other-sheet' : null
}
