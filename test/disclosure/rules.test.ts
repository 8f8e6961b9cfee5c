import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Action, act, type Copy, type Disclosure, STATES_OF } from '../../server/disclosure/rules.ts'
import { demoConfig } from '../helpers/office.ts'

const rules = demoConfig().disclosure
const START: Disclosure = {
  id: 'd1',
  title: '起诉书',
  type: 'indictment',
  kind: 'indictment',
  caseNo: null,
  department: 'D1',
  submitter: 'a',
  reviewer: null,
  exporter: null,
  rechecker: null,
  publisher: null,
  parties: [],
  readyDay: '2026-11-20',
  state: 'review',
  due: '2026-12-01',
  provisional: false,
  lateSubmit: false,
  ground: null,
  file: 'f'.repeat(64),
  copy: null,
  publishedMs: null,
}
const COPY: Copy = { hash: 'c'.repeat(64), format: 'docx', size: 1, exportedMs: 0, rules: '1' }
const by = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const leftovers = fc.constantFrom([], [], [], [{ where: '第 1 页', kind: 'name', count: 1 }])
const wish = fc.record({
  /** Most wishes fit the state, so that the far states are reached; the rest are anything. */
  fits: fc.integer({ min: 0, max: 9 }).map((n) => n > 1),
  which: fc.nat(6),
  by,
  decision: fc.constantFrom('publish' as const, 'publish' as const, 'exclude' as const, 'return' as const),
  ground: fc.constantFrom(null, 'privacy', 'nonsense'),
  leftovers,
  passed: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
})
type Wish = typeof wish extends fc.Arbitrary<infer One> ? One : never
const DOES = ['review', 'export', 'recheck', 'publish', 'withdraw', 'reopen', 'mask'] as const
function actionOf(one: Disclosure, { fits, which, by: who, ...rest }: Wish): Action {
  const fitting = DOES.find((each) => STATES_OF[each].includes(one.state))
  const now = { by: who, leftovers: rest.leftovers }
  switch ((fits && fitting) || DOES[which]) {
    case 'review':
      return { do: 'review', by: who, decision: rest.decision, ground: rest.ground }
    case 'export':
      return { do: 'export', ...now, copy: COPY }
    case 'recheck':
      return { do: 'recheck', ...now, passed: rest.passed }
    case 'publish':
      return { do: 'publish', ...now, now: 1 }
    case 'withdraw':
      return { do: 'withdraw', by: who }
    case 'reopen':
      return { do: 'reopen', by: who }
    default:
      return { do: 'mask', by: who }
  }
}

describe('any order of any steps by anybody', () => {
  it('publishes only what two people have seen and the machine has found clean', () => {
    let published = 0
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 40 }), (wishes) => {
        let one = START
        let clean = false
        for (const each of wishes) {
          const next = actionOf(one, each)
          const verdict = act(rules, one, next)
          if (!verdict.ok) {
            expect(verdict.why).not.toBe('')
            continue
          }
          if (next.do === 'export' || next.do === 'publish') clean = next.leftovers.length === 0
          one = verdict.next
          if (one.state !== 'published') continue
          published++
          expect(clean).toBe(true)
          expect(one.copy).not.toBeNull()
          expect(one.rechecker).not.toBeNull()
          expect(one.exporter).not.toBe(one.rechecker)
          expect(one.submitter).not.toBe(one.rechecker)
          expect(one.submitter).not.toBe(one.reviewer)
          expect(one.submitter).not.toBe(one.publisher)
        }
      }),
      { numRuns: 3000, seed: 8 },
    )
    expect(published).toBeGreaterThan(20)
  })

  it('never publishes the crime of a minor', () => {
    fc.assert(
      fc.property(fc.array(wish, { maxLength: 30 }), fc.constantFrom('suspect', 'defendant'), (wishes, role) => {
        let one: Disclosure = { ...START, parties: [{ name: '王五', role, minor: true }] }
        for (const each of wishes) {
          const next = actionOf(one, each)
          const verdict = act(rules, one, next)
          if (verdict.ok) one = verdict.next
          expect(['review', 'returned', 'excluded']).toContain(one.state)
        }
      }),
    )
  })
})
