import { describe, expect, it } from 'vitest'
import type { Site } from '../../config/schema.ts'
import { ZONE } from '../../config/zone.ts'
import { roundLabel } from '../../server/security/patrol/figures.ts'
import { assess, reachedRate, roundsBetween } from '../../server/security/patrol/rules.ts'

const plan: Site['patrol'] = {
  points: ['P1', 'P2', 'P3'].map((id) => ({ id, name: id, chip: id })),
  routes: [{ id: 'R1', name: '外围线', order: 'free', points: ['P1', 'P2', 'P3'] }],
  rounds: [
    { at: '07:00', days: 'all' },
    { at: '12:30', days: 'all' },
    { at: '18:30', days: 'all' },
    { at: '23:00', days: 'weekdays' },
  ],
  windowMin: 60,
  earlyMin: 10,
  lateMin: 30,
  downloadHours: 12,
  minGapS: 20,
}
const ms = (local: string) => Temporal.PlainDateTime.from(local).toZonedDateTime(ZONE).epochMilliseconds
const weekdays = { isWorkday: (day: Temporal.PlainDate) => day.dayOfWeek <= 5, covers: () => true }
const [route] = plan.routes
const night = { id: '2026-11-24T23:00', startsAt: ms('2026-11-24T23:00') }
const walk = (...minutes: number[]) =>
  minutes.map((minute, n) => ({ point: `P${n + 1}`, at: night.startsAt + minute * 60_000 }))
const judge = (checkIns: { point: string; at: number }[], now: string) => {
  if (!route) throw new Error('no route')
  return assess(plan, route, night, checkIns, ms(now))
}

describe('patrol rounds', () => {
  it('plans four a weekday and three a weekend day, over midnight', () => {
    const rounds = roundsBetween(plan, ms('2026-11-23T00:00'), ms('2026-11-30T00:00'), weekdays)
    expect(rounds).toHaveLength(26)
    expect(rounds.filter(({ id }) => id.startsWith('2026-11-28'))).toHaveLength(3)
  })
  it.each([
    ['before it opens', [], '2026-11-24T22:00', 'planned'],
    ['while it may be walked', walk(5), '2026-11-24T23:30', 'open'],
    ['all in time, on the other side of midnight', walk(5, 20, 59), '2026-11-25T00:01', 'on_time'],
    ['all reached, one late', walk(5, 20, 70), '2026-11-25T01:00', 'late'],
    ['nobody has read the wand out', [], '2026-11-25T01:00', 'pending_download'],
    ['nothing after the download limit', [], '2026-11-25T12:31', 'missed'],
    ['read out, one point missing', walk(5, 20), '2026-11-25T00:31', 'missed'],
    ['a point after it closed does not count', walk(5, 20, 91), '2026-11-25T01:00', 'missed'],
    ['a little early is fine', walk(-9, 1, 2), '2026-11-25T00:00', 'on_time'],
  ] as [string, { point: string; at: number }[], string, string][])('%s → %4$s', (_name, checkIns, now, result) => {
    expect(judge(checkIns, now).result).toBe(result)
  })
  it('takes a missed round back when the late file arrives', () => {
    expect(judge([], '2026-11-25T13:00').result).toBe('missed')
    expect(judge(walk(1, 2, 3), '2026-11-25T13:00').result).toBe('on_time')
  })
  it('labels rounds as the wall does', () => {
    expect(roundLabel(night, ms('2026-11-24T09:00'))).toBe('23:00')
    expect(roundLabel(night, ms('2026-11-25T09:00'))).toBe('昨 23:00')
    expect(roundLabel(night, ms('2026-11-23T09:00'))).toBe('明 23:00')
    expect(roundLabel(night, ms('2026-11-27T09:00'))).toBe('11-24 23:00')
  })
  it('rates reached points', () => {
    expect(reachedRate([])).toBe(null)
    expect(
      reachedRate([
        { points: 6, reached: 6 },
        { points: 6, reached: 5 },
      ]),
    ).toBe(91.7)
  })
})
