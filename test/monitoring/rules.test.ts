import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FINDING_STAGE_IDS, type FindingStage, isFindingOpen } from '../../contract/monitoring.ts'
import { type Action, type Actor, act, type Finding, isReplyOverdue, isWritten } from '../../server/monitoring/rules.ts'
import { demoConfig } from '../helpers/office.ts'

const rules = demoConfig().monitoring
const handler: Actor = { id: 'p07', department: 'd1', head: false }
const head: Actor = { id: 'p06', department: 'd1', head: true }
const otherHead: Actor = { id: 'p21', department: 'd2', head: true }
const management: Actor = { id: 'p46', department: 'cm', head: true }
const colleague: Actor = { id: 'p47', department: 'cm', head: false }
const PEOPLE = [handler, head, otherHead, management, colleague]
const fresh: Finding = {
  stage: 'found',
  addressee: 'p07',
  department: 'd1',
  due: null,
  back: null,
  issuedBy: null,
  answeredBy: null,
  refusals: 0,
}
const DUE = '2026-12-04'
const notice: Action = { do: 'notice', by: management, due: DUE }
const noticed: Finding = { ...fresh, stage: 'noticed', issuedBy: 'p46', due: DUE }
const walk = (from: Finding, ...actions: Action[]): Finding =>
  actions.reduce((at, action) => {
    const verdict = act(rules, at, action)
    if (!verdict.ok) throw new Error(`${action.do}: ${verdict.why}`)
    return verdict.next
  }, from)
const refusal = (from: Finding, action: Action, config = rules) => {
  const verdict = act(config, from, action)
  return verdict.ok ? undefined : verdict.refusal
}

describe('the ladder', () => {
  it('climbs from a reminder to a written notice and may skip rungs', () => {
    expect(walk(fresh, { do: 'remind', by: 'system' }, { do: 'verbal' }, notice)).toMatchObject({
      stage: 'noticed',
      due: DUE,
    })
    expect(walk(fresh, notice).stage).toBe('noticed')
    expect(refusal({ ...fresh, stage: 'verbal' }, { do: 'remind', by: 'p46' })).toBe('conflict')
  })
  it.each<[string, Actor, string | undefined]>([
    ['the handler', handler, undefined],
    ['the head of the department', head, undefined],
    ['the head of another one', otherHead, 'forbidden'],
    ['case management', management, 'forbidden'],
  ])('lets answer: %s', (_who, by, expected) => {
    expect(refusal(noticed, { do: 'reply', by })).toBe(expected)
  })
  it('has the answer judged by another person', () => {
    const answered = walk(noticed, { do: 'reply', by: head })
    expect(refusal(answered, { do: 'accept', by: head })).toBe('same-person')
    expect(refusal(answered, { do: 'accept', by: handler })).toBe('same-person')
    expect(walk(answered, { do: 'accept', by: management }).stage).toBe('corrected')
    const strict = { ...rules, issuerMayAccept: false }
    expect(refusal(answered, { do: 'accept', by: management }, strict)).toBe('same-person')
    expect(refusal(answered, { do: 'accept', by: colleague }, strict)).toBeUndefined()
  })
  it('sends a refused answer back to where it came from', () => {
    const reply: Action = { do: 'reply', by: handler }
    const refuse: Action = { do: 'refuse', by: management, due: '2026-12-20' }
    expect(walk(noticed, reply, refuse)).toMatchObject({ stage: 'noticed', due: '2026-12-20', refusals: 1 })
    expect(walk({ ...noticed, stage: 'head' }, reply, refuse).stage).toBe('head')
    expect(walk({ ...fresh, stage: 'reminded' }, reply, refuse)).toMatchObject({ stage: 'reminded', due: null })
  })
  it.each([
    ['2026-12-04', 'noticed', undefined],
    ['2026-12-05', 'noticed', 'head'],
    ['2026-12-07', 'head', undefined],
    ['2026-12-08', 'head', 'deputy'],
  ] as const)('on %s a finding at %s goes to %s', (today, stage, next) => {
    const verdict = act(rules, { ...noticed, stage }, { do: 'escalate', today, early: false })
    expect(verdict.ok ? verdict.next.stage : undefined).toBe(next)
  })
  it('goes up early only when answers were refused twice', () => {
    const early: Action = { do: 'escalate', today: '2026-11-25', early: true }
    expect(refusal(noticed, early)).toBe('unprocessable')
    expect(refusal({ ...noticed, refusals: 2 }, early)).toBeUndefined()
  })
  it('takes a notice back through the deputy chief alone', () => {
    expect(refusal(noticed, { do: 'dismiss', by: management, deputy: false })).toBe('forbidden')
    expect(refusal(noticed, { do: 'dismiss', by: management, deputy: true })).toBeUndefined()
    expect(refusal(fresh, { do: 'dismiss', by: management, deputy: false })).toBeUndefined()
    expect(refusal(fresh, { do: 'dismiss', by: handler, deputy: false })).toBe('same-person')
  })
  it('counts the last day as in time', () => {
    expect(isReplyOverdue(noticed, DUE)).toBe(false)
    expect(isReplyOverdue(noticed, '2026-12-05')).toBe(true)
    expect(isReplyOverdue({ ...noticed, stage: 'answered' }, '2026-12-05')).toBe(false)
  })
})

