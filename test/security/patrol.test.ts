import { describe, expect, it } from 'vitest'
import type { Site } from '../../config/schema.ts'
import { ZONE } from '../../config/zone.ts'
import type { CheckInSent } from '../../contract/http/patrol.ts'
import { judge as judgeCheckIn } from '../../server/security/patrol/checkin.ts'
import { roundLabel } from '../../server/security/patrol/figures.ts'
import {
  assess,
  type CheckIn,
  mergeCheckIns,
  reachedRate,
  roundsBetween,
  type StoredCheckIn,
} from '../../server/security/patrol/rules.ts'

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

describe('points of a round', () => {
  const strict = {
    ...plan,
    routes: [{ id: 'R1', name: '楼层线', order: 'strict' as const, points: ['P1', 'P2', 'P3'] }],
  }
  const judged = (order: 'strict' | 'free', checkIns: CheckIn[]) => {
    const [own] = strict.routes
    if (!own) throw new Error('no route')
    return assess(plan, { ...own, order }, night, checkIns, ms('2026-11-25T01:00'))
  }
  const at = (point: string, minute: number, more: Partial<CheckIn> = {}) => ({
    point,
    at: night.startsAt + minute * 60_000,
    ...more,
  })
  it('G9.8: a point out of order on a strict route says so; on a free one it does not', () => {
    const walked = [at('P1', 5), at('P3', 10), at('P2', 20)]
    expect(judged('strict', walked).points.map(({ result }) => result)).toEqual(['on_time', 'on_time', 'out_of_order'])
    expect(judged('strict', walked)).toMatchObject({ result: 'on_time', note: '1 点未按顺序' })
    expect(judged('free', walked).points.every(({ result }) => result === 'on_time')).toBe(true)
  })
  it('early, late and missed points, each with its proof', () => {
    const { points } = judged('free', [at('P1', -5, { proof: 'strong' }), at('P2', 70, { late: true })])
    expect(points).toMatchObject([
      { result: 'early', proof: 'strong', late: false },
      { result: 'late', proof: 'wand', late: true },
      { result: 'missed', proof: null, at: null },
    ])
  })
  it('two points within fewer seconds than anybody can walk are suspect', () => {
    const { points } = judged('free', [at('P1', 5), at('P2', 5.1), at('P3', 9)])
    expect(points.map(({ suspect }) => suspect)).toEqual([false, true, false])
  })
})

describe('G9.6: the same touch of two sheets', () => {
  const touch = (id: string, more: Partial<StoredCheckIn> = {}): StoredCheckIn => ({
    id,
    point: 'P1',
    at: ms('2026-11-24T23:05:10'),
    person: null,
    wand: 'R1',
    proof: 'wand',
    ...more,
  })
  it('the day sheet names the person of the month sheet', () => {
    expect(mergeCheckIns([touch('a')], [touch('b', { person: 'h:1' })])).toEqual({
      add: [],
      name: [{ id: 'a', person: 'h:1' }],
    })
  })
  it('in the other order nothing is added either, and the person stays', () => {
    expect(mergeCheckIns([touch('a', { person: 'h:1' })], [touch('b')])).toEqual({ add: [], name: [] })
  })
  it('both in one file are one', () => {
    const { add } = mergeCheckIns([], [touch('a'), touch('b', { person: 'h:1' })])
    expect(add).toMatchObject([{ id: 'a', person: 'h:1' }])
  })
  it.each([
    ['another person', { person: 'h:2' }],
    ['another wand', { wand: 'R2' }],
    ['another minute', { at: ms('2026-11-24T23:06:10') }],
    ['another point', { point: 'P2' }],
    ['a phone', { proof: 'strong' as const, wand: null }],
  ])('G9.7: %s is another touch', (_, more) => {
    expect(mergeCheckIns([touch('a', { person: 'h:1' })], [touch('b', { person: 'h:1', ...more })]).add.length).toBe(1)
  })
})

describe('G9.15: what a check-in by phone is worth', () => {
  const now = ms('2026-11-24T23:05:00')
  const step = Math.floor(now / 30_000)
  const sent = (more: Partial<CheckInSent> = {}): CheckInSent => ({
    id: '7b7c1f0e-3e0a-4c39-9d5a-0f2f6a5f9d11',
    point: 'P1',
    via: 'rotating',
    code: 'ABCD2345',
    step,
    clientAt: now,
    ...more,
  })
  const facts = { now, known: true, fits: true, used: false, again: false }
  const gate = { lat: 31.2, lon: 121.4, radiusM: 50 }
  const here = { lat: 31.2001, lon: 121.4, accuracyM: 10 }
  const far = { lat: 31.21, lon: 121.4, accuracyM: 10 }
  it.each([
    ['a code that is on the display', {}, {}, 'strong', []],
    ['inside the area', { place: here }, { at: gate }, 'strong', []],
    ['outside of it', { place: far }, { at: gate }, 'weak', ['outside']],
    ['uploaded hours later', {}, { now: now + 3 * 3_600_000 }, 'weak', ['late']],
    ['the chip of the point', { via: 'nfc', step: undefined }, {}, 'strong', []],
    [
      'a printed plate with the place',
      { via: 'static', step: undefined, place: here },
      { at: gate },
      'weak',
      ['static-code'],
    ],
    ['a printed plate alone', { via: 'static', step: undefined }, {}, 'none', ['no-place']],
  ] as [string, Partial<CheckInSent>, object, string, string[]][])('%s: %3$s', (_, more, over, proof, because) => {
    expect(judgeCheckIn(sent(more), { ...facts, ...over })).toMatchObject({
      accepted: true,
      reason: 'taken',
      proof,
      because,
    })
  })
  it.each([
    [
      'a photograph of the display, two minutes later',
      { clientAt: now + 150_000 },
      { now: now + 150_000 },
      'code-expired',
    ],
    ['the same code again by the same person', {}, { used: true }, 'replayed'],
    ['a code of another point', {}, { fits: false }, 'bad-code'],
    ['no such point', {}, { known: false }, 'unknown-point'],
    ['after a day', {}, { now: now + 25 * 3_600_000 }, 'too-old'],
    ['a phone that is ahead', { clientAt: now + 10 * 60_000 }, {}, 'future-time'],
  ] as [string, Partial<CheckInSent>, object, string][])('%s is refused', (_, more, over, reason) => {
    expect(judgeCheckIn(sent(more), { ...facts, ...over })).toMatchObject({ accepted: false, reason, proof: null })
  })
  it('the same upload again is answered as taken', () => {
    expect(judgeCheckIn(sent(), { ...facts, again: true })).toMatchObject({ accepted: true, reason: 'again' })
  })
})
