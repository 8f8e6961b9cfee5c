import type { Reader, Tx } from '../feature.ts'
import { findCase } from './repository.ts'
import { type CaseRecord, caseId, caseState } from './rules.ts'

/** What may be told of a case outside: nothing of restricted ones and of those that have left. Handed over by main.ts. */
export const windowPort = {
  async find(db: Reader | Tx, id: string) {
    const record = await findCase(db, id)
    return record && !record.restricted && record.gone === null ? present(record) : undefined
  },
  /** As people write it: the brackets and blanks of the collectors' normal form. */
  byNumber: (db: Reader | Tx, caseNo: string) => windowPort.find(db, caseId(normal(caseNo))),
}
const present = (record: CaseRecord) => ({
  id: record.id,
  caseNo: record.caseNo,
  cause: record.cause,
  accepted: record.accepted,
  due: record.due,
  node: record.node,
  state: caseState(record),
})
const normal = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[〔【［[(（﹝]/g, '[')
    .replace(/[〕】］\])）﹞]/g, ']')
    .replace(/[\s\u200b-\u200f\u2060\ufeff'’‘`"]/g, '')
