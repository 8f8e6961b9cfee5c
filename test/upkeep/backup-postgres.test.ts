import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runJob } from '../../server/upkeep/job.ts'
import { type Postgres, startPostgres } from '../services/postgres.ts'
import { type Kept, openKept, ROOT, run } from './kept.ts'

let postgres: Postgres
let kept: Kept
beforeAll(async () => {
  postgres = await startPostgres()
  kept = await openKept(await postgres.freshDatabase())
})
afterAll(async () => {
  await kept?.close()
  await postgres?.stop()
})
/** As the nightly one is called. */
const BACKUP = 'sanling-20261125-013000'
const at = (...path: string[]) => join(kept.folder, ...path)

it('records on PostgreSQL: dumped under load, restored into an empty database, verified; a full one is refused', async () => {
  cpSync(join(ROOT, 'config'), at('config'), { recursive: true, filter: (path) => !path.endsWith('.ts') })
  writeFileSync(at('config/services.yaml'), 'records:\n  kind: postgres\n  url: { env: SANLING_PG_URL }\n')
  const url = kept.postgres ?? ''
  const load = kept.load()
  await expect.poll(load.written, { timeout: 60_000 }).toBeGreaterThan(5)
  const before = load.written()
  const config = ['--config', at('config')]
  const taken = await run('backup', [at(BACKUP), ...config], { SANLING_DATA: kept.dataDir, SANLING_PG_URL: url })
  await load.stop()
  expect([taken.code, taken.stderr]).toEqual([0, ''])
  expect((await run('restore', [at(BACKUP)], { SANLING_DATA: at('none') })).stderr).toContain('来自 PostgreSQL')
  // The drill: into a database of its own, which is gone afterwards.
  const drill = await runJob({
    kind: 'drill',
    dataDir: kept.dataDir,
    records: { kind: 'postgres', url },
    backups: kept.folder,
    anchors: at('anchors'),
    name: '',
    keep: 1,
    passphrase: undefined,
    version: '0.0.0',
  })
  expect(drill).toMatchObject({ ok: true, text: expect.stringContaining('抽签 1 次') })
  expect(await databases(url)).not.toContain('drill')
  const verified = await run('verify', ['audit', ...config], { SANLING_DATA: kept.dataDir, SANLING_PG_URL: url })
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('assignment 链 4 条，全部一致')])
  const empty = await postgres.freshDatabase()
  const restored = await run('restore', [at(BACKUP), ...config], { SANLING_DATA: at('back'), SANLING_PG_URL: empty })
  expect([restored.code, restored.stderr]).toEqual([0, ''])
  expect(Number(/审计链 (\d+) 条/.exec(restored.stdout)?.[1])).toBeGreaterThanOrEqual(before)
  expect(restored.stdout).toContain('抽签 1 次')
  const again = await run('restore', [at(BACKUP), ...config], { SANLING_DATA: at('again'), SANLING_PG_URL: empty })
  expect(again.stderr).toContain('请恢复到一个空的数据库')
}, 240_000)

async function databases(url: string): Promise<string> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    return JSON.stringify((await client.query('select datname from pg_database')).rows)
  } finally {
    await client.end()
  }
}
