import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { computeDeadline, type DeadlineEvent, type DeadlineInput } from '../../server/deadlines/rules.ts'
import { demoCalendar, demoConfig } from '../helpers/office.ts'
import { SITUATIONS } from './cases.ts'

const book = { rules: demoConfig().deadlines, calendar: demoCalendar() }
const compute = (rule: string, start: string, custody = false, events: DeadlineEvent[] = []) =>
  computeDeadline(book, { rule, start, custody, events })

describe('situations worked out by hand', () => {
  it('are at least 120', () => expect(SITUATIONS.length).toBeGreaterThanOrEqual(120))
  it.each(SITUATIONS)('%s %s in custody %s %j → %s (%s)', (rule, start, custody, events, due, note) => {
    const deadline = compute(rule, start, custody, events)
    expect(deadline.due).toBe(due)
    expect(deadline.provisional).toBe(note.includes('暂定'))
    expect(deadline.ledger.length).toBeGreaterThan(1)
    expect(deadline.legalBasis).not.toBe('')
  })
  it('touches every rule', () => {
    expect(new Set(SITUATIONS.map(([rule]) => rule))).toEqual(new Set(book.rules.rules.map(({ id }) => id)))
  })
})

describe('what is said beside the date', () => {
  it('names what it rolled from, and why it did not', () => {
    expect(compute('arrest-review.bail', '2026-11-06').rolledFrom).toBe('2026-11-21')
    const kept = compute('arrest-review.custody', '2026-11-14', true)
    expect(kept.rolledFrom).toBe(undefined)
    expect(kept.ledger.at(-1)?.what).toContain('在押，不顺延')
  })
  it('names the rule of month ends', () => {
    expect(JSON.stringify(compute('supplement', '2026-01-31').ledger)).toContain('monthEnd=last-day')
    const other = { ...book, rules: { ...book.rules, monthEnd: 'same-number' as const } }
    expect(computeDeadline(other, { rule: 'supplement', start: '2024-02-29', custody: true, events: [] }).due).toBe(
      '2024-03-29',
    )
  })
  it('warns of a late resubmission, an early start, unverified numbers', () => {
    expect(
      compute('prosecution-review.ordinary', '2026-03-02', true, [
        { type: 'return', on: '2026-03-20' },
        { type: 'resubmit', on: '2026-04-21' },
      ]).warnings.join(),
    ).toContain('超期 1 日')
    expect(compute('prosecution-review.fast-track', '2018-10-01').warnings.join()).toContain('2018-10-26')
    expect(compute('pil.notice', '2026-11-01').warnings.join()).toContain('核对')
  })
  it('has no date while the clock stands still', () => {
    expect(
      compute('prosecution-review.ordinary', '2026-09-01', true, [{ type: 'suspend', on: '2026-09-11' }]),
    ).toMatchObject({ due: null, stopped: { by: 'suspend', remaining: 20 } })
    expect(
      compute('prosecution-review.ordinary', '2026-09-01', true, [{ type: 'return', on: '2026-09-11' }]),
    ).toMatchObject({ due: null, stopped: { by: 'return', remaining: null } })
  })
})

