import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { ON_POSTGRES } from '../helpers/stores.ts'
import { startPostgres } from '../services.ts'

const ROOT = join(import.meta.dirname, '../..')
/** Rooms whose own tests know SQLite only; those with a `stores.test.ts` play on both databases by themselves. */
const ROOMS = [
  'test/approvals/approvals.test.ts',
  'test/audit/trail.test.ts',
  'test/cases/feature.test.ts',
  'test/disclosure/feature.test.ts',
  'test/mediations/feature.test.ts',
  'test/security/feature.test.ts',
]
const LIMIT_MS = 600_000

const postgres = await startPostgres()
afterAll(() => postgres.stop())

test('the rooms’ own tests hold on PostgreSQL as they do on SQLite', { timeout: LIMIT_MS }, async () => {
  const url = await postgres.freshDatabase()
  const args = [join(ROOT, 'node_modules/vitest/vitest.mjs'), 'run', '--reporter=default', '--maxWorkers=1', ...ROOMS]
  const child = spawn(process.execPath, args, {
    cwd: ROOT,
    env: { ...process.env, [ON_POSTGRES]: url, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => {
      said += chunk
    })
  const [code] = await once(child, 'exit')
  expect(code, said.slice(-8000)).toBe(0)
  expect(said).toMatch(/Test Files\s+6 passed/)
})
