import type { CaseRow } from './rows.ts'

/** A case as the collector last saw it: facts without names, kept in its own durable store. */
export interface CaseFacts {
  caseNo: string
  unifiedNo: string | null
  kind: string | null
  cause: string | null
  unit: string | null
  department: string | null
  handler_h: string | null
  node: string | null
  acceptedAt: string | null
  assignedAt: string | null
  startedAt: string | null
  due: string | null
  closedAt: string | null
  outcome: string | null
  coercion: string | null
  custody: boolean
  plea: boolean
  juvenile: boolean
  restricted: boolean
  suspects: number
}
export interface KnownCase extends CaseFacts {
  /** Epoch ms of the export that said so. */
  seenMs: number
  /** Exports in a row without it, while it was open. */
  missed: number
  gone: 'deleted' | 'missing' | null
}

export interface CaseChange {
  type: string
  facts: CaseFacts
  /** What changed, for people: `从 → 到`. */
  from?: string
  to?: string
}

export type Verdict =
  | { what: 'apply'; changes: CaseChange[]; known: KnownCase[]; older: number }
  /** Too many open cases are not in this export: nothing is taken from it until a person says so. */
  | { what: 'hold'; vanished: number; open: number }

export interface DiffInput {
  known: ReadonlyMap<string, KnownCase>
  rows: readonly CaseFacts[]
  deleted: ReadonlySet<string>
  /** In the file, but refused: changed nothing and vanished neither. */
  present: ReadonlySet<string>
  /** Facts for which this export has no column: they stay as they were. */
  absent: ReadonlySet<keyof CaseFacts>
  exportedMs: number
  maxVanish: number
  /** A person has looked at it. */
  confirmed: boolean
  /** The office as it stands, not news; by default when nothing is known yet. */
  first?: boolean
}

/** Twice in a row absent, then it is told; never on one short result (protocols.md 4.4). */
const MISSING_AFTER = 2
/** With fewer open cases a share says nothing. */
const MIN_OPEN = 5

/** Pure: what is known + what an export says → changes, and what is known then. */
export function diffCases(input: DiffInput): Verdict {
  const { known, rows, exportedMs } = input
  const first = input.first ?? known.size === 0
  const inFile = new Set([...rows.map(({ caseNo }) => caseNo), ...input.present, ...input.deleted])
  const newest = [...known.values()].reduce((high, { seenMs }) => Math.max(high, seenMs), 0)
  // An export that is older than another says nothing about what is gone today.
  const vanished =
    exportedMs < newest ? [] : [...known.values()].filter((one) => isOpen(one) && !inFile.has(one.caseNo))
  const open = [...known.values()].filter(isOpen).length
  if (!input.confirmed && open >= MIN_OPEN && vanished.length > open * input.maxVanish)
    return { what: 'hold', vanished: vanished.length, open }
  const result = { what: 'apply' as const, changes: [] as CaseChange[], known: [] as KnownCase[], older: 0 }
  for (const told of rows) {
    const before = known.get(told.caseNo)
    const facts = before ? fill(told, before, input.absent) : told
    if (before && before.seenMs > exportedMs) {
      result.older++
      continue
    }
    result.changes.push(...(before ? changesOf(before, facts) : arrivals(facts, first)))
    result.known.push({ ...facts, seenMs: exportedMs, missed: 0, gone: null })
  }
  for (const caseNo of input.deleted) remove(known.get(caseNo), 'deleted', exportedMs, result)
  for (const one of vanished) {
    if (one.missed + 1 >= MISSING_AFTER) remove(one, 'missing', exportedMs, result)
    else result.known.push({ ...one, missed: one.missed + 1 })
  }
  return result
}

/** What the export cannot say is taken from what is known; sealed once is sealed for good. */
function fill(told: CaseFacts, { restricted, ...before }: KnownCase, absent: DiffInput['absent']): CaseFacts {
  const kept = Object.fromEntries([...absent].map((key) => [key, before[key as keyof typeof before]]))
  return { ...told, ...kept, restricted: restricted || told.restricted }
}

export const isOpen = ({ closedAt, gone }: KnownCase): boolean => closedAt === null && gone === null

/** The very first export is the office as it stands; what comes later is news. */
function arrivals(facts: CaseFacts, first: boolean): CaseChange[] {
  if (first) return [{ type: 'case.snapshot', facts }]
  const changes: CaseChange[] = [{ type: 'case.accepted', facts }]
  if (isAssigned(facts)) changes.push({ type: 'case.assigned', facts, ...fromTo(null, facts.department) })
  if (facts.closedAt !== null) changes.push({ type: 'case.closed', facts, ...fromTo(null, facts.outcome) })
  return changes
}

const isAssigned = ({ handler_h, assignedAt }: CaseFacts): boolean => handler_h !== null || assignedAt !== null

function changesOf(before: KnownCase, after: CaseFacts): CaseChange[] {
  const changes: CaseChange[] = []
  const add = (type: string, from: string | null, to: string | null) =>
    changes.push({ type, facts: after, ...fromTo(from, to) })
  const assigned = !isAssigned(before) && isAssigned(after)
  if (assigned) add('case.assigned', before.department, after.department)
  else if (before.handler_h !== after.handler_h || before.department !== after.department)
    add('case.handler_changed', before.department, after.department)
  if (before.node !== after.node) add('case.node_changed', before.node, after.node)
  if (before.due !== after.due) add('case.deadline_changed', before.due, after.due)
  if (!before.restricted && after.restricted) add('case.restricted', null, null)
  if (before.closedAt === null && after.closedAt !== null) add('case.closed', before.node, after.outcome)
  if (before.closedAt !== null && after.closedAt === null) add('case.reopened', before.outcome, after.node)
  // One that was gone and is back says so even if nothing else changed.
  if (changes.length === 0 && (before.gone !== null || differs(before, after))) add('case.snapshot', null, null)
  return changes
}

/** Facts that have no event of their own. */
const QUIET = [
  'unifiedNo',
  'kind',
  'cause',
  'unit',
  'acceptedAt',
  'assignedAt',
  'startedAt',
  'closedAt',
  'outcome',
  'coercion',
  'custody',
  'plea',
  'juvenile',
  'restricted',
  'suspects',
] as const
const differs = (before: CaseFacts, after: CaseFacts): boolean => QUIET.some((key) => before[key] !== after[key])

function remove(
  one: KnownCase | undefined,
  how: 'deleted' | 'missing',
  exportedMs: number,
  result: { changes: CaseChange[]; known: KnownCase[] },
): void {
  if (!one || one.gone === how) return
  result.changes.push({ type: `case.${how}`, facts: factsOf(one), ...fromTo(one.node, null) })
  result.known.push({ ...one, seenMs: exportedMs, gone: how })
}

/** Without what only the collector keeps. */
export function factsOf({ seenMs: _seen, missed: _missed, gone: _gone, ...facts }: KnownCase): CaseFacts {
  return facts
}

const fromTo = (from: string | null, to: string | null): { from?: string; to?: string } => ({
  ...(from === null ? {} : { from }),
  ...(to === null ? {} : { to }),
})

/** What may leave: no handler's name or number, no title, no suspects. `hash` is the source's person hash. */
export function toFacts(row: CaseRow, hash: (employeeNo: string) => string): CaseFacts {
  const { handler, handlerNo, deleted: _deleted, ...rest } = row
  const who = handlerNo ?? handler
  return { ...rest, handler_h: who === null ? null : hash(who), restricted: row.juvenile }
}
