import type { Config } from '../../../config/load.ts'
import { officeTime } from '../../../config/zone.ts'
import { isOnDuty, isWithin } from './rules.ts'

type Site = Config['site']
type Door = Site['doors'][number]
type Terminal = Site['terminals'][number]
export type Person = Site['people'][number]

/** The office as the correlation needs it, indexed once. */
export interface Ground {
  terminals: ReadonlyMap<string, Terminal>
  doors: ReadonlyMap<string, Door>
  people: ReadonlyMap<string, Person>
  posts: ReadonlyMap<string, Site['posts'][number]>
  shifts: Site['shifts']
  /** Door → places of terminals that it leads to. */
  placesOf: ReadonlyMap<string, readonly string[]>
  /** Terminals of a place. */
  hostsIn(place: string): Terminal[]
  /** Doors that somebody who sits at that place has to pass. */
  wayTo(place: string): Door[]
  /** Does the person's post stand at that moment? */
  onDuty(person: Person | undefined, at: number): boolean
  /** `白班`; undefined when no shift is planned. */
  shiftAt(at: number): string | undefined
}

export function groundOf({ site, correlation }: Config): Ground {
  const posts = new Map(site.posts.map((post) => [post.id, post]))
  const { entranceAreas, floorAreas } = correlation.rules.terminalWithoutEntry
  const floors = new Map(site.floors.flatMap(({ name, rooms }) => rooms.map((room) => [room.name, name] as const)))
  const placesOf = new Map<string, string[]>()
  for (const [place, doors] of Object.entries(correlation.places))
    for (const door of doors) placesOf.set(door, [...(placesOf.get(door) ?? []), place])
  return {
    terminals: new Map(site.terminals.map((one) => [one.host, one])),
    doors: new Map(site.doors.map((one) => [one.id, one])),
    people: new Map(site.people.map((one) => [one.id, one])),
    posts,
    shifts: site.shifts,
    placesOf,
    hostsIn: (place) => site.terminals.filter((one) => one.place === place),
    wayTo: (place) =>
      site.doors.filter(
        ({ area, floor }) => entranceAreas.includes(area) || (floorAreas.includes(area) && floor === floors.get(place)),
      ),
    onDuty: (person, at) => isOnDuty(posts.get(person?.post ?? ''), site.shifts, clockOf(at)),
    shiftAt: (at) => site.shifts.find((shift) => isWithin(shift, clockOf(at)))?.name,
  }
}

/** `HH:MM` in the office. */
export const clockOf = (at: number): string => officeTime(at).toPlainTime().toString({ smallestUnit: 'minute' })
