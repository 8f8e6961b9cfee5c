import pg from 'pg'
import type { RecordsOptions } from '../../server/records/store.ts'

/** Connection url of a PostgreSQL on which the rooms' own tests shall run instead of SQLite; see test/cluster/rooms. */
export const ON_POSTGRES = 'SANLING_TEST_POSTGRES'

let schemas = 0

/** A records store of its own: the SQLite file, or an empty schema where a PostgreSQL is named. */
export async function freshRecords(file: string): Promise<RecordsOptions> {
  const url = process.env[ON_POSTGRES]
  if (!url) return { kind: 'sqlite', file }
  schemas += 1
  const schema = `t${process.pid}_${process.hrtime.bigint()}_${schemas}`
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query(`create schema ${schema}`)
  await client.end()
  return { kind: 'postgres', url, session: `set search_path to ${schema}; set synchronous_commit to off` }
}
