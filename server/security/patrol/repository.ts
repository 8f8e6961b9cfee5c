import type { Migration, Reader, Tx } from '../../feature.ts'
import { patrolDeskMigration } from './desk-tables.ts'
import { type CheckIn, mergeCheckIns, type PointProof, type StoredCheckIn } from './rules.ts'

type Tables = {
  patrol_checkin: {
    event_id: string
    point: string
    at_ms: number
    person: string | null
    wand: string | null
    proof: string | null
    late: number | null
  }
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
  patrolDeskMigration,
]

/** New touches; what a later file knows better about one that is there is added to it. */
export async function addCheckIns(tx: Tx, incoming: readonly StoredCheckIn[]): Promise<void> {
  const known = await nearby(tx, incoming)
  const { add, name } = mergeCheckIns(known, incoming)
  const db = tx.withTables<Tables>()
  for (let from = 0; from < add.length; from += 500)
    await db
      .insertInto('patrol_checkin')
      .values(add.slice(from, from + 500).map(toRow))
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .execute()
  for (const { id, person } of name)
    await db.updateTable('patrol_checkin').set({ person }).where('event_id', '=', id).execute()
}

const MINUTE_MS = 60_000
async function nearby(tx: Tx, incoming: readonly StoredCheckIn[]): Promise<StoredCheckIn[]> {
  if (incoming.length === 0) return []
  const times = incoming.map(({ at }) => at)
  const from = times.reduce((low, one) => Math.min(low, one)) - MINUTE_MS
  const until = times.reduce((high, one) => Math.max(high, one)) + MINUTE_MS
  const points = [...new Set(incoming.map(({ point }) => point))]
  const rows = await tx
    .withTables<Tables>()
    .selectFrom('patrol_checkin')
    .selectAll()
    .where('at_ms', '>=', from)
    .where('at_ms', '<=', until)
    .where('point', 'in', points)
    .execute()
  return rows.map((row) => ({ id: row.event_id, ...toCheckIn(row) }))
}

const toRow = ({ id, point, at, person, wand, proof, late }: StoredCheckIn): Tables['patrol_checkin'] => ({
  ...{ event_id: id, point, at_ms: at, person: person ?? null, wand: wand ?? null, proof: proof ?? null },
  late: late ? 1 : 0,
})

const PROOFS: readonly PointProof[] = ['wand', 'strong', 'weak', 'none']
const toCheckIn = (row: Omit<Tables['patrol_checkin'], 'event_id'>): CheckIn => ({
  ...{ point: row.point, at: row.at_ms, person: row.person, wand: row.wand, late: row.late === 1 },
  proof: PROOFS.find((one) => one === row.proof) ?? 'wand',
})

export async function readCheckIns(db: Reader | Tx, from: number, to: number): Promise<CheckIn[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('patrol_checkin')
    .select(['point', 'at_ms', 'person', 'wand', 'proof', 'late'])
    .where('at_ms', '>=', from)
    .where('at_ms', '<', to)
    .orderBy('at_ms')
    .execute()
  return rows.map(toCheckIn)
}

/** When the first touch that the house knows was made; undefined when it knows none. */
export async function firstCheckIn(db: Reader): Promise<number | undefined> {
  const row = await db
    .withTables<Tables>()
    .selectFrom('patrol_checkin')
    .select((eb) => eb.fn.min('at_ms').as('at'))
    .executeTakeFirst()
  return row?.at === null || row?.at === undefined ? undefined : Number(row.at)
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
