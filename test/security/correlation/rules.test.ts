import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type AbsenceInput,
  blindByPlace,
  type CROSS_REASONS,
  isOnDuty,
  isWithin,
  judgeAbsence,
  judgeNight,
  judgeRoom,
} from '../../../server/security/correlation/rules.ts'

const MIN = 60_000
const HOUR = 60 * MIN
const AT = 1_000 * HOUR
const RULE = { settleMs: 3 * MIN, lookbackMs: 16 * HOUR, toleranceMs: 5 * MIN, massHosts: 12 }
const shut = { offline: false, standing: false }

/** Somebody is at a machine, its owner has not come, everything about the doors is known. */
const input = (over: Partial<AbsenceInput> = {}): AbsenceInput => ({
  at: AT,
  now: AT + RULE.settleMs,
  dayEndMs: AT + 8 * HOUR,
  today: undefined,
  yesterday: undefined,
  companions: 1,
  way: [shut],
  doorsHeardMs: AT + RULE.settleMs,
  doorsBroken: false,
  gap: false,
  rule: RULE,
  ...over,
})
const entered = (ms: number) => ({ firstMs: ms, lastMs: ms })

describe('a terminal in use while its owner has not come', () => {
  it.each([
    ['nothing explains it', {}, 'alarm', 'no-entry'],
    ['the owner came before', { today: entered(AT - HOUR) }, 'fine', 'entered'],
    ['the door clock runs a little ahead', { today: entered(AT + 4 * MIN) }, 'fine', 'entered'],
    ['the owner came an hour later', { today: entered(AT + HOUR) }, 'alarm', 'no-entry'],
    ['the owner stayed overnight', { yesterday: entered(AT - 10 * HOUR) }, 'fine', 'entered-before'],
    ['the owner came the morning before', { yesterday: entered(AT - 20 * HOUR) }, 'alarm', 'no-entry'],
    ['the console came back', { companions: 12 }, 'fine', 'mass-return'],
    ['a few came together', { companions: 11 }, 'alarm', 'no-entry'],
    ['late records may still come', { now: AT + RULE.settleMs - 1 }, 'wait', 'settling'],
    ['the door source is dead', { doorsHeardMs: AT - 1 }, 'wait', 'door-silent'],
    ['the door source died just before', { doorsHeardMs: AT + RULE.settleMs - 1 }, 'wait', 'door-silent'],
    ['the door source was never heard', { doorsHeardMs: null }, 'wait', 'door-silent'],
    ['the door source answers nonsense', { doorsBroken: true }, 'wait', 'door-silent'],
    ['the only controller is offline', { way: [{ ...shut, offline: true }] }, 'wait', 'controller-offline'],
    ['one of two controllers is offline', { way: [{ ...shut, offline: true }, shut] }, 'alarm', 'no-entry'],
    ['the only door stood open', { way: [{ ...shut, standing: true }] }, 'unknown', 'standing-open'],
    ['the main door stood open, the floor door not', { way: [{ ...shut, standing: true }, shut] }, 'alarm', 'no-entry'],
    [
      'the open one speaks, the shut one not',
      {
        way: [
          { offline: false, standing: true },
          { offline: true, standing: false },
        ],
      },
      'wait',
      'controller-offline',
    ],
    ['there is no door on the way', { way: [] }, 'unknown', 'standing-open'],
    ['records are missing', { gap: true }, 'unknown', 'door-gap'],
    [
      'the day ends in doubt',
      { now: AT + 9 * HOUR, dayEndMs: AT + 8 * HOUR, doorsHeardMs: null },
      'unknown',
      'day-over',
    ],
  ] as [string, Partial<AbsenceInput>, string, keyof typeof CROSS_REASONS][])('%s', (_, over, what, reason) => {
    expect(judgeAbsence(input(over))).toEqual({ what, reason })
  })

  const anyInput = fc.record({
    now: fc.integer({ min: 0, max: 20 * 60 }).map((minutes) => AT + minutes * MIN),
    today: fc.option(
      fc.integer({ min: -600, max: 600 }).map((m) => entered(AT + m * MIN)),
      { nil: undefined },
    ),
    yesterday: fc.option(
      fc.integer({ min: -2000, max: -600 }).map((m) => entered(AT + m * MIN)),
      { nil: undefined },
    ),
    companions: fc.integer({ min: 0, max: 30 }),
    way: fc.array(fc.record({ offline: fc.boolean(), standing: fc.boolean() }), { maxLength: 4 }),
    doorsHeardMs: fc.option(
      fc.integer({ min: -600, max: 1200 }).map((m) => AT + m * MIN),
      { nil: null },
    ),
    doorsBroken: fc.boolean(),
    gap: fc.boolean(),
  })

  it('a dead source is never absence: no alarm unless the doors were heard after the activity and all is complete', () => {
    fc.assert(
      fc.property(anyInput, (over) => {
        const verdict = judgeAbsence(input(over))
        if (verdict.what !== 'alarm') return
        expect(over.doorsHeardMs ?? 0).toBeGreaterThanOrEqual(AT + RULE.settleMs)
        expect([over.doorsBroken, over.gap]).toEqual([false, false])
        expect(over.way.some(({ offline, standing }) => !offline && !standing)).toBe(true)
        expect(over.today === undefined || over.today.firstMs > AT + RULE.toleranceMs).toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  it('an entry that is found later always ends it, whatever else is known', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: -600, max: 5 }), (over, minutes) => {
        const found = judgeAbsence(input({ ...over, today: entered(AT + minutes * MIN) }))
        expect(found).toEqual({ what: 'fine', reason: 'entered' })
      }),
    )
  })

  it('waiting never turns into an alarm by time alone: only news of the doors does', () => {
    fc.assert(
      fc.property(anyInput, fc.integer({ min: 1, max: 3000 }), (over, minutes) => {
        const before = judgeAbsence(input(over))
        if (before.what !== 'wait' || before.reason === 'settling') return
        expect(judgeAbsence(input({ ...over, now: over.now + minutes * MIN })).what).not.toBe('alarm')
      }),
    )
  })
})

