import { describe, expect, it } from 'vitest'
import { actOfDue, actOfNode, clocksOf, reckonClock } from '../../server/cases/clocks.ts'
import { isFarOff, nextDay, reached, stepsOf } from '../../server/cases/ladder.ts'
import { bandOfKind, type CaseRecord, classify, freshCase } from '../../server/cases/rules.ts'
import type { DeadlineEvent } from '../../server/deadlines/rules.ts'
import { demoCalendar, demoConfig } from '../helpers/office.ts'

const { clocks, deadlines, flow } = demoConfig()
const book = { rules: deadlines, calendar: demoCalendar() }
const record = (typeName: string, over: Partial<CaseRecord> = {}): CaseRecord => ({
  ...freshCase('示检刑诉受[2026]14999900001号'),
  ...classify(flow, typeName),
  typeName,
  accepted: '2026-10-20',
  ...over,
})
const reckon = (one: CaseRecord, acts: DeadlineEvent[] = []) => {
  const [main] = clocksOf(clocks, one, acts)
  if (!main) throw new Error('no clock')
  return { ...main, ...reckonClock(book, main, one, acts) }
}

describe('which limit runs', () => {
  it.each([
    ['审查逮捕', { custody: true }, '审查逮捕', 'arrest-review.custody', '2026-10-27'],
    ['审查逮捕', { custody: false }, '审查逮捕', 'arrest-review.bail', '2026-11-04'],
    ['审查逮捕（重大、复杂）', { custody: false }, '审查逮捕', 'arrest-review.bail-complex', '2026-11-09'],
    ['审查起诉', { custody: true }, '审查起诉', 'prosecution-review.ordinary', '2026-11-20'],
    ['审查起诉（速裁）', { custody: true }, '审查起诉', 'prosecution-review.fast-track', '2026-10-30'],
    ['审查起诉（速裁，一年以上）', {}, '审查起诉', 'prosecution-review.fast-track-over-1y', '2026-11-04'],
    ['不捕复议', {}, '不捕复议', 'non-arrest.reconsideration', '2026-10-27'],
    ['不捕复核', {}, '不捕复核', 'non-arrest.higher-review', '2026-11-04'],
    ['羁押必要性审查', { custody: true }, '羁押必要性审查', 'custody-necessity', '2026-11-03'],
    ['判决审查', {}, '判决审查', 'judgment-review', '2026-10-30'],
    ['裁定审查', {}, '裁定审查', 'ruling-review', '2026-10-26'],
    ['控告申诉信访', {}, '信访答复', 'petition.substantive-reply', '2027-01-20'],
    ['民事诉讼监督', {}, '民事诉讼监督', 'civil-supervision', '2027-01-20'],
  ])('%s %j: %s by %s until %s', (type, over, name, rule, due) => {
    expect(reckon(record(type, over))).toMatchObject({ name, rule, main: true, due, problem: null, run: 1 })
  })
  it('takes the export’s day, and says so, where we have no rule', () => {
    const told = reckon(record('立案监督', { exportedDue: '2026-12-01' }))
    expect(told).toMatchObject({ rule: null, due: '2026-12-01' })
    expect(told.problem).toContain('业务系统导出')
  })
  it('has none in a case that is concluded or gone', () => {
    expect(clocksOf(clocks, record('审查起诉', { closed: '2026-11-01' }), [])).toEqual([])
    expect(clocksOf(clocks, record('审查起诉', { gone: 'missing' }), [])).toEqual([])
  })
  it('says what is missing when it cannot reckon, and never stops', () => {
    const told = reckon(record('审查起诉', { exportedDue: '2026-11-20' }), [{ type: 'resubmit', on: '2026-10-25' }])
    expect(told.due).toBe('2026-11-20')
    expect(told.problem).toContain('没有退回补充侦查')
    expect(reckon(record('审查起诉', { accepted: null })).problem).toContain('缺起算日')
  })
})

