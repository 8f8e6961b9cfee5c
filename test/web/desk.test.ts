import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { ChainEntry } from '../../contract/chain.ts'
import { Committed } from '../../contract/draw.ts'
import { ALERT_STATES, type AlertItem } from '../../contract/panels/alerts.ts'
import { ALERT_FILTERS, filterAlerts, foldText } from '../../web/desk/alerts/filter.ts'
import { ApiError, address } from '../../web/desk/api.ts'
import { timeline } from '../../web/desk/cases/timeline.ts'
import { nonceFor } from '../../web/desk/draws/nonce.ts'
import { candidates, drawnAt } from '../../web/desk/draws/tickets.ts'
import { recompute } from '../../web/desk/draws/verify.ts'
import { chanceBars } from '../../web/wall/panels/chance.ts'
import { foldReasons, pWords } from '../../web/wall/panels/reasons.ts'
import vector from '../fixtures/draw-vector.json' with { type: 'json' }
import { alert, CUSTODY, HALL, PROPERTY } from '../pictures/fixtures/alerts.ts'

const entries = vector.entries as unknown as ChainEntry[]

describe('the filter above the list of alerts', () => {
  const all: AlertItem[] = [
    CUSTODY,
    PROPERTY,
    HALL,
    alert({ id: 'calm', title: '已关', firstAt: 0, severity: 'critical', state: 'normal' }),
  ]
  it('keeps order and takes what its word says', () => {
    expect(filterAlerts(all, 'open', '')).toEqual(all)
    for (const [key, state] of [
      ['unacknowledged', 'unacknowledged'],
      ['returned', 'returned-unacknowledged'],
      ['normal', 'normal'],
    ] as const)
      expect(filterAlerts(all, key, '')).toEqual(all.filter((one) => one.state === state))
  })
  it('calls urgent only what is not over', () => {
    expect(filterAlerts(all, 'urgent', '').map(({ id }) => id)).not.toContain('calm')
    expect(filterAlerts(all, 'urgent', '')).toContain(PROPERTY)
  })
  it('finds case numbers whatever the brackets, width and case', () => {
    expect(new Set(['示检捕〔2026〕187号', '示检捕[2026]187号', '示检捕【２０２６】187 号'].map(foldText)).size).toBe(1)
    const found = filterAlerts(
      [alert({ id: 'a', title: '示检捕〔2026〕187号 今日届满', firstAt: 0 })],
      'open',
      '［2026］187',
    )
    expect(found).toHaveLength(1)
    expect(filterAlerts(all, 'open', '没有这样的告警')).toEqual([])
  })
  it('never invents an alert', () => {
    const anyItem = fc
      .constantFrom(...ALERT_STATES)
      .map((state) => alert({ id: state, title: state, firstAt: 0, state }))
    fc.assert(
      fc.property(
        fc.array(anyItem),
        fc.constantFrom(...ALERT_FILTERS.map(({ key }) => key)),
        fc.string(),
        (list, key, query) => {
          for (const one of filterAlerts(list, key, query)) expect(list).toContain(one)
        },
      ),
    )
  })
})

describe('the address of a call', () => {
  it('fills parameters and leaves out what is not asked', () => {
    expect(address('/alerts/{id}/close', { id: 'A/1 号' }, undefined)).toBe('/api/v1/alerts/A%2F1%20%E5%8F%B7/close')
    expect(address('/draws', undefined, { limit: 5, cursor: undefined, q: null, s: '' })).toBe('/api/v1/draws?limit=5')
  })
  it('stays on the own host whatever the parameter', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (id, q) => {
        const url = new URL(address('/cases/{id}', { id }, { q }), 'http://own.host')
        expect(url.host).toBe('own.host')
      }),
    )
  })
})

describe('a refusal in words', () => {
  const problem = { type: 'x', title: '标题', detail: '请先确认再继续' }
  it('says title and detail; of a conflict the detail alone', () => {
    expect(new ApiError({ ...problem, status: 422 }).message).toBe('标题：请先确认再继续')
    expect(new ApiError({ ...problem, status: 409 }).message).toBe('请先确认再继续')
    expect(new ApiError({ type: 'x', title: '标题', status: 409 }).message).toBe('标题')
  })
})

describe('the nonce of a draw', () => {
  it('is one a draw, however often it is asked for, 32 bytes', () => {
    const first = nonceFor('d-1')
    expect(first).toMatch(/^[0-9a-f]{64}$/)
    expect(nonceFor('d-1')).toBe(first)
    expect(nonceFor('d-2')).not.toBe(first)
  })
})

