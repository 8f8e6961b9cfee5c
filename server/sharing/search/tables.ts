import { sql } from 'kysely'
import type { Migration } from '../../feature.ts'

export type StoreKind = 'sqlite' | 'postgres'

export type SearchTables = {
  /** What a hit shows. `place`: see place.ts. */
  search_doc: {
    place: number
    kind: string
    ref: string
    title: string
    number: string | null
    body: string
    at_ms: number | null
    link: string
    department: string | null
    state: string | null
    state_name: string | null
    colour: string | null
    /** Rebuild that wrote it last: what an ended rebuild has not met is gone. */
    generation: number
  }
  /** Records that have changed since they were indexed, written by the transaction that changed them. */
  search_mark: { seq: number; kind: string; ref: string }
  /** Closed words that letters may stand for. */
  search_word: { word: string }
  search_state: { name: string; value: string }
}

const COLUMNS = `kind varchar(16) not null, ref varchar(160) not null, title text not null, number text,
  body text not null, at_ms bigint, link text not null, department varchar(200), state varchar(8),
  state_name varchar(64), colour varchar(8), generation bigint not null`

/** FTS5 keeps no text of its own (contentless): what is shown stands in search_doc. */
const SQLITE = [
  `create table search_doc (place integer primary key, ${COLUMNS})`,
  `create virtual table search_fts using fts5(number, title, body, tags, content='', contentless_delete=1,
     tokenize='unicode61 remove_diacritics 0')`,
  'create table search_mark (seq integer primary key autoincrement, kind varchar(16) not null, ref varchar(160) not null)',
]
const POSTGRES = [
  `create table search_doc (place bigint primary key, ${COLUMNS}, doc tsvector not null)`,
  'create index search_doc_fts on search_doc using gin (doc) with (fastupdate = off)',
  'create table search_mark (seq bigserial primary key, kind varchar(16) not null, ref varchar(160) not null)',
  `create function search_note() returns trigger language plpgsql as $$
   begin
     if tg_op <> 'INSERT' then
       execute format('insert into search_mark (kind, ref) values (%L, ($1).%I)', tg_argv[0], tg_argv[1]) using old;
     end if;
     if tg_op <> 'DELETE' then
       execute format('insert into search_mark (kind, ref) values (%L, ($1).%I)', tg_argv[0], tg_argv[1]) using new;
     end if;
     return null;
   end $$`,
]
const BOTH = [
  'create unique index search_doc_key on search_doc (kind, ref)',
  'create index search_mark_key on search_mark (kind, ref)',
  'create table search_word (word varchar(64) primary key)',
  'create table search_state (name varchar(64) primary key, value text not null)',
]

export const searchMigrations = (kind: StoreKind): readonly Migration[] => [
  {
    id: 'search/001-index',
    async up(db) {
      for (const text of [...(kind === 'sqlite' ? SQLITE : POSTGRES), ...BOTH]) await sql.raw(text).execute(db)
    },
  },
]
