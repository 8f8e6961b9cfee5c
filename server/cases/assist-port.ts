import type { Config } from '../../config/load.ts'
import { officeTime } from '../../config/zone.ts'
import type { Principal, Reader, Tx } from '../feature.ts'
import { cursorOf, listCases } from './list.ts'
import { findCase, loadCases } from './repository.ts'
import { type CaseRecord, caseId, caseState } from './rules.ts'
import { inScope, scopeOf } from './scope.ts'
import { foldQuery } from './search.ts'

/** Cases as assisted handling may know them: only those that the person may open. Handed over by main.ts. */
export const assistPort = (config: Config) => {
  const employee = (person: Principal): string | undefined =>
    config.site.people.find(({ id, account }) => id === person.id || account === person.username)?.employeeNo
  /** The papers of a restricted case are its handler's alone. */
  const mayOpen = (person: Principal, record: CaseRecord): boolean =>
    inScope(scopeOf({ config }, person), record) &&
    (!record.restricted || (record.handlerNo !== null && record.handlerNo === employee(person)))
  const present = (record: CaseRecord) => {
    const handler = config.site.people.find(({ employeeNo }) => employeeNo && employeeNo === record.handlerNo)
    return {
      id: record.id,
      caseNo: record.caseNo,
      unifiedNo: record.unifiedNo,
      type: record.typeName,
      kind: record.kind,
      cause: record.cause,
      department: record.department,
      handler: handler ? { id: handler.id, name: handler.name, title: handler.title } : null,
      accepted: record.accepted,
      assigned: record.assigned,
      due: record.due,
      node: record.node,
      custody: record.custody,
      coercion: record.coercion,
      closed: record.closed,
      outcome: record.outcome,
      restricted: record.restricted,
    }
  }
  return {
    /** Undefined for a stranger's case as for one that does not exist. */
    async find(db: Reader | Tx, person: Principal, id: string) {
      const record = await findCase(db, id)
      return record && mayOpen(person, record) ? present(record) : undefined
    },
    async list(db: Reader, person: Principal, q: string, page: { cursor: string; limit: number; now: number }) {
      const terms = foldQuery(q).map((text) => ({ text, words: [] }))
      const filter = { scope: scopeOf({ config }, person), states: ['open'], terms, colours: [] }
      const found = await listCases(
        db,
        config.flow,
        { ...filter, today: officeTime(page.now).toPlainDate() },
        { sort: 'urgency', cursor: page.cursor, limit: page.limit },
      )
      const last = found.length === page.limit ? found.at(-1) : undefined
      const open = found.filter((record) => caseState(record) !== 'closed' && mayOpen(person, record))
      return { items: open.map(present), next: last ? cursorOf('urgency', last) : null }
    },
    /** Of these case numbers the ones whose case the person may open. */
    async openable(db: Reader, person: Principal, caseNos: readonly string[]): Promise<Set<string>> {
      const found = await loadCases(db, [...new Set(caseNos)])
      return new Set([...found].filter(([, record]) => mayOpen(person, record)).map(([caseNo]) => caseNo))
    },
    idOf: caseId,
  }
}
export type AssistCases = ReturnType<typeof assistPort>
export type AssistCase = NonNullable<Awaited<ReturnType<AssistCases['find']>>>
