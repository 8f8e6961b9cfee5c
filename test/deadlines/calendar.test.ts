import { describe, expect, it } from 'vitest'
import { workCalendar } from '../../config/workdays.ts'

const basis = { version: '1', effective_from: '2020-01-01', legal_basis: '通知' }
const calendar = (years: { year: number; off: string[]; work: string[] }[] = []) =>
  workCalendar({ index: { ...basis, coveredYears: [2025, 2026] }, years: years.map((year) => ({ ...basis, ...year })) })
const isWorkday = (day: string, years?: Parameters<typeof calendar>[0]) =>
  calendar(years).isWorkday(Temporal.PlainDate.from(day))

describe('work calendar', () => {
  it.each([
    ['2025-01-26', true],
    ['2025-01-28', false],
    ['2025-02-04', false],
    ['2025-02-05', true],
    ['2025-02-08', true],
    ['2025-02-09', false],
    ['2025-10-01', false],
    ['2025-10-08', false],
    ['2025-10-11', true],
    ['2026-01-04', true],
    ['2026-02-14', true],
    ['2026-02-23', false],
    ['2026-02-28', true],
    ['2026-10-07', false],
    ['2026-10-10', true],
    ['2026-11-21', false],
    ['2026-11-24', true],
  ])('%s is a workday: %s', (day, expected) => expect(isWorkday(day)).toBe(expected))
  it('lets the office override what is published', () => {
    expect(isWorkday('2026-11-24', [{ year: 2026, off: ['2026-11-24'], work: [] }])).toBe(false)
    expect(isWorkday('2026-10-01', [{ year: 2026, off: [], work: ['2026-10-01'] }])).toBe(true)
    expect(isWorkday('2027-01-01', [{ year: 2027, off: ['2027-01-01'], work: [] }])).toBe(false)
  })
  it('knows what it does not know', () => {
    expect(calendar().covers(2027)).toBe(false)
    expect(calendar([{ year: 2027, off: [], work: [] }]).covers(2027)).toBe(true)
  })
})
