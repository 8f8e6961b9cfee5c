import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { parseAnchors } from '../../contract/anchors.ts'
import { anchorage, anchorFolder } from '../../server/anchor.ts'
import { auditMigrations } from '../../server/audit/index.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import { append, CHAINS, type ChainName, readChain } from '../../server/records/chain.ts'
import { RecordStore } from '../../server/records/store.ts'
import { CHAIN_WORDS, proveAll } from '../../server/upkeep/backup/prove.ts'

/**
 * A data folder that somebody with the file in hand has changed. The table runs over every chain that can be written at
 * all (`append` takes no other name), so that a new one is held to the same.
 */
/** Entries of the petitions chain are held against each other too: these are matters that were registered. */
const typeOf = (chain: string): string => (chain === 'petitions' ? 'petition.register' : 'test')
const ENTRIES = 8
const hooks = { now: () => 1_764_000_000_000, committed: () => undefined, failed: () => undefined }
let home: string
let whole: string
beforeAll(async () => {
  home = mkdtempSync(join(tmpdir(), 'sanling-verify-'))
  whole = join(home, 'whole')
  mkdirSync(whole)
  const records = new RecordStore({ kind: 'sqlite', file: join(whole, 'records.sqlite') }, hooks)
  await records.migrate(auditMigrations)
  const anchor = anchorage({
    folder: anchorFolder(whole),
    site: 's',
    publish: () => undefined,
    failed: expect.unreachable,
  })
  const others = CHAINS.filter((chain) => chain !== 'audit')
  for (let n = 0; n < ENTRIES; n += 1)
    await records.write(async ({ tx, now }) => {
      await auditTrail.record(tx, now, { kind: 'export', actor: `a${n}`, ip: '', detail: { n, 案: '甲' } })
      for (const chain of others) await append(tx, chain, typeOf(chain), { petitionId: `p${n}`, n, 案: '甲' }, now)
    })
  for (const chain of CHAINS) for (const head of await readChain(records.read, chain, ENTRIES, 1)) anchor(chain, head)
  await records.close()
})
afterAll(() => rmSync(home, { recursive: true, force: true }))

const keptOf = (chain: string) =>
  parseAnchors(readFileSync(join(anchorFolder(whole), `${chain}.ndjson`), 'utf8')).anchors

describe.each(CHAINS)('chain %s', (chain) => {
  let records: RecordStore
  let db: DatabaseSync
  beforeEach(() => {
    const file = join(mkdtempSync(join(home, 'copy-')), 'records.sqlite')
    cpSync(join(whole, 'records.sqlite'), file)
    records = new RecordStore({ kind: 'sqlite', file }, hooks)
    db = new DatabaseSync(file)
    db.exec('pragma synchronous = off')
  })
  afterEach(async () => {
    db.close()
    await records.close()
  })
  const change = (sql: string, ...values: (string | number)[]) => db.prepare(sql).run(...values)
  const found = async () => {
    const proofs = await proveAll(records.read, join(home, 'none'), keptOf)
    return proofs.flatMap(({ chain: name, failures }) => failures.map((failure) => ({ name, ...failure })))
  }

  test('has a word of its own, and is whole while nobody has touched it', async () => {
    expect(CHAIN_WORDS[chain]).toMatch(/^\p{Script=Han}+$/u)
    expect(await found()).toEqual([])
  })

  test('each row taken out and each cut of the tail is found in this chain, at its place', async () => {
    change('create table kept as select * from chain_entry')
    for (let seq = 1; seq <= ENTRIES; seq++)
      for (const sign of ['=', '>=']) {
        change(`delete from chain_entry where chain = ? and seq ${sign} ?`, chain, seq)
        const [first] = await found()
        expect(first?.name).toBe(chain)
        // What follows a gap does not fit; a cut tail is missed at the head that was kept outside.
        expect([seq + 1, ENTRIES]).toContain(first?.seq)
        change('delete from chain_entry')
        change('insert into chain_entry select * from kept')
      }
    expect(await found()).toEqual([])
  })

  test('any character of any column that becomes another one is found', async () => {
    const SEQ = 5
    const row = db.prepare('select rowid, * from chain_entry where chain = ? and seq = ?').get(chain, SEQ) ?? {}
    const set = (column: string, value: string) =>
      change(`update chain_entry set ${column} = ? where rowid = ?`, value, Number(row.rowid))
    for (const column of ['seq', 'at', 'type', 'prev', 'body', 'hash', 'chain']) {
      const value = String(row[column])
      for (const [at, char] of [...value].entries()) {
        // Every place of a digest is like every other one.
        if ((column === 'prev' || column === 'hash') && at % 21 !== 0) continue
        const other = String.fromCodePoint((char.codePointAt(0) ?? 0) ^ 1)
        // The place before it is taken.
        set(column, column === 'seq' ? '15' : value.slice(0, at) + other + value.slice(at + 1))
        const places = (await found()).map(({ seq }) => seq)
        expect({ column, at, places, named: places.some((seq) => seq >= SEQ && seq <= 15) }).toMatchObject({
          named: true,
        })
      }
      set(column, value)
    }
    expect(await found()).toEqual([])
  })
})