describe('退回补充侦查 of a real case', () => {
  const ret: DeadlineEvent = { type: 'return', on: '2026-11-10' }
  const back: DeadlineEvent = { type: 'resubmit', on: '2026-12-01' }
  it('stops the review and runs the month of the supplement', () => {
    const one = record('审查起诉', { node: '退回补充侦查', custody: true })
    const all = clocksOf(clocks, one, [ret]).map((spec) => ({ ...spec, ...reckonClock(book, spec, one, [ret]) }))
    expect(all.map(({ name, due }) => [name, due])).toEqual([
      ['审查起诉', null],
      ['补充侦查', '2026-12-10'],
    ])
    expect(all[0]?.stopped).toMatchObject({ by: 'return', since: '2026-11-10' })
  })
  it('begins a new run on resubmission', () => {
    expect(reckon(record('审查起诉', { node: '重新移送', custody: true }), [ret, back])).toMatchObject({
      run: 2,
      due: '2027-01-01',
      provisional: true,
    })
  })
  it('reads both from the node, on the day that the export names', () => {
    const at = Temporal.Instant.from('2026-11-12T10:00:00+08:00').epochMilliseconds
    const before = record('审查起诉', { node: '讯问' })
    const away = { ...before, node: '退回补充侦查', started: '2026-11-10' }
    expect(actOfNode(clocks, before, away, at)).toMatchObject({ type: 'return', on: '2026-11-10' })
    expect(actOfNode(clocks, before, { ...away, started: null }, at)).toMatchObject({ on: '2026-11-12' })
    expect(actOfNode(clocks, away, away, at)).toBe(null)
    expect(actOfNode(clocks, undefined, { ...away, started: null }, at)?.note).toContain('请核对')
    expect(actOfNode(clocks, before, { ...before, node: '阅卷' }, at)).toBe(null)
  })
  it('starts from the export’s 起算日 where the return lies before our time', () => {
    const told = reckon(record('审查起诉', { started: '2026-11-05', node: '审查报告', custody: true }))
    expect(told).toMatchObject({ start: '2026-11-05', startedByExport: true, due: '2026-12-05' })
    expect(told.ledger[0]?.what).toContain('起算日取自业务系统导出')
  })
})

describe('what the export’s day tells', () => {
  const told = (one: CaseRecord, acts: DeadlineEvent[] = []) => {
    const [main] = clocksOf(clocks, one, acts)
    return main ? actOfDue(book, main, one, acts, '2026-11-18') : null
  }
  it('is an extension when it fits one to the day, and nothing otherwise', () => {
    const custody = record('审查起诉', { custody: true, exportedDue: '2026-12-05' })
    expect(told(custody)).toMatchObject({ type: 'extend', on: '2026-11-18' })
    // Out of custody the same end is a Saturday and rolls.
    expect(told({ ...custody, custody: false })).toBe(null)
    expect(told({ ...custody, custody: false, exportedDue: '2026-12-07' })).toMatchObject({ type: 'extend' })
    expect(told({ ...custody, exportedDue: '2026-12-06' })).toBe(null)
    expect(told({ ...custody, exportedDue: '2026-11-20' })).toBe(null)
    expect(told(custody, [{ type: 'extend', on: '2026-11-17' }])).toBe(null)
    expect(told(record('审查逮捕', { custody: true, exportedDue: '2026-11-11' }))).toBe(null)
  })
})

describe('the ladder of A.3', () => {
  const ladder = (kind: string, custody: boolean) => {
    const band = bandOfKind(flow, kind)
    if (!band) throw new Error(kind)
    return stepsOf(band, custody)
  }
  it.each([
    ['arrest-review', true, 3, []],
    ['arrest-review', true, 2, ['yellow']],
    ['arrest-review', true, 1, ['yellow', 'orange']],
    ['arrest-review', true, 0, ['yellow', 'orange', 'last-day']],
    ['arrest-review', true, -1, ['yellow', 'orange', 'last-day', 'over-detention']],
    ['arrest-review', false, 0, ['yellow', 'orange', 'red']],
    ['arrest-review', false, -1, ['yellow', 'orange', 'red', 'overdue']],
    ['prosecution-review', true, 5, ['yellow']],
    ['prosecution-review', true, 3, ['yellow', 'orange']],
    ['prosecution-review', true, 1, ['yellow', 'orange', 'red']],
    ['prosecution-review', true, 0, ['yellow', 'orange', 'red', 'last-day']],
    ['prosecution-review', false, -30, ['yellow', 'orange', 'red', 'overdue']],
    ['civil-supervision', false, 15, ['yellow']],
    ['civil-supervision', false, 5, ['yellow', 'orange']],
  ] as const)('%s in custody %s with %i days left: %j', (kind, custody, days, rungs) => {
    expect(reached(ladder(kind, custody), days)).toEqual(rungs)
  })
  it('names the day of the next rung', () => {
    const steps = ladder('prosecution-review', true)
    expect(nextDay(steps, '2026-12-31', 20)).toBe('2026-12-26')
    expect(nextDay(steps, '2026-12-31', 5)).toBe('2026-12-28')
    expect(nextDay(steps, '2026-12-31', 0)).toBe('2027-01-01')
    expect(nextDay(steps, '2026-12-31', -1)).toBe(null)
  })
  it('withdraws for a clock set back by more than a day only', () => {
    const steps = ladder('prosecution-review', false)
    expect([1, 2, 3].map((days) => isFarOff(steps, 'red', days))).toEqual([false, false, true])
    expect([-1, 0, 1].map((days) => isFarOff(steps, 'overdue', days))).toEqual([false, false, true])
  })
})
