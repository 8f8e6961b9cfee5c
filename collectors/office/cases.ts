import type { Site } from '../../config/schema.ts'
import { dateStart, type OfficeCalendar, type OfficeDay } from './calendar.ts'
import { CASE_TYPES, type CaseType, CHARGES, type Limit } from './case-types.ts'
import { type Chance, chanceOf } from './random.ts'
import { momentIn, workSlots } from './rhythm.ts'

/** A case from acceptance to its end, known in advance; `stateOf` says what of it is known at a moment. */
export interface CaseFact {
  number: string
  unified: string
  title: string
  type: string
  charge: string
  suspects: string
  department: string
  handler: string
  handlerNo: string
  custody: boolean
  plea: boolean
  minor: boolean
  accepted: number
  assigned: number
  steps: { at: number; node: string }[]
  /** Due date as it stands from `at` on. */
  dues: { at: number; start: string; due: string }[]
  closed: number
  outcome: string
}

const DAY = 86_400_000
const FAMILY = [...'赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏']

export interface CaseMaker {
  /** Cases accepted in [from, to], in order of acceptance. */
  accepted(from: number, to: number): CaseFact[]
}

/**
 * Makes the cases day by day since `firstYear`, always the same for the same seed.
 * Numbers count within type and year, so days must be asked for in order.
 */
export function caseMaker(site: Site, calendar: OfficeCalendar, seed: string): CaseMaker {
  const handlers = new Map(
    site.departments.map(({ id, name }) => [
      id,
      {
        name,
        people: site.people.filter((person) => person.department === id && person.quota),
      },
    ]),
  )
  const counters = new Map<string, number>()
  const count = (key: string): number => {
    const next = (counters.get(key) ?? 0) + 1
    counters.set(key, next)
    return next
  }

  function ofDay(day: OfficeDay): CaseFact[] {
    if (!day.workday) return []
    const chance = chanceOf(`${seed}/cases/${day.date}`)
    return CASE_TYPES.flatMap((type) =>
      Array.from({ length: chance.poisson((type.perYear / 249) * season(day)) }, () =>
        momentIn(chance, day.start, workSlots(true)),
      )
        .sort((a, b) => a - b)
        .map((accepted) => make(chance, type, day, accepted)),
    ).sort((a, b) => a.accepted - b.accepted)
  }

  function make(chance: Chance, type: CaseType, day: OfficeDay, accepted: number): CaseFact {
    const year = day.date.slice(0, 4)
    const serial = `149999${String(count(`${type.code}${year}`)).padStart(5, '0')}`
    const department = handlers.get(chance.weighted(type.departments))
    const custody = chance.hit(type.custody)
    const charge = type.criminal ? chance.weighted(CHARGES) : ''
    const people = type.criminal ? suspectsOf(chance) : []
    const who = people[0] ?? `${chance.pick(FAMILY)}某某`
    const course = courseOf(chance, type, custody, accepted, calendar)
    const handler = department && chance.pick(department.people)
    return {
      number: `示检${type.code}受[${year}]${serial}号`,
      unified: `示检统受[${year}]149999${String(count(`统${year}`)).padStart(5, '0')}号`,
      title: `${who}${people.length > 1 ? `等${people.length}人` : ''}${charge ? charge.replace(/罪$/, '') : type.name}案`,
      type: type.name,
      charge,
      suspects: people.join('、'),
      department: department?.name ?? '',
      handler: handler?.name ?? '',
      handlerNo: handler?.employeeNo ?? '',
      custody,
      plea: type.criminal && chance.hit(0.88),
      minor: type.name.startsWith('附条件') || (type.criminal && chance.hit(0.02)),
      accepted,
      ...course,
      outcome: chance.weighted(type.outcomes),
    }
  }

  return { accepted: (from, to) => calendar.days(from, to).flatMap(ofDay) }
}

/** 1 (72 %), 2 (15 %), 3–5 (9 %), 6+ (4 %). */
const suspectsOf = (chance: Chance): string[] =>
  Array.from(
    {
      length: chance.weighted([
        [72, 1],
        [15, 2],
        [9, chance.int(3, 5)],
        [4, chance.int(6, 9)],
      ]),
    },
    () => `${chance.pick(FAMILY)}某${chance.hit(0.5) ? '某' : ''}`,
  )

/** More arrests in spring and autumn, fewer cases around Spring Festival. */
const season = ({ date }: OfficeDay): number =>
  [0.8, 0.7, 1.1, 1.1, 1.1, 1.1, 0.95, 0.95, 1, 1.05, 1.1, 1.05][Number(date.slice(5, 7)) - 1] ?? 1

type Course = Pick<CaseFact, 'assigned' | 'steps' | 'dues' | 'closed'>

