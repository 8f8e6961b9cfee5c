import type { Migration, Reader, Tx } from '../../feature.ts'
import type { CheckIn } from './rules.ts'

type Tables = {
  patrol_checkin: { event_id: string; point: string; at_ms: number; person: string | null }
  patrol_round: { route: string; round: string; result: string; changed_ms: number }
}

export const patrolMigrations: readonly Migration[] = [
  {
    id: 'security/003-patrol',
    async up(db) {
      await db.schema
        .createTable('patrol_checkin')
        .addColumn('event_id', 'varchar(64)', (c) => c.primaryKey())
        .addColumn('point', 'varchar(64)', (c) => c.notNull())
        .addColumn('at_ms', 'bigint', (c) => c.notNull())
        .addColumn('person', 'varchar(80)')
        .execute()
      await db.schema.createIndex('patrol_checkin_at').on('patrol_checkin').columns(['at_ms']).execute()
      await db.schema
        .createTable('patrol_round')
        .addColumn('route', 'varchar(64)', (c) => c.notNull())
        .addColumn('round', 'varchar(20)', (c) => c.notNull())
        .addColumn('result', 'varchar(20)', (c) => c.notNull())
        .addColumn('changed_ms', 'bigint', (c) => c.notNull())
        .addPrimaryKeyConstraint('patrol_round_key', ['route', 'round'])
        .execute()
    },
  },
]

export async function addCheckIns(
  tx: Tx,
  rows: readonly { event_id: string; point: string; at_ms: number; person: string | null }[],
): Promise<void> {
  for (let from = 0; from < rows.length; from += 500)
    await tx
      .withTables<Tables>()
      .insertInto('patrol_checkin')
      .values(rows.slice(from, from + 500))
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .execute()
}

export async function readCheckIns(db: Reader | Tx, from: number, to: number): Promise<CheckIn[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('patrol_checkin')
    .select(['point', 'at_ms'])
    .where('at_ms', '>=', from)
    .where('at_ms', '<', to)
    .orderBy('at_ms')
    .execute()
  return rows.map(({ point, at_ms }) => ({ point, at: at_ms }))
}

/** Results that were last told, by `route round`. */
export async function readResults(db: Tx, rounds: readonly string[]): Promise<Map<string, string>> {
  if (rounds.length === 0) return new Map()
  const rows = await db
    .withTables<Tables>()
    .selectFrom('patrol_round')
    .select(['route', 'round', 'result'])
    .where('round', 'in', [...rounds])
    .execute()
  return new Map(rows.map(({ route, round, result }) => [`${route} ${round}`, result]))
}

export async function saveResult(tx: Tx, row: Tables['patrol_round']): Promise<void> {
  await tx
    .withTables<Tables>()
    .insertInto('patrol_round')
    .values(row)
    .onConflict((conflict) =>
      conflict.columns(['route', 'round']).doUpdateSet({ result: row.result, changed_ms: row.changed_ms }),
    )
    .execute()
}
