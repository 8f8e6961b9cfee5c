import { describe, expect, it } from 'vitest'
import { monitoringRoutes } from '../../contract/http/monitoring.ts'
import { FINDING_STAGE_IDS } from '../../contract/monitoring.ts'
import { countOf, filtersOf, queryOf, VIEWS, type View } from '../../web/desk/monitoring/filter.ts'

const views = Object.keys(VIEWS) as View[]

describe('the filters of the list, all of them in the address', () => {
  it('take unknown words for none', () => {
    expect(filtersOf({ view: 'x', group: 'Y', overdue: 'maybe' }, 'open')).toEqual({
      view: 'open',
      group: '',
      overdue: false,
    })
    expect(filtersOf({ view: ['open'], group: null }, 'mine')).toEqual({ view: 'mine', group: '', overdue: false })
    expect(filtersOf({ view: 'raised', group: 'RIGHTS', overdue: 'true' }, 'open')).toEqual({
      view: 'raised',
      group: 'RIGHTS',
      overdue: true,
    })
  })
  it.each(views)('ask what the server takes: %s', (view) => {
    const query = queryOf({ view, group: 'RISK', overdue: true })
    expect(monitoringRoutes.list.query.safeParse(query).success).toBe(true)
  })
  it('count every finding once between open and closed', () => {
    const stages = Object.fromEntries(FINDING_STAGE_IDS.map((id, at) => [id, at + 1]))
    const all = Object.values(stages).reduce((sum, n) => sum + n, 0)
    expect((countOf('open', stages) ?? 0) + (countOf('closed', stages) ?? 0)).toBe(all)
    expect(countOf('open', undefined)).toBeNull()
    expect(countOf('mine', stages)).toBeNull()
    expect(countOf('raised', { head: 2 })).toBe(2)
  })
})
