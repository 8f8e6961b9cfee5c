import type { Reader, Tx } from '../../feature.ts'
import type { Known } from './rules.ts'
import type { ExchangeTables as Tables } from './tables.ts'

type Db = Reader | Tx
const on = (db: Db) => db.withTables<Tables>()
/** Bound parameters of one statement stay far below the stores' limit. */
const ROWS = 400

export type StoredRow = Tables['shared_quarantine']
export type StoredRecord = Tables['shared_record']
export type StoredBatch = Tables['shared_batch']

const chunks = function* <Item>(items: readonly Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += ROWS) yield items.slice(from, from + ROWS)
}

/** All versions that there are of these keys. */
export async function knownVersions(
  db: Db,
  of: { standard: string; unit: string },
  keys: readonly string[],
): Promise<Map<string, Known>> {
  const found = new Map<string, Known>()
  for (const some of chunks([...new Set(keys)])) {
    const rows = await on(db)
      .selectFrom('shared_record')
      .select(['key', 'version', 'hash'])
      .where('standard', '=', of.standard)
      .where('unit', '=', of.unit)
      .where('key', 'in', some)
      .execute()
    for (const { key, version, hash } of rows)
      found.set(key, (found.get(key) ?? new Map<string, string>()).set(version, hash))
  }
  return found
}
export async function retireLatest(
  tx: Tx,
  of: { standard: string; unit: string },
  keys: readonly string[],
): Promise<void> {
  for (const some of chunks(keys))
    await on(tx)
      .updateTable('shared_record')
      .set({ latest: 0 })
      .where('standard', '=', of.standard)
      .where('unit', '=', of.unit)
      .where('latest', '=', 1)
      .where('key', 'in', some)
      .execute()
}
export async function insertRecords(tx: Tx, rows: readonly Omit<StoredRecord, 'seq'>[]): Promise<void> {
  for (const some of chunks(rows))
    await on(tx)
      .insertInto('shared_record')
      .values(some as StoredRecord[])
      .execute()
}
export async function insertQuarantine(tx: Tx, rows: readonly StoredRow[]): Promise<void> {
  for (const some of chunks(rows)) await on(tx).insertInto('shared_quarantine').values(some).execute()
}
export const insertBatch = async (tx: Tx, row: StoredBatch): Promise<void> => {
  await on(tx).insertInto('shared_batch').values(row).execute()
}

type Place = readonly [number, string] | null
export function listBatches(db: Db, after: Place, limit: number): Promise<StoredBatch[]> {
  let query = on(db).selectFrom('shared_batch').selectAll()
  if (after)
    query = query.where((eb) =>
      eb.or([eb('at_ms', '<', after[0]), eb.and([eb('at_ms', '=', after[0]), eb('id', '<', after[1])])]),
    )
  return query.orderBy('at_ms', 'desc').orderBy('id', 'desc').limit(limit).execute()
}
export function listQuarantine(db: Db, state: string, after: Place, limit: number): Promise<StoredRow[]> {
  let query = on(db).selectFrom('shared_quarantine').selectAll().where('state', '=', state)
  if (after)
    query = query.where((eb) =>
      eb.or([eb('at_ms', '<', after[0]), eb.and([eb('at_ms', '=', after[0]), eb('id', '<', after[1])])]),
    )
  return query.orderBy('at_ms', 'desc').orderBy('id', 'desc').limit(limit).execute()
}
export const findRow = (db: Db, id: string): Promise<StoredRow | undefined> =>
  on(db).selectFrom('shared_quarantine').selectAll().where('id', '=', id).executeTakeFirst()
/** True for the one who closes it. */
export async function closeRow(
  tx: Tx,
  id: string,
  change: { state: 'fixed' | 'discarded'; note: string; closed_by: string },
): Promise<boolean> {
  const result = await on(tx)
    .updateTable('shared_quarantine')
    .set(change)
    .where('id', '=', id)
    .where('state', '=', 'open')
    .executeTakeFirst()
  return Number(result.numUpdatedRows) > 0
}

