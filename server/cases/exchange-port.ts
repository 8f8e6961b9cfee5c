import type { Config } from '../../config/load.ts'
import type { Principal, Reader, Tx } from '../feature.ts'
import { type CaseTables, toRecord } from './repository.ts'
import { scopeOf } from './scope.ts'

const ROWS = 500

/** What the exchange may know of cases and give away of them; handed over by main.ts. */
export const exchangePort = (config: Config) => ({
  async known(db: Reader | Tx, caseNos: readonly string[]): Promise<ReadonlySet<string>> {
    const found = new Set<string>()
    const wanted = [...new Set(caseNos)]
    for (let from = 0; from < wanted.length; from += ROWS) {
      const some = wanted.slice(from, from + ROWS)
      const cases = db.withTables<CaseTables>().selectFrom('case_file').select('case_no')
      for (const { case_no } of await cases.where('case_no', 'in', some).execute()) found.add(case_no)
    }
    return found
  },
  /** In the order of the case list's ids: a place stays a place whatever changes. Restricted cases are left out whole. */
  async progress(db: Reader | Tx, person: Principal, after: string | null, limit: number) {
    const some = ['cases.read', 'cases.read-department', 'cases.read-own'].some((word) => person.permissions.has(word))
    if (!some) return []
    const { handlerNo, department } = scopeOf({ config }, person)
    let query = db
      .withTables<CaseTables>()
      .selectFrom('case_file')
      .selectAll()
      .where('restricted', '=', 0)
      .where('gone', 'is', null)
    if (after !== null) query = query.where('id', '>', after)
    if (handlerNo !== undefined)
      query = query.where((eb) => eb(eb.fn.coalesce('handler_no', 'drawn_no'), '=', handlerNo))
    if (department !== undefined) query = query.where('department', '=', department)
    const rows = await query.orderBy('id').limit(limit).execute()
    return rows.map(toRecord).map((record) => ({
      place: record.id,
      version: String(record.appliedMs),
      values: filled({
        caseNo: record.caseNo,
        type: record.typeName,
        node: record.node,
        acceptedOn: record.accepted,
        closedOn: record.closed,
        outcome: record.outcome,
      }),
    }))
  },
})

const filled = (values: Record<string, string | null>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).flatMap(([key, value]) => (value === null ? [] : [[key, value]])))
