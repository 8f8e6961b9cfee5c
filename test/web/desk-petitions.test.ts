import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PETITION_COLOURS } from '../../contract/http/petitions.ts'
import { startingFacts } from '../../web/desk/petitions/facts.ts'
import { type PetitionFilter, readFilter, serverFilter, writeFilter } from '../../web/desk/petitions/filter.ts'
import { areaOn, directionOf, isMonth, monthName, shiftMonth, sum } from '../../web/desk/petitions/months.ts'

describe('the filter of matters', () => {
  const text = fc.stringMatching(/^[a-z0-9\u4e00-\u9fa5]{0,20}$/)
  const filters: fc.Arbitrary<PetitionFilter> = fc.record({
    state: fc.constantFrom('open', 'closed', 'all'),
    colour: fc.constantFrom('', 'none', ...PETITION_COLOURS),
    stage: fc.constantFrom('', 'assess', 'revisit'),
    channel: fc.constantFrom('', 'visit', '12309'),
    department: text,
    overdue: fc.boolean(),
    q: text,
    after: text,
  })
  it('comes back from the address as it went in', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(readFilter(writeFilter(filter))).toEqual(filter)
      }),
    )
  })
  it('leaves out what nobody knows, and asks the server for the usual when nothing is said', () => {
    expect(readFilter({ colour: 'pink', stage: 'x', channel: 'fax', state: 'y', overdue: '1' })).toMatchObject({
      colour: '',
      stage: '',
      channel: '',
      state: 'open',
      overdue: false,
    })
    expect(writeFilter(readFilter({}))).toEqual({})
    expect(serverFilter(readFilter({ after: 'c1', q: '噪声' }))).toEqual({ state: 'open', q: '噪声', cursor: 'c1' })
  })
})

describe('the form of an assessment', () => {
  const parts = [
    { id: 'visits', name: '次数', max: 20, ask: 'count' as const, unit: '次', levels: [] },
    { id: 'people', name: '人数', max: 15, ask: 'count' as const, unit: '人', levels: [] },
    {
      id: 'emotion',
      name: '情绪',
      max: 25,
      ask: 'level' as const,
      unit: null,
      levels: [
        { id: 'calm', name: '平稳', points: 0 },
        { id: 'upset', name: '激动', points: 8 },
      ],
    },
    { id: 'overdue-reply', name: '逾期', max: 10, ask: 'system' as const, unit: null, levels: [] },
  ]
  const assessment = (reasons: Record<string, string>) => ({
    score: 0,
    scored: 'green' as const,
    computed: 'green' as const,
    parts: Object.entries(reasons).map(([id, reason]) => ({ id, name: id, points: 0, max: 9, reason })),
    hard: [],
    rulesVersion: '1',
    by: '某',
    at: 0,
  })
  it('starts from the last answers, else from the calmest', () => {
    expect(startingFacts(parts, null, 8)).toEqual({ visits: 1, people: 8, emotion: 'calm' })
    const last = assessment({ visits: '3 次，达到 3 次', people: '12 人，达到 5 人', emotion: '激动' })
    expect(startingFacts(parts, last, 8)).toEqual({ visits: 3, people: 12, emotion: 'upset' })
    expect(startingFacts(parts, assessment({ visits: '未填', emotion: '别的' }), 2)).toEqual({
      visits: 1,
      people: 2,
      emotion: 'calm',
    })
  })
})

describe('the month that is replayed', () => {
  it('turns over the year', () => {
    expect(shiftMonth('2026-12', 1)).toBe('2027-01')
    expect(shiftMonth('2026-01', -1)).toBe('2025-12')
    expect(monthName('2026-03')).toBe('2026年3月')
    expect([isMonth('2026-13'), isMonth('2026-1'), isMonth(['2026-10']), isMonth('2026-10')]).toEqual([
      false,
      false,
      false,
      true,
    ])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: -40, max: 40 }), (number, by) => {
        const month = `2026-${String(number).padStart(2, '0')}`
        expect(shiftMonth(shiftMonth(month, by), -by)).toBe(month)
      }),
    )
  })
  it('names each change and sums a day', () => {
    expect(directionOf({ from: null, to: 'blue' })).toBe('first')
    expect(directionOf({ from: 'blue', to: 'red' })).toBe('up')
    expect(directionOf({ from: 'red', to: 'orange' })).toBe('down')
    expect(directionOf({ from: 'green', to: null })).toBe('closed')
    expect(sum({ green: 1, blue: 2, yellow: 3, orange: 4, red: 5 })).toBe(15)
    expect(areaOn(undefined, '城关')).toBeNull()
  })
})