export function latestRecords(
  db: Db,
  ask: { standard: string; unit: string | undefined; after: number; limit: number },
): Promise<StoredRecord[]> {
  let query = on(db)
    .selectFrom('shared_record')
    .selectAll()
    .where('standard', '=', ask.standard)
    .where('latest', '=', 1)
    .where('seq', '>', ask.after)
  if (ask.unit) query = query.where('unit', '=', ask.unit)
  return query.orderBy('seq').limit(ask.limit).execute()
}
export const recordsAfter = (db: Db, seq: number, limit: number): Promise<StoredRecord[]> =>
  on(db).selectFrom('shared_record').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute()
export const recordsBefore = (db: Db, seq: number, limit: number): Promise<StoredRecord[]> =>
  on(db).selectFrom('shared_record').selectAll().where('seq', '<=', seq).orderBy('seq', 'desc').limit(limit).execute()
export async function lastSeq(db: Db): Promise<number> {
  const { last } = await on(db)
    .selectFrom('shared_record')
    .select((eb) => eb.fn.max('seq').as('last'))
    .executeTakeFirstOrThrow()
  return Number(last ?? 0)
}

export async function saveMapping(tx: Tx, row: Tables['shared_mapping']): Promise<void> {
  await on(tx).updateTable('shared_mapping').set({ latest: 0 }).where('id', '=', row.id).execute()
  await on(tx).insertInto('shared_mapping').values(row).execute()
}
export const latestMappings = (db: Db): Promise<Tables['shared_mapping'][]> =>
  on(db).selectFrom('shared_mapping').selectAll().where('latest', '=', 1).orderBy('id').execute()

/** Per standard, unit and set of empty fields: how many records. */
export async function blanks(db: Db) {
  const rows = await on(db)
    .selectFrom('shared_record')
    .select((eb) => ['standard', 'unit', 'missing', eb.fn.countAll<number>().as('n')])
    .where('latest', '=', 1)
    .groupBy(['standard', 'unit', 'missing'])
    .execute()
  return rows.map(({ n, ...row }) => ({ ...row, count: Number(n) }))
}
export async function lastBatches(db: Db) {
  const rows = await on(db)
    .selectFrom('shared_batch')
    .select((eb) => ['standard', 'unit', eb.fn.max('at_ms').as('last')])
    .groupBy(['standard', 'unit'])
    .execute()
  return rows.map((row) => ({ ...row, last: Number(row.last) }))
}
export async function openRows(db: Db) {
  const rows = await on(db)
    .selectFrom('shared_quarantine')
    .select((eb) => ['standard', 'unit', eb.fn.countAll<number>().as('n')])
    .where('state', '=', 'open')
    .groupBy(['standard', 'unit'])
    .execute()
  return rows.map(({ n, ...row }) => ({ ...row, count: Number(n) }))
}
/** Case numbers that the newest records name, each once per standard and unit. */
export const caseNumbers = (db: Db, limit: number) =>
  on(db)
    .selectFrom('shared_record')
    .select(['standard', 'unit', 'case_no'])
    .distinct()
    .where('latest', '=', 1)
    .where('case_no', 'is not', null)
    .limit(limit)
    .execute()
/** Keys of which several units say different things. */
export async function disputedKeys(db: Db, limit: number): Promise<{ standard: string; key: string }[]> {
  return on(db)
    .selectFrom('shared_record')
    .select(['standard', 'key'])
    .where('latest', '=', 1)
    .groupBy(['standard', 'key'])
    .having((eb) => eb(eb.fn.count('hash').distinct(), '>', 1))
    .orderBy('standard')
    .orderBy('key')
    .limit(limit)
    .execute()
}
export const latestOf = (db: Db, standard: string, key: string): Promise<StoredRecord[]> =>
  on(db)
    .selectFrom('shared_record')
    .selectAll()
    .where('latest', '=', 1)
    .where('standard', '=', standard)
    .where('key', '=', key)
    .orderBy('unit')
    .execute()

/** The newest ones of these `unit key`. */
export async function recordsByIds(db: Db, standard: string, ids: readonly string[]): Promise<StoredRecord[]> {
  const found: StoredRecord[] = []
  for (const [unit, some] of Map.groupBy(ids, (id) => id.slice(0, id.indexOf(' '))))
    for (const part of chunks(some))
      found.push(
        ...(await on(db)
          .selectFrom('shared_record')
          .selectAll()
          .where('latest', '=', 1)
          .where('standard', '=', standard)
          .where('unit', '=', unit)
          .where(
            'key',
            'in',
            part.map((id) => id.slice(unit.length + 1)),
          )
          .execute()),
      )
  return found
}
