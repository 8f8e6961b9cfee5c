import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Severity } from '../../contract/severity.ts'
import { advance, birth, type Input, type Rules, TRANSITIONS } from '../../server/alerts/lifecycle.ts'
import type { AlertCore } from '../../server/alerts/types.ts'

const T0 = Date.UTC(2026, 10, 24, 0, 31, 5)
const S = 1000
const by = { post: '安全岗 A', username: 'anquan' }
const ladders = {
  critical: [
    { afterS: 120, post: 'duty-leader' },
    { afterS: 600, post: 'security-b' },
  ],
  warning: [{ afterS: 600, post: 'duty-leader' }],
  notice: [{ afterS: 3600, post: 'security-b' }],
}
const at = (ms: number): Rules => ({ now: T0 + ms, ladders, mergeWindowMs: 300 * S })
const born = (over: { severity?: Severity; clearable?: boolean } = {}): AlertCore =>
  birth({ at: T0, severity: over.severity ?? 'warning', clearable: over.clearable ?? true, silencedUntil: null }, at(0))

/** Applies inputs one second apart; a refusal stops with its reason. */
function play(alert: AlertCore, ...inputs: Input[]): AlertCore | string {
  let current = alert
  for (const [n, input] of inputs.entries()) {
    const outcome = advance(current, input, at((n + 1) * S))
    if (!outcome.ok) return outcome.refused
    current = outcome.alert
  }
  return current
}
const raise = (ms: number, severity: Severity = 'warning'): Input => ({ kind: 'raise', at: T0 + ms, severity })
const clear = (ms: number): Input => ({ kind: 'clear', at: T0 + ms })
const ack: Input = { kind: 'acknowledge', by, reason: '移交清点' }
const close: Input = { kind: 'close', reason: '' }
const resolve: Input = { kind: 'resolve', disposal: '现场关门' }

