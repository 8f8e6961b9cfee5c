import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  PETITION_COLOURS,
  type PetitionAct,
  type PetitionColour,
  type PetitionStep,
} from '../../contract/http/petitions.ts'
import { directionOf, replayMonth, type Turn } from '../../server/petitions/changes.ts'
import { duesOf, firstActionDue, firstReplies, nextMonths, type Reply } from '../../server/petitions/clocks.ts'
import { after, type Move, mayDo, replay, START, type Standing } from '../../server/petitions/flow.ts'
import { assess, below, checkFacts, colourOf, lowered, raised, rank } from '../../server/petitions/rules.ts'
import { bigrams, likeness, similarTo } from '../../server/petitions/similar.ts'
import { demoCalendar } from '../helpers/office.ts'
import { CALM, config, NOON } from './office.ts'

const rules = config.petitions
const book = { rules: config.deadlines, calendar: demoCalendar() }
const system = { lateReplies: 0, today: '2026-11-24' }
const colour = fc.constantFrom(...PETITION_COLOURS)

/** Facts, late replies, day, signals → points, colour by points, colour. */
const SITUATIONS: [string, object, object, string[], number, PetitionColour, PetitionColour][] = [
  ['a calm first letter', {}, {}, [], 0, 'green', 'green'],
  ['a complaint about a decision', { adverse: 'wholly' }, {}, ['first-complaint'], 10, 'green', 'blue'],
  ['a second visit', { visits: 2 }, {}, [], 8, 'green', 'yellow'],
  [
    'many visits, upset, poor',
    { visits: 8, emotion: 'upset', hardship: 'some', adverse: 'wholly' },
    {},
    [],
    43,
    'yellow',
    'yellow',
  ],
  ['five people', { people: 5 }, {}, [], 10, 'green', 'orange'],
  ['four people', { people: 4 }, {}, [], 5, 'green', 'green'],
  ['a threat to harm oneself', { emotion: 'threat-extreme' }, {}, ['self-harm'], 25, 'blue', 'red'],
  ['replies too late', {}, { lateReplies: 7 }, [], 10, 'green', 'green'],
  ['within a sensitive period', {}, { today: '2026-03-15' }, [], 10, 'green', 'green'],
  ['a day after it', {}, { today: '2026-03-16' }, [], 0, 'green', 'green'],
  [
    'everything at once',
    {
      visits: 99,
      people: 99,
      emotion: 'threat-extreme',
      escalated: 'beijing',
      publicity: 'burst',
      adverse: 'wholly',
      hardship: 'some',
    },
    { lateReplies: 9, today: '2026-10-01' },
    ['beijing-visit'],
    120,
    'red',
    'red',
  ],
]

describe('the five colours', () => {
  it.each(SITUATIONS)('%s', (_what, facts, over, signals, score, scored, computed) => {
    const result = assess(rules, { ...CALM, ...facts }, signals, { ...system, ...over })
    expect(result).toMatchObject({ score, scored, computed, rulesVersion: rules.version })
    expect(result.parts.reduce((sum, { points }) => sum + points, 0)).toBe(score)
    for (const { points, max, reason } of result.parts) {
      expect(points).toBeLessThanOrEqual(max)
      expect(reason).not.toBe('')
    }
  })
  it.each([
    [0, 'green'],
    [19, 'green'],
    [20, 'blue'],
    [39, 'blue'],
    [40, 'yellow'],
    [59, 'yellow'],
    [60, 'orange'],
    [79, 'orange'],
    [80, 'red'],
  ])('%i points are %s', (score, expected) => expect(colourOf(rules, score)).toBe(expected))
  it('says in Chinese which fact is missing or does not fit', () => {
    expect(checkFacts(rules, CALM, [])).toEqual([])
    const { visits: _visits, ...rest } = CALM
    const found = checkFacts(rules, { ...rest, emotion: 'rage', people: '3', 'overdue-reply': 1, ethnicity: 1 }, [
      'no-such',
    ])
    expect(found.map(({ path }) => path).sort()).toEqual(
      ['facts.emotion', 'facts.ethnicity', 'facts.overdue-reply', 'facts.people', 'facts.visits', 'signals.0'].sort(),
    )
  })
  it('more points never make a calmer colour', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (a, b) => {
        const [less, more] = a < b ? [a, b] : [b, a]
        expect(rank(colourOf(rules, more))).toBeGreaterThanOrEqual(rank(colourOf(rules, less)))
      }),
    )
  })
  it('an assessment never lowers; a step down is exactly one', () => {
    fc.assert(
      fc.property(fc.option(colour), colour, fc.option(colour, { nil: undefined }), (current, computed, byHand) => {
        const { to, mayLower } = raised(current, computed, byHand)
        expect(rank(to)).toBeGreaterThanOrEqual(rank(computed))
        if (current !== null) expect(rank(to)).toBeGreaterThanOrEqual(rank(current))
        if (mayLower) expect(to).toBe(current)
        const judged = lowered(current, byHand, { computed })
        if (judged.ok) {
          expect(current !== null && below(current)).toBe(judged.to)
          expect(rank(judged.to)).toBeGreaterThanOrEqual(rank(computed))
        }
      }),
    )
  })
})

