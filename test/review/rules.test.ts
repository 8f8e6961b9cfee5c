import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { sampleOutcome } from '../../contract/sample.ts'
import {
  type Action,
  act,
  barred,
  dueOf,
  gradesOn,
  isOverdue,
  mandatoryTrigger,
  type Person,
  type Review,
  sampleNeed,
  scoreOf,
  stageOf,
  suggested,
} from '../../server/review/rules.ts'
import { demoConfig } from '../helpers/office.ts'

const rules = demoConfig().review
const TODAY = '2026-11-24'
const handler: Person = { id: 'p07', department: 'd1' }
const head: Person = { id: 'p06', department: 'd1' }
const reviewer: Person = { id: 'p22', department: 'd2' }
const second: Person = { id: 'p31', department: 'd3' }
const chief: Person = { id: 'p01', department: 'lead' }

const fresh: Review = {
  id: 'r1',
  caseId: 'c1',
  handler: 'p07',
  department: 'd1',
  step: 'self-check',
  due: '2026-12-04',
  kind: null,
  trigger: null,
  checker: null,
  reviewer: null,
  restudier: null,
  disputed: false,
  score: null,
  veto: false,
  proposed: null,
  grade: null,
}
function walk(review: Review, actions: readonly Action[]): Review {
  let at = review
  for (const action of actions) {
    const verdict = act(rules, at, action, TODAY)
    if (!verdict.ok) throw new Error(`${action.do}: ${verdict.why}`)
    at = verdict.next
  }
  return at
}
const refusal = (review: Review, action: Action) => {
  const verdict = act(rules, review, action, TODAY)
  return verdict.ok ? undefined : verdict.refusal
}
const CHECKED: Action[] = [
  { do: 'self-check', by: handler, problems: 0 },
  { do: 'dept-check', by: head, passed: true },
]
const evaluate = (over: Partial<Extract<Action, { do: 'evaluate' }>> = {}): Action => ({
  do: 'evaluate',
  by: reviewer,
  deductions: {},
  veto: [],
  grade: 'excellent',
  reason: '无问题',
  ...over,
})
const TO_ANSWER: Action[] = [
  ...CHECKED,
  { do: 'select', kind: 'key', trigger: 'superior' },
  { do: 'assign', reviewer },
  evaluate(),
]

