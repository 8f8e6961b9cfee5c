import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conditionIssues, FIELDS, TOPICS } from '../../../contract/sharing/conditions.ts'
import { freshCondition, toGroup } from '../../../web/desk/sharing/condition-rows.ts'
import { valuesOf, valuesText } from '../../../web/desk/sharing/mapping-values.ts'
import { firstPage, SHARING_PAGES } from '../../../web/desk/sharing/pages.ts'
import { bars, drillWords, measureOf } from '../../../web/desk/sharing/panorama.ts'

describe('the editor of conditions', () => {
  it('starts each field with a sentence of the language, or with a value that is missing', () => {
    for (const topic of TOPICS)
      for (const [field, { kind }] of Object.entries(FIELDS[topic])) {
        const group = toGroup(topic, 'all', [freshCondition(topic, field)])
        expect(group === null, field).toBe(kind === 'text' || kind === 'number')
        if (group) expect(conditionIssues(topic, group)).toEqual([])
      }
  })
  it('makes numbers, lists and words of what is typed, and nothing of what does not fit', () => {
    expect(toGroup('case', 'all', [{ field: 'daysLeft', op: 'at-most', text: ' ３ ' }])?.of).toEqual([
      { field: 'daysLeft', op: 'at-most', value: 3 },
    ])
    expect(toGroup('case', 'all', [{ field: 'cause', op: 'in', text: '盗窃、诈骗, 帮信' }])?.of).toEqual([
      { field: 'cause', op: 'in', value: ['盗窃', '诈骗', '帮信'] },
    ])
    expect(toGroup('case', 'all', [{ field: 'daysLeft', op: 'at-most', text: '三日' }])).toBeNull()
    expect(toGroup('case', 'all', [{ field: 'node', op: 'absent', text: 'x' }])?.of).toEqual([
      { field: 'node', op: 'absent' },
    ])
    expect(toGroup('case', 'all', [])).toBeNull()
  })
})

describe('the other pages', () => {
  it('lead to the first that one may open', () => {
    expect(firstPage(new Set(['sharing.read']))).toBe('/desk/sharing/dictionary')
    expect(firstPage(new Set())).toBeUndefined()
    expect(new Set(SHARING_PAGES.map(({ path }) => path)).size).toBe(SHARING_PAGES.length)
  })
  it('read words of theirs and ours back as they were written', () => {
    const word = fc.stringMatching(/^[a-z0-9盗窃]{1,4}$/)
    fc.assert(
      fc.property(fc.dictionary(word, word, { noNullPrototype: true }), (values) => {
        expect(valuesOf(valuesText(values))).toEqual(values)
      }),
    )
    expect(valuesOf('1＝盗窃；;2=；=x')).toEqual({ '1': '盗窃' })
  })
  it('draw no bar where nobody counted, and say what the rows are of', () => {
    const months = [
      { month: '2026-10', in: null, out: null },
      { month: '2026-11', in: 4, out: 2 },
    ]
    expect(bars(months)).toEqual([
      { month: '2026-10', in: null, out: null },
      { month: '2026-11', in: 100, out: 50 },
    ])
    const part = {
      openName: '在办',
      inName: '受理',
      outName: '办结',
      structures: [{ dim: 'cause', name: '案由（近 12 个月受理）' }],
    }
    const words = (drill: object) =>
      drillWords(
        { section: 'case', measure: 'in', dim: undefined, value: undefined, month: undefined, ...drill },
        part as never,
      )
    expect(words({ month: '2026-03' })).toBe('2026 年 3 月受理')
    expect(words({ dim: 'cause', value: '盗窃' })).toBe('近 12 个月受理 · 案由：盗窃')
    expect([measureOf('案由（近 12 个月受理）'), measureOf('羁押（在办）')]).toEqual(['in', 'open'])
  })
})
