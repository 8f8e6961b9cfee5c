import type { z } from 'zod'
import type { LoadKind } from '../../contract/http/assignment.ts'
import { CHANGE_REASONS, MANUAL_REASONS } from '../../contract/http/assignment.ts'
import type { Reader } from '../feature.ts'
import { readChain } from '../records/chain.ts'
import { type AssignmentDeps, CHAIN } from './context.ts'
import { findDesignation, findDraw } from './repository.ts'
import type { AssignmentTables as Tables } from './tables.ts'

/** 负荷台账: the rows of one member, each with the sentence that explains it. */
export type LedgerKind = z.infer<typeof LoadKind>
type Row = Tables['load_row']

const on = (db: Reader) => db.withTables<Tables>()

/** A page of a member's rows, newest first; `before` = day and id of the last one seen. */
export const loadRows = (
  db: Reader,
  member: string,
  before: { day: string; id: string } | undefined,
  limit: number,
): Promise<Row[]> => {
  let query = on(db).selectFrom('load_row').selectAll().where('member', '=', member)
  if (before)
    query = query.where((eb) =>
      eb.or([eb('day', '<', before.day), eb.and([eb('day', '=', before.day), eb('id', '<', before.id)])]),
    )
  return query.orderBy('day', 'desc').orderBy('id', 'desc').limit(limit).execute()
}

/** What the window holds, by kind. */
export async function loadTotals(
  db: Reader,
  member: string,
  since: string,
): Promise<{ kind: LedgerKind; amount: number; count: number }[]> {
  const rows = await on(db)
    .selectFrom('load_row')
    .select((eb) => ['kind', eb.fn.sum<number>('amount').as('amount'), eb.fn.countAll<number>().as('n')])
    .where('member', '=', member)
    .where('day', '>', since)
    .groupBy('kind')
    .orderBy('kind')
    .execute()
  return rows.map(({ kind, amount, n }) => ({ kind: kindOf(kind), amount: Number(amount), count: Number(n) }))
}

export const kindOf = (kind: string): LedgerKind =>
  kind === 'draw' || kind === 'designated' || kind === 'moved' || kind === 'absence' ? kind : 'adjusted'

const cases = (thousandths: number): string => (thousandths / 1000).toFixed(1)

/** Why a row is there, in one sentence. */
export async function explain(deps: AssignmentDeps, row: Row): Promise<string> {
  const kind = kindOf(row.kind)
  if (kind === 'draw') return `抽签抽中 ${await caseOfDraw(deps, row.ref)}，计权重 ${cases(row.amount)}`
  if (kind === 'absence') return absence(deps, row)
  if (kind === 'adjusted') return `调整，依据见分案链第 ${row.seq} 条`
  const designation = await findDesignation(deps.records.read, row.ref)
  const caseNo = designation ? await caseNoOf(deps, designation.case_id) : row.ref
  const reason = designation ? reasonName(designation.kind, designation.reason) : '见分案链'
  return kind === 'designated'
    ? `指定承办 ${caseNo}（${reason}），计权重 ${cases(row.amount)}`
    : `变更承办人，移出 ${caseNo}（${reason}），退回权重 ${cases(-row.amount)}`
}

export const reasonName = (kind: string, reason: string): string =>
  (kind === 'change' ? (CHANGE_REASONS as Record<string, string>)[reason] : undefined) ??
  (MANUAL_REASONS as Record<string, string>)[reason] ??
  reason

export const caseNoOf = async (deps: AssignmentDeps, caseId: string): Promise<string> =>
  (await deps.cases.find(deps.records.read, caseId))?.caseNo ?? caseId

async function caseOfDraw(deps: AssignmentDeps, drawId: string): Promise<string> {
  const draw = await findDraw(deps.records.read, drawId)
  return draw ? caseNoOf(deps, draw.caseId) : `（抽签 ${drawId}）`
}

/** The numbers stand in the chain entry, so that anybody can repeat the division. */
async function absence(deps: AssignmentDeps, row: Row): Promise<string> {
  const [entry] = await readChain(deps.records.read, CHAIN, Number(row.seq), 1)
  const { given, caps, cap } = entry?.body ?? {}
  const sum =
    typeof given === 'number' && typeof caps === 'number' && typeof cap === 'number'
      ? `在岗人员当日分得 ${cases(given)}，参与比例合计 ${caps}%，按本人 ${cap}% 折算`
      : '按在岗人员当日分得的负荷与参与比例折算'
  return `${row.ref} 请假：${sum}`
}
