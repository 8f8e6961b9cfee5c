import type { z } from 'zod'
import { officeTime } from '../../config/zone.ts'
import type { CaseFilters, CaseSummary } from '../../contract/http/cases.ts'
import type { Principal } from '../feature.ts'
import type { CasesDeps } from './events.ts'
import { cursorOf, groupCases, type ListFilter, type ListSort, listCases } from './list.ts'
import { type CaseRecord, colourByDays, daysLeft } from './rules.ts'
import { scopeOf } from './scope.ts'
import { CaseSearch } from './search.ts'

export interface CaseAsk {
  person: Principal
  filters: CaseFilters
  now: number
}

/** What list, summary and export ask: one way from conditions and rights to rows, so one set of numbers. */
export class CaseQueries {
  readonly #deps: CasesDeps
  #search: CaseSearch | undefined

  constructor(deps: CasesDeps) {
    this.#deps = deps
  }

  async page(
    ask: CaseAsk,
    page: { sort: ListSort; cursor: string; limit: number },
  ): Promise<{ records: CaseRecord[]; next: string | null }> {
    const { records, config } = this.#deps
    const found = await listCases(records.read, config.flow, await this.#filter(ask), page)
    const last = found.length === page.limit ? found.at(-1) : undefined
    return { records: found, next: last ? cursorOf(page.sort, last) : null }
  }

  /** The colours do not depend on the condition of colour: they are what one chooses from. */
  async summary(ask: CaseAsk): Promise<z.output<typeof CaseSummary>> {
    const { records, config } = this.#deps
    const filter = await this.#filter(ask)
    const groups = await groupCases(records.read, config.flow, { ...filter, colours: [] })
    const byColour = { red: 0, orange: 0, yellow: 0, green: 0 }
    const told = { total: 0, custody: 0, overDetention: 0, unassigned: 0 }
    for (const { kind, band, custody, due, state, count } of groups) {
      const days = due === null ? null : daysLeft(due, filter.today)
      const colour = days === null ? 'green' : (colourByDays(config.flow, { kind, band }, days) ?? 'green')
      const open = state !== 'closed'
      if (open) byColour[colour] += count
      if (filter.colours.length > 0 && !(open && filter.colours.includes(colour))) continue
      told.total += count
      if (custody) told.custody += count
      if (open && custody && days !== null && days < 0) told.overDetention += count
      if (state === 'unassigned') told.unassigned += count
    }
    return { ...told, byColour }
  }

  async #filter({ person, filters, now }: CaseAsk): Promise<ListFilter> {
    this.#search ??= new CaseSearch(this.#deps.records.read)
    return {
      scope: scopeOf(this.#deps, person),
      states: filters.state,
      terms: await this.#search.terms(filters.q, now),
      colours: filters.colour,
      custody: filters.custody === undefined ? undefined : filters.custody === 'true',
      overDetention: filters.overDetention === 'true',
      department: filters.department,
      today: officeTime(now).toPlainDate(),
    }
  }
}
