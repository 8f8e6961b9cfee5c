import type { CorrectionItem } from '../../../contract/http/patrol.ts'
import type { PatrolResult } from '../../../contract/panels/security.ts'
import type { Reader, Turn, Tx } from '../../feature.ts'
import type { DeskTables } from './desk-tables.ts'
import type { Assessment } from './rules.ts'

export type Correction = CorrectionItem

/** A result that somebody set by hand, the latest of each round; key `route round`. */
export async function readManual(db: Reader | Tx, rounds: readonly string[]): Promise<Map<string, Correction>> {
  if (rounds.length === 0) return new Map()
  const rows = await db
    .withTables<DeskTables>()
    .selectFrom('patrol_correction')
    .selectAll()
    .where('round', 'in', [...rounds])
    .where('actor', '<>', 'system')
    .orderBy('at_ms')
    .orderBy('id')
    .execute()
  return new Map(rows.map((row) => [`${row.route} ${row.round}`, toItem(row)]))
}

/** Newest first. */
export async function listCorrections(
  db: Reader,
  limit: number,
  before: { at: number; id: string } | undefined,
): Promise<Correction[]> {
  let query = db.withTables<DeskTables>().selectFrom('patrol_correction').selectAll()
  if (before)
    query = query.where((eb) =>
      eb.or([eb('at_ms', '<', before.at), eb.and([eb('at_ms', '=', before.at), eb('id', '<', before.id)])]),
    )
  const rows = await query.orderBy('at_ms', 'desc').orderBy('id', 'desc').limit(limit).execute()
  return rows.map(toItem)
}

export async function addCorrection(tx: Tx, { id, route, round, before, after, reason, note, by, at }: Correction) {
  const row = { id, route, round, before_result: before, after_result: after, reason, note, actor: by, at_ms: at }
  await tx.withTables<DeskTables>().insertInto('patrol_correction').values(row).execute()
}

/** A late file turned a missed round into a walked one: said by itself, and never taken back. */
export async function noteCorrection(
  turn: Turn,
  { route, round, before, after }: { route: string; round: string; before: string | undefined; after: PatrolResult },
): Promise<void> {
  if (before !== 'missed' || (after !== 'on_time' && after !== 'late')) return
  const note = '巡检器在超期后下载，结果按打点记录更正'
  const id = `auto|${route}|${round}|${turn.now}`
  const said = { id, route, round, before, after, reason: 'late-download', note, by: 'system' } as const
  await addCorrection(turn.tx, { ...said, at: turn.now })
}

/** What a person decided stands above what the check-ins say; both stay visible. */
export const withCorrection = (assessment: Assessment, correction: Correction | undefined): Assessment =>
  correction === undefined ? assessment : { ...assessment, result: correction.after, note: `更正：${correction.note}` }

function toItem(row: DeskTables['patrol_correction']): Correction {
  return {
    ...{ id: row.id, route: row.route, round: row.round, before: row.before_result, note: row.note },
    after: row.after_result as PatrolResult,
    reason: row.reason as Correction['reason'],
    by: row.actor,
    at: row.at_ms,
  }
}