describe('检查→核查→评查→反馈→整改', () => {
  it('files a checked case that nobody selects: no coverage race', () => {
    expect(walk(fresh, CHECKED)).toMatchObject({ step: 'filed', due: null, checker: 'p06' })
  })
  it('goes the whole way without a dispute', () => {
    expect(walk(fresh, TO_ANSWER)).toMatchObject({ step: 'answer', due: '2026-12-04', score: 100 })
    const done = walk(fresh, [
      ...TO_ANSWER,
      { do: 'answer', by: handler, accepted: true },
      { do: 'decide', by: chief, grade: 'qualified', committee: null, rectify: true },
      { do: 'rectify', by: handler },
      { do: 'confirm', by: second, passed: false },
      { do: 'rectify', by: handler },
      { do: 'confirm', by: second, passed: true },
    ])
    expect(done).toMatchObject({ step: 'archived', grade: 'qualified', due: null })
  })
  it('an objection goes to another reviewer, and then to the committee', () => {
    const disputed = walk(fresh, [...TO_ANSWER, { do: 'answer', by: handler, accepted: false }])
    expect(disputed).toMatchObject({ step: 'restudy-assign', disputed: true })
    expect(refusal(disputed, { do: 'assign', reviewer })).toBe('unprocessable')
    const restudied = walk(disputed, [
      { do: 'assign', reviewer: second },
      { do: 'restudy', by: second, grade: 'basic' },
    ])
    expect(restudied).toMatchObject({ step: 'decide', proposed: 'basic', restudier: 'p31' })
    expect(refusal(restudied, { do: 'decide', by: chief, grade: 'basic', committee: null, rectify: false })).toBe(
      'unprocessable',
    )
    expect(
      walk(restudied, [{ do: 'decide', by: chief, grade: 'basic', committee: '检委会〔2026〕3号', rectify: false }]),
    ).toMatchObject({ step: 'archived', grade: 'basic' })
  })
  it('silence is over only after the window', () => {
    const waiting = walk(fresh, TO_ANSWER)
    expect(refusal(waiting, { do: 'silence' })).toBe('conflict')
    expect(act(rules, waiting, { do: 'silence' }, '2026-12-05')).toMatchObject({ ok: true, next: { step: 'decide' } })
  })
  it.each<[string, Review, Action, string]>([
    ['a self-check by another', fresh, { do: 'self-check', by: head, problems: 0 }, 'forbidden'],
    [
      'a check of oneself',
      walk(fresh, CHECKED.slice(0, 1)),
      { do: 'dept-check', by: handler, passed: true },
      'same-person',
    ],
    [
      'a check by another department',
      walk(fresh, CHECKED.slice(0, 1)),
      { do: 'dept-check', by: reviewer, passed: true },
      'forbidden',
    ],
    ['a step out of turn', fresh, evaluate(), 'conflict'],
    ['an evaluation by another', walk(fresh, TO_ANSWER.slice(0, 4)), evaluate({ by: second }), 'forbidden'],
    [
      'a good grade with a veto',
      walk(fresh, TO_ANSWER.slice(0, 4)),
      evaluate({ veto: ['over-detention'] }),
      'unprocessable',
    ],
    ['瑕疵 in 2026', walk(fresh, TO_ANSWER.slice(0, 4)), evaluate({ grade: 'flawed' }), 'unprocessable'],
    [
      'another grade than the points without a reason',
      walk(fresh, TO_ANSWER.slice(0, 4)),
      evaluate({ grade: 'basic' }),
      'unprocessable',
    ],
    [
      'points beyond the item',
      walk(fresh, TO_ANSWER.slice(0, 4)),
      evaluate({ deductions: { facts: 21 } }),
      'unprocessable',
    ],
    [
      'a decision by the reviewer',
      walk(fresh, [...TO_ANSWER, { do: 'answer', by: handler, accepted: true }]),
      { do: 'decide', by: reviewer, grade: 'excellent', committee: null, rectify: false },
      'same-person',
    ],
    [
      '不合格 without the committee',
      walk(fresh, [...TO_ANSWER, { do: 'answer', by: handler, accepted: true }]),
      { do: 'decide', by: chief, grade: 'unqualified', committee: null, rectify: true },
      'unprocessable',
    ],
  ])('refuses %s', (_what, review, action, expected) => {
    expect(refusal(review, action)).toBe(expected)
  })
  it('whatever is tried in whatever order, nobody judges a case twice', () => {
    const people = [handler, head, reviewer, second, chief, { id: 'p08', department: 'd1' }]
    const person = fc.constantFrom(...people)
    const grade = fc.constantFrom('excellent' as const, 'basic' as const, 'unqualified' as const)
    const action: fc.Arbitrary<Action> = fc.oneof(
      person.map((by) => ({ do: 'self-check' as const, by, problems: 0 })),
      fc.record({ do: fc.constant('dept-check' as const), by: person, passed: fc.boolean() }),
      fc.constant({ do: 'select' as const, kind: 'key' as const, trigger: null }),
      person.map((one) => ({ do: 'assign' as const, reviewer: one })),
      fc.record({ by: person, grade }).map((over) => evaluate({ ...over, reason: '理由写得足够长，足够长' })),
      fc.record({ do: fc.constant('answer' as const), by: person, accepted: fc.boolean() }),
      fc.record({ do: fc.constant('restudy' as const), by: person, grade }),
      fc.record({
        do: fc.constant('decide' as const),
        by: person,
        grade,
        committee: fc.constant('1'),
        rectify: fc.boolean(),
      }),
    )
    fc.assert(
      fc.property(fc.array(action, { maxLength: 80 }), (actions) => {
        let at = fresh
        for (const one of actions) {
          const verdict = act(rules, at, one, TODAY)
          if (verdict.ok) at = verdict.next
          const hands = [at.handler, at.checker, at.reviewer, at.restudier].filter((id) => id !== null)
          expect(new Set(hands).size).toBe(hands.length)
          expect(stageOf(at.step) === null).toBe(at.due === null)
        }
      }),
    )
  })
})

