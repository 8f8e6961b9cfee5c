import { join } from 'node:path'
import { sql } from 'kysely'
import type { z } from 'zod'
import type { SearchHit, searchRoutes } from '../../../contract/http/search.ts'
import { pinyinPort } from '../../../server/cases/pinyin-port.ts'
import type { Principal, Searchable, SearchSource } from '../../../server/feature.ts'
import type { RecordStore, RecordsOptions } from '../../../server/records/store.ts'
import { searchFeature } from '../../../server/sharing/search/index.ts'
import { testRecords, tick } from '../../helpers/records.ts'
import { startPostgres, temporaryFolder } from '../../services.ts'

/** A search box over two tables of its own, on a real database, called without HTTP. */
export const NOON = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
export const DAY = 86_400_000
export type Answer = z.output<typeof searchRoutes.search.answer>

export const thing = (over: Partial<Searchable> & { ref: string }): Searchable => ({
  kind: 'case',
  title: '',
  numbers: [],
  text: '',
  at: NOON,
  link: `/desk/x/${over.ref}`,
  department: null,
  state: null,
  stateName: null,
  colour: null,
  access: ['all'],
  words: [],
  ...over,
})
export const who = (id: string, ...permissions: string[]): Principal => ({
  id,
  username: id,
  name: id,
  roles: [],
  department: null,
  post: '',
  permissions: new Set(permissions),
  via: 'session',
  sessionId: null,
})
/** Sees everything. */
export const reader = who('p1', 'all')

/** Rows of a table of this test: what stands there as JSON is the record. */
const tableSource = (kind: 'case' | 'petition'): SearchSource => ({
  kind,
  watch: { table: `thing_${kind}`, key: 'id', columns: ['body'] },
  access: (person) => [...person.permissions],
  async read(db, refs) {
    const { rows } = await sql<{ body: string }>`select body from ${sql.table(`thing_${kind}`)}
      where id in (${sql.join([...refs])})`.execute(db)
    return rows.map(({ body }) => JSON.parse(body) as Searchable)
  },
  async keys(db, after, limit) {
    const { rows } = await sql<{ id: string }>`select id from ${sql.table(`thing_${kind}`)}
      where id > ${after} order by id limit ${limit}`.execute(db)
    return rows.map(({ id }) => id)
  },
})

export async function box(options?: RecordsOptions) {
  const sources = [tableSource('case'), tableSource('petition')]
  const build = (store: RecordStore | undefined) =>
    searchFeature({
      records: store as RecordStore,
      store: options?.kind ?? 'sqlite',
      sources,
      pinyin: pinyinPort,
      failed: (error) => {
        throw error
      },
    })
  const records = await testRecords([build(undefined)], NOON, options)
  for (const { kind } of sources)
    await records.store.write(async ({ tx }) => {
      await sql`create table if not exists ${sql.table(`thing_${kind}`)} (id varchar(64) primary key, body text not null)`.execute(
        tx,
      )
    })
  const feature = build(records.store)
  await feature.start?.()
  await feature.rebuilt()

  const put = (...things: Searchable[]) =>
    records.store.write(async ({ tx }) => {
      for (const one of things)
        await sql`insert into ${sql.table(`thing_${one.kind}`)} (id, body) values (${one.ref}, ${JSON.stringify(one)})
          on conflict (id) do update set body = excluded.body`.execute(tx)
    })
  const drop = (kind: string, ref: string) =>
    records.store.write(async ({ tx }) => {
      await sql`delete from ${sql.table(`thing_${kind}`)} where id = ${ref}`.execute(tx)
    })
  const caughtUp = () => tick(records, feature)
  const call = async (id: string, person: Principal, query: object = {}): Promise<unknown> => {
    const route = feature.routes?.find(({ spec }) => spec.id === id)
    if (!route) throw new Error(id)
    const answer = await route.handle({
      person,
      params: undefined,
      query: route.spec.query.parse(route.spec.method === 'GET' && id === 'search' ? query : undefined),
      body: undefined,
      now: records.clock.ms,
      ip: '',
      headers: {},
      setCookie: () => undefined,
    })
    return route.spec.answer.parse(answer)
  }
  const search = (q: string, over: object = {}, person: Principal = reader) =>
    call('search', person, { q, ...over }) as Promise<Answer>
  const refs = async (q: string, over: object = {}, person: Principal = reader): Promise<string[]> =>
    (await search(q, over, person)).items.map(({ id }) => id)
  return {
    records,
    feature,
    put,
    drop,
    caughtUp,
    call,
    search,
    refs,
    async close() {
      await feature.stop?.()
      await records.close()
    },
  }
}
export type Box = Awaited<ReturnType<typeof box>>

/** What is marked, as words. */
export const markedWords = ({ text, marks }: SearchHit['title']): string[] =>
  marks.map(({ start, end }) => text.slice(start, end))

export async function stores() {
  const postgres = await startPostgres()
  const list: [string, () => Promise<RecordsOptions>][] = [
    ['SQLite', async () => ({ kind: 'sqlite', file: join(temporaryFolder('search'), 'records.sqlite') })],
    ['PostgreSQL', async () => ({ kind: 'postgres', url: await postgres.freshDatabase() })],
  ]
  return { list, stop: () => postgres.stop() }
}
