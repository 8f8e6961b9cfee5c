import { sql } from 'kysely'
import type { DocRow, Match, SearchIndex, Window } from './port.ts'
import type { Part, Phrase } from './query.ts'
import type { SearchTables } from './tables.ts'
import type { Field, Fields } from './tokens.ts'

/**
 * PostgreSQL's tsvector with tokens of our own (https://www.postgresql.org/docs/15/datatype-textsearch.html): the four
 * weights are the four fields. The order is that of the primary key, newest first.
 */
const WEIGHT: Readonly<Record<Field, string>> = { number: 'A', title: 'B', body: 'C', tags: 'D' }

const phraseText = ({ field, tokens }: Phrase): string =>
  `(${tokens.map((token) => `'${token}':${WEIGHT[field]}`).join(' <-> ')})`
const partText = ({ phrases }: Part): string => `(${phrases.map(phraseText).join(' | ')})`
const all = (parts: readonly Part[]): string => parts.map(partText).join(' & ')
const anyText = (tags: readonly string[]): string => `(${tags.map((tag) => `'${tag}':D`).join(' | ')})`

export const queryText = ({ parts, anyOf, not }: Match): string =>
  [...parts.map(partText), ...anyOf.map(anyText), ...not.map((earlier) => `!(${all(earlier)})`)].join(' & ')

/** Positions go to 16,383 and each field begins far behind the last, so that no phrase reaches over the border. */
const STARTS: readonly [Field, number][] = [
  ['tags', 0],
  ['number', 2],
  ['title', 2000],
  ['body', 4000],
]
const LAST_POSITION = 16_383
/** Of one token 256 positions are kept. */
const MOST = 256
export function vectorText(fields: Fields): string {
  const found = new Map<string, string[]>()
  for (const [field, start] of STARTS)
    for (const [n, token] of fields[field].entries()) {
      const position = field === 'tags' ? 1 : start + n
      if (position > LAST_POSITION) break
      const places = found.get(token)
      if (!places) found.set(token, [`${position}${WEIGHT[field]}`])
      else if (places.length < MOST) places.push(`${position}${WEIGHT[field]}`)
    }
  return [...found].map(([token, places]) => `'${token}':${places.join(',')}`).join(' ')
}

const SETTLED = sql`not exists (select 1 from search_mark m where m.kind = d.kind and m.ref = d.ref)`
const found = (match: Match, { below, from }: Window) =>
  sql`search_doc d where d.doc @@ cast(${queryText(match)} as tsquery)
    and d.place < ${below} and d.place >= ${from} and ${SETTLED} order by d.place desc`
const SHOWN = sql.raw(
  ['place', 'kind', 'ref', 'title', 'number', 'body', 'at_ms', 'link', 'department', 'state', 'state_name', 'colour']
    .map((column) => `d.${column}`)
    .join(', '),
)

export const postgresIndex: SearchIndex = {
  kind: 'postgres',
  async find(db, match, window, limit) {
    return (await sql<DocRow>`select ${SHOWN}, d.generation from ${found(match, window)} limit ${limit}`.execute(db))
      .rows
  },
  async count(db, match, window, limit) {
    const rows = sql`select d.kind from ${found(match, window)} limit ${limit}`
    const counted = sql<{ kind: string; count: number }>`select kind, count(*) as count from (${rows}) r group by kind`
    return (await counted.execute(db)).rows.map(({ kind, count }) => ({ kind, count: Number(count) }))
  },
  async some(db, matches) {
    if (matches.length === 0) return []
    const asked = sql.join(
      matches.map((match, n) => sql`(cast(${n} as integer), cast(${queryText(match)} as tsquery))`),
    )
    const { rows } = await sql<{ n: number }>`select n from (values ${asked}) as a(n, q) where exists
      (select 1 from search_doc d where d.doc @@ a.q and ${SETTLED})`.execute(db)
    return rows.map(({ n }) => n).toSorted((a, b) => a - b)
  },
  async add(tx, rows) {
    if (rows.length === 0) return
    await tx
      .withTables<SearchTables & { search_doc: { doc: unknown } }>()
      .insertInto('search_doc')
      .values(rows.map(({ doc, fields }) => ({ ...doc, doc: sql`cast(${vectorText(fields)} as tsvector)` })))
      .execute()
  },
  async remove(tx, places) {
    if (places.length === 0) return
    await sql`delete from search_doc where place in (${sql.join([...places])})`.execute(tx)
  },
  async watch(tx, kind, { table, key, columns }) {
    const changed = columns.map((column) => `old.${column} is distinct from new.${column}`).join(' or ')
    for (const [name, when, condition] of [
      ['new', 'after insert or delete', ''],
      ['set', 'after update', `when (${changed})`],
    ] as const) {
      const trigger = `search_${table}_${name}`
      await sql.raw(`drop trigger if exists ${trigger} on ${table}`).execute(tx)
      const call = `execute function search_note('${kind}', '${key}')`
      await sql.raw(`create trigger ${trigger} ${when} on ${table} for each row ${condition} ${call}`).execute(tx)
    }
  },
}
