import type { Reader, Tx } from '../feature.ts'
import { toAlert, toEntry, toSilence } from './rows.ts'
import type { Silence } from './silences.ts'
import type { AlertTables } from './tables.ts'
import type { Alert, Entry } from './types.ts'

/** Reading for people and for the clock. */
const tables = (db: Reader | Tx) => db.withTables<AlertTables>()
const SHOWN = ['card', 'storm'] as const
/** With drills, which are shown and counted nowhere. */
const LISTED = [...SHOWN, 'drill'] as const

export const readOpen = async (db: Reader | Tx): Promise<Alert[]> =>
  (
    await tables(db).selectFrom('alert').selectAll().where('step', '<>', 'closed').where('kind', 'in', SHOWN).execute()
  ).map(toAlert)

/** What the wall lists: the same and the drill that is under way. */
export const readListed = async (db: Reader | Tx): Promise<Alert[]> =>
  (
    await tables(db).selectFrom('alert').selectAll().where('step', '<>', 'closed').where('kind', 'in', LISTED).execute()
  ).map(toAlert)

export async function readAlerts(db: Reader | Tx, ids: readonly string[]): Promise<Alert[]> {
  if (ids.length === 0) return []
  const rows = await tables(db)
    .selectFrom('alert')
    .selectAll()
    .where('id', 'in', [...ids])
    .execute()
  return rows.filter(({ kind }) => kind !== 'hidden').map(toAlert)
}

export interface ListQuery {
  states: readonly string[]
  severities: readonly string[]
  domains: readonly string[]
  steps: readonly string[]
  rule?: string | undefined
  object?: string | undefined
  from?: number | undefined
  to?: number | undefined
  /** Only alerts that came before this one. */
  before?: number | undefined
  limit: number
  drills: boolean
}

/** Newest first. Without a state or step: all that are not closed. */
export async function listAlerts(db: Reader, query: ListQuery): Promise<Alert[]> {
  let rows = tables(db).selectFrom('alert').selectAll().where('kind', '<>', 'hidden')
  if (!query.drills) rows = rows.where('kind', '<>', 'drill')
  if (query.states.length === 0 && query.steps.length === 0) rows = rows.where('step', '<>', 'closed')
  if (query.states.length > 0) rows = rows.where('state', 'in', query.states)
  if (query.steps.length > 0) rows = rows.where('step', 'in', query.steps)
  if (query.severities.length > 0) rows = rows.where('severity', 'in', query.severities)
  if (query.domains.length > 0) rows = rows.where('domain', 'in', query.domains)
  if (query.rule) rows = rows.where('rule', '=', query.rule)
  if (query.object) rows = rows.where('object', '=', query.object)
  if (query.from !== undefined) rows = rows.where('last_at', '>=', query.from)
  if (query.to !== undefined) rows = rows.where('first_at', '<', query.to)
  if (query.before !== undefined) rows = rows.where('ord', '<', query.before)
  return (await rows.orderBy('ord', 'desc').limit(query.limit).execute()).map(toAlert)
}

export const readHistory = async (db: Reader | Tx, id: string): Promise<Entry[]> =>
  (
    await tables(db)
      .selectFrom('alert_history')
      .selectAll()
      .where('alert_id', '=', id)
      .orderBy('version', 'desc')
      .limit(1000)
      .execute()
  ).map(toEntry)

export const readEvidence = (db: Reader, id: string) =>
  tables(db)
    .selectFrom('alert_evidence')
    .selectAll()
    .where('alert_id', '=', id)
    .orderBy('observed_ms')
    .limit(1000)
    .execute()

export const readSameObject = async (db: Reader, alert: Alert, since: number): Promise<Alert[]> =>
  (
    await tables(db)
      .selectFrom('alert')
      .selectAll()
      .where('kind', '<>', 'hidden')
      .where('rule', '=', alert.rule)
      .where('object', alert.object === null ? 'is' : '=', alert.object)
      .where('first_at', '>=', since)
      .orderBy('first_at')
      .limit(500)
      .execute()
  ).map(toAlert)

export const readPainted = (db: Reader, id: string) =>
  tables(db).selectFrom('alert_painted').selectAll().where('alert_id', '=', id).orderBy('at').execute()

export const readSilences = async (db: Reader | Tx, ended: boolean): Promise<Silence[]> => {
  let rows = tables(db).selectFrom('alert_silence').selectAll()
  if (!ended) rows = rows.where('ended_at', 'is', null)
  return (await rows.orderBy('created_at', 'desc').limit(1000).execute()).map(toSilence)
}

/** Alerts whose next rung is due. */
export const readDue = async (tx: Tx, now: number): Promise<Alert[]> =>
  (
    await tables(tx)
      .selectFrom('alert')
      .selectAll()
      .where('escalates_at', '<=', now)
      .orderBy('escalates_at')
      .limit(200)
      .execute()
  ).map(toAlert)

/** Figures of the day and the week that need no rows of their own. */
export interface Numbers {
  normalToday: number
  escalatedToday: number
  meanAckS: number | null
  meanHandleS: number | null
}
export async function readNumbers(db: Reader, from: { today: number; week: number }): Promise<Numbers> {
  const live = tables(db).selectFrom('alert').where('kind', 'in', SHOWN)
  const count = (row: { n: number } | undefined) => Number(row?.n ?? 0)
  const mean = (row: { ms: number | null } | undefined) =>
    row?.ms == null ? null : Math.round(Number(row.ms) / 100) / 10
  const [normal, escalated, ack, handle] = await Promise.all([
    live
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('normal_at', '>=', from.today)
      .executeTakeFirst(),
    live
      .select((eb) => eb.fn.countAll<number>().as('n'))
      .where('escalated_at', '>=', from.today)
      .executeTakeFirst(),
    live
      .select((eb) => eb.fn.avg<number | null>(eb('acked_at', '-', eb.ref('unack_since'))).as('ms'))
      .where('acked_at', '>=', from.week)
      .executeTakeFirst(),
    live
      .select((eb) => eb.fn.avg<number | null>(eb('closed_at', '-', eb.ref('created_at'))).as('ms'))
      .where('closed_at', '>=', from.week)
      .executeTakeFirst(),
  ])
  return {
    normalToday: count(normal),
    escalatedToday: count(escalated),
    meanAckS: mean(ack),
    meanHandleS: mean(handle),
  }
}

export const readLastClosed = async (db: Reader): Promise<Alert | undefined> => {
  const row = await tables(db)
    .selectFrom('alert')
    .selectAll()
    .where('kind', 'in', SHOWN)
    .where('closed_at', 'is not', null)
    .orderBy('closed_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row && toAlert(row)
}

/** When each new card came, epoch ms. */
export const readBirths = async (db: Reader, from: number): Promise<number[]> =>
  (
    await tables(db)
      .selectFrom('alert')
      .select('created_at')
      .where('kind', 'in', SHOWN)
      .where('created_at', '>=', from)
      .execute()
  ).map(({ created_at }) => created_at)