describe('a door at night', () => {
  const SHIFTS = [
    { name: '白班', from: '08:00', to: '18:00' },
    { name: '夜班', from: '18:00', to: '08:00' },
  ]
  const windows = [{ from: '22:00', to: '06:00' }]
  const night = (time: string, shift: string | undefined, over = {}) =>
    judgeNight({
      time,
      windows,
      shifts: SHIFTS,
      person: { post: shift === undefined ? undefined : { shift } },
      backfill: false,
      ...over,
    })

  it.each([
    ['21:59', undefined, undefined],
    ['22:00', undefined, 'off-duty'],
    ['00:00', undefined, 'off-duty'],
    ['05:59', undefined, 'off-duty'],
    ['06:00', undefined, undefined],
    ['23:30', '夜班', 'on-duty'],
    ['23:30', '白班', 'off-duty'],
    ['23:30', '', 'on-duty'],
    ['23:30', '中班', 'off-duty'],
  ])('at %s, post %s: %s', (time, shift, reason) => {
    expect(night(time, shift)?.reason).toBe(reason)
  })
  it('a card of nobody in the list is told as such, one that is told late is only filed', () => {
    expect(night('23:30', undefined, { person: undefined })).toEqual({ what: 'alarm', reason: 'unknown-person' })
    expect(night('23:30', undefined, { backfill: true })).toEqual({ what: 'unknown', reason: 'late' })
  })
  it('every minute belongs to exactly one of two shifts that meet', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1439 }), (minute) => {
        const time = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`
        expect(SHIFTS.filter((shift) => isWithin(shift, time))).toHaveLength(1)
        expect(isOnDuty({ shift: '白班' }, SHIFTS, time)).not.toBe(isOnDuty({ shift: '夜班' }, SHIFTS, time))
      }),
    )
  })
})

describe('a room with unprotected terminals', () => {
  const room = (over = {}) => judgeRoom({ at: AT, now: AT, withinMs: 600_000, blind: ['A'], backfill: false, ...over })
  it('is told at the entry, and not long after or when all are protected', () => {
    expect(room()).toEqual({ what: 'alarm', reason: 'blind-terminals' })
    expect(room({ blind: [] })).toBeUndefined()
    expect(room({ backfill: true })?.what).toBe('unknown')
    expect(room({ now: AT + 600_001 })?.what).toBe('unknown')
  })
  it('lists terminals that never reported by place', () => {
    const assets = [
      { host: 'A', place: '会议室' },
      { host: 'B', place: '会议室' },
      { host: 'C', place: '机房' },
    ]
    expect([...blindByPlace(assets, new Set(['B', 'C']))]).toEqual([['会议室', ['A']]])
    // A console that has only begun to report leaves everybody silent.
    expect(blindByPlace(assets, new Set(['B'])).size).toBe(0)
    expect(blindByPlace(assets, new Set()).size).toBe(0)
  })
})
