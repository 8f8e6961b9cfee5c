import { sql } from 'kysely'
import type { Reader, Tx } from '../feature.ts'
import { toAlert, toAlertRow, toHistoryRow, toSilence } from './rows.ts'
import type { Changes, Loaded } from './signal.ts'
import { STORM_WINDOW_MS, stormCause } from './storm.ts'
import type { AlertTables } from './tables.ts'
import type { Alert } from './types.ts'

/** Rows per statement: 400 alerts of 36 columns stay under the 30,000 bind variables of a statement. */
const CHUNK = 400

const tables = (db: Reader | Tx) => db.withTables<AlertTables>()
export const chunks = <Item>(items: readonly Item[], size = CHUNK): Item[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) => items.slice(at * size, (at + 1) * size))

async function inChunks<Item, Row>(items: readonly Item[], read: (part: Item[]) => Promise<Row[]>): Promise<Row[]> {
  const rows: Row[] = []
  for (const part of chunks(items)) rows.push(...(await read(part)))
  return rows
}

/** Everything a book needs for these causes, in a handful of selects. */
export async function loadBook(
  tx: Tx,
  wanted: { causes: ReadonlySet<string>; rules: ReadonlySet<string>; eventIds: ReadonlySet<string> },
  moment: { now: number; day: string },
): Promise<Loaded> {
  const db = tables(tx)
  const causes = [...new Set([...wanted.causes, ...[...wanted.rules].map(stormCause)])]
  const alerts = await inChunks(causes, (part) =>
    db
      .selectFrom('alert')
      .selectAll()
      .where('cause', 'in', part)
      .where((eb) => eb.or([eb('step', '<>', 'closed'), eb('state', '<>', 'normal')]))
      .execute(),
  )
  const known = await inChunks([...wanted.eventIds], (part) =>
    db.selectFrom('alert_evidence').select(['cause', 'event_id']).where('event_id', 'in', part).execute(),
  )
  const births = await inChunks([...wanted.rules], (part) =>
    db
      .selectFrom('alert_birth')
      .select((eb) => ['rule', eb.fn.sum<number>('births').as('born')])
      .where('rule', 'in', part)
      .where('at', '>', moment.now - STORM_WINDOW_MS)
      .groupBy('rule')
      .execute(),
  )
  const number = await db.selectFrom('alert_number').select('last').where('day', '=', moment.day).executeTakeFirst()
  return {
    alerts: alerts.map(toAlert),
    knownEvents: new Set(known.map(({ cause, event_id }) => `${cause} ${event_id}`)),
    silences: wanted.rules.size > 0 ? await activeSilences(tx, moment.now) : [],
    births: new Map(births.map(({ rule, born }) => [rule, Number(born)])),
    lastNumber: number?.last ?? 0,
    day: moment.day,
  }
}

export const activeSilences = async (db: Reader | Tx, now: number) =>
  (
    await tables(db)
      .selectFrom('alert_silence')
      .selectAll()
      .where('ended_at', 'is', null)
      .where('until_ms', '>', now)
      .execute()
  ).map(toSilence)

/** Writes what a book has changed: upserts of alerts, appends of everything else. */
export async function saveBook(tx: Tx, changes: Changes, moment: { now: number; day: string }): Promise<void> {
  const db = tables(tx)
  await saveAlerts(tx, changes.alerts)
  for (const part of chunks(changes.entries))
    await db.insertInto('alert_history').values(part.map(toHistoryRow)).execute()
  for (const part of chunks(changes.evidence)) {
    const rows = part.map(({ alertId, cause, evidence }) => ({
      alert_id: alertId,
      event_id: evidence.eventId,
      cause,
      type: evidence.type,
      observed_ms: evidence.observedMs,
      sha256: evidence.sha256,
      excerpt: evidence.excerpt,
    }))
    await db
      .insertInto('alert_evidence')
      .values(rows)
      .onConflict((oc) => oc.columns(['event_id', 'cause', 'alert_id']).doNothing())
      .execute()
  }
  if (changes.births.size > 0)
    await db
      .insertInto('alert_birth')
      .values([...changes.births].map(([rule, births]) => ({ rule, births, at: moment.now })))
      .execute()
  const last = changes.lastNumber
  if (last !== null)
    await db
      .insertInto('alert_number')
      .values({ day: moment.day, last })
      .onConflict((oc) => oc.column('day').doUpdateSet({ last }))
      .execute()
}

/**
 * Closed ones first: a superseded card and its successor share a cause, and the index allows one open card per cause.
 */
async function saveAlerts(tx: Tx, alerts: readonly Alert[]): Promise<void> {
  const closedFirst = [...alerts].sort((a, b) => Number(b.step === 'closed') - Number(a.step === 'closed'))
  for (const part of chunks(closedFirst)) {
    const rows = part.map(toAlertRow)
    const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'id')
    await tables(tx)
      .insertInto('alert')
      .values(rows)
      .onConflict((oc) =>
        oc
          .column('id')
          .doUpdateSet(Object.fromEntries(columns.map((column) => [column, sql.ref(`excluded.${column}`)]))),
      )
      .execute()
  }
}

/** What count rules have seen of these causes since `from`. */
export const loadOccurrences = async (tx: Tx, causes: readonly string[], from: number) =>
  inChunks(causes, (part) =>
    tables(tx).selectFrom('alert_occurrence').selectAll().where('cause', 'in', part).where('at', '>', from).execute(),
  )

export async function saveOccurrences(tx: Tx, rows: readonly AlertTables['alert_occurrence'][]): Promise<void> {
  for (const part of chunks(rows))
    await tables(tx)
      .insertInto('alert_occurrence')
      .values(part)
      .onConflict((oc) => oc.columns(['cause', 'event_id']).doNothing())
      .execute()
}

/** Drops what a flood has pushed out: per cause everything before the time given. */
export async function forgetOccurrences(tx: Tx, before: ReadonlyMap<string, number>): Promise<void> {
  for (const [cause, at] of before)
    await tables(tx).deleteFrom('alert_occurrence').where('cause', '=', cause).where('at', '<', at).execute()
}

/** Forgets counters that no window can reach any more. */
export async function prune(tx: Tx, before: { occurrences: number; births: number }): Promise<void> {
  await tables(tx).deleteFrom('alert_occurrence').where('at', '<', before.occurrences).execute()
  await tables(tx).deleteFrom('alert_birth').where('at', '<', before.births).execute()
}
