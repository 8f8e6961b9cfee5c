import type { WorkCalendar } from '../../config/workdays.ts'
import { officeTime } from '../../config/zone.ts'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { type CaseItem, caseRoutes } from '../../contract/http/cases.ts'
import { type BoundRoute, bind, type Feature, type Panel, type Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import { type CasesDeps, caseHandler, rungTick } from './events.ts'
import {
  CASE_FIGURES,
  caseFigures,
  caseTrendPanel,
  dueCalendarPanel,
  flowPanel,
  readCaseBoard,
  structurePanel,
} from './figures.ts'
import { type CaseScope, caseMigrations, findCase, listCases, readHistory } from './repository.ts'
import { type CaseRecord, caseState, colourOf, daysLeft } from './rules.ts'

export type { CasesDeps } from './events.ts'

/** 一网通全岗: the case list, its nodes and their colours. */
export function casesFeature(deps: CasesDeps & { calendar: WorkCalendar }): Feature {
  return {
    name: 'cases',
    migrations: caseMigrations,
    handlers: [caseHandler(deps)],
    panels: panels(deps),
    figures: [{ permission: 'figures.read', names: CASE_FIGURES, list: (now) => caseFigures(deps, now) }],
    routes: routes(deps),
    ticks: [rungTick(deps)],
  }
}

function panels(deps: CasesDeps & { calendar: WorkCalendar }): Panel[] {
  const panel = (name: string, load: Panel['load']): Panel => ({ name, permission: 'wall.view', everyMs: 30_000, load })
  return [
    panel('flow', async (now) => flowPanel(deps, await readCaseBoard(deps, now))),
    panel('due-calendar', async (now) =>
      dueCalendarPanel(await readCaseBoard(deps, now), (day) => deps.calendar.isWorkday(day)),
    ),
    panel('case-trend', async (now) => caseTrendPanel(deps, await readCaseBoard(deps, now))),
    panel('structure', async (now) => structurePanel(deps, await readCaseBoard(deps, now))),
  ]
}

/** Which cases a person may see: all, those of the own department, or own ones; without a number, none. */
function scopeOf({ config }: CasesDeps, person: Principal): CaseScope {
  if (person.permissions.has('cases.read')) return {}
  const known = config.site.people.find(({ id, account }) => id === person.id || account === person.username)
  const own = { handlerNo: known?.employeeNo ?? '' }
  if (!person.permissions.has('cases.read-department')) return own
  const department = config.site.departments.find(({ id }) => id === known?.department)?.name
  return department ? { department } : own
}

const inScope = (scope: CaseScope, record: CaseRecord): boolean =>
  (scope.handlerNo === undefined || record.handlerNo === scope.handlerNo) &&
  (scope.department === undefined || record.department === scope.department)

function routes(deps: CasesDeps): BoundRoute[] {
  const { flow } = deps.config
  return [
    bind(caseRoutes.list, async ({ person, query, now }) => {
      const records = await listCases(deps.records.read, {
        states: query.state,
        ...scopeOf(deps, person),
        after: query.cursor ?? '',
        limit: query.limit,
      })
      const last = records.length === query.limit ? records.at(-1) : undefined
      return { items: records.map((record) => present(flow, record, now)), cursor: last?.id ?? null }
    }),
    bind(caseRoutes.get, async ({ person, params, now }) => {
      const record = await findCase(deps.records.read, params.id)
      // A stranger's case answers like one that does not exist.
      if (!record || !inScope(scopeOf(deps, person), record)) throw new Refusal('not-found', '没有这件案件，或无权查看')
      const history = await readHistory(deps.records.read, record.id)
      return {
        ...present(flow, record, now),
        history: history.map(({ at_ms, type, what }) => ({
          at: at_ms,
          type,
          label: EVENT_TYPES[type]?.label ?? type,
          what,
        })),
      }
    }),
  ]
}

/** Names each field that may leave. */
function present(flow: CasesDeps['config']['flow'], record: CaseRecord, now: number): CaseItem {
  const today = officeTime(now).toPlainDate()
  const open = caseState(record) !== 'closed'
  return {
    id: record.id,
    caseNo: record.caseNo,
    unifiedNo: record.unifiedNo,
    type: record.typeName,
    kind: record.kind,
    cause: record.restricted ? null : record.cause,
    department: record.department,
    handler: record.handlerNo,
    node: record.node,
    custody: record.custody,
    coercion: record.coercion,
    accepted: record.accepted,
    assigned: record.assigned,
    due: record.due,
    daysLeft: open && record.due ? daysLeft(record.due, today) : null,
    colour: open ? colourOf(flow, record, today) : null,
    closed: record.closed,
    outcome: record.outcome,
    restricted: record.restricted,
    state: caseState(record),
  }
}