describe('the IEC 62682 machine', () => {
  it.each([
    ['acknowledged by a person', [ack], 'acknowledged', 'acknowledged'],
    ['the cause goes before anybody has seen it', [clear(500)], 'returned-unacknowledged', 'new'],
    ['seen after the cause has gone', [clear(500), ack], 'normal', 'acknowledged'],
    ['the cause goes after it was seen', [ack, clear(1500)], 'normal', 'acknowledged'],
    ['a mere repetition keeps the acknowledgement', [ack, raise(1500)], 'acknowledged', 'acknowledged'],
    ['a worse one voids it', [ack, raise(1500, 'critical')], 'unacknowledged', 'new'],
    ['a milder one does not', [ack, raise(1500, 'notice')], 'acknowledged', 'acknowledged'],
    ['again after the return', [clear(500), raise(1500)], 'unacknowledged', 'new'],
    ['again after return and acknowledgement', [ack, clear(1500), raise(2500)], 'unacknowledged', 'new'],
    ['a late occurrence from before the return', [ack, clear(1500), raise(1200)], 'normal', 'acknowledged'],
    [
      'dispatched, handled, resolved',
      [ack, { kind: 'dispatch' }, { kind: 'handle' }, resolve],
      'acknowledged',
      'resolved',
    ],
    ['closed while the cause still stands', [ack, resolve, close], 'acknowledged', 'closed'],
    ['and normal once it has gone', [ack, resolve, close, clear(3500)], 'normal', 'closed'],
  ] as [string, Input[], string, string][])('%s', (_, inputs, state, step) => {
    expect(play(born(), ...inputs)).toMatchObject({ state, step, version: inputs.length + 1 })
  })

  it('becomes normal by closing when no event can clear it', () => {
    expect(play(born({ clearable: false }), ack, resolve, close)).toMatchObject({ state: 'normal', step: 'closed' })
  })

  it.each([
    ['a second acknowledgement', [ack, ack], 'already-acknowledged'],
    ['an acknowledgement without a reason', [{ kind: 'acknowledge', by, reason: '  ' }], 'reason-missing'],
    ['dispatch before anybody has seen it', [{ kind: 'dispatch' }], 'not-acknowledged'],
    ['closing before anybody has seen it', [close], 'not-acknowledged'],
    ['closing what has returned but nobody has seen', [clear(500), close], 'not-acknowledged'],
    ['closing without disposal and without reason', [ack, close], 'reason-missing'],
    ['resolving without a disposal', [ack, { kind: 'resolve', disposal: '' }], 'disposal-missing'],
    ['resolving twice', [ack, resolve, resolve], 'already-resolved'],
    ['handling twice', [ack, { kind: 'handle' }, { kind: 'handle' }], 'already-handling'],
    ['anything after the close', [ack, resolve, close, ack], 'already-closed'],
    ['an owner without a name', [{ kind: 'assign', owner: ' ' }], 'owner-missing'],
    ['a clearing from before the last occurrence', [raise(900), clear(500)], 'older-than-state'],
    ['a second clearing', [clear(500), clear(600)], 'not-active'],
    ['escalation before its time', [{ kind: 'escalate', post: 'duty-leader' }], 'not-due'],
    [
      'archiving while somebody is at work',
      [ack, { kind: 'dispatch' }, clear(2500), { kind: 'archive' }],
      'already-handling',
    ],
  ] as [string, Input[], string][])('refuses %s', (_, inputs, refused) => {
    expect(play(born(), ...inputs)).toBe(refused)
  })

  it('gives the alert to the post of whoever acknowledges, unless it has an owner', () => {
    expect(play(born(), ack)).toMatchObject({ owner: '安全岗 A', ackReason: '移交清点' })
    expect(play(born(), { kind: 'assign', owner: '法警岗' }, ack)).toMatchObject({ owner: '法警岗' })
  })

  it('asks for a new card when it returned, was seen, and rings again after the merge window', () => {
    const over = play(born(), ack, clear(1500)) as AlertCore
    const outcome = advance(over, raise(1500 + 301 * S), at(302 * S))
    expect(outcome).toMatchObject({ ok: true, reason: 'superseded', alert: { step: 'closed', state: 'normal' } })
    expect(advance(over, raise(1500 + 299 * S), at(300 * S))).toMatchObject({ reason: 'retriggered' })
  })

  it('calls nobody for late data', () => {
    const seen = play(born(), ack, clear(1500)) as AlertCore
    const late = advance(seen, { kind: 'raise', at: T0 + 60 * S, severity: 'critical', late: true }, at(90 * S))
    expect(late).toMatchObject({ reason: 'late-repeated', alert: { state: 'normal', severity: 'warning', count: 2 } })
  })
})

describe('the ladder', () => {
  it('climbs rung by rung while nobody acknowledges', () => {
    const red = born({ severity: 'critical' })
    expect(red.escalatesAt).toBe(T0 + 120 * S)
    expect(advance(red, { kind: 'escalate', post: '值班领导' }, at(119 * S)).ok).toBe(false)
    const first = advance(red, { kind: 'escalate', post: '值班领导' }, at(120 * S))
    expect(first).toMatchObject({ alert: { rung: 1, escalatedTo: '值班领导', escalatesAt: T0 + 600 * S } })
    if (!first.ok) return
    const second = advance(first.alert, { kind: 'escalate', post: '安全岗 B' }, at(600 * S))
    expect(second).toMatchObject({ alert: { rung: 2, escalatesAt: null } })
  })

  it('stops at the acknowledgement and at the return', () => {
    expect(play(born(), ack)).toMatchObject({ escalatesAt: null })
    expect(play(born(), clear(500))).toMatchObject({ escalatesAt: null })
  })

  it('goes on counting when a flapping cause comes again unseen', () => {
    expect(play(born(), clear(500), raise(1500))).toMatchObject({ escalatesAt: T0 + 600 * S })
  })

  it('starts anew after a void acknowledgement', () => {
    expect(play(born(), ack, raise(1500, 'critical'))).toMatchObject({ escalatesAt: T0 + 2 * S + 120 * S, rung: 0 })
  })

  it('waits for the end of a silence and counts from there', () => {
    const quiet = play(born({ severity: 'critical' }), { kind: 'silence', until: T0 + 900 * S }) as AlertCore
    expect(quiet.escalatesAt).toBe(T0 + 1020 * S)
    const ended = advance(quiet, { kind: 'silence', until: null }, at(905 * S))
    expect(ended).toMatchObject({ reason: 'silence-ended', alert: { silencedUntil: null, escalatesAt: T0 + 1020 * S } })
  })

  it('forgets a rung that the rule file no longer has', () => {
    const red = born({ severity: 'critical' })
    const shorter = { ...at(130 * S), ladders: {} }
    expect(advance(red, { kind: 'escalate', post: '' }, shorter)).toMatchObject({
      alert: { escalatesAt: null, rung: 0 },
    })
  })
})

