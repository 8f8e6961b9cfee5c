import type { Config } from '../../config/load.ts'
import type { Reader, Tx } from '../feature.ts'
import { closedSince, findCase } from './repository.ts'
import type { CaseRecord } from './rules.ts'

/** What the review may know of a concluded case; handed over by main.ts. */
export const reviewPort = (config: Config) => {
  const present = (record: CaseRecord) => ({
    id: record.id,
    caseNo: record.caseNo,
    closed: record.closed,
    outcome: record.outcome,
    custody: record.custody,
    /** Person id and department id; null when the handler is not one of site.yaml. */
    handler: config.site.people.find(({ employeeNo }) => employeeNo && employeeNo === record.handlerNo) ?? null,
  })
  return {
    async find(db: Reader | Tx, id: string) {
      const record = await findCase(db, id)
      return record && present(record)
    },
    /** Concluded on or after that day, `YYYY-MM-DD`. */
    closedSince: async (db: Reader | Tx, day: string) => (await closedSince(db, day)).map(present),
  }
}
