import { describe, expect, it } from 'vitest'
import { quarterStart, zeroStatus } from '../../server/security/zeros/rules.ts'

const today = Temporal.PlainDate.from('2026-11-24')
describe('三零', () => {
  it.each([
    [['2026-07-19'], '2024-01-01', 128, 'met'],
    [['2025-03-23', '2024-01-02'], '2024-01-01', 611, 'met'],
    [['2026-10-01'], '2024-01-01', 54, 'unmet'],
    [[], '2026-01-01', 327, 'met'],
    [['2027-01-01'], '2026-11-24', 0, 'met'],
    [[], '2027-01-01', null, 'unknown'],
  ] as [string[], string, number | null, string][])('%j since %s → %s days, %s', (facts, since, days, status) => {
    expect(
      zeroStatus(
        facts.map((date) => ({ date, veto: null })),
        since,
        today,
      ),
    ).toMatchObject({ days, status })
  })
  it('knows the quarters', () => {
    expect(quarterStart(today).toString()).toBe('2026-10-01')
    expect(quarterStart(Temporal.PlainDate.from('2026-03-31')).toString()).toBe('2026-01-01')
  })
})