const severity = fc.constantFrom<Severity>('critical', 'warning', 'notice', 'info')
const moment = fc.integer({ min: 0, max: 3600 * S }).map((ms) => T0 + ms)
const text = fc.constantFrom('', ' ', '误报', '现场关门')
const input: fc.Arbitrary<Input> = fc.oneof(
  fc.record({ kind: fc.constant('raise' as const), at: moment, severity, late: fc.boolean() }),
  fc.record({ kind: fc.constant('clear' as const), at: moment }),
  fc.record({ kind: fc.constant('acknowledge' as const), by: fc.constant(by), reason: text }),
  fc.record({ kind: fc.constant('assign' as const), owner: text }),
  fc.constant<Input>({ kind: 'dispatch' }),
  fc.constant<Input>({ kind: 'handle' }),
  fc.record({ kind: fc.constant('resolve' as const), disposal: text }),
  fc.record({ kind: fc.constant('close' as const), reason: text }),
  fc.constant<Input>({ kind: 'archive' }),
  fc.constant<Input>({ kind: 'escalate', post: '值班领导' }),
  fc.record({ kind: fc.constant('silence' as const), until: fc.option(moment) }),
)

describe('whatever happens', () => {
  it('moves only along allowed transitions, loses no change, and never acknowledges without a reason', () => {
    fc.assert(
      fc.property(severity, fc.boolean(), fc.array(input, { maxLength: 40 }), (first, clearable, inputs) => {
        let alert = born({ severity: first, clearable })
        let changes = 1
        for (const [n, one] of inputs.entries()) {
          const outcome = advance(alert, one, at(n * 30 * S))
          if (!outcome.ok) continue
          changes++
          const next = outcome.alert
          expect(TRANSITIONS[alert.state]).toContain(next.state)
          expect(next.version).toBe(changes)
          expect(next.count).toBeGreaterThanOrEqual(alert.count)
          expect(next.lastAt).toBeGreaterThanOrEqual(next.firstAt)
          if (next.state === 'acknowledged') expect(next.ackReason?.trim()).toBeTruthy()
          if (next.state === 'normal') expect(next.ackReason?.trim()).toBeTruthy()
          if (next.step === 'closed') expect(['acknowledged', 'normal']).toContain(next.state)
          if (next.state !== 'unacknowledged' || next.step === 'closed') expect(next.escalatesAt).toBeNull()
          if (alert.step === 'closed') expect(next.step).toBe('closed')
          alert = next
        }
      }),
      { numRuns: 1000 },
    )
  })

  it('always lets an open alert be brought to its end', () => {
    fc.assert(
      fc.property(severity, fc.boolean(), fc.array(input, { maxLength: 20 }), (first, clearable, inputs) => {
        let alert = born({ severity: first, clearable })
        for (const one of inputs) {
          const outcome = advance(alert, one, at(0))
          if (outcome.ok) alert = outcome.alert
        }
        for (const one of [ack, resolve, close]) {
          const outcome = advance(alert, one, at(0))
          if (outcome.ok) alert = outcome.alert
        }
        expect(alert.step).toBe('closed')
        if (!clearable) expect(alert.state).toBe('normal')
      }),
    )
  })
})
