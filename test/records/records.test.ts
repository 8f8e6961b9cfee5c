import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, describe, expect, test } from 'vitest'
import { RecordStore, type RecordsOptions } from '../../server/records/store.ts'
import { startPostgres, temporaryFolder } from '../services.ts'
import { recordsContract, things } from './contract.ts'

const postgres = await startPostgres()
afterAll(() => postgres.stop())

const freshSqlite = async (): Promise<RecordsOptions> => ({
  kind: 'sqlite',
  file: join(temporaryFolder('records'), 'records.sqlite'),
})
const freshPostgres = async (): Promise<RecordsOptions> => ({ kind: 'postgres', url: await postgres.freshDatabase() })

recordsContract('SQLite', freshSqlite)
recordsContract('PostgreSQL', freshPostgres)

const open = (options: RecordsOptions) =>
  new RecordStore(options, { now: () => 1, committed: () => undefined, failed: () => undefined })

async function ids(options: RecordsOptions): Promise<number[]> {
  const store = open(options)
  const { rows } = await sql<{ id: number }>`select id from thing order by id`.execute(store.read)
  await store.close()
  return rows.map(({ id }) => id)
}

/** Runs the committer until it has said so many numbers, then does `crash`; gives the last number it said. */
async function crashAfter(
  options: RecordsOptions,
  from: number,
  commits: number,
  crash: (child: ChildProcess) => void,
) {
  const entry = fileURLToPath(new URL('./committer.ts', import.meta.url))
  const child = spawn(process.execPath, [entry, JSON.stringify(options), String(from)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let said = ''
  const gone = new Promise<void>((resolve) => child.once('close', () => resolve()))
  child.stdout.on('data', (chunk: Buffer) => {
    said += chunk
    if (said.split('\n').length > commits) crash(child)
  })
  await gone
  return Number(said.trimEnd().split('\n').at(-1))
}

describe('what was said to be committed is there after kill -9', () => {
  test('SQLite: the process that writes is killed, several times over', async () => {
    const options = await freshSqlite()
    let next = 0
    for (const commits of [1, 7, 30]) {
      const last = await crashAfter(options, next, commits, (child) => child.kill('SIGKILL'))
      const kept = await ids(options)
      expect(kept.length % 2).toBe(0)
      expect(kept).toEqual(kept.map((_, index) => index))
      expect(kept.length).toBeGreaterThan(last)
      next = kept.length
    }
  })

  test('PostgreSQL: the database is killed; the server process lives on and works when it is back', async () => {
    const database = await startPostgres()
    const options: RecordsOptions = { kind: 'postgres', url: await database.freshDatabase() }
    const survivor = open(options)
    await survivor.migrate([things])
    await survivor.write(async ({ tx }) => void (await sql`select 1`.execute(tx)))
    const last = await crashAfter(options, 0, 20, (child) => {
      void database.kill9()
      child.kill('SIGKILL')
    })
    await expect(survivor.write(async ({ tx }) => void (await sql`select 1`.execute(tx)))).rejects.toThrow()
    await database.restart()
    // Once more, with a turn under way that is not asking anything just then.
    const torn = survivor.write(async ({ tx }) => {
      await sql`insert into thing (id, name, at) values (888888, 'x', 1)`.execute(tx)
      await database.kill9()
      await new Promise((resolve) => setTimeout(resolve, 50))
      await sql`select 1`.execute(tx)
    })
    await expect(torn).rejects.toThrow()
    await database.restart()
    const kept = await ids(options)
    expect(kept).toEqual(kept.map((_, index) => index))
    expect(kept.length).toBeGreaterThan(last)
    await survivor.write(
      async ({ tx }) => void (await sql`insert into thing (id, name, at) values (999999, 'x', 1)`.execute(tx)),
    )
    expect(await ids(options)).toContain(999_999)
    await survivor.close()
    await database.stop()
  })
})