/** How a case goes: due date, sometimes extended or returned, its end (hardly ever after the due date), nodes between. */
function courseOf(
  chance: Chance,
  type: CaseType,
  custody: boolean,
  accepted: number,
  calendar: OfficeCalendar,
): Course {
  const assigned = accepted + Math.floor((0.3 + chance.next() * 5) * 3_600_000)
  const wanted = type.median * Math.exp(type.spread * chance.normal())
  const limit = custody && type.custodyLimit ? type.custodyLimit : type.limit
  const start = calendar.day(accepted).date
  const dues = [{ at: accepted, start, due: dueDate(start, limit, custody, calendar) }]
  const extra: { at: number; node: string }[] = []
  let days = wanted
  if (type.name === '审查起诉' && chance.hit(0.1))
    days = returned(chance, custody, accepted, wanted, dues, extra, calendar)
  else if (type.name === '审查起诉' && wanted > 29 && chance.hit(0.35)) extend(accepted, custody, dues, calendar)
  const last = dateStart((dues.at(-1) ?? { due: start }).due)
  const overdue = chance.hit(0.002)
  const latest = overdue ? last + 30 * 3_600_000 : last + (9 + chance.int(0, 7)) * 3_600_000 - chance.int(0, 3) * DAY
  const wish = Math.max(assigned + 3_600_000, Math.min(officeHour(chance, accepted + days * DAY, calendar), latest))
  const closed = custody ? wish : beforeRest(wish, { accepted, assigned }, calendar)
  return { assigned, dues, closed, steps: stepsOf(chance, type, { accepted, assigned, closed }, extra, calendar) }
}

/** 刑诉法 172: 15 days more, decided in the last week of the month. */
function extend(accepted: number, custody: boolean, dues: CaseFact['dues'], calendar: OfficeCalendar): void {
  const first = dues[0]
  if (!first) return
  const plain = Temporal.PlainDate.from(first.start).add({ months: 1 }).add({ days: 15 }).toString()
  dues.push({ at: accepted + 24.3 * DAY, start: first.start, due: custody ? plain : rolled(plain, calendar) })
}

/** 退回补充侦查: up to a month away, then the month counts anew. Returns the days until the end. */
function returned(
  chance: Chance,
  custody: boolean,
  accepted: number,
  wanted: number,
  dues: CaseFact['dues'],
  extra: { at: number; node: string }[],
  calendar: OfficeCalendar,
): number {
  const away = accepted + chance.int(18, 26) * DAY
  const back = officeHour(chance, away + chance.int(15, 29) * DAY, calendar)
  const start = calendar.day(back).date
  extra.push({ at: away, node: '退回补充侦查' }, { at: back, node: '重新移送' })
  dues.push({
    at: away,
    start: calendar.day(away).date,
    due: dueDate(calendar.day(away).date, { months: 1 }, custody, calendar),
  })
  dues.push({ at: back, start, due: dueDate(start, { months: 1 }, custody, calendar) })
  return (back - accepted) / DAY + Math.min(wanted, 27)
}

function stepsOf(
  chance: Chance,
  type: CaseType,
  { accepted, assigned, closed }: { accepted: number; assigned: number; closed: number },
  extra: readonly { at: number; node: string }[],
  calendar: OfficeCalendar,
): { at: number; node: string }[] {
  const [first = '受理', ...rest] = type.nodes
  const work = rest.filter((node) => node !== '分案')
  const span = closed - assigned
  const steps = work.map((node, at) => ({
    node,
    at: Math.min(
      closed - 600_000,
      officeHour(chance, assigned + (span * (at + 0.6 + chance.next() * 0.4)) / work.length, calendar),
    ),
  }))
  // While the file is away nobody works on it: what would fall there comes after its return.
  const [away, back] = extra
  const onDesk = steps.map((step) =>
    away && back && step.at >= away.at && step.at <= back.at
      ? { ...step, at: Math.min(closed - 600_000, back.at + (step.at - away.at) / 10 + 60_000) }
      : step,
  )
  return [{ at: accepted, node: first }, { at: assigned, node: '分案' }, ...onDesk, ...extra].sort(
    (a, b) => a.at - b.at,
  )
}

/** Nobody concludes a case on a rest day but in custody, and one in ten who enters later what was done at home. */
function beforeRest(
  wish: number,
  { accepted, assigned }: { accepted: number; assigned: number },
  calendar: OfficeCalendar,
): number {
  // Without asking chance: what comes after stays as it was.
  if (Math.floor(accepted / 1000) % 10 === 0) return wish
  let moment = wish
  while (!calendar.day(moment).workday && moment - DAY > assigned) moment -= DAY
  return moment
}

/** Moves a moment into working hours of that day, or of the next workday. */
function officeHour(chance: Chance, ms: number, calendar: OfficeCalendar): number {
  let day = calendar.day(ms)
  while (!day.workday) day = calendar.day(day.start + DAY + 3_600_000)
  const hour = (ms - day.start) / 3_600_000
  return hour > 8.5 && hour < 17.8 ? ms : momentIn(chance, day.start, workSlots(true))
}

/** The day of acceptance is not counted; at the end of a holiday it rolls, except in custody (刑诉法 105). */
export function dueDate(
  start: string,
  { days = 0, months = 0, workdays = 0 }: Limit,
  custody: boolean,
  calendar: OfficeCalendar,
): string {
  let date = Temporal.PlainDate.from(start).add({ months }).add({ days })
  for (let left = workdays; left > 0; ) {
    date = date.add({ days: 1 })
    if (calendar.work.isWorkday(date)) left -= 1
  }
  return custody ? date.toString() : rolled(date.toString(), calendar)
}
function rolled(date: string, calendar: OfficeCalendar): string {
  let day = Temporal.PlainDate.from(date)
  while (!calendar.work.isWorkday(day)) day = day.add({ days: 1 })
  return day.toString()
}