describe('npm run verify -- audit', () => {
  let dataDir: string
  beforeEach(() => {
    dataDir = join(mkdtempSync(join(home, 'said-')), 'data')
    cpSync(whole, dataDir, { recursive: true })
    cpSync(anchorFolder(whole), anchorFolder(dataDir), { recursive: true })
  })
  const verify = () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['server/commands/verify.ts', 'audit'], {
      env: { ...process.env, SANLING_DATA: dataDir },
      encoding: 'utf8',
    })
    return { said: stdout + stderr, status }
  }
  const change = (sql: string, ...values: (string | number)[]) => {
    const db = new DatabaseSync(join(dataDir, 'records.sqlite'))
    db.prepare(sql).run(...values)
    db.close()
  }

  test('says how much is whole, of every chain', () => {
    const { said, status } = verify()
    for (const chain of CHAINS) expect(said).toContain(`${chain} 链 ${ENTRIES} 条，外部存证 1 处，全部一致`)
    expect(status).toBe(0)
  })
  test('names each chain that was changed, the place and what is wrong, and ends with 1', () => {
    change('delete from chain_entry where chain = ? and seq = ?', 'audit' satisfies ChainName, 6)
    change(`update chain_entry set body = replace(body, '"n":4', '"n":9') where chain = ? and seq = ?`, 'review', 5)
    change('update chain_entry set body = ? where chain = ? and seq = ?', '{"n":', 'mediations', 4)
    change('delete from chain_entry where chain = ? and seq >= ?', 'handover', ENTRIES)
    const { said, status } = verify()
    expect(status).toBe(1)
    expect(said).toMatch(/^audit 链.*不一致.*第 7 条.*^assignment 链.*全部一致/ms)
    expect(said).toMatch(/^review 链.*不一致.*第 5 条：本条内容与其哈希不符/ms)
    expect(said).toMatch(/^mediations 链.*不一致.*第 4 条：本条内容与其哈希不符/ms)
    expect(said).toMatch(/^handover 链.*不一致.*第 8 条：链尾缺失：外部存证有第 8 条，现在只到第 7 条/ms)
  })
  test('a file that is no database any more, and heads that were touched, are told in Chinese', () => {
    const kept = join(anchorFolder(dataDir), 'audit.ndjson')
    writeFileSync(kept, readFileSync(kept, 'utf8').replace('"seq":8', '"seq":"x"'))
    expect(verify()).toMatchObject({ status: 1, said: expect.stringContaining('audit.ndjson') })
    writeFileSync(join(dataDir, 'records.sqlite'), 'x'.repeat(8192))
    expect(existsSync(join(dataDir, 'records.sqlite-wal'))).toBe(false)
    const { said, status } = verify()
    expect(status).toBe(2)
    expect(said).toContain('数据库文件损坏')
  })
})
