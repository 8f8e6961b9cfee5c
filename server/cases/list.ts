import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { FlowRules } from '../../config/schema.ts'
import type { Colour } from '../../contract/panels/cases.ts'
import type { Reader } from '../feature.ts'
import { type CaseTables, toRecord } from './repository.ts'
import type { CaseRecord, CaseState } from './rules.ts'
import type { Term } from './search.ts'

/** The case list as SQL: conditions, order, pages and counts; 100,000 cases are the size to think of. */

/** What a caller may see; empty = everything. */
export interface CaseScope {
  handlerNo?: string
  department?: string
}

export interface ListFilter {
  scope: CaseScope
  states: readonly string[]
  terms: readonly Term[]
  colours: readonly string[]
  custody?: boolean | undefined
  overDetention?: boolean | undefined
  department?: string | undefined
  today: Temporal.PlainDate
}
export type ListSort = 'id' | 'urgency' | 'closed'

type Eb = ExpressionBuilder<CaseTables, 'case_file'>
type Condition = Expression<SqlBool>

/** No due date comes last. Written as a literal: the index is on this very expression. */
const DUE = sql<string>`coalesce(due, '9999-12-31')`
const CLOSED = sql<string>`coalesce(closed, '')`

export async function listCases(
  db: Reader,
  flow: FlowRules,
  filter: ListFilter,
  page: { sort: ListSort; cursor: string; limit: number },
): Promise<CaseRecord[]> {
  let query = db
    .withTables<CaseTables>()
    .selectFrom('case_file')
    .selectAll()
    .where((eb) => eb.and([...conditions(eb, flow, filter, filter.terms.length === 0), ...after(eb, page)]))
  if (page.sort === 'urgency') query = query.orderBy('custody', 'desc').orderBy(DUE)
  if (page.sort === 'closed') query = query.orderBy(CLOSED, 'desc')
  const rows = await query.orderBy('id').limit(page.limit).execute()
  return rows.map(toRecord)
}

/** Where the next page starts. */
export const cursorOf = (sort: ListSort, record: CaseRecord): string => {
  if (sort === 'urgency') return `${record.custody ? 1 : 0}~${record.due ?? '9999-12-31'}~${record.id}`
  return sort === 'closed' ? `${record.closed ?? ''}~${record.id}` : record.id
}

function after(eb: Eb, { sort, cursor }: { sort: ListSort; cursor: string }): Condition[] {
  if (cursor === '') return []
  const parts = cursor.split('~')
  const id = parts.at(-1) ?? ''
  if (sort === 'id') return [eb('id', '>', cursor)]
  if (sort === 'closed') {
    const closed = parts[0] ?? ''
    return [eb.or([eb(CLOSED, '<', closed), eb.and([eb(CLOSED, '=', closed), eb('id', '>', id)])])]
  }
  const custody = Number(parts[0]) === 1 ? 1 : 0
  const due = parts[1] ?? ''
  const later = eb.or([eb(DUE, '>', due), eb.and([eb(DUE, '=', due), eb('id', '>', id)])])
  return [eb.or([eb('custody', '<', custody), eb.and([eb('custody', '=', custody), later])])]
}

/** How many cases stand in each (kind, band, custody, due, state): from this every count is made by the list's own rules. */
export interface CaseGroup {
  kind: string
  band: string | null
  custody: boolean
  due: string | null
  state: CaseState
  count: number
}
export async function groupCases(db: Reader, flow: FlowRules, filter: ListFilter): Promise<CaseGroup[]> {
  const rows = await db
    .withTables<CaseTables>()
    .selectFrom('case_file')
    .select((eb) => [
      'kind',
      'band',
      'custody',
      'due',
      eb.case().when(isDone()).then(2).when(isHandled(eb)).then(1).else(0).end().as('stand'),
      eb.fn.countAll<number>().as('n'),
    ])
    .where((eb) => eb.and(conditions(eb, flow, filter, false)))
    .groupBy(['kind', 'band', 'custody', 'due', 'stand'])
    .execute()
  const states = ['unassigned', 'open', 'closed'] as const
  return rows.map(({ kind, band, custody, due, stand, n }) => ({
    kind,
    band,
    custody: custody === 1,
    due,
    state: states[Number(stand)] ?? 'open',
    count: Number(n),
  }))
}

/**
 * Walking the index of the open cases is best for the first of them, reading the table once for counting and searching
 * them all: the condition is written so that only the first kind meets the index case_file_urgent.
 */
const isOpen = (walk: boolean): Condition =>
  walk ? sql<SqlBool>`coalesce(closed, gone) is null` : sql<SqlBool>`coalesce(closed, gone, '') = ''`
