import type { Reader, Tx } from '../feature.ts'
import { type CaseTables, toRecord } from './repository.ts'
import { type CaseRecord, caseState } from './rules.ts'

const on = (db: Reader | Tx) => db.withTables<CaseTables>().selectFrom('case_file').selectAll()

/** What the panorama may know of cases; handed over by main.ts. */
export const panoramaPort = {
  /** In the order of their ids. */
  async page(db: Reader | Tx, after: string, limit: number) {
    const rows = await on(db).where('id', '>', after).orderBy('id').limit(limit).execute()
    return rows.map(toRecord).map(present)
  },
  async some(db: Reader | Tx, ids: readonly string[]) {
    if (ids.length === 0) return []
    const rows = await on(db)
      .where('id', 'in', [...ids])
      .execute()
    return rows.map(toRecord).map(present)
  },
}

/** Deleted ones were never there; what only left the export is no longer open. The cause of a restricted case is nobody's. */
const present = (record: CaseRecord) => ({
  id: record.id,
  deleted: record.gone === 'deleted',
  started: record.accepted,
  ended: record.closed,
  open: caseState(record) !== 'closed',
  wing: record.wing || null,
  type: record.typeName || null,
  custody: record.custody ? '在押' : '未在押',
  cause: record.restricted ? '不公开' : record.cause,
  title: record.caseNo,
  note: [record.typeName, record.restricted ? null : record.cause, record.node].filter(Boolean).join(' · '),
})
