import { sql } from 'kysely'
import type { Reader, Tx } from '../../feature.ts'
import type { Item, RowAsk } from './port.ts'
import { cellOf } from './rules.ts'
import type { PanoramaTables as Tables } from './tables.ts'

type Db = Reader | Tx
const on = (db: Db) => db.withTables<Tables>()
/** Bound parameters of one statement stay far below the stores' limit. */
const ROWS = 400
const DIMS = ['a', 'b', 'c', 'd'] as const

export const readMark = (db: Db, section: string): Promise<Tables['panorama_mark'] | undefined> =>
  on(db).selectFrom('panorama_mark').selectAll().where('section', '=', section).executeTakeFirst()
export const writeMark = async (tx: Tx, row: Tables['panorama_mark']): Promise<void> => {
  const { section: _, ...rest } = row
  await on(tx)
    .insertInto('panorama_mark')
    .values(row)
    .onConflict((conflict) => conflict.column('section').doUpdateSet(rest))
    .execute()
}
export async function forget(tx: Tx, section: string): Promise<void> {
  await on(tx).deleteFrom('panorama_item').where('section', '=', section).execute()
  await on(tx).deleteFrom('panorama_cell').where('section', '=', section).execute()
}

export async function itemsOf(db: Db, section: string, ids: readonly string[]): Promise<Map<string, Item>> {
  const found = new Map<string, Item>()
  for (let from = 0; from < ids.length; from += ROWS) {
    const rows = await on(db)
      .selectFrom('panorama_item')
      .selectAll()
      .where('section', '=', section)
      .where('id', 'in', ids.slice(from, from + ROWS))
      .execute()
    for (const row of rows) found.set(row.id, toItem(row))
  }
  return found
}
const toItem = (row: Tables['panorama_item']): Item => ({
  id: row.id,
  started: row.started,
  ended: row.ended,
  open: row.open === 1,
  dims: DIMS.map((dim) => row[dim]),
})

export async function putItems(tx: Tx, section: string, items: readonly Item[]): Promise<void> {
  for (let from = 0; from < items.length; from += ROWS)
    await on(tx)
      .insertInto('panorama_item')
      .values(
        items.slice(from, from + ROWS).map(({ id, started, ended, open, dims: [a, b, c, d] }) => ({
          section,
          id,
          started,
          ended,
          open: open ? 1 : 0,
          a: a ?? null,
          b: b ?? null,
          c: c ?? null,
          d: d ?? null,
        })),
      )
      .onConflict((conflict) =>
        conflict
          .columns(['section', 'id'])
          .doUpdateSet((eb) =>
            Object.fromEntries(
              (['started', 'ended', 'open', ...DIMS] as const).map((name) => [name, eb.ref(`excluded.${name}`)]),
            ),
          ),
      )
      .execute()
}
export async function dropItems(tx: Tx, section: string, ids: readonly string[]): Promise<void> {
  for (let from = 0; from < ids.length; from += ROWS)
    await on(tx)
      .deleteFrom('panorama_item')
      .where('section', '=', section)
      .where('id', 'in', ids.slice(from, from + ROWS))
      .execute()
}
export async function addToCells(tx: Tx, section: string, deltas: ReadonlyMap<string, number>): Promise<void> {
  const rows = [...deltas].map(([key, count]) => {
    const [measure, dim, value, month] = cellOf(key)
    return { section, measure, dim, value, month, count }
  })
  for (let from = 0; from < rows.length; from += ROWS)
    await on(tx)
      .insertInto('panorama_cell')
      .values(rows.slice(from, from + ROWS))
      .onConflict((conflict) =>
        conflict
          .columns(['section', 'measure', 'dim', 'month', 'value'])
          .doUpdateSet({ count: sql<number>`panorama_cell.count + excluded.count` }),
      )
      .execute()
}

export interface Cell {
  measure: string
  dim: string
  value: string
  month: string
  count: number
}
/** What stands now, and the months from `since` on. */
export async function cellsSince(db: Db, section: string, since: string): Promise<Cell[]> {
  const rows = await on(db)
    .selectFrom('panorama_cell')
    .select(['measure', 'dim', 'value', 'month', 'count'])
    .where('section', '=', section)
    .where('count', '<>', 0)
    .where((eb) => eb.or([eb('measure', '=', 'open'), eb('month', '>=', since)]))
    .execute()
  return rows.map((row) => ({ ...row, count: Number(row.count) }))
}
/** First month in which anything came in or ended. */
export async function firstMonth(db: Db, section: string): Promise<string | null> {
  const { first } = await on(db)
    .selectFrom('panorama_cell')
    .select((eb) => eb.fn.min('month').as('first'))
    .where('section', '=', section)
    .where('measure', '=', 'in')
    .where('dim', '=', '')
    .where('count', '>', 0)
    .executeTakeFirstOrThrow()
  return first
}

/** The first and the last of these months in which that value was counted; null = in none. */
export async function monthsWith(
  db: Db,
  section: string,
  ask: { measure: string; dim: string; value: string; from: string; last: string },
): Promise<{ from: string; last: string } | null> {
  const { from, last } = await on(db)
    .selectFrom('panorama_cell')
    .select((eb) => [eb.fn.min('month').as('from'), eb.fn.max('month').as('last')])
    .where('section', '=', section)
    .where('measure', '=', ask.measure)
    .where('dim', '=', ask.dim)
    .where('value', '=', ask.value)
    .where('month', '>=', ask.from)
    .where('month', '<=', ask.last)
    .where('count', '>', 0)
    .executeTakeFirstOrThrow()
  return from === null || last === null ? null : { from, last }
}

/** Rows behind one number; `value` null = the field is empty there. `to` exclusive. */
export async function itemRows(
  db: Db,
  section: string,
  ask: Pick<RowAsk, 'measure' | 'limit'> & {
    dim: (typeof DIMS)[number] | null
    value: string | null
    from: string
    to: string
    after: readonly [string, string] | null
  },
): Promise<Tables['panorama_item'][]> {
  let query = on(db).selectFrom('panorama_item').selectAll().where('section', '=', section)
  const { dim, value, after } = ask
  if (dim) query = value === null ? query.where(dim, 'is', null) : query.where(dim, '=', value)
  if (ask.measure === 'open') {
    query = query.where('open', '=', sql<number>`1`)
    if (after) query = query.where('id', '>', after[1])
    return query.orderBy('id').limit(ask.limit).execute()
  }
  const column = ask.measure === 'in' ? 'started' : 'ended'
  query = query.where(column, '>=', ask.from).where(column, '<', ask.to)
  if (after)
    query = query.where((eb) =>
      eb.or([eb(column, '<', after[0]), eb.and([eb(column, '=', after[0]), eb('id', '<', after[1])])]),
    )
  return query.orderBy(column, 'desc').orderBy('id', 'desc').limit(ask.limit).execute()
}
