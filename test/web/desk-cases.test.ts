import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import { COLOURS } from '../../contract/panels/cases.ts'
import { budgetRows, weekdayOf, whyNoExtension, whySentence } from '../../web/desk/cases/budget.ts'
import { type CourseAct, course } from '../../web/desk/cases/course.ts'
import { LIST_OF_FIGURE, readFilter, serverFilter, writeFilter } from '../../web/desk/cases/filter.ts'
import { alertChoices, pageChoices } from '../../web/desk/shell/palette.ts'

const act = (type: string, on: string): CourseAct => ({ type, on, label: type })
const shape = (line: ReturnType<typeof course>) => line?.parts.map(({ kind, days }) => `${kind} ${days}`)

describe('the course of a limit', () => {
  // visual.md, picture desk-deadline: 8-20 accepted, returned 9-30, again 10-22, expert opinion 11-3 to 11-10.
  it('draws the case of the design picture', () => {
    const line = course('2026-08-20', '2026-11-29', '2026-11-24', [
      act('extend', '2026-09-18'),
      act('return', '2026-09-30'),
      act('resubmit', '2026-10-22'),
      act('pause', '2026-11-03'),
      act('resume', '2026-11-10'),
    ])
    expect(shape(line)).toEqual(['before 41', 'stopped 22', 'counted 12', 'stopped 7', 'counted 14', 'left 6'])
    expect(line).toMatchObject({ used: 26, left: 5 })
    expect(line?.marks.map(({ text }) => text)).toContain('9-30 return')
    expect(line?.months.map(({ text }) => text)).toEqual(['9 月', '10 月', '11 月'])
  })
  it('stands still when the clock does', () => {
    const line = course('2026-11-01', null, '2026-11-24', [act('return', '2026-11-20')])
    expect(shape(line)).toEqual(['counted 19', 'stopped 4'])
    expect(line).toMatchObject({ left: null, used: 19 })
  })
  it('shows every day that is too many, and no more than the line can hold', () => {
    expect(shape(course('2026-09-29', '2026-10-29', '2026-11-25', []))).toEqual(['counted 30', 'over 27'])
    expect(course('2026-01-01', '2026-02-01', '2026-11-25', [])?.left).toBe(-297)
    expect(course('soon', '2026-11-29', '2026-11-24', [])).toBe(null)
  })
  it('keeps everything on the line and its parts in order, whatever the acts', () => {
    const day = fc.integer({ min: 20_000, max: 20_400 }).map((n) => new Date(n * 86_400_000).toISOString().slice(0, 10))
    const acts = fc.array(
      fc.record({
        type: fc.constantFrom('extend', 'return', 'resubmit', 'suspend', 'resume', 'pause', 'jurisdiction-change', '?'),
        on: day,
        label: fc.constantFrom('批准延长 15 日', '退回补充侦查', ''),
      }),
      { maxLength: 12 },
    )
    fc.assert(
      fc.property(day, fc.option(day), day, acts, (start, due, today, known) => {
        const line = course(start, due, today, known)
        if (!line) return
        let end = 0
        for (const { from, width } of line.parts) {
          expect(from).toBeGreaterThanOrEqual(end - 0.001)
          expect(from + width).toBeLessThanOrEqual(100.001)
          end = from + width
        }
        for (const { at } of [...line.marks, ...line.weekends, ...line.months]) {
          expect(at).toBeGreaterThanOrEqual(0)
          expect(at).toBeLessThanOrEqual(100)
        }
      }),
    )
  })
})

