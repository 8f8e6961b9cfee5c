import { sql } from 'kysely'
import type { Migration, Reader, Tx } from '../../feature.ts'
import type { DoorRecord } from './rules.ts'

type DoorRow = {
  id: string
  contact: string | null
  mode: string
  opened_ms: number | null
  last_grant_ms: number | null
  forced_ms: number | null
  held_ms: number | null
  offline_ms: number | null
  applied_ms: number
}
type AccessHourRow = {
  hour_ms: number
  door: string
  outcome: string
  reason: string
  count: number
}
type Tables = {
  door_state: DoorRow
  access_hour: AccessHourRow
  access_person_day: { day: string; person: string }
}

export const doorMigrations: readonly Migration[] = [
  {
    id: 'security/001-doors',
    async up(db) {
      await db.schema
        .createTable('door_state')
        .addColumn('id', 'varchar(128)', (c) => c.primaryKey())
        .addColumn('contact', 'varchar(8)')
        .addColumn('mode', 'varchar(16)', (c) => c.notNull())
        .addColumn('opened_ms', 'bigint')
        .addColumn('last_grant_ms', 'bigint')
        .addColumn('forced_ms', 'bigint')
        .addColumn('held_ms', 'bigint')
        .addColumn('offline_ms', 'bigint')
        .addColumn('applied_ms', 'bigint', (c) => c.notNull())
        .execute()
      await db.schema
        .createTable('access_hour')
        .addColumn('hour_ms', 'bigint', (c) => c.notNull())
        .addColumn('door', 'varchar(128)', (c) => c.notNull())
        .addColumn('outcome', 'varchar(16)', (c) => c.notNull())
        .addColumn('reason', 'varchar(32)', (c) => c.notNull())
        .addColumn('count', 'integer', (c) => c.notNull())
        .addPrimaryKeyConstraint('access_hour_key', ['hour_ms', 'door', 'outcome', 'reason'])
        .execute()
      await db.schema
        .createTable('access_person_day')
        .addColumn('day', 'varchar(10)', (c) => c.notNull())
        .addColumn('person', 'varchar(80)', (c) => c.notNull())
        .addPrimaryKeyConstraint('access_person_day_key', ['day', 'person'])
        .execute()
    },
  },
]

const toRecord = (row: DoorRow): DoorRecord => ({
  id: row.id,
  contact: row.contact === 'open' || row.contact === 'closed' ? row.contact : null,
  mode: row.mode === 'always-open' || row.mode === 'always-closed' ? row.mode : 'normal',
  openedMs: row.opened_ms,
  lastGrantMs: row.last_grant_ms,
  forcedMs: row.forced_ms,
  heldMs: row.held_ms,
  offlineMs: row.offline_ms,
  appliedMs: row.applied_ms,
})
const toRow = (door: DoorRecord): DoorRow => ({
  id: door.id,
  contact: door.contact,
  mode: door.mode,
  opened_ms: door.openedMs,
  last_grant_ms: door.lastGrantMs,
  forced_ms: door.forcedMs,
  held_ms: door.heldMs,
  offline_ms: door.offlineMs,
  applied_ms: door.appliedMs,
})

/** All doors that have ever spoken, by id. */
export async function loadDoors(db: Reader | Tx, ids?: readonly string[]): Promise<Map<string, DoorRecord>> {
  let query = db.withTables<Tables>().selectFrom('door_state').selectAll()
  if (ids) query = query.where('id', 'in', [...ids])
  const rows = await query.execute()
  return new Map(rows.map((row) => [row.id, toRecord(row)]))
}

/** Doors that stand open and are not yet called held. */
export async function loadOpenDoors(db: Tx): Promise<DoorRecord[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('door_state')
    .selectAll()
    .where('contact', '=', 'open')
    .where('held_ms', 'is', null)
    .execute()
  return rows.map(toRecord)
}

export async function saveDoors(tx: Tx, doors: readonly DoorRecord[]): Promise<void> {
  if (doors.length === 0) return
  await tx
    .withTables<Tables>()
    .insertInto('door_state')
    .values(doors.map(toRow))
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet((eb) => ({
        contact: eb.ref('excluded.contact'),
        mode: eb.ref('excluded.mode'),
        opened_ms: eb.ref('excluded.opened_ms'),
        last_grant_ms: eb.ref('excluded.last_grant_ms'),
        forced_ms: eb.ref('excluded.forced_ms'),
        held_ms: eb.ref('excluded.held_ms'),
        offline_ms: eb.ref('excluded.offline_ms'),
        applied_ms: eb.ref('excluded.applied_ms'),
      })),
    )
    .execute()
}

/** Passes and refusals of one hour, door and reason. */
export interface AccessCount {
  hourMs: number
  door: string
  outcome: 'granted' | 'denied'
  reason: string
  count: number
}

/** Adds to the hourly counters; late data lands in the hour it belongs to. */
export async function addAccessCounts(tx: Tx, counts: readonly AccessCount[]): Promise<void> {
  for (let from = 0; from < counts.length; from += 500) {
    const rows = counts.slice(from, from + 500).map(({ hourMs, ...rest }) => ({ hour_ms: hourMs, ...rest }))
    await tx
      .withTables<Tables>()
      .insertInto('access_hour')
      .values(rows)
      .onConflict((conflict) =>
        conflict
          .columns(['hour_ms', 'door', 'outcome', 'reason'])
          .doUpdateSet({ count: sql<number>`access_hour.count + excluded.count` }),
      )
      .execute()
  }
}

export async function addPersons(tx: Tx, rows: readonly { day: string; person: string }[]): Promise<void> {
  for (let from = 0; from < rows.length; from += 500) {
    await tx
      .withTables<Tables>()
      .insertInto('access_person_day')
      .values(rows.slice(from, from + 500))
      .onConflict((conflict) => conflict.columns(['day', 'person']).doNothing())
      .execute()
  }
}

export async function countPersons(db: Reader, day: string): Promise<number> {
  const row = await db
    .withTables<Tables>()
    .selectFrom('access_person_day')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('day', '=', day)
    .executeTakeFirstOrThrow()
  return Number(row.n)
}

/** Counters of [from, to) by hour, door, outcome and reason. */
export async function readAccessCounts(db: Reader, from: number, to: number): Promise<AccessCount[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('access_hour')
    .selectAll()
    .where('hour_ms', '>=', from)
    .where('hour_ms', '<', to)
    .execute()
  return rows.map((row) => ({
    hourMs: row.hour_ms,
    door: row.door,
    outcome: row.outcome === 'granted' ? 'granted' : 'denied',
    reason: row.reason,
    count: row.count,
  }))
}

/** Passes per hour over [from, to), all doors together. */
export async function readPassesPerHour(
  db: Reader,
  from: number,
  to: number,
): Promise<{ hourMs: number; passes: number }[]> {
  const rows = await db
    .withTables<Tables>()
    .selectFrom('access_hour')
    .select((eb) => ['hour_ms', eb.fn.sum<number>('count').as('passes')])
    .where('outcome', '=', 'granted')
    .where('hour_ms', '>=', from)
    .where('hour_ms', '<', to)
    .groupBy('hour_ms')
    .execute()
  return rows.map((row) => ({ hourMs: row.hour_ms, passes: Number(row.passes) }))
}
