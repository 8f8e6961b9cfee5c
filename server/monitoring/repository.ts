import { FINDING_ENDS, type FindingAction, type FindingStage, type MonitoringGroup } from '../../contract/monitoring.ts'
import type { Reader, Tx } from '../feature.ts'
import type { Ground } from './checks.ts'
import type { Finding } from './rules.ts'
import type { MonitoringTables as Tables } from './tables.ts'

/** Reads and writes findings; every move is conditional on the version it was read in. */
const on = (db: Reader | Tx) => db.withTables<Tables>()
/** Bound parameters of one statement stay far below the stores' limit. */
const ROWS = 300

export interface Evidence {
  grounds: Ground[]
  /** Events of the case that show it, newest last. */
  events: string[]
  /** The case as it was when it was found. */
  facts: Record<string, string>
}
export interface StoredFinding extends Finding {
  id: string
  caseId: string
  caseNo: string
  check: string
  run: string
  group: MonitoringGroup
  day: string
  words: string
  evidence: Evidence
  rulesVersion: string
  restricted: boolean
  custody: boolean
  gone: boolean
  /** Last day of an answer of which the alert has told. */
  told: string | null
  version: number
  foundMs: number
  movedMs: number
}
export interface FindingStep {
  seq: number
  kind: FindingAction
  by: string
  at: number
  from: FindingStage
  to: FindingStage
  body: Record<string, unknown>
}

const toFinding = (row: Tables['finding']): StoredFinding => ({
  id: row.id,
  caseId: row.case_id,
  caseNo: row.case_no,
  check: row.check_id,
  run: row.run,
  group: row.grp as MonitoringGroup,
  day: row.day,
  stage: row.stage as FindingStage,
  addressee: row.addressee,
  department: row.department,
  due: row.due,
  back: row.back as FindingStage | null,
  issuedBy: row.issued_by,
  answeredBy: row.answered_by,
  refusals: row.refusals,
  words: row.words,
  evidence: JSON.parse(row.evidence) as Evidence,
  rulesVersion: row.rules_version,
  restricted: row.restricted === 1,
  custody: row.custody === 1,
  gone: row.gone === 1,
  told: row.told,
  version: row.version,
  foundMs: Number(row.found_ms),
  movedMs: Number(row.moved_ms),
})
const toRow = (one: StoredFinding): Tables['finding'] => ({
  id: one.id,
  case_id: one.caseId,
  case_no: one.caseNo,
  check_id: one.check,
  run: one.run,
  grp: one.group,
  day: one.day,
  stage: one.stage,
  addressee: one.addressee,
  department: one.department,
  due: one.due,
  back: one.back,
  issued_by: one.issuedBy,
  answered_by: one.answeredBy,
  refusals: one.refusals,
  words: one.words,
  evidence: JSON.stringify(one.evidence),
  rules_version: one.rulesVersion,
  restricted: one.restricted ? 1 : 0,
  custody: one.custody ? 1 : 0,
  gone: one.gone ? 1 : 0,
  told: one.told,
  version: one.version,
  found_ms: one.foundMs,
  moved_ms: one.movedMs,
})