describe('the budget', () => {
  const acts = (...types: string[]) =>
    types.map((type, n) => ({
      id: String(n),
      type: type as 'extend',
      on: `2026-11-0${n + 1}`,
      label: type,
      note: '',
      source: 'desk' as const,
      by: null,
      at: 0,
      void: null,
    }))
  const base = { acts: acts(), clocks: [], daysLeft: 5, due: '2026-11-29', stopped: undefined }
  it('says what may still be done', () => {
    const rows = budgetRows({ ...base, acts: acts('return', 'resubmit') }, true, { due: '2026-12-14', refused: null })
    expect(rows.find(({ label }) => label === '延长')).toMatchObject({ text: '可申请，须批准', note: '至 12-14' })
    expect(rows.find(({ label }) => label === '超期羁押')).toMatchObject({ text: '0，未发生', grave: false })
    expect(budgetRows({ ...base, daysLeft: -2 }, true, null).at(-1)).toMatchObject({ grave: true })
    expect(budgetRows({ ...base, daysLeft: -2 }, false, null).at(-1)).toMatchObject({ grave: false })
  })
  it('knows when no extension can be asked for', () => {
    const rule = { extension: { unit: 'day', n: 15 } }
    expect(whyNoExtension(base, rule)).toBe(null)
    expect(whyNoExtension(base, { extension: null })).toBe('没有延长的规定')
    expect(whyNoExtension({ ...base, acts: acts('extend') }, rule)).toBe('本轮不能再延长')
    // A restart opens a new run with an extension of its own.
    expect(whyNoExtension({ ...base, acts: acts('extend', 'return', 'resubmit') }, rule)).toBe(null)
    expect(whyNoExtension({ ...base, daysLeft: -1 }, rule)).toContain('期限已过')
    expect(whyNoExtension({ ...base, due: null }, rule)).toContain('停表')
  })
  it('explains the day by its last steps', () => {
    const ledger = ['甲', '乙', '丙', '丁'].map((what) => ({ date: '2026-11-29', what }))
    expect(whySentence({ ledger, rolledFrom: undefined, due: '2026-11-29', stopped: undefined })).toBe(
      '11-29 乙；11-29 丙；11-29 丁。',
    )
    expect(weekdayOf('2026-11-29')).toBe('周日')
  })
})

describe('the filter of the case list', () => {
  it('stands in the address and comes back as it was', () => {
    fc.assert(
      fc.property(
        fc.record({
          state: fc.constantFrom('open' as const, 'unassigned' as const),
          q: fc.string({ maxLength: 40 }),
          colour: fc.subarray([...COLOURS]),
          custody: fc.boolean(),
          overDetention: fc.boolean(),
          department: fc.constantFrom('', '第一检察部'),
          after: fc.constantFrom('', '1~2026-11-24~c1'),
        }),
        (filter) => {
          expect(readFilter(writeFilter(filter))).toEqual(filter)
        },
      ),
    )
    expect(writeFilter(readFilter({}))).toEqual({})
    expect(serverFilter(readFilter({}))).toEqual({ state: 'open,unassigned' })
  })
  it('takes any address', () => {
    expect(readFilter({ state: 'gone', colour: 'blue,red', custody: 'maybe', q: ['a', 'b'] })).toMatchObject({
      state: 'open',
      colour: ['red'],
      custody: false,
      q: 'a',
    })
    expect(readFilter({ state: 'closed', colour: 'red', overDetention: 'true' })).toMatchObject({
      colour: [],
      overDetention: false,
    })
  })
  it('opens from each figure of the flow', () => {
    for (const path of Object.values(LIST_OF_FIGURE).filter((one) => one.startsWith('/desk/cases'))) {
      const query = Object.fromEntries(new URL(path, 'http://x').searchParams)
      expect(writeFilter(readFilter(query))).toEqual(query)
    }
  })
})

describe('what Ctrl+K offers', () => {
  const pages = [
    { path: '/desk/cases', title: '流程节点', permission: 'cases.read-own' },
    { path: '/desk/draws', title: '随机分案', permission: 'draws.read' },
  ]
  it('finds pages by word or address, alerts only when something is typed', () => {
    expect(pageChoices(pages, '').map(({ path }) => path)).toEqual(['/desk/cases', '/desk/draws'])
    expect(pageChoices(pages, '分案').map(({ path }) => path)).toEqual(['/desk/draws'])
    expect(pageChoices(pages, 'CASES').map(({ path }) => path)).toEqual(['/desk/cases'])
    const alert = { id: 'A-1', title: '涉案财物室 2号门 超时未关', why: '', object: null } as AlertItem
    expect(alertChoices([alert], '')).toEqual([])
    expect(alertChoices([{ ...alert, severity: 'warning', state: 'normal', domain: 'access' }], '２号门')).toHaveLength(
      1,
    )
  })
})
