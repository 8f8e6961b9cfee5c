import type { Turn } from '../feature.ts'
import type { AlertTables } from './tables.ts'

/**
 * Deletes closed alerts whose closing lies before `before` (epoch ms), with their history, evidence and receipts; those
 * about a held object stay. @returns how many, at most `limit`
 */
export async function retireAlerts(
  turn: Turn,
  before: number,
  held: readonly string[],
  limit: number,
): Promise<number> {
  const tables = turn.tx.withTables<AlertTables>()
  let old = tables
    .selectFrom('alert')
    .select('id')
    .where('step', '=', 'closed')
    .where('state', '=', 'normal')
    .where('closed_at', '<', before)
  if (held.length > 0)
    old = old.where((where) => where.or([where('object', 'is', null), where('object', 'not in', held)]))
  const ids = (await old.orderBy('closed_at').limit(limit).execute()).map(({ id }) => id)
  if (ids.length === 0) return 0
  for (const table of ['alert_history', 'alert_evidence', 'alert_painted'] as const)
    await tables.deleteFrom(table).where('alert_id', 'in', ids).execute()
  await tables.deleteFrom('alert').where('id', 'in', ids).execute()
  turn.touch('alerts')
  return ids.length
}
