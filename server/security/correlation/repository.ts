import { sql } from 'kysely'
import type { Reader, Tx } from '../../feature.ts'
import type { CrossReason, Entries } from './rules.ts'
import type { CrossTables, FindingRow } from './tables.ts'

const tables = (db: Reader | Tx) => db.withTables<CrossTables>()
const CHUNK = 500

export type FindingState = 'waiting' | 'raised' | 'cleared' | 'fine' | 'unknown'
export type RuleName = 'terminalWithoutEntry' | 'nightEntry' | 'unprotectedRoom'
/** One case of one rule: id is rule, object and office day. */
export interface Finding {
  id: string
  rule: RuleName
  object: string
  place: string
  person: string | null
  atMs: number
  state: FindingState
  reason: CrossReason
  evidence: readonly string[]
  facts: readonly { label: string; text: string }[]
  /** Type of the event that began it. */
  kind: string
  decidedMs: number | null
  /** Unprotected terminals of a room, while it is told; not kept. */
  hosts?: readonly string[]
}

export const toFinding = (row: FindingRow): Finding => ({
  id: row.id,
  rule: row.rule as RuleName,
  object: row.object,
  place: row.place,
  person: row.person,
  atMs: Number(row.at_ms),
  state: row.state as FindingState,
  reason: row.reason as CrossReason,
  evidence: JSON.parse(row.evidence) as string[],
  facts: JSON.parse(row.facts) as Finding['facts'],
  kind: row.kind,
  decidedMs: row.decided_ms === null ? null : Number(row.decided_ms),
})
const toRow = (one: Finding): FindingRow => ({
  id: one.id,
  rule: one.rule,
  object: one.object,
  place: one.place,
  person: one.person,
  at_ms: one.atMs,
  state: one.state,
  reason: one.reason,
  evidence: JSON.stringify(one.evidence),
  facts: JSON.stringify(one.facts),
  kind: one.kind,
  decided_ms: one.decidedMs,
})

export async function saveFindings(tx: Tx, findings: readonly Finding[]): Promise<void> {
  for (let from = 0; from < findings.length; from += CHUNK) {
    await tables(tx)
      .insertInto('cross_finding')
      .values(findings.slice(from, from + CHUNK).map(toRow))
      .onConflict((conflict) =>
        conflict.column('id').doUpdateSet((eb) => ({
          at_ms: eb.ref('excluded.at_ms'),
          state: eb.ref('excluded.state'),
          reason: eb.ref('excluded.reason'),
          evidence: eb.ref('excluded.evidence'),
          facts: eb.ref('excluded.facts'),
          kind: eb.ref('excluded.kind'),
          decided_ms: eb.ref('excluded.decided_ms'),
        })),
      )
      .execute()
  }
}

export async function findingsById(db: Reader | Tx, ids: readonly string[]): Promise<Map<string, Finding>> {
  const found = new Map<string, Finding>()
  for (let from = 0; from < ids.length; from += CHUNK) {
    const some = ids.slice(from, from + CHUNK)
    const rows = await tables(db).selectFrom('cross_finding').selectAll().where('id', 'in', some).execute()
    for (const row of rows) found.set(row.id, toFinding(row))
  }
  return found
}

/** Oldest first, at most 1000. */
export const findingsIn = async (db: Reader | Tx, states: readonly FindingState[]): Promise<Finding[]> =>
  (
    await tables(db)
      .selectFrom('cross_finding')
      .selectAll()
      .where('state', 'in', [...states])
      .orderBy('at_ms')
      .limit(1000)
      .execute()
  ).map(toFinding)

/** Of the time from `since` on, newest first, at most 500. */
export const findingsSince = async (db: Reader, since: number): Promise<Finding[]> =>
  (
    await tables(db)
      .selectFrom('cross_finding')
      .selectAll()
      .where('at_ms', '>=', since)
      .orderBy('at_ms', 'desc')
      .limit(500)
      .execute()
  ).map(toFinding)

export interface EntryNews {
  day: string
  person: string
  at: number
  eventId: string
}

/** Widens each person's day to hold these passes, whatever order they come in. */
export async function addEntries(tx: Tx, news: readonly EntryNews[]): Promise<void> {
  const merged = new Map<string, CrossTables['cross_entry']>()
  for (const { day, person, at, eventId } of news) {
    const known = merged.get(`${day} ${person}`)
    if (!known) merged.set(`${day} ${person}`, { day, person, first_ms: at, last_ms: at, first_event: eventId })
    else if (at < known.first_ms) Object.assign(known, { first_ms: at, first_event: eventId })
    else known.last_ms = Math.max(known.last_ms, at)
  }
  const rows = [...merged.values()]
  for (let from = 0; from < rows.length; from += CHUNK) {
    await tables(tx)
      .insertInto('cross_entry')
      .values(rows.slice(from, from + CHUNK))
      .onConflict((conflict) =>
        conflict.columns(['day', 'person']).doUpdateSet({
          first_event: sql<string>`case when excluded.first_ms < cross_entry.first_ms then excluded.first_event else cross_entry.first_event end`,
          first_ms: sql<number>`case when excluded.first_ms < cross_entry.first_ms then excluded.first_ms else cross_entry.first_ms end`,
          last_ms: sql<number>`case when excluded.last_ms > cross_entry.last_ms then excluded.last_ms else cross_entry.last_ms end`,
        }),
      )
      .execute()
  }
}

