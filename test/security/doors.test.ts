import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { areaWord } from '../../server/security/doors/figures.ts'
import {
  applyDoorEvent,
  type DoorInput,
  type DoorRecord,
  doorState,
  freshDoor,
  isHeld,
  isOffHours,
} from '../../server/security/doors/rules.ts'

const trusted = { unlockWindowMs: 5000, deviceReportsForced: true }
const derived = { unlockWindowMs: 5000, deviceReportsForced: false }
const at = (seconds: number) => 1_795_480_000_000 + seconds * 1000
const run = (inputs: readonly [string, number, Partial<DoorInput>?][], timing = derived): DoorRecord =>
  inputs.reduce(
    (door, [type, second, more]) =>
      applyDoorEvent(door, { type, at: at(second), backfill: false, ...more }, timing).door,
    freshDoor('door:E1'),
  )

describe('door state machine (protocols.md 2.5)', () => {
  it.each([
    ['never heard of', [], 'closed'],
    [
      'opened after a grant',
      [
        ['access.granted', 0],
        ['door.opened', 2],
      ],
      'open',
    ],
    [
      'opened after the exit button',
      [
        ['access.rex', 0],
        ['door.opened', 4],
      ],
      'open',
    ],
    [
      'opened too long after the grant',
      [
        ['access.granted', 0],
        ['door.opened', 6],
      ],
      'forced',
    ],
    ['opened without any grant', [['door.opened', 0]], 'forced'],
    [
      'always open by mode',
      [
        ['door.mode_changed', 0, { mode: 'always-open' }],
        ['door.opened', 60],
      ],
      'open',
    ],
    ['device says forced', [['door.forced', 0]], 'forced'],
    [
      'device says held',
      [
        ['access.granted', 0],
        ['door.opened', 1],
        ['door.held', 40],
      ],
      'held',
    ],
    [
      'closed ends everything',
      [
        ['door.forced', 0],
        ['door.closed', 9],
      ],
      'closed',
    ],
    [
      'held cleared',
      [
        ['access.granted', 0],
        ['door.opened', 1],
        ['door.held', 40],
        ['door.held_cleared', 50],
      ],
      'closed',
    ],
  ] as [string, [string, number, Partial<DoorInput>?][], string][])('%s → %3$s', (_name, inputs, state) => {
    expect(doorState(run(inputs))).toBe(state)
  })

  it('says why a derived opening is forced, and trusts a device that reports it', () => {
    const opened = { type: 'door.opened', at: at(0), backfill: false }
    expect(applyDoorEvent(freshDoor('d'), opened, derived).finding).toEqual({
      what: 'forced-derived',
      reason: 'opened-without-grant',
    })
    expect(applyDoorEvent(freshDoor('d'), opened, trusted).finding.what).toBe('nothing')
  })

  it('reports the end of a held door once', () => {
    const held = run([
      ['access.granted', 0],
      ['door.opened', 1],
      ['door.held', 40],
    ])
    const closed = applyDoorEvent(held, { type: 'door.closed', at: at(50), backfill: false }, derived)
    expect(closed.finding).toEqual({ what: 'held-cleared', reason: 'contact-closed' })
    const again = applyDoorEvent(closed.door, { type: 'door.closed', at: at(51), backfill: false }, derived)
    expect(again.finding.what).toBe('nothing')
  })

  it('never turns back for an older event', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.constantFrom('door.opened', 'door.closed', 'door.forced', 'door.held'),
            fc.integer({ min: 0, max: 500 }),
          ),
          { minLength: 1, maxLength: 30 },
        ),
        (inputs) => {
          const newest = inputs.reduce((most, [, second]) => Math.max(most, second), 0)
          const door = run(inputs.map(([type, second]) => [type, second] as [string, number]))
          expect(door.appliedMs).toBe(at(newest))
        },
      ),
    )
  })

  it('is held only past its limit, and once', () => {
    const open = run([
      ['access.granted', 0],
      ['door.opened', 1],
    ])
    expect(isHeld(open, 30, at(31))).toBe(false)
    expect(isHeld(open, 30, at(32))).toBe(true)
    expect(isHeld({ ...open, heldMs: at(32) }, 30, at(60))).toBe(false)
    expect(isHeld({ ...open, heldMs: at(32) }, 30, at(331), 300)).toBe(false)
    expect(isHeld({ ...open, heldMs: at(32) }, 30, at(332), 300)).toBe(true)
    expect(isHeld({ ...open, mode: 'always-open' }, 30, at(60))).toBe(false)
  })

  it.each([
    ['workday noon', 12, 0, true, false],
    ['workday 07:29', 7, 29, true, true],
    ['workday 07:30', 7, 30, true, false],
    ['workday 19:00', 19, 0, true, true],
    ['Saturday noon', 12, 0, false, true],
  ])('%s', (_name, hour, minute, workday, expected) => {
    expect(isOffHours({ from: '07:30', to: '19:00', workdaysOnly: true }, { hour, minute, workday })).toBe(expected)
    expect(isOffHours(undefined, { hour, minute, workday })).toBe(false)
  })

  it('names the worst of an area', () => {
    const mark = (state: 'closed' | 'open' | 'held' | 'forced' | 'offline' | 'unknown') => ({
      id: state,
      name: state,
      area: 'a',
      floor: '1层',
      state,
      note: null,
      acknowledged: false,
      since: null,
      sensitive: false,
    })
    expect(areaWord([mark('closed'), mark('closed')])).toEqual({ word: '全关', severity: 'none' })
    expect(areaWord([mark('open'), mark('closed')]).word).toBe('1 开')
    expect(areaWord([mark('open'), mark('offline')]).word).toBe('1 离线')
    expect(areaWord([mark('held'), mark('offline')])).toEqual({ word: '超时未关', severity: 'warning' })
    expect(areaWord([mark('held'), mark('forced')])).toEqual({ word: '强行开启', severity: 'critical' })
    expect(areaWord([mark('unknown')]).word).toBe('–')
  })
})

describe('a contact that bounces', () => {
  const shut = (gapMs: number) => {
    const door = run([
      ['access.granted', 0],
      ['door.opened', 1],
      ['door.closed', 20],
    ])
    return applyDoorEvent(door, { type: 'door.opened', at: at(20) + gapMs, backfill: false }, derived).finding
  }
  it('for less than 300 ms is no forced door', () => {
    expect(shut(299)).toEqual({ what: 'nothing', reason: 'bounce' })
    expect(shut(300)).toEqual({ what: 'forced-derived', reason: 'opened-without-grant' })
  })
})