/** Any steps that the flow lets through, with any outcome. */
const STEP_OF: Partial<Record<PetitionAct, PetitionStep>> = { downgrade: 'downgrade-proposed', close: 'close-proposed' }
type Wish = [PetitionAct | 'approve' | 'refuse', PetitionColour, 'done' | 'more' | 'unstable' | 'last']
const acts: Wish[0][] = [
  ...([
    'assess',
    'downgrade',
    'warn',
    'assign',
    'resolve',
    'feedback',
    'close',
    'revisit',
    'reopen',
    'archive',
  ] as const),
  ...(['reply', 'send', 'approve', 'approve', 'refuse'] as const),
]
const wishes = fc.array(
  fc.tuple(
    fc.constantFrom(...acts),
    colour,
    fc.constantFrom('done', 'more', 'unstable', 'last') as fc.Arbitrary<Wish[2]>,
  ),
  { maxLength: 60 },
)
function moveOf(standing: Standing, [act, wanted, outcome]: Wish): Move | null {
  const from = standing.colour
  if (act === 'approve' || act === 'refuse') {
    if (standing.pending === null) return null
    if (act === 'refuse') return { step: 'refused', from, to: from, outcome: null }
    if (standing.pending === 'close') return { step: 'close', from, to: from, outcome: null }
    const judged = lowered(from, undefined, null)
    return judged.ok ? { step: 'downgrade', from, to: judged.to, outcome: null } : null
  }
  if (!mayDo(standing, act)) return null
  const to = act === 'assess' ? raised(from, wanted, undefined).to : from
  return { step: STEP_OF[act] ?? (act as PetitionStep), from, to, outcome }
}

describe('the flow', () => {
  it('whatever is tried: no colour sinks two steps or without a proposal, history equals state', () => {
    fc.assert(
      fc.property(wishes, (list) => {
        let standing = START
        const moves: Move[] = []
        for (const wish of list) {
          const move = moveOf(standing, wish)
          if (!move) continue
          const before = standing
          standing = after(standing, move)
          moves.push(move)
          if (before.colour !== null && standing.colour !== null && rank(standing.colour) < rank(before.colour)) {
            expect(rank(before.colour) - rank(standing.colour)).toBe(1)
            expect(before.pending).toBe('downgrade')
          }
          if (before.open && !standing.open) expect(before).toMatchObject({ pending: 'close', colour: 'green' })
          if (standing.stage === 'archived') expect(standing.open).toBe(false)
        }
        expect(replay(moves)).toEqual(standing)
      }),
      { numRuns: 300 },
    )
  })
})

const day = fc
  .integer({ min: 0, max: 1500 })
  .map((n) => Temporal.PlainDate.from('2024-01-01').add({ days: n }).toString())