const isDone = (): Condition => sql<SqlBool>`coalesce(closed, gone) is not null`
const isHandled = (eb: Eb): Condition =>
  eb.or((['handler_no', 'drawn_no', 'handler_hash', 'assigned'] as const).map((name) => eb(name, 'is not', null)))

function conditions(eb: Eb, flow: FlowRules, filter: ListFilter, walk: boolean): Condition[] {
  const { scope, states, terms, colours, custody, overDetention, department, today } = filter
  return [
    ...(scope.handlerNo === undefined ? [] : [eb(eb.fn.coalesce('handler_no', 'drawn_no'), '=', scope.handlerNo)]),
    ...(scope.department === undefined ? [] : [eb('department', '=', scope.department)]),
    ...stateConditions(eb, states, isOpen(walk)),
    ...terms.map((term) => termCondition(eb, term)),
    ...(colours.length === 0
      ? []
      : [isOpen(walk), eb.or(colours.map((colour) => colourCondition(eb, flow, colour as Colour, today)))]),
    ...(custody === undefined ? [] : [eb('custody', '=', custody ? 1 : 0)]),
    ...(overDetention === true ? [isOpen(walk), eb('custody', '=', 1), eb('due', '<', today.toString())] : []),
    ...(department === undefined ? [] : [eb('department', '=', department)]),
  ]
}

/** The common list (open and unassigned) asks plainly, so that the index of the open cases serves it. */
function stateConditions(eb: Eb, states: readonly string[], open: Condition): Condition[] {
  const wants = (state: string) => states.includes(state)
  if (states.length === 0 || (wants('open') && wants('unassigned') && wants('closed'))) return []
  if (!wants('closed')) {
    if (wants('open') && wants('unassigned')) return [open]
    return [open, wants('open') ? isHandled(eb) : eb.not(isHandled(eb))]
  }
  if (wants('open')) return [eb.or([isDone(), isHandled(eb)])]
  return wants('unassigned') ? [eb.or([isDone(), eb.not(isHandled(eb))])] : [isDone()]
}

/** The sealed cause of a restricted case is not found either. */
function termCondition(eb: Eb, { text, words }: Term): Condition {
  const pattern = `%${text.replaceAll(/[!%_]/g, '!$&')}%`
  const holds = (column: 'case_no' | 'unified_no' | 'type_name' | 'department' | 'node' | 'cause') =>
    sql<SqlBool>`lower(${sql.ref(column)}) like ${pattern} escape '!'`
  const named = (column: 'type_name' | 'department' | 'node' | 'cause') =>
    words.length === 0 ? [] : [eb(column, 'in', words)]
  return eb.or([
    holds('case_no'),
    holds('unified_no'),
    holds('type_name'),
    holds('department'),
    holds('node'),
    ...named('type_name'),
    ...named('department'),
    ...named('node'),
    eb.and([eb('restricted', '=', 0), eb.or([holds('cause'), ...named('cause')])]),
  ])
}

/** As `colourOf` of rules.ts, band by band; no due date counts as green, as on the wall. */
function colourCondition(eb: Eb, flow: FlowRules, colour: Colour, today: Temporal.PlainDate): Condition {
  const named = flow.bands.flatMap(({ kinds }) => kinds).filter((kind) => kind !== '*')
  const names = flow.bands.map(({ name }) => name)
  const seen = new Set<string>()
  const cases = flow.bands.flatMap((band) => {
    const own = band.kinds.filter((kind) => kind !== '*' && !seen.has(kind))
    for (const kind of own) seen.add(kind)
    const kinds = [
      ...(own.length > 0 ? [eb('kind', 'in', own)] : []),
      ...(band.kinds.includes('*') ? [eb('kind', 'not in', named)] : []),
    ]
    const unruled = eb.or([eb('band', 'is', null), eb('band', 'not in', names)])
    const of = [eb('band', '=', band.name), ...(kinds.length > 0 ? [eb.and([unruled, eb.or(kinds)])] : [])]
    const last = (days: number) => today.add({ days }).toString()
    const bounds: Record<Colour, readonly [above: number | null, upTo: number | null]> = {
      red: [null, band.redMax],
      orange: [band.redMax, band.orangeMax],
      yellow: [band.orangeMax, band.yellowMax],
      green: [band.yellowMax, null],
    }
    const [from, to] = bounds[colour]
    const between = [
      ...(from === null ? [] : [eb('due', '>', last(from))]),
      ...(to === null ? [] : [eb('due', '<=', last(to))]),
    ]
    return [eb.and([eb.or(of), ...between])]
  })
  return eb.or([...cases, ...(colour === 'green' ? [eb('due', 'is', null)] : [])])
}
