import type { Site } from '../../config/schema.ts'
import type { OfficeDay } from './calendar.ts'
import type { AcsEventInput } from './isapi-controller.ts'
import { type Chance, chanceOf } from './random.ts'
import { DAY_OFF_SHARE, DENIED_SHARE, minuteOf, momentIn, SWIPES_PER_WORKDAY, swipeSlots } from './rhythm.ts'
import { risers, SECONDED_HOST } from './terminals.ts'

/** One thing at a door, as its controller will remember it. */
export interface DoorEvent {
  device: string
  event: AcsEventInput
}
type Door = Site['doors'][number]
type Person = Site['people'][number]

export interface DoorDay {
  site: Pick<Site, 'doors' | 'people' | 'terminals'>
  seed: string
  day: OfficeDay
  speed: number
  /** With door contacts and held doors; old history holds swipes and always-open times only. */
  contacts: boolean
}

/** ISAPI codes, major 5 (protocols.md 2.1). */
const CARD = 1
const FACE = 75
const ALWAYS_OPEN = 19
const ALWAYS_OPEN_END = 20
const OPENED = 25
const CLOSED = 26
const FORCED = 27
const HELD = 28
const DENIALS = [
  [50, 6],
  [15, 7],
  [15, 8],
  [20, 76],
] as const
const UNKNOWN_CARD = 9

/** Everything of one day at all doors, in order of time. Same input, same day. */
export function doorDay({ site, seed, day, speed, contacts }: DoorDay): DoorEvent[] {
  const chance = chanceOf(`${seed}/doors/${day.date}`)
  const swipes = chance.poisson(SWIPES_PER_WORKDAY * speed * (day.workday ? 1 : DAY_OFF_SHARE))
  const coming = { ...site, people: present(site) }
  const events = arrive(
    Array.from({ length: swipes }, () => swipe(chance, coming, day)),
    site,
    seed,
    day,
  )
  if (contacts) {
    const more = chance.branch('contacts')
    const trouble = troubles(coming, day, speed, more)
    events.push(...movements(events, site.doors, more, trouble), ...trouble)
  }
  events.push(...standing(site.doors, day))
  return events.sort((a, b) => a.event.time - b.event.time)
}

/** Everybody but who is seconded elsewhere. */
const present = ({ people, terminals }: DoorDay['site']): Person[] => {
  const away = terminals.find(({ host }) => host === SECONDED_HOST)?.owner
  return people.filter(({ id }) => id !== away)
}

const WALK_MS = 90_000
/** Who switches a terminal on has come in before: the day's first passes are theirs, and one more where none fits. */
function arrive(swipes: readonly DoorEvent[], site: DoorDay['site'], seed: string, day: OfficeDay): DoorEvent[] {
  const events = swipes.toSorted((a, b) => a.event.time - b.event.time)
  const passes = events.filter(({ event }) => PASSES.has(event.minor))
  const gate = site.doors.find(({ area }) => area === '大门') ?? site.doors[0]
  let next = 0
  for (const [owner, risesAt] of risers(site, day, seed)) {
    const person = site.people.find(({ id }) => id === owner)
    const pass = passes[next]
    if (!person || !gate) continue
    if (pass && pass.event.time <= risesAt - WALK_MS) {
      Object.assign(pass.event, identity(person))
      next += 1
    } else events.push(at(gate, risesAt - WALK_MS, FACE, identity(person)))
  }
  return events
}

const at = (door: Door, time: number, minor: number, more: Partial<AcsEventInput> = {}): DoorEvent => ({
  device: door.device,
  event: { major: 5, minor, time, doorNo: door.doorNo, ...more },
})

function swipe(chance: Chance, { doors, people }: DoorDay['site'], day: OfficeDay): DoorEvent {
  const time = momentIn(chance, day.start, swipeSlots(day.workday))
  const hour = (time - day.start) / 3_600_000
  const inHours = day.workday && hour >= 8 && hour < 18
  const door = chance.weighted(doors.map((each) => [weightOf(each, inHours), each] as const))
  if (chance.hit(DENIED_SHARE)) return denial(chance, door, time, people)
  return at(door, time, chance.hit(0.7) ? FACE : CARD, identity(chance.pick(people)))
}

const identity = (person: Person): Partial<AcsEventInput> => ({
  employeeNo: person.employeeNo ?? person.id,
  name: person.name,
  cardReaderNo: 1,
  currentVerifyMode: 'faceOrFpOrCardOrPw',
  userType: 'normal',
})

function denial(chance: Chance, door: Door, time: number, people: readonly Person[]): DoorEvent {
  if (chance.hit(0.25)) return at(door, time, UNKNOWN_CARD, { cardNo: String(chance.int(10_000_000, 99_999_999)) })
  return at(door, time, chance.weighted(DENIALS), identity(chance.pick(people)))
}

