import { describe, expect, it } from 'vitest'
import { applyCaseEvent } from '../../server/cases/apply.ts'
import {
  byUrgency,
  type CaseRecord,
  caseState,
  classify,
  colourOf,
  daysLeft,
  daysWord,
  freshCase,
  isOverDetention,
} from '../../server/cases/rules.ts'
import { demoConfig } from '../helpers/office.ts'

const { flow } = demoConfig()
const today = Temporal.PlainDate.from('2026-11-24')
const record = (over: Partial<CaseRecord>): CaseRecord => ({
  ...freshCase('示检捕受[2026]14010000187号'),
  handlerNo: '10023',
  ...over,
})

describe('case rules', () => {
  it.each([
    ['审查逮捕', 'arrest-review', '刑事'],
    ['不捕复议', 'non-arrest-review', '刑事'],
    ['一审公诉', 'prosecution-review', '刑事'],
    ['民事生效裁判监督', 'civil-supervision', '民事'],
    ['行政公益诉讼', 'public-interest', '公益'],
    ['别的', 'other', '刑事'],
  ])('%s is %s', (name, kind, wing) => expect(classify(flow, name)).toEqual({ kind, wing }))

  // domain.md A.3 as configured: arrest ≤0 red, 1 orange, 2 yellow; prosecution ≤1, ≤3, ≤5.
  it.each([
    ['arrest-review', '2026-11-23', 'red'],
    ['arrest-review', '2026-11-24', 'red'],
    ['arrest-review', '2026-11-25', 'orange'],
    ['arrest-review', '2026-11-26', 'yellow'],
    ['arrest-review', '2026-11-27', 'green'],
    ['prosecution-review', '2026-11-25', 'red'],
    ['prosecution-review', '2026-11-27', 'orange'],
    ['prosecution-review', '2026-11-29', 'yellow'],
    ['prosecution-review', '2026-11-30', 'green'],
    ['unheard-of', '2026-12-01', 'yellow'],
  ])('%s due %s is %s', (kind, due, colour) => expect(colourOf(flow, record({ kind, due }), today)).toBe(colour))

  it('has no colour without a date', () => expect(colourOf(flow, record({}), today)).toBe(null))

  it('counts legal days over month and year ends', () => {
    expect(daysLeft('2026-12-01', today)).toBe(7)
    expect(daysLeft('2027-01-01', today)).toBe(38)
    expect(daysLeft('2028-03-01', Temporal.PlainDate.from('2028-02-28'))).toBe(2)
    expect([daysWord(0), daysWord(5), daysWord(-2)]).toEqual(['今日 24:00', '剩 5 日', '逾期 2 日'])
  })

  it('keeps over-detention its own thing', () => {
    expect(isOverDetention(record({ custody: true, due: '2026-11-23' }), today)).toBe(true)
    expect(isOverDetention(record({ custody: true, due: '2026-11-24' }), today)).toBe(false)
    expect(isOverDetention(record({ custody: false, due: '2026-11-01' }), today)).toBe(false)
    expect(isOverDetention(record({ custody: true, due: '2026-11-23', closed: '2026-11-22' }), today)).toBe(false)
  })

  it('sorts over-detention before everything, custody first, then days', () => {
    const due = (caseNo: string, custody: boolean, days: number, colour: 'red' | 'orange' | 'yellow' | 'green') => ({
      record: record({ caseNo, custody }),
      colour,
      days,
    })
    const list = [
      due('d', false, 0, 'red'),
      due('c', true, 5, 'yellow'),
      due('b', true, 0, 'red'),
      due('a', true, -1, 'red'),
    ]
    expect(list.sort(byUrgency).map((one) => one.record.caseNo)).toEqual(['a', 'b', 'c', 'd'])
  })
})

describe('case events', () => {
  const apply = (known: CaseRecord | undefined, type: string, at: number, data: Record<string, unknown>) =>
    applyCaseEvent(flow, known, { type, at, caseNo: '示检捕受[2026]1号', data })
  const accepted = apply(undefined, 'case.accepted', 1, {
    kind: '审查逮捕',
    department: '第一检察部',
    node: '受理',
    custody: true,
    acceptedAt: '2026-11-20',
    due: '2026-11-27',
  })

  it('keeps what an event does not carry and clears what it empties', () => {
    expect(accepted).toMatchObject({
      kind: 'arrest-review',
      custody: true,
      accepted: '2026-11-20',
      exportedDue: '2026-11-27',
    })
    expect(caseState(accepted)).toBe('unassigned')
    const assigned = apply(accepted, 'case.assigned', 2, { handlerNo: '10023', node: '分案' })
    expect(assigned).toMatchObject({ exportedDue: '2026-11-27', node: '分案', custody: true })
    expect(caseState(assigned)).toBe('open')
    expect(apply(assigned, 'case.deadline_changed', 3, { due: null }).exportedDue).toBe(null)
  })
  it('closes, reopens, goes missing and comes back', () => {
    const closed = apply(accepted, 'case.closed', 4, { closedAt: '2026-11-24', outcome: '批准逮捕' })
    expect(caseState(closed)).toBe('closed')
    expect(caseState(apply(closed, 'case.reopened', 5, {}))).toBe('unassigned')
    expect(caseState(apply(accepted, 'case.missing', 4, {}))).toBe('closed')
    expect(apply(apply(accepted, 'case.missing', 4, {}), 'case.snapshot', 5, {}).gone).toBe(null)
  })
  it('is not turned back by late data, nor fooled by dates that do not exist', () => {
    const later = apply(accepted, 'case.node_changed', 9, { node: '审批' })
    expect(apply(later, 'case.node_changed', 3, { node: '阅卷' }).node).toBe('审批')
    expect(apply(accepted, 'case.deadline_changed', 9, { due: '2026-02-30' }).exportedDue).toBe(null)
  })
  it('stays sealed once it was', () => {
    const sealed = apply(accepted, 'case.snapshot', 2, { juvenile: true })
    expect(apply(sealed, 'case.snapshot', 3, { juvenile: false }).restricted).toBe(true)
  })
})
