import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FindingStage, MONITORING_GROUP_IDS, type MonitoringGroup } from '../../contract/monitoring.ts'
import { type Counted, monthReport, monthsBack } from '../../server/monitoring/report.ts'

const one = (day: string, check = 'time.overdue', stage: FindingStage = 'corrected'): Counted => ({
  day,
  check,
  stage,
  group: (check.startsWith('time') ? 'TIME_LIMIT' : 'RIGHTS') as MonitoringGroup,
})
const report = (findings: Counted[], since = '2025-01', lived = since) =>
  monthReport('2026-11', findings, [], since, lived)

describe('the monthly report', () => {
  it('compares with the own past only', () => {
    const found = report([
      one('2026-11-03'),
      one('2026-11-30'),
      one('2026-10-01'),
      one('2025-11-30'),
      one('2025-10-31'),
    ])
    // 2 in the 12 months before: 10-01 and 2025-11-30; a year and a month ago is another year.
    expect(found).toMatchObject({ total: 2, before: 0.2 })
    expect(found.checks).toEqual([
      { check: 'time.overdue', group: 'TIME_LIMIT', count: 2, previous: 1, repeated: true },
    ])
  })
  it('says unknown, not 0, for months before monitoring', () => {
    const found = report([one('2026-11-03')], '2026-10')
    expect(found.before).toBe(0)
    expect(found.trend.map(({ count }) => count)).toEqual([...Array(10).fill(null), 0, 1])
    expect(report([one('2026-11-03')], '2026-11').before).toBeNull()
    // Months that know concluded cases only are no measure.
    const young = report([one('2026-11-03'), one('2026-10-03')], '2025-11', '2026-11')
    expect(young.before).toBeNull()
    expect(young.trend.at(-2)).toEqual({ month: '2026-10', count: 1, recorded: true })
  })
  it('names what was no problem beside the count', () => {
    const found = report([one('2026-11-03'), one('2026-11-04', 'time.overdue', 'dismissed')])
    expect(found).toMatchObject({ total: 1, handled: { corrected: 1, dismissed: 1, open: 0 } })
  })
  it('counts answers in the month in which they were due', () => {
    const due = (day: string, inTime: boolean | null) => ({
      issuedDay: '2026-10-25',
      due: day,
      inTime,
      stage: 'noticed' as const,
    })
    const { notices } = monthReport(
      '2026-11',
      [],
      [due('2026-11-04', true), due('2026-11-05', false), due('2026-11-20', null), due('2026-12-01', true)],
      '2026-01',
      '2026-01',
    )
    expect(notices).toEqual({ issued: 0, due: 3, inTime: 1, late: 1, waiting: 1, corrected: 0 })
  })
  it('keeps groups in the order of the regulation, whatever the counts', () => {
    const found = report([one('2026-11-03', 'rights.notice'), one('2026-11-03'), one('2026-11-04')])
    expect(found.groups.map(({ group }) => group)).toEqual(MONITORING_GROUP_IDS)
    expect(found.groups.reduce((sum, { count }) => sum + count, 0)).toBe(found.total)
  })
  it('adds up', () => {
    const day = fc
      .integer({ min: 0, max: 700 })
      .map((n) => Temporal.PlainDate.from('2025-01-01').add({ days: n }).toString())
    const finding = fc.record({
      day,
      check: fc.constantFrom('time.overdue', 'rights.notice'),
      stage: fc.constantFrom<FindingStage>('found', 'corrected', 'dismissed', 'recorded', 'noticed', 'handed-over'),
      group: fc.constantFrom<MonitoringGroup>(...MONITORING_GROUP_IDS),
    })
    fc.assert(
      fc.property(fc.array(finding, { maxLength: 60 }), (findings) => {
        const found = report(findings)
        const { corrected, open, recorded } = found.handled
        const handed = findings.filter(({ day, stage }) => day.startsWith('2026-11') && stage === 'handed-over').length
        expect(corrected + open + recorded + handed).toBe(found.total)
        expect(found.trend.at(-1)?.count).toBe(found.total)
        expect(found.groups.reduce((sum, { count }) => sum + count, 0)).toBe(found.total)
      }),
    )
  })
  it('walks months over the turn of the year', () => {
    expect(monthsBack('2026-02', 4)).toEqual(['2025-11', '2025-12', '2026-01', '2026-02'])
  })
})
