import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { isStoreTrouble } from '../../server/ingest/store-trouble.ts'
import { RecordStore } from '../../server/records/store.ts'
import { dropFolder, temporaryFolder } from '../services/process.ts'

/** SQLite rolls back by itself when there is no room; a page limit stands for the full disk. */
let folder: string
let records: RecordStore
beforeEach(async () => {
  folder = temporaryFolder('full')
  const options = { kind: 'sqlite', file: join(folder, 'records.sqlite') } as const
  records = new RecordStore(options, { now: () => 0, committed: () => undefined, failed: () => undefined })
  await records.write(({ tx }) => sql`create table thing (id integer primary key, text text not null)`.execute(tx))
})
afterEach(async () => {
  await records.close()
  dropFolder(folder)
})

const limit = (pages: number) => records.write(({ tx }) => sql`pragma max_page_count = ${sql.lit(pages)}`.execute(tx))
const count = async () => (await sql<{ n: number }>`select count(*) as n from thing`.execute(records.read)).rows[0]?.n
const BIG = 'x'.repeat(200_000)

it('says that the disk is full, not that the rollback failed', async () => {
  await limit(8)
  const full = records.write(({ tx }) => sql`insert into thing (text) values (${BIG})`.execute(tx))
  const error = await full.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toMatchObject({ errcode: 13 })
  expect(isStoreTrouble(error)).toBe(true)
  await limit(10_000)
  await records.write(({ tx }) => sql`insert into thing (text) values ('a')`.execute(tx))
  expect(await count()).toBe(1)
})

it('commits nothing of a turn that goes on after the disk was full', async () => {
  await limit(8)
  const turn = records.write(async ({ tx }) => {
    await sql`insert into thing (text) values ('before')`.execute(tx)
    await sql`insert into thing (text) values (${BIG})`.execute(tx).catch(() => undefined)
    await sql`insert into thing (text) values ('after')`.execute(tx)
  })
  await expect(turn).rejects.toMatchObject({ errcode: 13 })
  expect(await count()).toBe(0)
  await records.write(({ tx }) => sql`insert into thing (text) values ('next')`.execute(tx))
  expect(await count()).toBe(1)
})
