import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CaseFacts, diffCases, type KnownCase, toFacts, type Verdict } from '../../../collectors/cases/diff.ts'
import type { CaseRow } from '../../../collectors/cases/rows.ts'

const T = Date.parse('2026-11-24T02:00:00Z')
const HOUR = 3_600_000
const facts = (n: number, over: Partial<CaseFacts> = {}): CaseFacts => ({
  caseNo: `示检诉受[2026]${10_000_000 + n}号`,
  unifiedNo: `统${n}`,
  kind: '审查起诉',
  cause: '盗窃',
  unit: null,
  department: '第一检察部',
  handler_h: 'h:1',
  node: '审查',
  acceptedAt: '2026-11-02',
  assignedAt: '2026-11-03',
  startedAt: '2026-11-02',
  due: '2026-12-02',
  closedAt: null,
  outcome: null,
  coercion: '取保候审',
  custody: false,
  plea: true,
  juvenile: false,
  restricted: false,
  suspects: 1,
  ...over,
})
const known = (...all: (CaseFacts & Partial<KnownCase>)[]) =>
  new Map(all.map((one) => [one.caseNo, { seenMs: T, missed: 0, gone: null, ...one } as KnownCase]))
const diff = (
  before: ReadonlyMap<string, KnownCase>,
  rows: CaseFacts[],
  over: Partial<Parameters<typeof diffCases>[0]> = {},
) =>
  diffCases({
    known: before,
    rows,
    deleted: new Set(),
    present: new Set(),
    absent: new Set(),
    exportedMs: T + HOUR,
    maxVanish: 0.2,
    confirmed: false,
    ...over,
  })
const types = (verdict: Verdict): string[] =>
  verdict.what === 'hold' ? ['hold'] : verdict.changes.map(({ type }) => type)
const stateAfter = (before: ReadonlyMap<string, KnownCase>, verdict: Verdict): Map<string, KnownCase> =>
  new Map([...before, ...(verdict.what === 'hold' ? [] : verdict.known.map((one) => [one.caseNo, one] as const))])

