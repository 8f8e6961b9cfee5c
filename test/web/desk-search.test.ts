import { describe, expect, it } from 'vitest'
import { piecesOf, readFilter, serverFilter, writeFilter } from '../../web/desk/search/filter.ts'
import { hitChoices, searchChoice } from '../../web/desk/shell/palette.ts'

describe('the address of a search', () => {
  it('holds everything that is asked, and nothing that is not known', () => {
    const query = {
      q: '盗窃',
      kind: 'case,petition',
      colour: 'red,green',
      state: 'open',
      department: '第一检察部',
      from: '2026-01-01',
      to: '2026-11-24',
      after: '1.5',
    }
    expect(writeFilter(readFilter(query))).toEqual(query)
    expect(
      writeFilter(readFilter({ kind: 'x,case', colour: 'pink', state: 'lost', from: '1.1.26', q: ['a', 'b'] })),
    ).toEqual({ kind: 'case', q: 'a' })
    expect(writeFilter(readFilter({}))).toEqual({})
  })
  it('asks the server the same', () => {
    expect(serverFilter(readFilter({ q: 'a', after: '1.5', colour: 'red' }))).toEqual({
      q: 'a',
      cursor: '1.5',
      colour: 'red',
    })
  })
})

describe('a find', () => {
  it('is drawn in pieces', () => {
    const marks = [{ start: 1, end: 3 }]
    expect(piecesOf({ text: '涉盗窃', marks })).toEqual([
      { text: '涉', mark: false },
      { text: '盗窃', mark: true },
    ])
    expect(piecesOf({ text: '', marks: [] })).toEqual([])
  })
  it('stands in the palette under its kind, a case by its number', () => {
    const base = {
      title: { text: '审查起诉 · 盗窃罪', marks: [] },
      snippet: null,
      stateName: '在办',
      colour: null,
      at: null,
    }
    const hit = {
      ...base,
      id: 'c1',
      department: '第一检察部',
      state: 'open',
      link: '/desk/cases/c1',
      found: 'head',
    } as const
    const number = { text: '检受[2026]1号', marks: [] }
    expect(hitChoices([{ ...hit, kind: 'case', number }])).toMatchObject([
      {
        group: '案件',
        title: '检受〔2026〕1号',
        note: '审查起诉 · 盗窃罪 · 第一检察部 · 在办',
        path: '/desk/cases/c1',
      },
    ])
    expect(hitChoices([{ ...hit, kind: 'petition', number }])).toMatchObject([
      { group: '信访', title: '审查起诉 · 盗窃罪' },
    ])
    expect(searchChoice(' 盗窃 ')).toMatchObject([{ path: `/desk/search?q=${encodeURIComponent('盗窃')}` }])
    expect(searchChoice(' ')).toEqual([])
  })
})
