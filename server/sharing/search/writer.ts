import type { Reader, Searchable, Tx } from '../../feature.ts'
import { placeOf } from './place.ts'
import type { DocRow, IndexRow, SearchIndex } from './port.ts'
import type { SearchTables } from './tables.ts'
import { fieldsOf, TEXT_LIMIT } from './tokens.ts'

/** Puts records into the index and takes them out; at most 500 at once. */
export const on = (db: Reader | Tx) => db.withTables<SearchTables>()
export const BATCH = 500
const WORD_LENGTH = 40

/** What is not among `found` leaves the index. */
export async function reindex(
  index: SearchIndex,
  tx: Tx,
  kind: string,
  refs: readonly string[],
  found: readonly Searchable[],
  generation: number,
): Promise<void> {
  if (refs.length === 0) return
  const known = await on(tx)
    .selectFrom('search_doc')
    .select('place')
    .where('kind', '=', kind)
    .where('ref', 'in', [...refs])
    .execute()
  await index.remove(
    tx,
    known.map(({ place }) => Number(place)),
  )
  const open = found.filter(({ access }) => access.length > 0)
  await index.add(tx, await placed(tx, open, generation))
  await learn(tx, open)
}

/** Two records that hash to one place of the same minute (about once in ten million) stand side by side. */
async function placed(tx: Tx, found: readonly Searchable[], generation: number): Promise<IndexRow[]> {
  const wanted = found.map(({ kind, ref, at }) => placeOf(kind, ref, at))
  const taken = new Set<number>()
  if (wanted.length > 0) {
    const rows = await on(tx).selectFrom('search_doc').select('place').where('place', 'in', wanted).execute()
    for (const { place } of rows) taken.add(Number(place))
  }
  const rows: IndexRow[] = []
  for (const [n, one] of found.entries()) {
    let place = wanted[n] ?? 0
    while (taken.has(place) || (place !== wanted[n] && (await isTaken(tx, place)))) place++
    taken.add(place)
    rows.push({ doc: rowOf(one, place, generation), fields: fieldsOf(one) })
  }
  return rows
}
const isTaken = async (tx: Tx, place: number): Promise<boolean> =>
  (await on(tx).selectFrom('search_doc').select('place').where('place', '=', place).executeTakeFirst()) !== undefined

const rowOf = (one: Searchable, place: number, generation: number): DocRow => ({
  place,
  kind: one.kind,
  ref: one.ref,
  title: one.title,
  number: one.numbers[0] ?? null,
  body: one.text.slice(0, TEXT_LIMIT),
  at_ms: one.at,
  link: one.link,
  department: one.department,
  state: one.state,
  state_name: one.stateName,
  colour: one.colour,
  generation,
})

async function learn(tx: Tx, found: readonly Searchable[]): Promise<void> {
  const words = [...new Set(found.flatMap((one) => one.words))].filter((word) => word && word.length <= WORD_LENGTH)
  for (let from = 0; from < words.length; from += BATCH)
    await on(tx)
      .insertInto('search_word')
      .values(words.slice(from, from + BATCH).map((word) => ({ word })))
      .onConflict((conflict) => conflict.column('word').doNothing())
      .execute()
}

/** To be indexed again by the next catch-up. */
export async function mark(tx: Tx, kind: string, refs: readonly string[]): Promise<void> {
  for (let from = 0; from < refs.length; from += BATCH)
    await tx
      .withTables<{ search_mark: { kind: string; ref: string } }>()
      .insertInto('search_mark')
      .values(refs.slice(from, from + BATCH).map((ref) => ({ kind, ref })))
      .execute()
}