describe('the clocks', () => {
  it('no month is skipped, whoever looks however seldom', () => {
    fc.assert(
      fc.property(day, fc.array(fc.integer({ min: 1, max: 200 }), { maxLength: 8 }), (receivedOn, gaps) => {
        const start = firstReplies(book, rules, receivedOn)
        let seldom: Reply[] = start
        let today = Temporal.PlainDate.from(receivedOn)
        for (const gap of gaps) {
          today = today.add({ days: gap })
          seldom = [...seldom, ...nextMonths(book, rules, seldom, today.toString(), false)]
        }
        const once = [...start, ...nextMonths(book, rules, start, today.toString(), false)]
        expect(seldom).toEqual(once)
        const months = seldom.filter(({ kind }) => kind === 'monthly')
        expect(months.map(({ n }) => n)).toEqual(months.map((_, at) => at + 1))
        const last = seldom.at(-1)
        if (months.length > 0) expect(last && last.due >= today.toString()).toBe(true)
        months.slice(1).forEach((month, at) => {
          expect(month.due > (months[at]?.due ?? '')).toBe(true)
        })
      }),
      { numRuns: 60 },
    )
  })
  it.each([
    ['red', '2026-11-24T14:00'],
    ['orange', '2026-11-25T12:00'],
    ['yellow', '2026-11-26T12:00'],
    ['blue', '2026-11-28T00:00'],
    ['green', '2026-12-02T00:00'],
  ] as const)('%s asks for a first action until %s', (one, expected) => {
    const due = firstActionDue(book, rules, one, NOON)
    expect(
      Temporal.Instant.fromEpochMilliseconds(due)
        .toZonedDateTimeISO('Asia/Shanghai')
        .toPlainDateTime()
        .toString({ smallestUnit: 'minute' }),
    ).toBe(expected)
  })
  it('an hour clock is late by the minute, a day clock at 24:00', () => {
    const matter = {
      open: true,
      exempt: null,
      replies: firstReplies(book, rules, '2026-11-17'),
      firstActionDue: NOON,
      reviewDue: '2026-11-25',
      closedOn: null,
      revisits: [],
    }
    expect(duesOf(matter, NOON).map(({ id, overdue, daysLeft }) => [id, overdue, daysLeft])).toEqual([
      ['first-action', true, 0],
      ['procedural', false, 0],
      ['review', false, 1],
      ['substantive', false, 85],
    ])
    expect(duesOf(matter, NOON + 12 * 3_600_000).filter(({ overdue }) => overdue)).toHaveLength(2)
  })
})

describe('likeness', () => {
  it('is the same both ways, 1 for the same and 0 for nothing in common', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (a, b) => {
        const [x, y] = [bigrams(a), bigrams(b)]
        expect(likeness(x, y)).toBe(likeness(y, x))
        expect(likeness(x, y)).toBeGreaterThanOrEqual(0)
        expect(likeness(x, y)).toBeLessThanOrEqual(1)
        if (x.size > 0) expect(likeness(x, x)).toBe(1)
      }),
    )
  })
  it('puts the same case before the same contact before like words', () => {
    const other = { object: null, caseNo: null, phone: null }
    const one = {
      id: 'a',
      words: '不服不起诉决定，请求追究刑事责任',
      object: '城东派出所',
      caseNo: '示检刑诉受[2026]1号',
      phone: '1',
    }
    const found = similarTo(one, [
      one,
      { id: 'words', words: '不服不起诉决定，请求依法追究责任', ...other },
      { id: 'phone', words: '反映另一件事', ...other, phone: '1' },
      { id: 'case', words: '催问进展', ...other, caseNo: one.caseNo },
      { id: 'none', words: '咨询国家赔偿', ...other },
    ])
    expect(found.map(({ id }) => id)).toEqual(['case', 'phone', 'words'])
    expect(found[0]?.why).toEqual(['同一案件'])
  })
})

describe('the month told again', () => {
  it('ends every day with what the steps add up to', () => {
    const turn = fc.record({
      at: fc.integer({ min: NOON - 40 * 86_400_000, max: NOON }),
      petitionId: fc.constantFrom('a', 'b', 'c'),
      step: fc.constantFrom('assess', 'downgrade', 'close'),
      from: fc.option(colour),
      to: colour,
      reopens: fc.constant(false),
      text: fc.constant(''),
      by: fc.constant(''),
    }) as fc.Arbitrary<Turn>
    fc.assert(
      fc.property(fc.array(turn, { maxLength: 30 }), (list) => {
        const turns = list.toSorted((a, b) => a.at - b.at)
        const { days } = replayMonth('2026-11', turns, () => '城东', NOON)
        expect(days).toHaveLength(24)
        const open = new Map<string, string>()
        for (const one of turns) {
          if (one.step === 'close') open.delete(one.petitionId)
          else open.set(one.petitionId, one.to ?? '')
        }
        const end = days.at(-1)?.end
        expect(end && Object.values(end).reduce((sum, n) => sum + n, 0)).toBe(open.size)
        for (const each of days.flatMap(({ changes }) => changes)) expect(directionOf(each)).not.toBeNull()
      }),
      { numRuns: 60 },
    )
  })
})
