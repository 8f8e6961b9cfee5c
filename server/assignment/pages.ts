import type { z } from 'zod'
import type { assignmentRoutes } from '../../contract/http/assignment.ts'
import type { Designation, DesignationFilters, DrawFilters, DrawItem } from '../../contract/http/draws.ts'
import type { Principal } from '../feature.ts'
import { Refusal } from '../refusal.ts'
import type { AssignmentDeps } from './context.ts'
import { windowStart } from './draws.ts'
import { explain, kindOf, loadRows, loadTotals } from './ledger.ts'
import { presentDesignation, presentDraw } from './present.ts'
import { listDesignations, listDraws, loadMembers } from './repository.ts'

/** Pages of the lists: what the routes answer and what the files are made of. */
export interface From {
  cursor?: string | undefined
  limit: number
}

export async function drawPage(deps: AssignmentDeps, person: Principal, query: z.output<typeof DrawFilters> & From) {
  const draws = await listDraws(deps.records.read, query)
  const last = draws.length === query.limit ? draws.at(-1) : undefined
  const items: z.input<typeof DrawItem>[] = await Promise.all(draws.map((draw) => presentDraw(deps, draw, person)))
  return { items, cursor: last ? String(last.seq) : null }
}

export async function designationPage(deps: AssignmentDeps, query: z.output<typeof DesignationFilters> & From) {
  const [, ms, id] = /^(\d+) (.+)$/.exec(query.cursor ?? '') ?? []
  const { state, kind, limit } = query
  const before = ms && id ? { ms: Number(ms), id } : undefined
  const rows = await listDesignations(deps.records.read, { state, kind, before, limit })
  const last = rows.length === limit ? rows.at(-1) : undefined
  const items: Designation[] = await Promise.all(rows.map((row) => presentDesignation(deps, row)))
  return { items, cursor: last ? `${last.proposed_ms} ${last.id}` : null }
}

/** @throws Refusal when nobody of that id is a member */
export async function loadPage(
  deps: AssignmentDeps,
  id: string,
  { cursor, limit }: From,
  now: number,
): Promise<z.output<typeof assignmentRoutes.loadRows.answer>> {
  const { records } = deps
  const since = windowStart(now, deps.config.assignment.windowDays)
  const member = (await loadMembers(records.read, since)).find((one) => one.id === id)
  if (!member) throw new Refusal('not-found', '参与名单中没有此人')
  const [, day, row] = /^(\d{4}-\d\d-\d\d) (.+)$/.exec(cursor ?? '') ?? []
  const rows = await loadRows(records.read, id, day && row ? { day, id: row } : undefined, limit)
  const last = rows.length === limit ? rows.at(-1) : undefined
  return {
    items: await Promise.all(
      rows.map(async (one) => ({
        id: one.id,
        day: one.day,
        amount: one.amount,
        kind: kindOf(one.kind),
        what: await explain(deps, one),
        seq: Number(one.seq),
        counted: one.day > since,
      })),
    ),
    cursor: last ? `${last.day} ${last.id}` : null,
    load: member.load,
    since,
    totals: await loadTotals(records.read, id, since),
  }
}