/** Those that were not known yet: the key (case, check, run) is the claim. */
export async function insertFindings(tx: Tx, findings: readonly StoredFinding[]): Promise<void> {
  for (let from = 0; from < findings.length; from += ROWS)
    await on(tx)
      .insertInto('finding')
      .values(findings.slice(from, from + ROWS).map(toRow))
      .execute()
}
/** Two at once, one effect: false when somebody else has moved it meanwhile. */
export async function moveFinding(tx: Tx, before: StoredFinding, after: StoredFinding): Promise<boolean> {
  const { id: _id, found_ms: _found, evidence: _evidence, ...change } = toRow(after)
  const result = await on(tx)
    .updateTable('finding')
    .set(change)
    .where('id', '=', before.id)
    .where('version', '=', before.version)
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}
export async function findFinding(db: Reader | Tx, id: string): Promise<StoredFinding | undefined> {
  const row = await on(db).selectFrom('finding').selectAll().where('id', '=', id).executeTakeFirst()
  return row ? toFinding(row) : undefined
}
/** All findings of these cases, open or not. */
export async function findingsOfCases(db: Reader | Tx, caseIds: readonly string[]): Promise<StoredFinding[]> {
  const found: StoredFinding[] = []
  for (let from = 0; from < caseIds.length; from += ROWS) {
    const some = caseIds.slice(from, from + ROWS)
    const rows = await on(db).selectFrom('finding').selectAll().where('case_id', 'in', some).execute()
    found.push(...rows.map(toFinding))
  }
  return found
}
export async function openFindings(db: Reader | Tx): Promise<StoredFinding[]> {
  const rows = await on(db)
    .selectFrom('finding')
    .selectAll()
    .where('stage', 'not in', [...FINDING_ENDS])
    .orderBy('id')
    .execute()
  return rows.map(toFinding)
}
/** Notices whose day is past: they may go up a rung. */
export async function lateFindings(tx: Tx, today: string): Promise<StoredFinding[]> {
  const rows = await on(tx)
    .selectFrom('finding')
    .selectAll()
    .where('stage', 'in', ['noticed', 'head', 'deputy'])
    .where('due', '<', today)
    .orderBy('due')
    .limit(500)
    .execute()
  return rows.map(toFinding)
}

/** True for the one who may tell of this last day. */
export async function tellFor(tx: Tx, id: string, due: string | null): Promise<boolean> {
  const result = await on(tx)
    .updateTable('finding')
    .set({ told: due })
    .where('id', '=', id)
    .where((eb) => eb.or([eb('told', 'is', null), eb('told', '!=', due)]))
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}

/** Whose findings a caller may see; empty = all. */
export interface FindingScope {
  person?: string
  department?: string
}
export interface FindingFilter extends FindingScope {
  stages: readonly string[]
  groups: readonly string[]
  check?: string
  departmentIs?: string
  caseId?: string
  addressee?: string
  dueBefore?: string
  /** Only those with a written notice. */
  written?: boolean
  offset: number
  limit: number
}

/** A page, newest first. */
export async function listFindings(db: Reader, filter: FindingFilter): Promise<StoredFinding[]> {
  let query = on(db).selectFrom('finding').selectAll()
  const { person, department } = filter
  if (person !== undefined || department !== undefined)
    query = query.where((eb) =>
      eb.or([
        ...(department === undefined ? [] : [eb('department', '=', department)]),
        ...(person === undefined ? [] : [eb('addressee', '=', person)]),
      ]),
    )
  if (filter.stages.length > 0) query = query.where('stage', 'in', [...filter.stages])
  if (filter.groups.length > 0) query = query.where('grp', 'in', [...filter.groups])
  if (filter.check !== undefined) query = query.where('check_id', '=', filter.check)
  if (filter.departmentIs !== undefined) query = query.where('department', '=', filter.departmentIs)
  if (filter.caseId !== undefined) query = query.where('case_id', '=', filter.caseId)
  if (filter.addressee !== undefined) query = query.where('addressee', '=', filter.addressee)
  if (filter.dueBefore !== undefined)
    query = query.where('due', '<', filter.dueBefore).where('stage', 'in', ['noticed', 'head', 'deputy'])
  if (filter.written) query = query.where('issued_by', 'is not', null)
  const rows = await query.orderBy('found_ms', 'desc').orderBy('id').offset(filter.offset).limit(filter.limit).execute()
  return rows.map(toFinding)
}

/** How many of those in scope stand in each stage. */
export async function countStages(db: Reader, { person, department }: FindingScope): Promise<Record<string, number>> {
  let query = on(db)
    .selectFrom('finding')
    .select((eb) => ['stage', eb.fn.countAll<number>().as('n')])
  if (person !== undefined || department !== undefined)
    query = query.where((eb) =>
      eb.or([
        ...(department === undefined ? [] : [eb('department', '=', department)]),
        ...(person === undefined ? [] : [eb('addressee', '=', person)]),
      ]),
    )
  const rows = await query.groupBy('stage').execute()
  return Object.fromEntries(rows.map(({ stage, n }) => [stage, Number(n)]))
}