describe('refusals', () => {
  const ret = (on: string): DeadlineEvent => ({ type: 'return', on })
  const sub = (on: string): DeadlineEvent => ({ type: 'resubmit', on })
  it.each([
    ['unknown rule', 'nothing', '2026-01-01', [], 'rule'],
    ['a date that does not exist', 'supplement', '2026-02-30', [], 'start'],
    ['a date in another form', 'supplement', '2026/02/03', [], 'start'],
    [
      'an event on a date that does not exist',
      'supplement',
      '2026-01-01',
      [{ type: 'suspend', on: '2026-13-01' }],
      'events.0.on',
    ],
    ['an event before the start', 'supplement', '2026-01-02', [{ type: 'suspend', on: '2026-01-01' }], 'events.0.on'],
    ['a resubmission without a return', 'prosecution-review.ordinary', '2026-01-02', [sub('2026-01-10')], 'events.0'],
    [
      'a third return',
      'prosecution-review.ordinary',
      '2026-01-02',
      [ret('2026-01-10'), sub('2026-01-20'), ret('2026-02-01'), sub('2026-02-10'), ret('2026-02-20')],
      'events.4',
    ],
    ['a return of a rule that has none', 'judgment-review', '2026-01-02', [ret('2026-01-05')], 'events.0'],
    [
      'an extension of a rule that has none',
      'judgment-review',
      '2026-01-02',
      [{ type: 'extend', on: '2026-01-05' }],
      'events.0',
    ],
    [
      'two extensions',
      'prosecution-review.ordinary',
      '2026-01-02',
      [
        { type: 'extend', on: '2026-01-05' },
        { type: 'extend', on: '2026-01-06' },
      ],
      'events.1',
    ],
    [
      'a resumption without a stop',
      'prosecution-review.ordinary',
      '2026-01-02',
      [{ type: 'resume', on: '2026-01-05' }],
      'events.0',
    ],
    [
      'a pause that the rule does not know',
      'judgment-review',
      '2026-01-02',
      [{ type: 'pause', on: '2026-01-05' }],
      'events.0',
    ],
    ['hours without a minute', 'arrest.interrogation', '2026-01-02', [], 'start'],
  ] as [string, string, string, DeadlineEvent[], string][])('%s', (_name, rule, start, events, path) => {
    expect(() => compute(rule, start, false, events)).toThrow(
      expect.objectContaining({ name: 'DeadlineRefusal', path }),
    )
  })
})

describe('properties', () => {
  const day = fc
    .integer({ min: 0, max: 2556 })
    .map((n) => Temporal.PlainDate.from('2020-01-01').add({ days: n }).toString())
  const dayRule = fc.constantFrom(
    ...book.rules.rules.filter(({ versions }) => versions[0]?.unit !== 'hour').map(({ id }) => id),
  )
  const later = (start: string, days: number) => Temporal.PlainDate.from(start).add({ days }).toString()

  it('due is after the start, a workday unless in custody, and custody never makes it later', () => {
    fc.assert(
      fc.property(dayRule, day, (rule, start) => {
        const free = compute(rule, start, false)
        const held = compute(rule, start, true)
        expect((free.due ?? '') > start).toBe(true)
        expect((held.due ?? '') <= (free.due ?? '')).toBe(true)
        expect(book.calendar.isWorkday(Temporal.PlainDate.from(free.due ?? ''))).toBe(true)
        const known = book.rules.rules.find(({ id }) => id === rule)
        if (known?.custodyNoRoll) expect(held.rolledFrom).toBe(undefined)
        else expect(held.due).toBe(free.due)
      }),
      { numRuns: 500 },
    )
  })
  it('does not depend on the order in which events are entered', () => {
    const plan = fc.record({
      start: day,
      a: fc.integer({ min: 1, max: 8 }),
      b: fc.integer({ min: 0, max: 20 }),
      c: fc.integer({ min: 0, max: 9 }),
      seed: fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
    })
    fc.assert(
      fc.property(plan, ({ start, a, b, c, seed }) => {
        const events: DeadlineEvent[] = [
          { type: 'suspend', on: later(start, a) },
          { type: 'resume', on: later(start, a + b) },
          { type: 'extend', on: later(start, a + b + c) },
        ]
        const input: DeadlineInput = { rule: 'prosecution-review.ordinary', start, custody: true, events }
        const shuffled = events
          .map((event, at) => ({ event, key: seed[at] ?? 0 }))
          .sort((x, y) => x.key - y.key)
          .map(({ event }) => event)
        expect(computeDeadline(book, { ...input, events: shuffled }).due).toBe(computeDeadline(book, input).due)
        expect(computeDeadline(book, input).due).toBe(
          later(compute('prosecution-review.ordinary', start, true).due ?? '', b + 15),
        )
      }),
      { numRuns: 300 },
    )
  })
  it('starts from zero after every resubmission', () => {
    fc.assert(
      fc.property(day, fc.integer({ min: 1, max: 28 }), fc.integer({ min: 1, max: 40 }), (start, back, again) => {
        const events: DeadlineEvent[] = [
          { type: 'return', on: later(start, back) },
          { type: 'resubmit', on: later(start, back + again) },
        ]
        expect(compute('prosecution-review.ordinary', start, true, events).due).toBe(
          compute('prosecution-review.ordinary', later(start, back + again), true).due,
        )
      }),
    )
  })
})
