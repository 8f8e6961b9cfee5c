import type { FlowRules } from '../../config/schema.ts'
import { officeDate } from '../../config/zone.ts'
import { type CaseRecord, classify, freshCase } from './rules.ts'

/** Pure: what a `case.*` event makes of the known record. Keys that an event does not carry stay as they were. */
export function applyCaseEvent(
  rules: FlowRules,
  known: CaseRecord | undefined,
  event: { type: string; at: number; caseNo: string; data: Readonly<Record<string, unknown>> },
): CaseRecord {
  const before = known ?? freshCase(event.caseNo)
  if (event.at < before.appliedMs) return before
  const { data } = event
  const typeName = text(data.kind) ?? text(data.caseType) ?? before.typeName
  const next: CaseRecord = {
    ...before,
    ...classify(rules, typeName),
    typeName,
    unifiedNo: keep(data, 'unifiedNo', before.unifiedNo),
    cause: keep(data, 'cause', before.cause),
    department: keep(data, 'department', before.department),
    handlerNo: keep(data, 'handlerNo', before.handlerNo),
    handlerHash: keep(data, 'handler_h', before.handlerHash),
    node: keep(data, 'node', before.node),
    coercion: keep(data, 'coercion', before.coercion),
    custody: typeof data.custody === 'boolean' ? data.custody : before.custody,
    accepted: keepDate(data, 'acceptedAt', before.accepted),
    assigned: keepDate(data, 'assignedAt', before.assigned),
    exportedDue: keepDate(data, 'due', before.exportedDue),
    started: keepDate(data, 'startedAt', before.started),
    closed: keepDate(data, 'closedAt', before.closed),
    outcome: keep(data, 'outcome', before.outcome),
    restricted:
      before.restricted || data.restricted === true || data.juvenile === true || event.type === 'case.restricted',
    appliedMs: event.at,
  }
  switch (event.type) {
    case 'case.deleted':
      return { ...next, gone: 'deleted' }
    case 'case.missing':
      return { ...next, gone: 'missing' }
    case 'case.closed':
      return { ...next, gone: null, closed: next.closed ?? officeDate(event.at) }
    case 'case.reopened':
      return { ...next, gone: null, closed: null }
    default:
      return { ...next, gone: null }
  }
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value.slice(0, 200) : null)

/** Absent keeps what is known; null or empty clears it. */
const keep = (data: Readonly<Record<string, unknown>>, key: string, before: string | null): string | null =>
  data[key] === undefined ? before : text(data[key])

function keepDate(data: Readonly<Record<string, unknown>>, key: string, before: string | null): string | null {
  if (data[key] === undefined) return before
  const day = text(data[key])?.slice(0, 10) ?? null
  return day !== null && /^\d{4}-\d{2}-\d{2}$/.test(day) && isDate(day) ? day : null
}
function isDate(day: string): boolean {
  try {
    Temporal.PlainDate.from(day)
    return true
  } catch {
    return false
  }
}
