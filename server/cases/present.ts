import type { FlowRules } from '../../config/schema.ts'
import { officeTime } from '../../config/zone.ts'
import type { CaseItem } from '../../contract/http/cases.ts'
import { type CaseRecord, caseState, colourOf, daysLeft, differs } from './rules.ts'

/** Names each field that may leave. */
export function present(flow: FlowRules, record: CaseRecord, now: number): CaseItem {
  const today = officeTime(now).toPlainDate()
  const open = caseState(record) !== 'closed'
  return {
    id: record.id,
    caseNo: record.caseNo,
    unifiedNo: record.unifiedNo,
    type: record.typeName,
    kind: record.kind,
    cause: record.restricted ? null : record.cause,
    department: record.department,
    handler: record.handlerNo,
    node: record.node,
    custody: record.custody,
    coercion: record.coercion,
    accepted: record.accepted,
    assigned: record.assigned,
    due: record.due,
    exportedDue: record.exportedDue,
    differs: differs(record),
    provisional: record.provisional,
    clock: record.clock,
    daysLeft: open && record.due ? daysLeft(record.due, today) : null,
    colour: open ? colourOf(flow, record, today) : null,
    closed: record.closed,
    outcome: record.outcome,
    restricted: record.restricted,
    state: caseState(record),
  }
}