/** How often a door is used, by area; sensitive doors in office hours only. */
const WEIGHTS: Readonly<Record<string, number>> = {
  大门: 28,
  楼层门: 5,
  车库: 6,
  办案区: 2,
  '12309': 2,
  会议: 1,
  案卷室: 0.8,
  涉案财物: 0.4,
  机房: 0.4,
}
const weightOf = (door: Door, inHours: boolean): number =>
  door.sensitive ? (inHours ? (WEIGHTS[door.area] ?? 0.02) : 0) : (WEIGHTS[door.area] ?? 1)

const PASSES = new Set([CARD, FACE])
/** After each pass the leaf opens and falls shut; who follows through an open door opens nothing. */
function movements(
  swipes: readonly DoorEvent[],
  doors: readonly Door[],
  chance: Chance,
  trouble: readonly DoorEvent[],
): DoorEvent[] {
  const openUntil = new Map<Door, number>()
  const moves: DoorEvent[] = []
  for (const { device, event } of swipes.toSorted((a, b) => a.event.time - b.event.time)) {
    const door = doors.find((each) => each.device === device && each.doorNo === event.doorNo)
    const seconds = chance.int(3, 9)
    if (!door || standsOpen(door) || !PASSES.has(event.minor)) continue
    if (event.time + 1000 <= (openUntil.get(door) ?? 0) || isTroubled(door, event.time, trouble)) continue
    const shut = event.time + 1000 + seconds * 1000
    moves.push(at(door, event.time + 1000, OPENED), at(door, shut, CLOSED))
    openUntil.set(door, shut)
  }
  return moves
}

/** Is the door standing open for another reason around then? Its contact then says nothing of this pass. */
function isTroubled(door: Door, time: number, trouble: readonly DoorEvent[]): boolean {
  const own = trouble.filter(({ device, event }) => device === door.device && event.doorNo === door.doorNo)
  const begun = own.filter(({ event }) => event.time <= time + 12_000)
  return begun.length > 0 && (begun.length < own.length || time <= (own.at(-1)?.event.time ?? 0))
}

/** Main door and the public hall stand open in office hours. */
const standsOpen = (door: Door): boolean => ['door:M1', 'door:H1', 'door:H2'].includes(door.id)
function standing(doors: readonly Door[], day: OfficeDay): DoorEvent[] {
  if (!day.workday) return []
  const time = (text: string) => day.start + minuteOf(text) * 60_000
  return doors
    .filter(standsOpen)
    .flatMap((door) => [
      at(door, time('07:50'), ALWAYS_OPEN),
      at(door, time('07:50') + 1000, OPENED),
      at(door, time('18:10'), ALWAYS_OPEN_END),
      at(door, time('18:10') + 2000, CLOSED),
    ])
}

/** Doors held open 2–4 times a workday, forced once a quarter. */
function troubles(
  { doors, people }: Pick<DoorDay['site'], 'doors' | 'people'>,
  day: OfficeDay,
  speed: number,
  chance: Chance,
): DoorEvent[] {
  const ordinary = doors.filter((door) => !door.sensitive && !standsOpen(door))
  const held = day.workday ? chance.poisson(3 * speed) : 0
  const forced = chance.poisson(speed / 90)
  const moment = () => day.start + chance.int(minuteOf('08:30'), minuteOf('17:40')) * 60_000
  return [
    ...Array.from({ length: held }, () =>
      heldOpen(chance.pick(ordinary), moment(), chance.int(40, 260), chance.pick(people)),
    ).flat(),
    ...Array.from({ length: forced }, () => forcedOpen(chance.pick(ordinary), moment(), chance.int(60, 300))).flat(),
  ]
}

/** Opened by a pass, held longer than its limit, shut after `seconds`. */
export const heldOpen = (door: Door, time: number, seconds: number, person: Person): DoorEvent[] => [
  at(door, time, CARD, identity(person)),
  at(door, time + 1000, OPENED),
  ...(seconds > door.heldS ? [at(door, time + 1000 + door.heldS * 1000, HELD)] : []),
  at(door, time + 1000 + seconds * 1000, CLOSED),
]

/** Opened without a pass, shut after `seconds`. */
export const forcedOpen = (door: Door, time: number, seconds: number): DoorEvent[] => [
  at(door, time, FORCED),
  at(door, time + seconds * 1000, CLOSED),
]

/** Three refused cards in a row. */
export const refusedThrice = (door: Door, time: number, person: Person): DoorEvent[] =>
  [0, 20_000, 45_000].map((after) => at(door, time + after, 6, identity(person)))
