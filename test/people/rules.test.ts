import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csrfToken, readCookie, sign, unsign } from '../../server/people/cookie.ts'
import { AddressThrottle, Gate } from '../../server/people/gate.ts'
import {
  ABSOLUTE_MS,
  afterFailure,
  IDLE_MS,
  isLocked,
  LOCK_MS,
  reinFailures,
  sessionEnd,
} from '../../server/people/lockout.ts'
import { hashPassword, verifyPassword } from '../../server/people/password.ts'
import { RateLimiter } from '../../server/people/rate.ts'
import { permissions } from '../http/office.ts'

describe('lock-out rule', () => {
  test.each([
    [
      'the fourth failure leaves it open',
      { count: 3, lastAt: 0, lockedUntil: null },
      1,
      { count: 4, lockedUntil: null },
    ],
    ['the fifth closes it', { count: 4, lastAt: 0, lockedUntil: null }, 1, { count: 5, lockedUntil: 1 + LOCK_MS }],
    [
      'old failures are forgotten',
      { count: 4, lastAt: 0, lockedUntil: null },
      LOCK_MS,
      { count: 1, lockedUntil: null },
    ],
    ['the first one counts one', undefined, 7, { count: 1, lockedUntil: null }],
  ])('%s', (_name, before, now, after) => {
    expect(afterFailure(before, now)).toMatchObject(after)
  })
  test('is over to the millisecond', () => {
    const locked = { count: 5, lastAt: 0, lockedUntil: 100 }
    expect([isLocked(locked, 99), isLocked(locked, 100), isLocked(undefined, 0)]).toEqual([true, false, false])
  })
})

describe('a clock that was set back by an hour', () => {
  const HOUR = 3_600_000
  test('neither opens a lock early nor stretches it', () => {
    const locked = { count: 5, lastAt: HOUR, lockedUntil: HOUR + LOCK_MS }
    const held = reinFailures(locked, 0)
    expect(isLocked(held, LOCK_MS - 1)).toBe(true)
    expect(isLocked(held, LOCK_MS)).toBe(false)
  })
  test('leaves what lies behind as it is', () => {
    const locked = { count: 5, lastAt: HOUR, lockedUntil: HOUR + LOCK_MS }
    expect(reinFailures(locked, HOUR)).toBe(locked)
    expect(reinFailures(undefined, 0)).toBeUndefined()
  })
  test('does not block an address for longer than the window', () => {
    const throttle = new AddressThrottle(2, 1000)
    throttle.failed('a', HOUR)
    throttle.failed('a', HOUR)
    expect(throttle.blocked('a', 0)).toBe(true)
    expect(throttle.blocked('a', 999)).toBe(true)
    expect(throttle.blocked('a', 1000)).toBe(false)
  })
})

test.each([
  [0, 0, IDLE_MS - 1, undefined],
  [0, 0, IDLE_MS, 'idle'],
  [0, ABSOLUTE_MS - 1, ABSOLUTE_MS - 1, undefined],
  [0, ABSOLUTE_MS - 1, ABSOLUTE_MS, 'absolute'],
])('session created %i, seen %i, at %i: %s', (createdAt, seenAt, now, end) => {
  expect(sessionEnd({ createdAt, seenAt }, now)).toBe(end)
})

describe('cookies', () => {
  test('what we signed comes back, anything else does not', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), (value, noise) => {
        const signed = sign('key', 'name', value)
        expect(unsign('key', 'name', signed)).toBe(value)
        expect(unsign('other', 'name', signed)).toBeUndefined()
        expect(unsign('key', 'another', signed)).toBeUndefined()
        if (noise !== '') expect(unsign('key', 'name', signed + noise)).toBeUndefined()
        expect(unsign('key', 'name', noise)).toBeUndefined()
      }),
    )
  })
  test.each([
    ['a=1; b=2', 'b', '2'],
    ['ab=1; b=2', 'b', '2'],
    ['b=2=3', 'b', '2=3'],
    ['b', 'b', undefined],
    [undefined, 'b', undefined],
  ])('%j holds %s = %s', (header, name, value) => {
    expect(readCookie(header, name)).toBe(value)
  })
  test('a CSRF token belongs to one session', () => {
    expect(csrfToken('key', 'a')).not.toBe(csrfToken('key', 'b'))
  })
})

describe('passwords', () => {
  test('the same password is hashed differently each time, and verified', async () => {
    const [a, b] = await Promise.all([hashPassword('正确的口令 x'), hashPassword('正确的口令 x')])
    expect(a).not.toBe(b)
    expect(await verifyPassword('正确的口令 x', a)).toBe(true)
    expect(await verifyPassword('正确的口令 y', a)).toBe(false)
  })
  test('nobody has no password, not even an empty one', async () => {
    expect(await verifyPassword('', null)).toBe(false)
    expect(await verifyPassword('', 'rubbish').catch(() => 'refused')).toBe('refused')
  })
})

test('the gate lets two in, keeps some waiting and turns the rest away', async () => {
  const gate = new Gate(2, 1)
  let inside = 0
  let most = 0
  const act = async () => {
    inside += 1
    most = Math.max(most, inside)
    await new Promise((resolve) => setTimeout(resolve, 5))
    inside -= 1
    return true
  }
  const outcomes = await Promise.all([1, 2, 3, 4, 5].map(() => gate.pass(act)))
  expect(outcomes.filter(Boolean)).toHaveLength(3)
  expect(most).toBe(2)
  expect(await gate.pass(act)).toBe(true)
})

test('a rate limiter never lets through more than burst + rate × time', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: 400 }), { maxLength: 200 }), (steps) => {
      const limiter = new RateLimiter({ rate: 10, burst: 5 })
      let now = 0
      let passed = 0
      for (const step of steps) {
        now += step
        if (limiter.take('a', now)) passed += 1
      }
      expect(passed).toBeLessThanOrEqual(5 + (10 * now) / 1000 + 1e-6)
    }),
  )
})

describe('permissions.yaml', () => {
  const grants = (role: string) => permissions.roles[role]?.grants ?? []
  test('knows every role of the contract', () => {
    expect(Object.keys(permissions.roles).sort()).toEqual(
      [
        'security-officer',
        'case-management',
        'prosecutor',
        'department-head',
        'deputy-chief',
        'chief',
        'inspection',
        'auditor',
        'system-admin',
        'security-admin',
      ].sort(),
    )
  })
  test('三员: nobody runs the system, grants rights and reads the trail at once', () => {
    for (const role of Object.keys(permissions.roles)) {
      const powers = ['system.manage', 'people.manage', 'audit.read'].filter((word) => grants(role).includes(word))
      expect([role, powers.length <= 1]).toEqual([role, true])
    }
  })
  test.each([
    ['security-officer', ['events.read', 'alerts.read', 'alerts.work', 'figures.read']],
    ['system-admin', ['ingest.write', 'quarantine.read', 'quarantine.write']],
    [
      'case-management',
      ['cases.read', 'draws.write', 'draws.contribute', 'chains.export', 'deadlines.read', 'disclosure.redact'],
    ],
    ['prosecutor', ['cases.read-own', 'assist.sentencing']],
  ])('%s holds at least %j', (role, words) => {
    for (const word of words) expect(grants(role)).toContain(word)
  })
  test('a prosecutor does not see what is not theirs', () => {
    expect(grants('prosecutor')).not.toContain('cases.read')
    expect(grants('prosecutor')).not.toContain('events.read')
  })
})
