import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { generateSite } from '../../collectors/office/generate-site.ts'
import { idCheckDigit } from '../../collectors/office/site-people.ts'
import { loadConfig } from '../../config/load.ts'
import { workCalendar } from '../../config/workdays.ts'

const dir = join(import.meta.dirname, '../../config')
const config = loadConfig(dir)
const { site } = config
const countBy = <Item>(items: readonly Item[], key: (item: Item) => string): Record<string, number> =>
  Object.fromEntries([...Map.groupBy(items, key)].map(([name, found]) => [name, found.length]))

describe('the demo office (domain.md I)', () => {
  it('has its numbers', () => {
    expect({
      departments: site.departments.length,
      people: site.people.length,
      quota: site.people.filter(({ quota }) => quota).length,
      terminals: site.terminals.length,
      blind: site.terminals.filter(({ protectedBy }) => !protectedBy).length,
      servers: site.terminals.filter(({ server }) => server).length,
      floors: site.floors.length,
      doors: site.doors.length,
      controllers: new Set(site.doors.map(({ device }) => device)).size,
      points: site.patrol.points.length,
      routes: site.patrol.routes.length,
      zeros: site.zeros.length,
    }).toEqual({
      departments: 9,
      people: 61,
      quota: 25,
      terminals: 110,
      blind: 3,
      servers: 6,
      floors: 8,
      doors: 24,
      controllers: 7,
      points: 18,
      routes: 3,
      zeros: 3,
    })
  })

  it('is staffed as the domain page says', () => {
    expect(countBy(site.people, ({ department }) => department)).toEqual({
      lead: 5,
      d1: 15,
      d2: 9,
      d3: 8,
      d4: 8,
      cm: 6,
      pol: 3,
      off: 4,
      police: 3,
    })
    expect(
      countBy(
        site.people.filter(({ quota }) => quota),
        ({ department }) => department,
      ),
    ).toEqual({
      lead: 5,
      d1: 7,
      d2: 4,
      d3: 4,
      d4: 3,
      cm: 2,
    })
  })

  it('has its doors in ten areas', () => {
    expect(countBy(site.doors, ({ area }) => area)).toEqual({
      大门: 2,
      案卷室: 2,
      办案区: 4,
      机房: 2,
      楼层门: 6,
      车库: 2,
      12309: 2,
      会议: 1,
      涉案财物: 2,
      屋顶: 1,
    })
    expect(site.doors.find(({ id }) => id === 'door:E1')).toMatchObject({ sensitive: true, heldS: 30 })
    for (const door of site.doors.filter(({ sensitive }) => sensitive)) expect(door.hours).toBeDefined()
  })

  it('names its blind spots: two in the 12309 hall, one in a meeting room', () => {
    const blind = site.terminals.filter(({ protectedBy }) => !protectedBy)
    expect(countBy(blind, ({ place }) => place)).toEqual({ '12309 大厅': 2, 会议室: 1 })
  })

  it('draws a plan of every floor, and puts its doors beside a room of it', () => {
    for (const { rooms } of site.floors) {
      expect(rooms.length).toBeGreaterThan(2)
      expect(rooms.some(({ corridor }) => corridor)).toBe(true)
      for (const { x, y, w, h } of rooms) expect([x + w <= 100, y + h <= 100]).toEqual([true, true])
      const area = rooms.reduce((sum, { w, h }) => sum + w * h, 0)
      expect(area).toBe(10_000)
    }
    for (const door of site.doors) {
      const room = site.floors.find(({ name }) => name === door.floor)?.rooms.find(({ name }) => name === door.room)
      expect(room, door.id).toBeDefined()
      if (!room) continue
      const side = door.vertical
        ? [room.x, room.x + room.w].includes(door.x)
        : [room.y, room.y + room.h].includes(door.y)
      expect(side, door.id).toBe(true)
    }
  })

  it('has 26 rounds a week', () => {
    const perWeek = { all: 7, weekdays: 5, weekends: 2 }
    expect(site.patrol.rounds.reduce((sum, { days }) => sum + perWeek[days], 0)).toBe(26)
    for (const { chip } of site.patrol.points) expect(chip).toMatch(/^[0-9A-F]{10}$/)
  })

  it('names nobody real', () => {
    for (const { idNumber = '', phone, name } of site.people) {
      expect(idNumber).toMatch(/^149999\d{12}$/)
      expect(Number(idNumber[17])).not.toBe(idCheckDigit(idNumber.slice(0, 17)))
      expect(phone).toMatch(/^199-0000-\d{4}$/)
      expect(name).toMatch(/^[\u4e00-\u9fff]{2,3}$/)
    }
  })

  it('has an account for every role, and words that fit on the wall', () => {
    const held = new Set(site.people.filter(({ account }) => account).flatMap(({ roles }) => roles))
    expect([...held].sort()).toEqual([
      'auditor',
      'case-management',
      'chief',
      'department-head',
      'deputy-chief',
      'inspection',
      'prosecutor',
      'security-admin',
      'security-officer',
      'system-admin',
    ])
    for (const role of held) expect(Object.keys(config.permissions.roles)).toContain(role)
    for (const { name } of [...site.doors, ...site.posts, ...site.patrol.points])
      expect([...name].length).toBeLessThanOrEqual(9)
  })

  it('is what the generator makes', () => {
    expect(readFileSync(join(dir, 'site.yaml'), 'utf8')).toBe(generateSite())
  })
})

describe('rules and calendar', () => {
  it('covers the published years, not 2027', () => {
    const calendar = workCalendar(config.calendar)
    expect([2003, 2020, 2026, 2027].map((year) => calendar.covers(year))).toEqual([false, true, true, false])
    expect(calendar.isWorkday(Temporal.PlainDate.from('2026-10-01'))).toBe(false)
    expect(calendar.isWorkday(Temporal.PlainDate.from('2026-11-24'))).toBe(true)
  })

  it('colours every kind that an export can name, once', () => {
    const kinds = config.flow.bands.flatMap((band) => band.kinds)
    expect(new Set(kinds).size).toBe(kinds.length)
    for (const { kind } of config.flow.types) expect(kinds).toContain(kind)
    for (const { redMax, orangeMax, yellowMax } of config.flow.bands)
      expect([redMax < orangeMax, orangeMax < yellowMax]).toEqual([true, true])
  })

  it('counts a source stale as the design says', () => {
    expect(Object.fromEntries(config.sources.sources.map(({ domain, staleAfterS }) => [domain, staleAfterS]))).toEqual({
      terminal: 120,
      access: 60,
      case: 1800,
      patrol: 600,
    })
    expect(new Set(site.doors.map(({ device }) => device))).toEqual(
      new Set(
        config.sources.sources.flatMap((source) => ('devices' in source ? source.devices.map(({ id }) => id) : [])),
      ),
    )
  })
})
