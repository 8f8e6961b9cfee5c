import type { Config } from '../../config/load.ts'
import type { Reader, TaskMover, Turn, Tx } from '../feature.ts'
import { CASE_PANELS } from './events.ts'
import { assignHandler, findCase } from './repository.ts'
import { caseState } from './rules.ts'
import { readdress } from './rung-desk.ts'

/** What the draw may know of a case, and the one thing it does to it; handed over by main.ts. */
export const casePort = (config: Config, tasks?: TaskMover) => ({
  async find(db: Reader | Tx, id: string) {
    const record = await findCase(db, id)
    if (!record) return undefined
    const handler =
      config.site.people.find(({ employeeNo }) => employeeNo && employeeNo === record.handlerNo)?.id ?? null
    return { id: record.id, caseNo: record.caseNo, kind: record.kind, state: caseState(record), handler }
  },
  async assign(turn: Turn, caseId: string, person: string) {
    const known = config.site.people.find(({ id }) => id === person)
    await assignHandler(turn.tx, caseId, known?.employeeNo ?? person)
    const record = await findCase(turn.tx, caseId)
    if (record && tasks) await readdress({ config, tasks }, turn, [record])
    turn.touch(...CASE_PANELS)
  },
})