/** `day person` → first and last pass. */
export async function entriesOf(
  db: Reader | Tx,
  days: readonly string[],
  persons: readonly string[],
): Promise<Map<string, Entries & { firstEvent: string }>> {
  const found = new Map<string, Entries & { firstEvent: string }>()
  for (let from = 0; from < persons.length; from += CHUNK) {
    const rows = await tables(db)
      .selectFrom('cross_entry')
      .selectAll()
      .where('day', 'in', [...days])
      .where('person', 'in', persons.slice(from, from + CHUNK))
      .execute()
    for (const row of rows)
      found.set(`${row.day} ${row.person}`, {
        firstMs: Number(row.first_ms),
        lastMs: Number(row.last_ms),
        firstEvent: row.first_event,
      })
  }
  return found
}

export async function addTraces(tx: Tx, rows: readonly CrossTables['cross_trace'][]): Promise<void> {
  for (let from = 0; from < rows.length; from += CHUNK)
    await tables(tx)
      .insertInto('cross_trace')
      .values(rows.slice(from, from + CHUNK))
      .onConflict((conflict) => conflict.column('event_id').doNothing())
      .execute()
}

/** Of these doors, newest first, at most 200. */
export const tracesOf = (db: Reader, doors: readonly string[], since: number) =>
  tables(db)
    .selectFrom('cross_trace')
    .selectAll()
    .where('at_ms', '>=', since)
    .where('door', 'in', [...doors])
    .orderBy('at_ms', 'desc')
    .limit(200)
    .execute()

export async function addGaps(tx: Tx, rows: readonly CrossTables['cross_gap'][]): Promise<void> {
  if (rows.length === 0) return
  await tables(tx)
    .insertInto('cross_gap')
    .values([...rows])
    .onConflict((conflict) => conflict.column('event_id').doNothing())
    .execute()
}

export async function gapDays(db: Reader | Tx, days: readonly string[]): Promise<Set<string>> {
  const rows = await tables(db)
    .selectFrom('cross_gap')
    .select('day')
    .where('day', 'in', [...days])
    .execute()
  return new Set(rows.map(({ day }) => day))
}

export async function addStanding(tx: Tx, rows: readonly CrossTables['cross_standing'][]): Promise<void> {
  if (rows.length === 0) return
  await tables(tx)
    .insertInto('cross_standing')
    .values([...rows])
    .onConflict((conflict) => conflict.columns(['day', 'door']).doNothing())
    .execute()
}

/** `day door` of doors that stood open on these days. */
export async function standingOn(db: Reader | Tx, days: readonly string[]): Promise<Set<string>> {
  const rows = await tables(db)
    .selectFrom('cross_standing')
    .selectAll()
    .where('day', 'in', [...days])
    .execute()
  return new Set(rows.map(({ day, door }) => `${day} ${door}`))
}

export async function noteOnline(tx: Tx, news: ReadonlyMap<string, number>): Promise<void> {
  const rows = [...news].map(([host, at_ms]) => ({ host, at_ms }))
  for (let from = 0; from < rows.length; from += CHUNK)
    await tables(tx)
      .insertInto('cross_online')
      .values(rows.slice(from, from + CHUNK))
      .onConflict((conflict) => conflict.column('host').doUpdateSet((eb) => ({ at_ms: eb.ref('excluded.at_ms') })))
      .execute()
}

/** When terminals came online, from then on. */
export async function onlineSince(db: Reader | Tx, since: number): Promise<number[]> {
  const rows = await tables(db).selectFrom('cross_online').select('at_ms').where('at_ms', '>=', since).execute()
  return rows.map(({ at_ms }) => Number(at_ms))
}

/** Forgets what is no longer needed: persons' traces above all. */
export async function forget(tx: Tx, before: { day: string; ms: number; traceMs: number }): Promise<void> {
  await tables(tx).deleteFrom('cross_entry').where('day', '<', before.day).execute()
  await tables(tx).deleteFrom('cross_gap').where('day', '<', before.day).execute()
  await tables(tx).deleteFrom('cross_standing').where('day', '<', before.day).execute()
  await tables(tx).deleteFrom('cross_trace').where('at_ms', '<', before.traceMs).execute()
  await tables(tx)
    .deleteFrom('cross_finding')
    .where('at_ms', '<', before.ms)
    .where('state', 'not in', ['waiting', 'raised'])
    .execute()
}
