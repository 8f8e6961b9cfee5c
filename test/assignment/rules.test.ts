import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { drawNumber, pickWinner, totalTickets } from '../../contract/draw.ts'
import {
  chiSquare,
  chiSquareTail,
  compare,
  fairness,
  fairnessSentence,
  runsTest,
} from '../../server/assignment/fairness.ts'
import { absenceCredit, exclusion, freezePool, type Member } from '../../server/assignment/rules.ts'
import { demoConfig } from '../helpers/office.ts'

const rules = demoConfig().assignment
const member = (over: Partial<Member> = {}): Member => ({
  id: 'p07',
  department: 'd1',
  cap: 100,
  suspended: false,
  taskForceUntil: null,
  specialities: [],
  leave: [],
  recused: new Set(),
  load: 0,
  ...over,
})
const candidate = { caseId: 'c1', kind: 'prosecution-review' }
const today = '2026-11-24'

describe('who may be drawn', () => {
  it.each([
    ['anybody of the department', {}, undefined],
    ['suspended', { suspended: true }, 'suspended'],
    ['another speciality', { department: 'd3' }, 'ineligible-type'],
    ['recused', { recused: new Set(['c1']) }, 'recusal'],
    ['recused from another case', { recused: new Set(['c2']) }, undefined],
    ['on leave, last day', { leave: [{ from: '2026-11-20', to: '2026-11-24' }] }, 'leave'],
    ['back from leave', { leave: [{ from: '2026-11-20', to: '2026-11-23' }] }, undefined],
    ['on a task force', { taskForceUntil: '2026-11-24' }, 'task-force'],
    ['task force over', { taskForceUntil: '2026-11-23' }, undefined],
  ])('%s → %3$s', (_name, over, reason) => expect(exclusion(rules, member(over), candidate, today)).toBe(reason))

  it('freezes the pool in byte order, everybody else with a reason', () => {
    const frozen = freezePool(
      rules,
      [member({ id: 'p10' }), member({ id: 'p09' }), member({ id: 'p08', suspended: true })],
      candidate,
      today,
    )
    expect(frozen.pool.map(({ id }) => id)).toEqual(['p09', 'p10'])
    expect(frozen.excluded).toEqual([{ id: 'p08', reason: 'suspended' }])
  })

  it('never draws a recused or absent person, whatever the number', async () => {
    const people = fc.array(
      fc.record({
        away: fc.boolean(),
        recused: fc.boolean(),
        load: fc.integer({ min: 0, max: 100_000 }),
        cap: fc.integer({ min: 1, max: 100 }),
      }),
      { minLength: 1, maxLength: 12 },
    )
    await fc.assert(
      fc.asyncProperty(people, fc.integer({ min: 0, max: 2 ** 30 }), async (made, seed) => {
        const members = made.map((one, at) =>
          member({
            id: `p${at}`,
            load: one.load,
            cap: one.cap,
            recused: new Set(one.recused ? ['c1'] : []),
            leave: one.away ? [{ from: today, to: today }] : [],
          }),
        )
        const { pool, excluded } = freezePool(rules, members, candidate, today)
        expect(pool.length + excluded.length).toBe(members.length)
        if (pool.length === 0) return
        const { r } = await drawNumber(seed.toString(16).padStart(64, '0'), totalTickets(pool))
        const winner = members.find(({ id }) => id === pickWinner(pool, r))
        expect(winner?.recused.has('c1')).toBe(false)
        expect(winner?.leave).toEqual([])
      }),
    )
  })
})

