import type { Reader, Tx } from '../feature.ts'
import type { AssignmentTables } from './tables.ts'

/** What flow monitoring may know of draws and designations; handed over by main.ts. */
export const handedOutPort = {
  /** Case id → whom the last draw or designation gave it to, and how many changes of handler were approved. */
  async of(
    db: Reader | Tx,
    caseIds: readonly string[],
  ): Promise<Map<string, { handler: string | null; changes: number }>> {
    const found = new Map<string, { handler: string | null; changes: number; at: number }>()
    const take = (caseId: string, handler: string | null, at: number, change: boolean): void => {
      const known = found.get(caseId) ?? { handler: null, changes: 0, at: -1 }
      const newer = handler !== null && at > known.at
      found.set(caseId, {
        handler: newer ? handler : known.handler,
        at: newer ? at : known.at,
        changes: known.changes + (change ? 1 : 0),
      })
    }
    for (let from = 0; from < caseIds.length; from += 500) {
      const some = caseIds.slice(from, from + 500)
      const draws = await db
        .withTables<AssignmentTables>()
        .selectFrom('draw')
        .select(['case_id', 'winner', 'ended_ms'])
        .where('case_id', 'in', some)
        .where('state', '=', 'completed')
        .execute()
      for (const { case_id, winner, ended_ms } of draws) take(case_id, winner, Number(ended_ms), false)
      const approved = await db
        .withTables<AssignmentTables>()
        .selectFrom('designation')
        .select(['case_id', 'kind', 'member', 'decided_ms'])
        .where('case_id', 'in', some)
        .where('state', '=', 'approved')
        .execute()
      for (const { case_id, kind, member, decided_ms } of approved)
        take(case_id, member, Number(decided_ms), kind === 'change')
    }
    return new Map([...found].map(([caseId, { handler, changes }]) => [caseId, { handler, changes }]))
  },
}