const actor = fc.constantFrom(...PEOPLE)
const day = fc
  .integer({ min: 0, max: 40 })
  .map((n) => Temporal.PlainDate.from('2026-11-24').add({ days: n }).toString())
const action: fc.Arbitrary<Action> = fc.oneof(
  fc.record({ do: fc.constant('remind' as const), by: fc.constant('p46') }),
  fc.record({ do: fc.constant('verbal' as const) }),
  fc.record({ do: fc.constant('notice' as const), by: actor, due: day }),
  fc.record({ do: fc.constant('reply' as const), by: actor }),
  fc.record({ do: fc.constant('accept' as const), by: actor }),
  fc.record({ do: fc.constant('refuse' as const), by: actor, due: day }),
  fc.record({ do: fc.constant('escalate' as const), today: day, early: fc.boolean() }),
  fc.record({ do: fc.constant('instruct' as const), due: day }),
  fc.record({ do: fc.constant('hand-over' as const) }),
  fc.record({ do: fc.constant('dismiss' as const), by: actor, deputy: fc.boolean() }),
  fc.record({ do: fc.constant('gone' as const) }),
)

describe('whatever people do, in whatever order', () => {
  const RANK: Partial<Record<FindingStage, number>> = {
    found: 0,
    reminded: 1,
    verbal: 2,
    noticed: 3,
    head: 4,
    deputy: 5,
  }
  it('an end stays an end, a notice keeps its issuer and day, nobody judges the own answer', () => {
    fc.assert(
      fc.property(fc.array(action, { maxLength: 25 }), (actions) => {
        let at = fresh
        for (const one of actions) {
          const verdict = act(rules, at, one)
          if (!verdict.ok) {
            expect(verdict.why).toMatch(/[一-龥]/)
            continue
          }
          const { next } = verdict
          expect(FINDING_STAGE_IDS).toContain(next.stage)
          expect(isFindingOpen(at.stage)).toBe(true)
          if (isWritten(at)) {
            expect(next.issuedBy).toBe(at.issuedBy)
            // Once written, it ends by an accepted answer, the deputy chief or the inspection.
            if (!isFindingOpen(next.stage)) expect(['accept', 'dismiss', 'hand-over']).toContain(one.do)
            if (one.do === 'dismiss') expect(one.deputy).toBe(true)
          }
          if (one.do === 'accept' || one.do === 'refuse') expect(one.by.id).not.toBe(at.answeredBy)
          if (['noticed', 'head', 'deputy'].includes(next.stage)) expect(next.due).not.toBeNull()
          // Nothing goes down the ladder but by the deputy chief's word.
          const [before, after] = [RANK[at.stage], RANK[next.stage]]
          if (before !== undefined && after !== undefined && one.do !== 'instruct')
            expect(after).toBeGreaterThan(before)
          at = next
        }
      }),
      { numRuns: 500 },
    )
  })
})
