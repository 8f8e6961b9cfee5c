import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { anchorage, anchorFolder } from '../../server/anchor.ts'
import { auditMigrations } from '../../server/audit/index.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import { append, readChain } from '../../server/records/chain.ts'
import { RecordStore } from '../../server/records/store.ts'

/** `npm run verify -- audit` on a data folder that somebody with the file in hand has changed. */
const CHAINS = ['audit', 'assignment', 'review', 'petitions', 'disclosure', 'mediations', 'handover']
/** Entries of the petitions chain are held against each other too: these are matters that were registered. */
const typeOf = (chain: string): string => (chain === 'petitions' ? 'petition.register' : 'test')
const ENTRIES = 12
let home: string
let dataDir: string
const verify = () => {
  const { stdout, status } = spawnSync(process.execPath, ['server/commands/verify.ts', 'audit'], {
    env: { ...process.env, SANLING_DATA: dataDir },
    encoding: 'utf8',
  })
  return { said: stdout, status }
}
const change = (sql: string, ...values: (string | number)[]) => {
  const db = new DatabaseSync(join(dataDir, 'records.sqlite'))
  db.prepare(sql).run(...values)
  db.close()
}

beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'sanling-verify-'))
})
afterAll(() => rmSync(home, { recursive: true, force: true }))
beforeEach(async () => {
  dataDir = mkdtempSync(join(home, 'data-'))
  const hooks = { now: () => 1_764_000_000_000, committed: () => undefined, failed: () => undefined }
  const records = new RecordStore({ kind: 'sqlite', file: join(dataDir, 'records.sqlite') }, hooks)
  await records.migrate(auditMigrations)
  const anchor = anchorage({
    folder: anchorFolder(dataDir),
    site: 's',
    publish: () => undefined,
    failed: expect.unreachable,
  })
  for (let n = 0; n < ENTRIES; n += 1)
    await records.write(async ({ tx, now }) => {
      await auditTrail.record(tx, now, { kind: 'export', actor: `a${n}`, ip: '', detail: { n } })
      for (const chain of CHAINS.slice(1)) await append(tx, chain, typeOf(chain), { petitionId: `p${n}`, n }, now)
    })
  for (const chain of CHAINS) for (const head of await readChain(records.read, chain, ENTRIES, 1)) anchor(chain, head)
  await records.close()
})

test('what nobody has touched is whole', () => {
  const { said, status } = verify()
  expect(said).toContain(`audit 链 ${ENTRIES} 条，外部存证 1 处，全部一致`)
  expect(status).toBe(0)
})

describe.each(CHAINS)('chain %s', (chain) => {
  test.each([
    ['a row taken out', 'delete from chain_entry where chain = ? and seq = ?', 6],
    ['the last entry cut off', 'delete from chain_entry where chain = ? and seq >= ?', ENTRIES],
    ['all of it gone', 'delete from chain_entry where chain = ? and seq >= ?', 1],
  ])('%s is found and its place named', (_what, sql, seq) => {
    change(sql, chain, seq)
    const { said, status } = verify()
    expect(status).toBe(1)
    expect(said).toMatch(new RegExp(`第 (${seq}|${seq + 1}|${ENTRIES}) 条`))
  })
  test('a changed value is found and its place named', () => {
    change(`update chain_entry set body = replace(body, '"n":4', '"n":9') where chain = ? and seq = ?`, chain, 5)
    const { said, status } = verify()
    expect(status).toBe(1)
    expect(said).toContain('第 5 条：本条内容与其哈希不符')
  })
})