describe('repeating a draw in the browser', () => {
  it('agrees with the published vector in all seven checks', async () => {
    const checks = await recompute(entries)
    expect(checks.map(({ ok }) => ok)).toEqual(Array(7).fill(true))
    const done = entries.find(({ type }) => type === 'draw.completed')?.body
    expect(checks.map(({ shows }) => shows)).toEqual(
      expect.arrayContaining([String(done?.seed), String(done?.winner), `${done?.r} / ${done?.total}`]),
    )
  })
  it('says so while the draw is not finished', async () => {
    expect(await recompute(entries.filter(({ type }) => type !== 'draw.completed'))).toMatchObject([{ ok: false }])
  })

  type Change = (committed: Record<string, unknown>, completed: Record<string, unknown>) => void
  const otherHex = (hex: unknown) => (String(hex).startsWith('0') ? '1' : '0') + String(hex).slice(1)
  const changes: [string, Change][] = [
    [
      'another winner',
      (c, d) => {
        d.winner = (c.pool as { id: string }[]).find(({ id }) => id !== d.winner)?.id
      },
    ],
    [
      'another secret',
      (_c, d) => {
        d.serverSecret = otherHex(d.serverSecret)
      },
    ],
    [
      'another seed',
      (_c, d) => {
        d.seed = otherHex(d.seed)
      },
    ],
    [
      'another number',
      (_c, d) => {
        d.r = String((BigInt(String(d.r)) + 1n) % BigInt(String(d.total)))
      },
    ],
    [
      'more tickets for one',
      (c) => {
        const [first] = c.pool as { tickets: number }[]
        if (first) first.tickets += 100
      },
    ],
    [
      'a nonce of somebody else',
      (_c, d) => {
        const [first] = d.contributions as { nonce: string }[]
        if (first) first.nonce = otherHex(first.nonce)
      },
    ],
  ]
  it.each(changes)('catches %s', async (_what, change) => {
    const forged = structuredClone(entries)
    const bodyOf = (type: string) => forged.find((entry) => entry.type === type)?.body as Record<string, unknown>
    change(bodyOf('draw.committed'), bodyOf('draw.completed'))
    expect((await recompute(forged)).some(({ ok }) => !ok)).toBe(true)
  })
  it('catches a missing link between neighbours', async () => {
    const forged = structuredClone(entries)
    const second = forged[1]
    if (second) second.prev = otherHex(second.prev)
    expect((await recompute(forged)).find(({ what }) => what === '承诺相同')?.ok).toBe(false)
  })
})

describe('the tickets as a picture', () => {
  const body = Committed.parse(entries.find(({ type }) => type === 'draw.committed')?.body)
  it('gives every ticket to one candidate, from 0 on without a gap', () => {
    const list = candidates(body, 'p-li')
    expect(list[0]?.from).toBe(0)
    for (const [at, one] of list.entries()) {
      expect(one.to - one.from + 1).toBe(one.tickets)
      expect(list[at + 1]?.from ?? one.to + 1).toBe(one.to + 1)
    }
    expect(list.reduce((sum, one) => sum + one.percent, 0)).toBeCloseTo(100, 9)
    expect(list.filter(({ won }) => won).map(({ id }) => id)).toEqual(['p-li'])
    expect(list.map(({ normalised }) => normalised)).toEqual(vector.normalised.map((one) => (one / 1000).toFixed(1)))
  })
  it('marks the drawn ticket, and nothing before there is one', () => {
    expect(drawnAt(null)).toBeNull()
    expect(drawnAt({ r: '50', total: 200 })).toBe(25)
  })
})

describe('the panels of the draw', () => {
  it('folds what does not fit into 其余 and keeps the sum', () => {
    const one = fc.record({
      reason: fc.constantFrom('关联案件', '专业化办案组', '回避'),
      count: fc.integer({ min: 1, max: 9999 }),
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1 }), fc.integer({ min: 8, max: 40 }), (reasons, em) => {
        const shown = foldReasons(reasons, em)
        const sum = (list: { count: number }[]) => list.reduce((all, { count }) => all + count, 0)
        expect(sum(shown)).toBe(sum(reasons))
      }),
    )
    expect(foldReasons([{ reason: '回避', count: 5 }], 20)).toEqual([{ reason: '回避', count: 5 }])
  })
  it('never rounds a probability to nothing', () => {
    expect([0.001, 0.43, null].map(pWords)).toEqual(['p < 0.01', 'p = 0.43', 'p –'])
  })
  it('keeps bars, expectation and its range inside the picture', () => {
    const place = fc.record({
      position: fc.integer({ min: 1, max: 40 }),
      observed: fc.nat(500),
      expected: fc.double({ min: 0, max: 500, noNaN: true }),
    })
    fc.assert(
      fc.property(fc.array(place, { maxLength: 40 }), (positions) => {
        for (const bar of chanceBars(positions, 528, 210)) {
          for (const y of [bar.y, bar.expected, bar.high, bar.low]) {
            expect(y).toBeGreaterThanOrEqual(0)
            expect(y).toBeLessThanOrEqual(210)
          }
          expect(bar.high).toBeLessThanOrEqual(bar.low)
        }
      }),
    )
  })
})

describe('the line of a deadline', () => {
  const none: string[] = []
  it('counts from the day after the start to the end of the last day', () => {
    const line = timeline('2026-11-19', '2026-11-26', '2026-11-25', none)
    expect(line).toMatchObject({ usedDays: 6, leftDays: 1, overdue: false, used: 75 })
    expect(line?.weekends.map(({ at }) => at)).toEqual([25, 37.5])
    expect(timeline('2026-11-19', '2026-11-26', '2026-11-26', none)).toMatchObject({ leftDays: 0, overdue: false })
    expect(timeline('2026-11-19', '2026-11-26', '2026-11-27', none)).toMatchObject({ leftDays: -1, overdue: true })
  })
  it('takes limits in hours by their day and refuses what is no date', () => {
    expect(timeline('2026-11-19T10:00', '2026-11-20T10:00', '2026-11-19', none)).toMatchObject({ leftDays: 1 })
    expect(timeline('soon', '2026-11-26', '2026-11-25', none)).toBeNull()
    expect(timeline('2026-11-26', '2026-11-19', '2026-11-25', none)).toBeNull()
  })
  it('keeps everything on the line, whatever the dates', () => {
    const date = fc
      .integer({ min: 20_000, max: 23_000 })
      .map((day) => new Date(day * 86_400_000).toISOString().slice(0, 10))
    fc.assert(
      fc.property(date, date, date, fc.array(date), (start, due, today, events) => {
        const line = timeline(start, due, today, events)
        if (!line) return
        for (const place of [
          line.used,
          ...line.marks.map(({ at }) => at),
          ...line.weekends.map(({ at, width }) => at + width),
        ]) {
          expect(place).toBeGreaterThanOrEqual(0)
          expect(place).toBeLessThanOrEqual(100.0001)
        }
      }),
    )
  })
})