export async function addStep(tx: Tx, finding: string, step: FindingStep): Promise<void> {
  await addSteps(tx, [{ finding, step }])
}
export async function addSteps(tx: Tx, rows: readonly { finding: string; step: FindingStep }[]): Promise<void> {
  for (let from = 0; from < rows.length; from += ROWS)
    await on(tx)
      .insertInto('finding_event')
      .values(
        rows.slice(from, from + ROWS).map(({ finding, step }) => ({
          finding_id: finding,
          seq: step.seq,
          kind: step.kind,
          by: step.by,
          at_ms: step.at,
          from_stage: step.from,
          to_stage: step.to,
          body: JSON.stringify(step.body),
        })),
      )
      .execute()
}
export async function stepsOf(db: Reader | Tx, finding: string): Promise<FindingStep[]> {
  const rows = await on(db)
    .selectFrom('finding_event')
    .selectAll()
    .where('finding_id', '=', finding)
    .orderBy('seq')
    .execute()
  return rows.map((row) => ({
    seq: row.seq,
    kind: row.kind as FindingAction,
    by: row.by,
    at: Number(row.at_ms),
    from: row.from_stage as FindingStage,
    to: row.to_stage as FindingStage,
    body: JSON.parse(row.body) as Record<string, unknown>,
  }))
}

export type Notice = Tables['flow_notice']
/** The next number of the year; the unique (year, number) refuses a second writer. */
export async function nextNumber(tx: Tx, year: number): Promise<number> {
  const row = await on(tx)
    .selectFrom('flow_notice')
    .select((eb) => eb.fn.max('number').as('last'))
    .where('year', '=', year)
    .executeTakeFirst()
  return Number(row?.last ?? 0) + 1
}
export const insertNotice = async (tx: Tx, notice: Notice): Promise<void> => {
  await on(tx).insertInto('flow_notice').values(notice).execute()
}
/** The first answer counts: a later one after a refusal does not make it late or in time. */
export const answerNotice = async (tx: Tx, finding: string, at: number, inTime: boolean): Promise<void> => {
  await on(tx)
    .updateTable('flow_notice')
    .set({ answered_ms: at, in_time: inTime ? 1 : 0 })
    .where('finding_id', '=', finding)
    .where('answered_ms', 'is', null)
    .execute()
}
export const noticeOf = (db: Reader | Tx, finding: string): Promise<Notice | undefined> =>
  on(db).selectFrom('flow_notice').selectAll().where('finding_id', '=', finding).executeTakeFirst()
export async function noticesOf(db: Reader, findings: readonly string[]): Promise<Map<string, Notice>> {
  const found = new Map<string, Notice>()
  for (let from = 0; from < findings.length; from += ROWS) {
    const some = findings.slice(from, from + ROWS)
    for (const row of await on(db).selectFrom('flow_notice').selectAll().where('finding_id', 'in', some).execute())
      found.set(row.finding_id, row)
  }
  return found
}

/** What the monthly report and the figures count, without the evidence. */
export const countedSince = (
  db: Reader,
  from: string,
  to: string,
): Promise<Pick<Tables['finding'], 'day' | 'grp' | 'check_id' | 'stage'>[]> =>
  on(db)
    .selectFrom('finding')
    .select(['day', 'grp', 'check_id', 'stage'])
    .where('day', '>=', from)
    .where('day', '<=', to)
    .execute()
export const noticesSince = (
  db: Reader,
  from: string,
): Promise<(Pick<Notice, 'issued_day' | 'due' | 'in_time'> & { stage: string })[]> =>
  on(db)
    .selectFrom('flow_notice')
    .innerJoin('finding', 'finding.id', 'flow_notice.finding_id')
    .select(['flow_notice.issued_day', 'flow_notice.due', 'flow_notice.in_time', 'finding.stage'])
    .where('flow_notice.due', '>=', from)
    .execute()
/** When the first finding was made: monitoring began here. Undefined = it has not. */
export async function firstFound(db: Reader): Promise<number | undefined> {
  const row = await on(db)
    .selectFrom('finding')
    .select((eb) => eb.fn.min('found_ms').as('first'))
    .executeTakeFirst()
  return row?.first == null ? undefined : Number(row.first)
}
