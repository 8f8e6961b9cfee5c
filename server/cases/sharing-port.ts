import type { Config } from '../../config/load.ts'
import { officeTime } from '../../config/zone.ts'
import type { Principal, Reader, Tx } from '../feature.ts'
import { type CaseTables, toRecord } from './repository.ts'
import { type CaseRecord, caseId, caseState, daysLeft } from './rules.ts'
import { inScope, scopeOf } from './scope.ts'

const ROWS = 500

async function byIds(db: Reader | Tx, ids: readonly string[]): Promise<CaseRecord[]> {
  const found: CaseRecord[] = []
  for (let from = 0; from < ids.length; from += ROWS) {
    const some = ids.slice(from, from + ROWS)
    const rows = await db.withTables<CaseTables>().selectFrom('case_file').selectAll().where('id', 'in', some).execute()
    found.push(...rows.map(toRecord))
  }
  return found
}

/** What subscriptions may know of cases, and who may open which; handed over by main.ts. */
export const sharingPort = (config: Config) => ({
  /** The case that an event is about; undefined = it names none. */
  idOf(event: { object: string | null; data: Record<string, unknown> }): string | undefined {
    const given = typeof event.data.caseNo === 'string' ? event.data.caseNo : event.object?.replace(/^case:/, '')
    return given ? caseId(given.slice(0, 200)) : undefined
  },
  /** As the list shows them: the cause of a restricted case is not told to anybody, so nothing can be fitted to it. */
  async facts(db: Reader | Tx, ids: readonly string[], now: number) {
    const today = officeTime(now).toPlainDate()
    const records = await byIds(db, ids)
    return new Map(records.map((record) => [record.id, present(record, today)]))
  },
  /** Of these cases the ones in that person's scope. */
  async opens(db: Reader | Tx, person: Principal, ids: readonly string[]): Promise<ReadonlySet<string>> {
    const scope = scopeOf({ config }, person)
    const records = await byIds(db, ids)
    return new Set(records.filter((record) => inScope(scope, record)).map(({ id }) => id))
  },
})

const present = (record: CaseRecord, today: Temporal.PlainDate) => ({
  title: `${record.caseNo} ${record.typeName}`,
  facts: {
    type: record.typeName,
    wing: record.wing,
    cause: record.restricted ? null : record.cause,
    department: record.department,
    node: record.node,
    custody: record.custody,
    coercion: record.coercion,
    daysLeft: caseState(record) !== 'closed' && record.due ? daysLeft(record.due, today) : null,
    outcome: record.outcome,
  },
})
