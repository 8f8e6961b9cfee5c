import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Condition,
  conditionIssues,
  conditionText,
  FIELDS,
  Group,
  OPERATORS_OF,
  TOPICS,
  type Topic,
} from '../../../contract/sharing/conditions.ts'
import {
  clueOf,
  deliveryKey,
  fits,
  hasExpired,
  holds,
  usefulness,
} from '../../../server/sharing/subscriptions/rules.ts'
import { demoConfig } from '../../helpers/office.ts'

const one = (field: string, op: Condition['op'], value?: Condition['value']): Condition =>
  value === undefined ? { field, op } : { field, op, value }

describe('one condition', () => {
  it.each<[Condition, Record<string, string | number | boolean | null>, boolean]>([
    [one('cause', 'contains', '矿'), { cause: '非法采矿' }, true],
    [one('cause', 'contains', '盗窃'), { cause: '诈骗' }, false],
    [one('cause', 'is', 'ＡＢ'), { cause: 'ab' }, true],
    [one('cause', 'is-not', '盗窃'), { cause: '诈骗' }, true],
    // What is not known is not "not 盗窃": nothing may be concluded from a gap.
    [one('cause', 'is-not', '盗窃'), { cause: null }, false],
    [one('cause', 'is-not', '盗窃'), {}, false],
    [one('cause', 'absent'), { cause: null }, true],
    [one('cause', 'absent'), { cause: '' }, true],
    [one('cause', 'present'), { cause: '盗窃' }, true],
    [one('cause', 'in', ['盗窃', '诈骗']), { cause: '诈骗' }, true],
    [one('custody', 'is', true), { custody: true }, true],
    [one('custody', 'is', false), { custody: true }, false],
    [one('custody', 'is', true), { custody: 'true' }, false],
    [one('daysLeft', 'at-most', 2), { daysLeft: 2 }, true],
    [one('daysLeft', 'at-most', 2), { daysLeft: 3 }, false],
    [one('daysLeft', 'at-least', 0), { daysLeft: -1 }, false],
    [one('nonsense', 'present'), { nonsense: '1' }, false],
  ])('%j of %j is %s', (condition, facts, expected) => {
    expect(holds('case', condition, facts)).toBe(expected)
  })

  it('knows graver from less grave', () => {
    const grave = one('severity', 'at-least', 'warning')
    expect(
      ['info', 'notice', 'warning', 'critical', '?'].map((severity) => holds('alert', grave, { severity })),
    ).toEqual([false, false, true, true, false])
  })
})

describe('the language', () => {
  it('reads as a Chinese sentence', () => {
    const group: Group = {
      match: 'all',
      of: [
        one('custody', 'is', true),
        { match: 'any', of: [one('daysLeft', 'at-most', 2), one('cause', 'in', ['盗窃', '诈骗'])] },
        one('node', 'absent'),
      ],
    }
    expect(conditionText('case', group)).toBe(
      '在押，且（剩余期限不高于 2 日，或案由为“盗窃”或“诈骗”），且当前节点没有值',
    )
    expect(conditionText('event', { match: 'all', of: [one('type', 'is', 'door.forced')] })).toBe(
      '事件类型是“强行开启”',
    )
  })

  it.each<[Topic, Condition, string]>([
    ['case', one('severity', 'is', 'critical'), '没有字段'],
    ['case', one('custody', 'contains', '是'), '不能用'],
    ['case', one('custody', 'is', '是'), '是或否'],
    ['case', one('daysLeft', 'at-most', '2'), '数字'],
    ['case', one('cause', 'is'), '缺少'],
    ['case', one('cause', 'absent', '盗窃'), '不需要'],
    ['case', one('cause', 'in', '盗窃'), '一组值'],
    ['event', one('type', 'is', 'door.nonsense'), '不认识'],
    ['event', one('type', 'is', 'case.accepted'), '不认识'],
    ['event', one('constructor', 'present'), '没有字段'],
  ])('refuses of %s %j', (topic, condition, says) => {
    const [issue] = conditionIssues(topic, { match: 'all', of: [condition] })
    expect(issue?.message).toContain(says)
  })

  const sentence = (topic: Topic): fc.Arbitrary<Group> => {
    const condition = fc.constantFrom(...Object.entries(FIELDS[topic])).chain(([field, { kind, options }]) =>
      fc.constantFrom(...OPERATORS_OF[kind]).chain((op): fc.Arbitrary<Condition> => {
        if (op === 'present' || op === 'absent') return fc.constant({ field, op })
        const text = options ? fc.constantFrom(...Object.keys(options)) : fc.constantFrom('盗窃', '示例', 'A1')
        if (op === 'in') return fc.array(text, { minLength: 1, maxLength: 3 }).map((value) => ({ field, op, value }))
        const value: fc.Arbitrary<string | number | boolean> =
          kind === 'number' ? fc.integer({ min: -9, max: 9 }) : kind === 'yes' ? fc.boolean() : text
        return value.map((chosen) => ({ field, op, value: chosen }))
      }),
    )
    const match = fc.constantFrom('all' as const, 'any' as const)
    const inner = fc.record({ match, of: fc.array(condition, { minLength: 1, maxLength: 3 }) })
    return fc.record({ match, of: fc.array(fc.oneof(condition, inner), { minLength: 1, maxLength: 4 }) })
  }

  it.each(TOPICS)('of %s: whatever it can say is valid, survives JSON, has words, and 全部 implies 任一', (topic) => {
    fc.assert(
      fc.property(
        sentence(topic),
        fc.dictionary(
          fc.constantFrom(...Object.keys(FIELDS[topic])),
          fc.oneof(
            fc.constantFrom('盗窃', 'critical', 'door.forced'),
            fc.integer({ min: -9, max: 9 }),
            fc.boolean(),
            fc.constant(null),
          ),
        ),
        (group, facts) => {
          expect(conditionIssues(topic, Group.parse(JSON.parse(JSON.stringify(group))))).toEqual([])
          expect(conditionText(topic, group)).not.toMatch(/undefined|null|NaN/)
          if (fits(topic, { ...group, match: 'all' }, facts))
            expect(fits(topic, { ...group, match: 'any' }, facts)).not.toBeNull()
          // Nothing known, nothing concluded but that it is not known.
          const met = fits(topic, group, {})
          for (const { condition } of met ?? []) expect(condition).toContain('没有值')
        },
      ),
      { numRuns: 60 },
    )
  })
})

