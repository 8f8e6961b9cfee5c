import type { Config } from '../../config/load.ts'
import type { Reader, Tx } from '../feature.ts'

/** What flow monitoring may know of cases; handed over by main.ts. */

type Tables = {
  case_file: {
    id: string
    case_no: string
    type_name: string
    kind: string
    cause: string | null
    department: string | null
    handler_no: string | null
    handler_hash: string | null
    drawn_no?: string | null
    node: string | null
    custody: number
    coercion: string | null
    accepted: string | null
    assigned: string | null
    due: string | null
    /** As the export names it; `due` is our own reckoning. */
    exported_due?: string | null
    closed: string | null
    outcome: string | null
    restricted: number
    gone: string | null
  }
  case_history: { event_id: string; case_id: string; type: string; at_ms: number; what: string }
}
/** Bound parameters of one statement stay far below the stores' limit. */
const IDS = 500
/** What tells the course of a case; snapshots and the rest say nothing that checks ask for. */
const STEPS = ['case.accepted', 'case.node_changed', 'case.handler_changed', 'case.deadline_changed']

const stateOf = (row: Tables['case_file']): 'unassigned' | 'open' | 'closed' =>
  row.closed !== null
    ? 'closed'
    : row.handler_no || row.drawn_no || row.handler_hash || row.assigned
      ? 'open'
      : 'unassigned'

interface Step {
  eventId: string
  type: string
  at: number
  from: string | null
  to: string | null
}
/** `from → to` as events.ts writes it; a single word is what it came to. */
function step(row: Tables['case_history']): Step {
  const [first = '', second] = row.what.split(' → ')
  const from = second === undefined ? null : first
  const to = second ?? (first === '' ? null : first)
  return { eventId: row.event_id, type: row.type, at: Number(row.at_ms), from, to }
}

async function historyOf(db: Reader | Tx, ids: readonly string[]): Promise<Map<string, Step[]>> {
  const found = new Map<string, Step[]>()
  for (let from = 0; from < ids.length; from += IDS) {
    const rows = await db
      .withTables<Tables>()
      .selectFrom('case_history')
      .selectAll()
      .where('case_id', 'in', ids.slice(from, from + IDS))
      .where('type', 'in', STEPS)
      .orderBy('at_ms')
      .orderBy('event_id')
      .execute()
    for (const row of rows) {
      const own = found.get(row.case_id) ?? []
      own.push(step(row))
      found.set(row.case_id, own)
    }
  }
  return found
}

export const monitoringPort = (config: Config) => {
  const people = new Map(config.site.people.flatMap(({ id, employeeNo }) => (employeeNo ? [[employeeNo, id]] : [])))
  const present = async (db: Reader | Tx, rows: readonly Tables['case_file'][]) => {
    const history = await historyOf(
      db,
      rows.map(({ id }) => id),
    )
    return rows.map((row) => ({
      id: row.id,
      caseNo: row.case_no,
      kind: row.kind,
      typeName: row.type_name,
      department: row.department,
      node: row.node,
      coercion: row.coercion,
      cause: row.cause,
      outcome: row.outcome,
      state: stateOf(row),
      custody: row.custody === 1,
      restricted: row.restricted === 1,
      handler: people.get(row.handler_no ?? row.drawn_no ?? '') ?? null,
      accepted: row.accepted,
      assigned: row.assigned,
      // What was concluded before we reckoned has the export's day only.
      due: row.due ?? (row.closed === null ? null : (row.exported_due ?? null)),
      // While the clock stands still there is no day, and nothing is missing.
      hasDue: (row.exported_due ?? row.due) !== null,
      closed: row.closed,
      history: history.get(row.id) ?? [],
    }))
  }
  return {
    /** Open, or concluded on or after `closedSince`; in the order of id. */
    async page(db: Reader | Tx, closedSince: string, after: string, limit: number) {
      const rows = await db
        .withTables<Tables>()
        .selectFrom('case_file')
        .selectAll()
        .where('id', '>', after)
        .where('gone', 'is', null)
        .where((eb) => eb.or([eb('closed', 'is', null), eb('closed', '>=', closedSince)]))
        .orderBy('id')
        .limit(limit)
        .execute()
      return present(db, rows)
    },
    async byIds(db: Reader | Tx, ids: readonly string[]) {
      const rows: Tables['case_file'][] = []
      for (let from = 0; from < ids.length; from += IDS)
        rows.push(
          ...(await db
            .withTables<Tables>()
            .selectFrom('case_file')
            .selectAll()
            .where('id', 'in', ids.slice(from, from + IDS))
            .where('gone', 'is', null)
            .execute()),
        )
      return present(db, rows)
    },
  }
}