describe('absence is neither rewarded nor punished', () => {
  it.each([
    [6000, [100, 100, 100], 100, 2000],
    [6000, [100, 50], 50, 2000],
    [1000, [], 100, 0],
    [0, [100], 100, 0],
    [1001, [100, 100, 100], 100, 333],
  ])('given %i to caps %j, own cap %i → %i', (given, caps, cap, credit) =>
    expect(absenceCredit(given, caps, cap)).toBe(credit),
  )
  it('a month away leaves the load near to that of the present, in simulated draws', async () => {
    const loads = new Map([
      ['p1', 0],
      ['p2', 0],
      ['p3', 0],
      ['p4', 0],
    ])
    for (let day = 0; day < 120; day++) {
      const away = day < 30
      const present = [...loads.keys()].filter((id) => !(away && id === 'p4'))
      let given = 0
      for (let n = 0; n < 3; n++) {
        const { pool } = freezePool(
          rules,
          present.map((id) => member({ id, load: loads.get(id) ?? 0 })),
          candidate,
          today,
        )
        const { r } = await drawNumber((day * 3 + n + 1).toString(16).padStart(64, '0'), totalTickets(pool))
        const winner = pickWinner(pool, r)
        loads.set(winner, (loads.get(winner) ?? 0) + 1000)
        given += 1000
      }
      if (away)
        loads.set(
          'p4',
          (loads.get('p4') ?? 0) +
            absenceCredit(
              given,
              present.map(() => 100),
              100,
            ),
        )
    }
    const [least = 0, , , most = 0] = [...loads.values()].sort((a, b) => a - b)
    expect(most / least).toBeLessThan(1.25)
  })
})

describe('fairness statistics', () => {
  // Table values of the chi-square distribution.
  it.each([
    [3.841, 1, 0.05],
    [18.307, 10, 0.05],
    [6.635, 1, 0.01],
    [124.342, 100, 0.05],
    [0.0158, 1, 0.9],
  ])('P(χ² > %f | %i) = %f', (x, degrees, p) => expect(chiSquareTail(x, degrees)).toBeCloseTo(p, 3))

  it('100,000 simulated draws match the ticket shares, with no bias by list position', async () => {
    const everybody = [0, 3000, 9000, 9000, 20_000, 400].map((load, at) =>
      member({ id: `p${at}`, load, cap: at === 2 ? 50 : 100 }),
    )
    // Other pools now and then, so that a place in the list is not always the same person's.
    const pools = [everybody, everybody.slice(1), everybody.filter(({ id }) => id !== 'p3')].map(
      (members) => freezePool(rules, members, candidate, today).pool,
    )
    const draws = []
    for (let n = 0; n < 100_000; n++) {
      const pool = pools[n % 3] ?? []
      // A full seed each: the hash inside drawNumber does the mixing.
      const { r } = await drawNumber((BigInt(n) + 1n).toString(16).padStart(64, '0'), totalTickets(pool))
      draws.push({ pool, winner: pickWinner(pool, r), weekday: (n % 5) + 1, requestedBy: n % 2 ? 'a' : 'b' })
    }
    const { p } = chiSquare([...compare(draws, (_draw, one) => one.id).values()])
    const positions = chiSquare([...compare(draws, (_draw, _one, position) => String(position)).values()])
    const runs = runsTest(draws)
    process.stdout.write(`100,000 draws: chi-square p by member ${p?.toFixed(3)}, by list position `)
    process.stdout.write(`${positions.p?.toFixed(3)}, runs ${runs?.toFixed(3)}\n`)
    expect(p).toBeGreaterThan(0.001)
    expect(positions.p).toBeGreaterThan(0.001)
    expect(runs).toBeGreaterThan(0.001)
  }, 60_000)

  it('finds a draw that always takes the first of the list', () => {
    const pool = ['a', 'b', 'c', 'd'].map((id) => ({ id, tickets: 100 }))
    const fair = fairness(Array.from({ length: 100 }, () => ({ pool, winner: 'a', weekday: 1, requestedBy: 'x' })))
    expect(fair.members.p).toBeLessThan(0.001)
    expect(fair.sentence).toContain('异常')
  })
  it('says so when there is too little to judge', () => {
    expect(fairness([]).sentence).toContain('数量不足')
    expect(fairnessSentence(200, 0.43)).toBe('最近 200 次：偏差在正常范围，p=0.43')
    expect(runsTest([])).toBe(null)
  })
})
