import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { zstdDecompressSync } from 'node:zlib'
import { pino } from 'pino'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { schemaCheck } from '../../server/commands/checks/schema.ts'
import { demoPeople, ensureSecrets, prepareDataDir } from '../../server/commands/data.ts'
import { assemble, type House } from '../../server/main.ts'
import { judgeStanding } from '../../server/upkeep/upgrade.ts'
import { demoConfig } from '../helpers/office.ts'
import { ask } from '../http/office.ts'
import { ROOT, run } from './kept.ts'

const FIXTURES = join(ROOT, 'test/fixtures/upgrade')
const OLD = readdirSync(FIXTURES).filter((name) => name.endsWith('.zst'))

let folder: string
let house: House | undefined
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'sanling-upgrade-'))
})
afterEach(async () => {
  await house?.stop()
  house = undefined
  rmSync(folder, { recursive: true, force: true })
})
const at = (...path: string[]) => join(folder, ...path)

/** A data folder as an older program left it. */
function unpack(name: string, to = 'data'): string {
  mkdirSync(at(to))
  const file = at(to, 'records.sqlite')
  writeFileSync(file, zstdDecompressSync(readFileSync(join(FIXTURES, name))))
  return file
}

/** This program on that folder. */
async function open(dataDir: string) {
  const config = demoConfig()
  prepareDataDir(dataDir)
  const secrets = ensureSecrets(dataDir, config, true)
  const demo = demoPeople(dataDir, config, false)
  house = await assemble({
    config,
    dataDir,
    secrets,
    environment: { port: 0, host: '127.0.0.1', mqttPort: 0 },
    log: pino({ level: 'silent' }),
    demo,
  })
  await house.start()
  const token = (role: string) => demo.accounts.find(({ roles }) => roles.includes(role))?.token ?? ''
  return (path: string, role: string) => ask(house?.url ?? '', 'GET', `/api/v1${path}`, { token: token(role) })
}

const doctor = () =>
  schemaCheck.look({ configDir: join(ROOT, 'config'), dataDir: at('data'), environment: {} as never })

/** Rows of each table, and a hash-free picture of what must not change. */
function counts(file: string): Map<string, number> {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    const tables = db.prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'").all()
    return new Map(
      tables.map(({ name }) => [String(name), Number(db.prepare(`select count(*) as n from "${name}"`).get()?.n)]),
    )
  } finally {
    db.close()
  }
}

describe.each(OLD)('data of %s', (name) => {
  it('are opened, migrated and readable, chains and draws verify; the backup of before gives back the old data', async () => {
    const file = unpack(name)
    const before = counts(file)
    expect(await doctor()).toMatchObject([{ level: 'warn', text: expect.stringMatching(/较旧的程序写成，差 \d+ 步/) }])
    const get = await open(at('data'))
    const list = async (path: string, role: string) => {
      const { status, json } = await get(path, role)
      expect([path, status]).toEqual([path, 200])
      return json.items as unknown[]
    }
    expect(await list('/cases?limit=1000', 'case-management')).toHaveLength(1000)
    expect(await list('/petitions?limit=1000', 'case-management')).toHaveLength(before.get('petition') ?? -1)
    expect((await list('/reviews?limit=1000', 'case-management')).length).toBeGreaterThan(0)
    expect((await list('/disclosure/documents?limit=1000', 'case-management')).length).toBeGreaterThan(0)
    expect((await list('/events?limit=1000', 'security-officer')).length).toBeGreaterThan(100)
    expect((await list('/audit?limit=1000', 'auditor')).length).toBeGreaterThanOrEqual(before.get('audit_index') ?? -1)
    for (const path of ['/alerts?limit=1000', '/figures']) await list(path, 'security-officer')
    await house?.stop()
    house = undefined
    expect(await doctor()).toMatchObject([{ level: 'ok' }])
    const verified = await run('verify', ['audit'], { SANLING_DATA: at('data'), SANLING_ANCHORS: at('no-anchors') })
    expect([verified.code, verified.stderr]).toEqual([0, ''])
    // Nothing of record is gone; what time itself drops (sessions, measures, old events) is not looked at.
    const after = counts(file)
    const lost = OF_RECORD.filter((table) => (after.get(table) ?? -1) < (before.get(table) ?? 0))
    expect(lost).toEqual([])
    expect(after.get('migration')).toBeGreaterThan(before.get('migration') ?? 0)

    const [kept = ''] = readdirSync(at('data-backups'))
    expect(kept).toMatch(/^before-upgrade-/)
    const back = await run('restore', [at('data-backups', kept)], { SANLING_DATA: at('back') })
    expect([back.code, back.stderr]).toEqual([0, ''])
    expect(back.stdout).toMatch(/抽签 [1-9]\d* 次/)
    expect(counts(at('back/records.sqlite'))).toEqual(before)
  }, 240_000)
})

it('data of a newer program are refused in words that say what to do, and are left as they are', async () => {
  const file = unpack(OLD.at(-1) ?? '')
  const db = new DatabaseSync(file)
  db.exec("insert into migration (id, applied_at) values ('future/001-thing', 1)")
  db.close()
  const bytes = readFileSync(file)
  await expect(open(at('data'))).rejects.toThrow(/已由更新的程序使用过.*future\/001-thing.*数据未动.*请换回较新的程序/)
  expect(readFileSync(file).equals(bytes)).toBe(true)
  expect(existsSync(at('data-backups'))).toBe(false)
}, 180_000)

it('nothing is migrated when the backup of before cannot be made', async () => {
  const file = unpack(OLD.at(-1) ?? '')
  const before = counts(file)
  writeFileSync(at('data-backups'), 'a file where the folder should be')
  await expect(open(at('data'))).rejects.toThrow(/升级前的自动备份没有做成，数据未动/)
  expect(counts(file)).toEqual(before)
}, 180_000)

it.each([
  ['none', undefined, 'new'],
  ['empty', [], 'new'],
  ['those of the first account alone', ['b'], 'new'],
  ['the same', ['ingest/a', 'b'], 'current'],
  ['one step behind', ['ingest/a'], 'older'],
  ['one step ahead', ['ingest/a', 'b', 'c'], 'newer'],
  ['ahead and behind', ['ingest/a', 'c'], 'newer'],
])('records that are %s', (_name, applied, kind) => {
  const up = async () => undefined
  expect(
    judgeStanding(applied, [
      { id: 'ingest/a', up },
      { id: 'b', up },
    ]).kind,
  ).toBe(kind)
})

const OF_RECORD = [
  'chain_entry',
  'audit_index',
  'account',
  'case_file',
  'case_history',
  'draw',
  'review',
  'review_form',
  'finding',
  'finding_event',
  'petition',
  'petition_step',
  'disclosure_file',
  'disclosure_copy',
  'patrol_checkin',
  'alert',
  'alert_history',
]
