import { cpSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
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
const at = (...path: string[]) => join(kept.folder, ...path)

it('records on PostgreSQL: dumped under load, restored into an empty database, verified; a full one is refused', async () => {
  cpSync(join(ROOT, 'config'), at('config'), { recursive: true, filter: (path) => !path.endsWith('.ts') })
  writeFileSync(at('config/services.yaml'), 'records:\n  kind: postgres\n  url: { env: SANLING_PG_URL }\n')
  const url = kept.postgres ?? ''
  const load = kept.load()
  await expect.poll(load.written).toBeGreaterThan(5)
  const before = load.written()
  const config = ['--config', at('config')]
  const taken = await run('backup', [at('kept'), ...config], { SANLING_DATA: kept.dataDir, SANLING_PG_URL: url })
  await load.stop()
  expect([taken.code, taken.stderr]).toEqual([0, ''])
  expect((await run('restore', [at('kept')], { SANLING_DATA: at('none') })).stderr).toContain('来自 PostgreSQL')
  const empty = await postgres.freshDatabase()
  const restored = await run('restore', [at('kept'), ...config], { SANLING_DATA: at('back'), SANLING_PG_URL: empty })
  expect([restored.code, restored.stderr]).toEqual([0, ''])
  expect(Number(/审计链 (\d+) 条/.exec(restored.stdout)?.[1])).toBeGreaterThanOrEqual(before)
  expect(restored.stdout).toContain('抽签 1 次')
  const again = await run('restore', [at('kept'), ...config], { SANLING_DATA: at('again'), SANLING_PG_URL: empty })
  expect(again.stderr).toContain('请恢复到一个空的数据库')
}, 90_000)