describe('what an export changes', () => {
  const base = facts(1)
  it.each([
    // G10.10
    ['node', { node: '补充侦查' }, ['case.node_changed'], '审查', '补充侦查'],
    ['handler', { handler_h: 'h:2' }, ['case.handler_changed'], '第一检察部', '第一检察部'],
    ['department', { department: '第二检察部' }, ['case.handler_changed'], '第一检察部', '第二检察部'],
    ['due', { due: '2026-12-17' }, ['case.deadline_changed'], '2026-12-02', '2026-12-17'],
    ['closing', { closedAt: '2026-11-24', outcome: '起诉' }, ['case.closed'], '审查', '起诉'],
    ['sealing', { restricted: true, juvenile: true }, ['case.restricted'], undefined, undefined],
    ['a fact without an event of its own', { cause: '诈骗' }, ['case.snapshot'], undefined, undefined],
    ['custody', { custody: true, coercion: '逮捕' }, ['case.snapshot'], undefined, undefined],
    ['nothing', {}, [], undefined, undefined],
  ])('%s', (_, over, expected, from, to) => {
    const verdict = diff(known(base), [facts(1, over)])
    expect(types(verdict)).toEqual(expected)
    if (verdict.what === 'apply' && expected.length > 0)
      expect(verdict.changes[0]).toMatchObject({ ...(from ? { from } : {}), ...(to ? { to } : {}) })
  })

  it('node and deadline at once are two events, each with all facts', () => {
    const verdict = diff(known(base), [facts(1, { node: '延长', due: '2026-12-17' })])
    expect(types(verdict)).toEqual(['case.node_changed', 'case.deadline_changed'])
    if (verdict.what === 'apply') for (const { facts: all } of verdict.changes) expect(all.due).toBe('2026-12-17')
  })

  it('the first export is the office as it stands; a later new case is accepted and assigned', () => {
    expect(types(diff(known(), [facts(1), facts(2)]))).toEqual(['case.snapshot', 'case.snapshot'])
    expect(types(diff(known(base), [base, facts(2)]))).toEqual(['case.accepted', 'case.assigned'])
    expect(types(diff(known(base), [base, facts(2, { handler_h: null, assignedAt: null })]))).toEqual(['case.accepted'])
  })

  it('assignment later, reopening, coming back', () => {
    const fresh = facts(1, { handler_h: null, assignedAt: null })
    expect(types(diff(known(fresh), [base]))).toEqual(['case.assigned'])
    expect(types(diff(known(facts(1, { closedAt: '2026-11-20' })), [base]))).toEqual(['case.reopened'])
    expect(types(diff(known({ ...base, gone: 'missing' }), [base]))).toEqual(['case.snapshot'])
  })

  it('G10.11: two numbers under one 统一受案号 are two linked cases', () => {
    const verdict = diff(known(base), [base, facts(2, { unifiedNo: '统1' })])
    expect(types(verdict)).toEqual(['case.accepted', 'case.assigned'])
    if (verdict.what === 'apply') expect(verdict.changes[0]?.facts.unifiedNo).toBe('统1')
  })

  it('is told missing only after two exports in a row without it', () => {
    const ten = known(...Array.from({ length: 10 }, (_, n) => facts(n)))
    const nine = Array.from({ length: 9 }, (_, n) => facts(n))
    const first = diff(ten, nine)
    expect(types(first)).toEqual([])
    const second = diff(stateAfter(ten, first), nine, { exportedMs: T + 2 * HOUR })
    expect(types(second)).toEqual(['case.missing'])
    expect(types(diff(stateAfter(stateAfter(ten, first), second), nine, { exportedMs: T + 3 * HOUR }))).toEqual([])
  })

  it('a refused row has not vanished, a closed case may', () => {
    const cases = known(...Array.from({ length: 10 }, (_, n) => facts(n, n === 8 ? { closedAt: '2026-11-01' } : {})))
    const rows = Array.from({ length: 8 }, (_, n) => facts(n))
    const verdict = diff(cases, rows, { present: new Set([facts(9).caseNo]) })
    expect(verdict).toMatchObject({ what: 'apply', changes: [] })
    if (verdict.what === 'apply') expect(verdict.known.every(({ missed }) => missed === 0)).toBe(true)
  })

  it('G10.19: 30 % of yesterday is held; a person may confirm', () => {
    const hundred = known(...Array.from({ length: 100 }, (_, n) => facts(n)))
    const thirty = Array.from({ length: 30 }, (_, n) => facts(n))
    expect(diff(hundred, thirty)).toEqual({ what: 'hold', vanished: 70, open: 100 })
    expect(diff(hundred, thirty, { confirmed: true }).what).toBe('apply')
    expect(
      diff(
        hundred,
        Array.from({ length: 80 }, (_, n) => facts(n)),
      ).what,
    ).toBe('apply')
    expect(
      diff(
        hundred,
        Array.from({ length: 79 }, (_, n) => facts(n)),
      ).what,
    ).toBe('hold')
  })

  it('an export that is older than what is known changes nothing of it and misses nothing', () => {
    const ten = known(...Array.from({ length: 10 }, (_, n) => facts(n)))
    const verdict = diff(ten, [facts(1, { node: '受理' })], { exportedMs: T - HOUR })
    expect(verdict).toMatchObject({ what: 'apply', changes: [], known: [], older: 1 })
  })

  it('a column that the export lacks keeps what is known', () => {
    const told = facts(1, { outcome: null, cause: null, node: '补充侦查' })
    const verdict = diff(known(base), [told], { absent: new Set(['cause', 'outcome'] as const) })
    expect(types(verdict)).toEqual(['case.node_changed'])
    if (verdict.what === 'apply') expect(verdict.changes[0]?.facts.cause).toBe('盗窃')
  })

  it('G10.20: what is sealed once stays sealed', () => {
    const verdict = diff(known(facts(1, { restricted: true, juvenile: true })), [facts(1)])
    expect(verdict.what === 'apply' && verdict.known[0]?.restricted).toBe(true)
  })

  it('a deleted case is told once', () => {
    const verdict = diff(known(base, facts(2)), [facts(2)], { deleted: new Set([base.caseNo]) })
    expect(types(verdict)).toEqual(['case.deleted'])
    const again = diff(stateAfter(known(base, facts(2)), verdict), [facts(2)], { deleted: new Set([base.caseNo]) })
    expect(types(again)).toEqual([])
  })

  it('the same export a second time says nothing, whatever it holds', () => {
    const row = fc.record({
      n: fc.integer({ min: 0, max: 20 }),
      node: fc.constantFrom('受理', '审查', '归档'),
      due: fc.constantFrom(null, '2026-12-01', '2026-12-31'),
      closedAt: fc.constantFrom(null, '2026-11-20'),
      handler_h: fc.constantFrom(null, 'h:1', 'h:2'),
      restricted: fc.boolean(),
    })
    const sheet = fc.uniqueArray(row, { selector: ({ n }) => n, maxLength: 20 })
    fc.assert(
      fc.property(sheet, sheet, (first, second) => {
        const rows = (list: typeof first) => list.map(({ n, ...over }) => facts(n, over))
        let state = stateAfter(known(), diff(known(), rows(first), { confirmed: true }))
        const verdict = diff(state, rows(second), { confirmed: true, exportedMs: T + 2 * HOUR })
        state = stateAfter(state, verdict)
        const again = diff(state, rows(second), { confirmed: true, exportedMs: T + 2 * HOUR })
        expect(types(again).filter((type) => type !== 'case.missing')).toEqual([])
      }),
    )
  })

  it('lets no name out: the handler is hashed, title and suspects are not even there', () => {
    const row: CaseRow = { ...facts(1), handler: '张三', handlerNo: '10023', deleted: false } as unknown as CaseRow
    const text = JSON.stringify(toFacts({ ...row, juvenile: true }, (no) => `h:${no.length}`))
    expect(text).not.toMatch(/张三|10023/)
    expect(JSON.parse(text)).toMatchObject({ handler_h: 'h:5', restricted: true })
    expect(toFacts({ ...row, handlerNo: null }, (no) => `h:${no.length}`).handler_h).toBe('h:2')
    expect(toFacts({ ...row, handlerNo: null, handler: null }, () => 'x').handler_h).toBeNull()
  })
})