describe('terms', () => {
  it('does not count the first day, and the last day is in time', () => {
    expect(dueOf(rules, 'rectify', '2026-01-31')).toBe('2026-03-02')
    expect(isOverdue({ ...fresh, due: TODAY }, TODAY)).toBe(false)
    expect(isOverdue({ ...fresh, due: '2026-11-23' }, TODAY)).toBe(true)
    expect(isOverdue({ step: 'filed', due: null }, TODAY)).toBe(false)
  })
})

describe('grades', () => {
  it('瑕疵 before 2026, 基本合格 since', () => {
    expect(gradesOn(rules, '2025-12-31')).toEqual(['excellent', 'qualified', 'flawed', 'unqualified'])
    expect(gradesOn(rules, '2026-01-01')).toEqual(['excellent', 'qualified', 'basic', 'unqualified'])
    expect(gradesOn(rules, '2017-12-31')).toEqual([])
  })
  it.each([
    [100, false, TODAY, 'excellent'],
    [94, false, TODAY, 'qualified'],
    [79, false, TODAY, 'basic'],
    [79, false, '2025-06-01', 'flawed'],
    [59, false, TODAY, 'unqualified'],
    [100, true, TODAY, 'unqualified'],
  ])('%i points, veto %s, on %s: %s', (score, veto, day, grade) => {
    expect(suggested(rules, score, veto, day)).toBe(grade)
  })
  it('takes the deductions off 100', () => {
    expect(scoreOf(rules, { facts: 5, law: 2 })).toBe(93)
    expect(scoreOf(rules, { nothing: 1 })).toContain('没有评分项')
  })
})

describe('who may judge', () => {
  it.each([
    [handler, '承办人'],
    [head, '核查人'],
    [{ id: 'p08', department: 'd1' }, '其他部门'],
  ])('not %j', (person, why) => {
    expect(barred({ ...fresh, step: 'assign', checker: 'p06' }, person)).toContain(why)
  })
})

describe('selection', () => {
  it.each([
    ['不起诉', true, 'not-prosecuted-after-arrest'],
    ['相对不起诉', false, undefined],
    ['撤回起诉', false, 'withdrawn'],
    ['提起公诉', true, undefined],
    [null, true, undefined],
  ])('%s, custody %s: %s', (outcome, custody, trigger) => {
    expect(mandatoryTrigger(rules, { outcome, custody })).toBe(trigger)
  })
  it.each([
    [0, 0, 0],
    [1, 0, 1],
    [10, 0, 2],
    [41, 0, 3],
    [100, 0, 5],
    [100, 5, 0],
    [100, 9, 0],
  ])('of %i closed with %i drawn: %i more', (closed, sampled, need) => {
    expect(sampleNeed(rules, closed, sampled)).toBe(need)
  })
  it('draws without replacement, the same from the same, other from another nonce', async () => {
    const pool = Array.from({ length: 40 }, (_, n) => `c${String(n).padStart(2, '0')}`)
    const group = (name: string) => ({ handler: name, closed: 40, sampled: 0, need: 5, pool })
    const draw = (nonce: string) =>
      sampleOutcome([group('p07'), group('p08')], 'aa'.repeat(32), 'bb'.repeat(32), nonce.repeat(32))
    const [first, other] = [await draw('cc'), await draw('cd')]
    expect(await draw('cc')).toEqual(first)
    expect(other).not.toEqual(first)
    expect(first.map(({ cases }) => cases.length)).toEqual([5, 5])
    expect(first[0]?.cases).not.toEqual(first[1]?.cases)
    for (const { cases } of first) expect(new Set(cases).size).toBe(5)
  })
  it('gives every case the same chance', async () => {
    const pool = ['c0', 'c1', 'c2', 'c3', 'c4']
    const counts = new Map<string, number>()
    for (let n = 0; n < 2000; n++) {
      const nonce = n.toString(16).padStart(64, '0')
      const [drawn] = await sampleOutcome(
        [{ handler: 'p07', closed: 5, sampled: 0, need: 2, pool }],
        'aa'.repeat(32),
        'bb'.repeat(32),
        nonce,
      )
      for (const id of drawn?.cases ?? []) counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    const statistic = pool.reduce((sum, id) => sum + ((counts.get(id) ?? 0) - 800) ** 2 / 800, 0)
    // Chi-square, 4 degrees: 18.5 is p = 0.001; the nonces are fixed, so that the number is too.
    expect(statistic).toBeLessThan(18.5)
  })
})
