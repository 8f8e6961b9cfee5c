import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { caseRoutes } from '../../contract/http/cases.ts'
import { type BoundRoute, bind, type Feature, type Panel } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { ClockDeps } from './clock-deps.ts'
import { clockRoutes } from './clock-routes.ts'
import { pastOf } from './clock-store.ts'
import { CASE_PANELS, type CasesDeps, caseHandler } from './events.ts'
import { caseExporter } from './export.ts'
import {
  CASE_FIGURES,
  caseFigures,
  caseTrendPanel,
  dueCalendarPanel,
  flowPanel,
  readCaseBoard,
  structurePanel,
} from './figures.ts'
import { ladderTick } from './ladder-tick.ts'
import { presentPast } from './ledger.ts'
import { present } from './present.ts'
import { type Prints, printsOf } from './prints.ts'
import { CaseQueries } from './queries.ts'
import { caseMigrations, findCase, readHistory } from './repository.ts'
import { inScope, scopeOf } from './scope.ts'

export type { CasesDeps } from './events.ts'

/** 一网通全岗: the case list, its nodes, their deadlines by our own engine, and the warning ladder. */
export function casesFeature(deps: CasesDeps & ClockDeps): Feature {
  const ask = new CaseQueries(deps)
  let known: Prints | undefined
  const prints = () => {
    known ??= printsOf(deps)
    return known
  }
  const clocks = { ...deps, prints, panels: CASE_PANELS }
  return {
    name: 'cases',
    migrations: caseMigrations,
    handlers: [caseHandler(clocks)],
    panels: panels(deps),
    figures: [{ permission: 'figures.read', names: CASE_FIGURES, list: (now) => caseFigures(deps, now) }],
    routes: [...routes(deps, ask), ...clockRoutes(clocks)],
    exports: [caseExporter(deps, ask)],
    ticks: [ladderTick(clocks)],
  }
}

function panels(deps: CasesDeps & ClockDeps): Panel[] {
  const panel = (name: string, load: Panel['load']): Panel => ({ name, permission: 'wall.view', everyMs: 30_000, load })
  return [
    panel('flow', async (now) => ({
      ...flowPanel(deps, await readCaseBoard(deps, now)),
      monitoring: await deps.monitoring?.(now),
    })),
    panel('due-calendar', async (now) =>
      dueCalendarPanel(await readCaseBoard(deps, now), (day) => deps.calendar.isWorkday(day)),
    ),
    panel('case-trend', async (now) => caseTrendPanel(deps, await readCaseBoard(deps, now))),
    panel('structure', async (now) => structurePanel(deps, await readCaseBoard(deps, now))),
  ]
}

function routes(deps: CasesDeps, ask: CaseQueries): BoundRoute[] {
  const { flow } = deps.config
  return [
    bind(caseRoutes.list, async ({ person, query, now }) => {
      const { limit, cursor, sort, ...filters } = query
      const { records, next } = await ask.page({ person, filters, now }, { sort, cursor: cursor ?? '', limit })
      return { items: records.map((record) => present(flow, record, now)), cursor: next }
    }),
    bind(caseRoutes.summary, ({ person, query, now }) => ask.summary({ person, filters: query, now })),
    bind(caseRoutes.get, async ({ person, params, now }) => {
      const record = await findCase(deps.records.read, params.id)
      // A stranger's case answers like one that does not exist.
      if (!record || !inScope(scopeOf(deps, person), record)) throw new Refusal('not-found', '没有这件案件，或无权查看')
      const db = deps.records.read
      const [history, past] = await Promise.all([readHistory(db, record.id), pastOf(db, record.id)])
      return {
        ...present(flow, record, now),
        history: history.map(({ at_ms, type, what }) => ({
          at: at_ms,
          type,
          label: EVENT_TYPES[type]?.label ?? type,
          what,
        })),
        previous: past.map(presentPast),
      }
    }),
  ]
}
