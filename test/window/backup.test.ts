import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { auditMigrations } from '../../server/audit/index.ts'
import { RecordStore } from '../../server/records/store.ts'
import { Vault } from '../../server/window/vault.ts'
import { JPEG } from './house.ts'

/** What people outside have handed in goes with the backup and comes back with it, or nothing does. */
const folder = mkdtempSync(join(tmpdir(), 'sanling-window-backup-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string) => join(folder, name)
const run = (script: string, dataDir: string, argument: string) =>
  promisify(execFile)(process.execPath, [join('server/commands', script), argument], {
    env: { ...process.env, SANLING_DATA: dataDir },
  })

it('keeps the attachments beside the records', async () => {
  const store = new RecordStore(
    { kind: 'sqlite', file: join(mkdirOf('data'), 'records.sqlite') },
    { now: () => 0, committed: () => undefined, failed: () => undefined },
  )
  await store.migrate(auditMigrations)
  await store.close()
  const hash = await new Vault(at('data/window')).put(JPEG, 'draft')
  await run('backup.ts', at('data'), at('kept'))
  await run('restore.ts', at('back'), at('kept'))
  const path = join('window', hash.slice(0, 2), hash)
  expect(
    createHash('sha256')
      .update(readFileSync(at(join('back', path))))
      .digest('hex'),
  ).toBe(hash)
  writeFileSync(at(join('kept', path)), 'something else')
  await expect(run('restore.ts', at('again'), at('kept'))).rejects.toMatchObject({
    stderr: expect.stringContaining('校验值不符'),
  })
}, 60_000)

function mkdirOf(name: string): string {
  const path = at(name)
  mkdirSync(path)
  return path
}