describe('clues', () => {
  const { clues } = demoConfig()
  it('are named by the first rule, explained by all, as grave as the gravest', () => {
    const clue = clueOf(clues, { topic: 'case', facts: { custody: true, daysLeft: 1, cause: '盗窃' } })
    expect(clue).toMatchObject({ rule: 'detention-limit', name: '在押期限线索', level: 'grave' })
    expect(clue.why).toContain('羁押必要')
    expect(clueOf(clues, { topic: 'case', facts: { cause: '盗窃', custody: false } })).toMatchObject({
      rule: null,
      name: '一般线索',
      level: 'ordinary',
    })
  })
  it('tell a door at night from a door at noon', () => {
    const at = (hour: number, workday: boolean) =>
      clueOf(clues, { topic: 'event', facts: { type: 'door.held', hour, workday } }).rule
    expect([at(22, true), at(3, true), at(12, false), at(12, true)]).toEqual([
      'door-out-of-hours',
      'door-out-of-hours',
      'door-out-of-hours',
      null,
    ])
  })
})

describe('delivery and use', () => {
  it('is once per case, or once per change where the change is asked for', () => {
    const subject = { key: 'e1', thing: 'c1' }
    expect(deliveryKey({ match: 'all', of: [one('custody', 'is', true)] }, subject)).toBe('c1')
    expect(
      deliveryKey({ match: 'all', of: [{ match: 'any', of: [one('change', 'is', 'case.closed')] }] }, subject),
    ).toBe('e1')
  })
  it('works to the end of its last day', () => {
    expect([hasExpired('2026-11-24', '2026-11-24'), hasExpired('2026-11-23', '2026-11-24')]).toEqual([false, true])
  })
  it('gives no rate out of a few decisions, and every hit is counted once', () => {
    const row = (source: string, state: string, reason: string | null, count: number) => ({
      source,
      state,
      reason,
      count,
    })
    const rows = [
      row('乙', 'used', null, 3),
      row('乙', 'unused', '已掌握', 1),
      row('甲', 'used', null, 4),
      row('甲', 'unused', '已掌握', 1),
      row('甲', 'unused', '数据有误', 1),
      row('甲', 'open', null, 2),
    ]
    expect(usefulness(rows, 5)).toEqual([
      {
        source: '甲',
        hits: 8,
        used: 4,
        unused: 2,
        pending: 2,
        rate: 66.7,
        reasons: [
          { reason: '已掌握', count: 1 },
          { reason: '数据有误', count: 1 },
        ],
      },
      { source: '乙', hits: 4, used: 3, unused: 1, pending: 0, rate: null, reasons: [{ reason: '已掌握', count: 1 }] },
    ])
  })
})
