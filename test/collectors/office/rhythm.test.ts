import { describe, expect, it } from 'vitest'
import { dateStart, localStamp, officeCalendar } from '../../../collectors/office/calendar.ts'
import { doorDay } from '../../../collectors/office/doors.ts'
import { patrolDay } from '../../../collectors/office/patrol.ts'
import { chanceOf } from '../../../collectors/office/random.ts'
import { minuteOf, onlineShare } from '../../../collectors/office/rhythm.ts'
import { assetsOf, isOnline, patchLag, terminalDay } from '../../../collectors/office/terminals.ts'
import { demoConfig } from '../../helpers/office.ts'

const { site, calendar: calendarFile } = demoConfig()
const calendar = officeCalendar(calendarFile)
const weeks = calendar.days(dateStart('2026-10-12'), dateStart('2026-11-22') + 1)
const workdays = weeks.filter(({ workday }) => workday)
const between = (value: number, low: number, high: number) => {
  expect(value).toBeGreaterThanOrEqual(low)
  expect(value).toBeLessThanOrEqual(high)
}

describe('chance', () => {
  it('is the same for the same seed and another for another', () => {
    const draw = (seed: string) => Array.from({ length: 20 }, chanceOf(seed).next)
    expect(draw('a')).toEqual(draw('a'))
    expect(draw('a')).not.toEqual(draw('b'))
  })

  it('is even, and its Poisson has the right mean', () => {
    const chance = chanceOf('even')
    const buckets = new Array<number>(10).fill(0)
    for (let n = 0; n < 20_000; n += 1) {
      const bucket = chance.int(0, 9)
      buckets[bucket] = (buckets[bucket] ?? 0) + 1
    }
    for (const size of buckets) between(size, 1800, 2200)
    for (const [mean, low, high] of [
      [0.3, 0.27, 0.33],
      [5, 4.8, 5.2],
      [520, 517, 523],
    ] as const) {
      let sum = 0
      for (let n = 0; n < 3000; n += 1) sum += chance.poisson(mean)
      between(sum / 3000, low, high)
    }
  })
})

describe('the rhythm of domain.md I', () => {
  const swipes = (day: (typeof weeks)[number], speed = 1) =>
    doorDay({ site, seed: 'demo', day, speed, contacts: false }).filter(
      ({ event }) => ![19, 20, 25, 26].includes(event.minor),
    )

  it('has about 520 swipes a workday, few on a day off', () => {
    const mean = workdays.reduce((sum, day) => sum + swipes(day).length, 0) / workdays.length
    between(mean, 500, 540)
    for (const day of weeks.filter(({ workday }) => !workday)) expect(swipes(day).length).toBeLessThan(75)
  })

  it('has its rush hours', () => {
    const all = workdays.flatMap((day) => swipes(day).map(({ event }) => (event.time - day.start) / 60_000))
    const share = (from: string, to: string) =>
      (100 * all.filter((minute) => minute >= minuteOf(from) && minute < minuteOf(to)).length) / all.length
    between(share('07:40', '08:30'), 36, 40)
    between(share('11:50', '12:20'), 11, 13.5)
    between(share('14:00', '14:40'), 16.5, 20)
    between(share('17:50', '18:40'), 22.5, 26)
    between(share('19:00', '22:00'), 4, 6)
    expect(share('00:00', '07:00')).toBe(0)
  })

  it('refuses about 1.1 % and never lets anyone into a sensitive room at night', () => {
    const all = workdays.flatMap(swipes1)
    const denied = all.filter(({ event }) => ![1, 75].includes(event.minor))
    between((100 * denied.length) / all.length, 0.7, 1.5)
    const sensitive = new Set(
      site.doors.filter((door) => door.sensitive).map(({ device, doorNo }) => `${device}/${doorNo}`),
    )
    for (const { device, event } of all.filter(({ device, event }) => sensitive.has(`${device}/${event.doorNo}`)))
      expect(localStamp(event.time).slice(11, 13) >= '08' && localStamp(event.time).slice(11, 13) < '18', device).toBe(
        true,
      )
    function swipes1(day: (typeof weeks)[number]) {
      return swipes(day)
    }
  })

  it('leaves 2–4 doors standing open a workday, each shut again', () => {
    let held = 0
    for (const day of workdays) {
      const events = doorDay({ site, seed: 'demo', day, speed: 1, contacts: true })
      held += events.filter(({ event }) => event.minor === 28).length
      const open = new Map<string, number>()
      for (const { device, event } of events) {
        const door = `${device}/${event.doorNo}`
        if ([25, 27].includes(event.minor)) open.set(door, event.time)
        if (event.minor === 26) open.delete(door)
      }
      expect([...open.keys()]).toEqual([])
    }
    between(held / workdays.length, 2, 4)
  })

  it('is denser with speed', () => {
    const [day = weeks[0]] = workdays
    if (day) between(swipes(day, 10).length / swipes(day).length, 8.5, 11.5)
  })

  it('has 86–95 % of the terminals on at work, 70 % at lunch, 6 % at night, 9 % at the weekend', () => {
    const at = (time: string, workday = true) => 100 * onlineShare(minuteOf(time), workday)
    for (const time of ['09:00', '11:00', '15:00', '17:00']) between(at(time), 86, 95)
    between(at('13:00'), 68, 72)
    between(at('02:00'), 5, 7)
    between(at('11:00', false), 8, 10)
    const assets = assetsOf(site)
    const share = (date: string, time: string) => {
      const day = calendar.day(dateStart(date))
      return (
        (100 * assets.filter((asset) => isOnline(asset, day.start + minuteOf(time) * 60_000, day, 'demo')).length) / 110
      )
    }
    between(share('2026-11-24', '09:30'), 86, 95)
    between(share('2026-11-25', '03:00'), 4, 8)
    between(share('2026-11-22', '10:00'), 5, 12)
  })

  it('finds a virus 3–8 times a month, and has a handful of unpatched terminals', () => {
    const assets = assetsOf(site)
    const year = calendar.days(dateStart('2026-01-01'), dateStart('2026-11-22'))
    const found = year.flatMap((day) => terminalDay(assets, 'demo', day, 1)).filter(isVirus)
    between(found.length / 10.7, 3, 8)
    const lagging = workdays.map((day) => assets.filter((asset) => patchLag(asset, 'demo', day) > 0).length)
    between(lagging.reduce((a, b) => a + b, 0) / lagging.length, 3, 10)
    function isVirus({ body }: { body: unknown }) {
      return (body as { syslog_topic?: string }).syslog_topic === 'antivirus_virus'
    }
  })

  it('walks 78 routes a week, nearly all on time', () => {
    const runs = weeks.slice(0, 42).flatMap((day) => patrolDay(site, 'demo', day))
    expect(runs.length / 6).toBe(78)
    const complete = runs.filter(({ touches }) => touches.length === 6)
    between((100 * complete.length) / runs.length, 95, 100)
    for (const { touches, download } of runs)
      for (const [at, { at: time }] of touches.entries()) {
        expect(time).toBeGreaterThan(touches[at - 1]?.at ?? 0)
        expect(time).toBeLessThan(download)
      }
  })
})

describe('determinism', () => {
  it('makes the same day again, event for event', () => {
    const day = calendar.day(dateStart('2026-11-24'))
    const assets = assetsOf(site)
    const once = () =>
      JSON.stringify([
        doorDay({ site, seed: 's', day, speed: 3, contacts: true }),
        terminalDay(assets, 's', day, 3),
        patrolDay(site, 's', day),
      ])
    expect(once()).toBe(once())
  })
})
