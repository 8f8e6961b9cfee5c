import { sql } from 'kysely'
import type { DocRow, Match, SearchIndex, Window } from './port.ts'
import type { Part, Phrase } from './query.ts'
import type { SearchTables } from './tables.ts'

/**
 * FTS5 (https://sqlite.org/fts5.html). A question is one MATCH whose rows come in the order of the rowid, newest first,
 * without sorting: a page costs what it shows. Tokens hold small letters, digits and Chinese characters only, so that
 * nothing of what somebody types can become syntax.
 */
const phraseText = ({ field, tokens }: Phrase): string =>
  `${field} : (${tokens.map((token) => `"${token}"`).join(' + ')})`
const partText = ({ phrases }: Part): string => `(${phrases.map(phraseText).join(' OR ')})`
const all = (parts: readonly Part[]): string => parts.map(partText).join(' AND ')
const anyText = (tags: readonly string[]): string => `tags : (${tags.map((tag) => `"${tag}"`).join(' OR ')})`

/** `(parts) AND (rights) AND … NOT (earlier tier) NOT …` */
export function matchText({ parts, anyOf, not }: Match): string {
  const wanted = [...parts.map(partText), ...anyOf.map(anyText)].join(' AND ')
  return not.reduce((text, earlier) => `(${text}) NOT (${all(earlier)})`, wanted)
}

/** A record that waits to be indexed again may have changed hands: it is not shown until then. */
const SETTLED = sql`not exists (select 1 from search_mark m where m.kind = d.kind and m.ref = d.ref)`
const found = (match: Match, { below, from }: Window) =>
  sql`search_fts f cross join search_doc d on d.place = f.rowid
    where search_fts match ${matchText(match)} and f.rowid < ${below} and f.rowid >= ${from} and ${SETTLED}
    order by f.rowid desc`

export const sqliteIndex: SearchIndex = {
  kind: 'sqlite',
  async find(db, match, window, limit) {
    return (await sql<DocRow>`select d.* from ${found(match, window)} limit ${limit}`.execute(db)).rows
  },
  async count(db, match, window, limit) {
    const rows = sql`select d.kind from ${found(match, window)} limit ${limit}`
    const counted = sql<{ kind: string; count: number }>`select kind, count(*) as count from (${rows}) group by kind`
    return (await counted.execute(db)).rows
  },
  async some(db, matches) {
    const hits: number[] = []
    for (const [n, match] of matches.entries()) {
      const window = { below: Number.MAX_SAFE_INTEGER, from: 0 }
      if ((await sql`select 1 from ${found(match, window)} limit 1`.execute(db)).rows.length > 0) hits.push(n)
    }
    return hits
  },
  async add(tx, rows) {
    if (rows.length === 0) return
    await tx
      .withTables<SearchTables>()
      .insertInto('search_doc')
      .values(rows.map(({ doc }) => doc))
      .execute()
    const values = rows.map(
      ({ doc, fields }) =>
        sql`(${doc.place}, ${fields.number.join(' ')}, ${fields.title.join(' ')}, ${fields.body.join(' ')}, ${fields.tags.join(' ')})`,
    )
    await sql`insert into search_fts (rowid, number, title, body, tags) values ${sql.join(values)}`.execute(tx)
  },
  async remove(tx, places) {
    if (places.length === 0) return
    await sql`delete from search_fts where rowid in (${sql.join([...places])})`.execute(tx)
    await sql`delete from search_doc where place in (${sql.join([...places])})`.execute(tx)
  },
  async watch(tx, kind, { table, key, columns }) {
    const note = (row: 'new' | 'old') => `insert into search_mark (kind, ref) values (${quoted(kind)}, ${row}.${key});`
    const changed = columns.map((column) => `old.${column} is not new.${column}`).join(' or ')
    for (const [name, when, acts] of [
      ['new', 'after insert', note('new')],
      ['set', 'after update', note('new')],
      ['gone', 'after delete', note('old')],
    ] as const) {
      const trigger = `search_${table}_${name}`
      await sql.raw(`drop trigger if exists ${trigger}`).execute(tx)
      const condition = name === 'set' ? `when ${changed}` : ''
      await sql.raw(`create trigger ${trigger} ${when} on ${table} ${condition} begin ${acts} end`).execute(tx)
    }
  },
}
const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`
