import type { Reader, Tx } from '../feature.ts'
import type { ReviewTables } from './tables.ts'

/** What flow monitoring may know of the quality check: how late the forms of self-check and check are. */
export const formsPort = {
  async overdueDays(db: Reader | Tx, caseIds: readonly string[], today: string): Promise<Map<string, number>> {
    const found = new Map<string, number>()
    for (let from = 0; from < caseIds.length; from += 500) {
      const rows = await db
        .withTables<ReviewTables>()
        .selectFrom('review')
        .select(['case_id', 'due'])
        .where('case_id', 'in', caseIds.slice(from, from + 500))
        .where('step', 'in', ['self-check', 'dept-check'])
        .execute()
      for (const { case_id, due } of rows) {
        if (due === null) continue
        const late = Temporal.PlainDate.from(due).until(Temporal.PlainDate.from(today), { largestUnit: 'days' }).days
        found.set(case_id, Math.max(0, late))
      }
    }
    return found
  },
}
