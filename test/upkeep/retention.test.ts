import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { UpkeepRules } from '../../config/upkeep.ts'
import { alertMigrations } from '../../server/alerts/migrations.ts'
import { retireAlerts } from '../../server/alerts/retire.ts'
import { auditTrail } from '../../server/audit/trail.ts'
import { pruneInbox } from '../../server/ingest/inbox.ts'
import { migrations as ingestMigrations } from '../../server/ingest/tables.ts'
import { archiveOnce } from '../../server/upkeep/retention/archive.ts'
import { heldOf } from '../../server/upkeep/retention/holds.ts'
import { demoConfig } from '../helpers/office.ts'
import { ask, type Office, openOffice } from '../http/office.ts'
import { upkeepOf } from './house.ts'
import { type Kept, NOW, openKept, run } from './kept.ts'

const DAY = 86_400_000
let kept: Kept
let office: Office
const at = (...path: string[]) => join(kept.folder, ...path)
beforeEach(async () => {
  kept = await openKept()
  const { upkeep: feature, approvals } = upkeepOf(kept)
  const migrations = [
    ...(feature.migrations ?? []),
    ...(approvals.migrations ?? []),
    ...alertMigrations,
    ...ingestMigrations,
  ]
  await kept.store.migrate(migrations)
  office = await openOffice({
    roles: ['system-admin', 'security-admin', 'auditor', 'prosecutor'],
    routes: [...(feature.routes ?? []), ...(approvals.routes ?? [])],
  })
})
afterEach(async () => {
  await office.close()
  await kept.close()
})
const post = (path: string, role: string, body: object) =>
  ask(office.url, 'POST', `/api/v1${path}`, {
    token: office.accounts.find(({ username }) => username === role)?.token ?? '',
    body,
  })
const db = <Row>(sql: string): Row[] => {
  const file = new DatabaseSync(join(kept.dataDir, 'records.sqlite'))
  try {
    return file.prepare(sql).all() as Row[]
  } finally {
    file.close()
  }
}
const count = (table: string): number => Number(db<{ n: number }>(`select count(*) as n from ${table}`)[0]?.n)
/** Audit entries, one a day, the last one today. */
async function auditFor(days: number): Promise<void> {
  for (let day = days - 1; day >= 0; day--)
    await kept.store.write(({ tx }) =>
      auditTrail.record(tx, NOW - day * DAY, { kind: 'test', actor: `day-${day}`, ip: '', detail: {} }),
    )
}
const archive = (olderThanDays: number) =>
  kept.store.write((turn) => archiveOnce(turn, join(kept.dataDir, 'archive'), NOW - olderThanDays * DAY))
const verify = () => run('verify', ['audit'], { SANLING_DATA: kept.dataDir, SANLING_ANCHORS: at('anchors') })

describe('the archive of the audit chain', () => {
  it('takes what is old enough, keeps the chain whole, and goes with the backup', async () => {
    await auditFor(10)
    const piece = await archive(5)
    expect(piece).toMatchObject({ fromSeq: 1, toSeq: 4, file: 'audit-0000000001-0000000004.ndjson' })
    expect([count("chain_entry where chain = 'audit'"), count('audit_index')]).toEqual([6, 6])
    expect(await archive(5)).toBeUndefined()
    expect((await archive(2))?.fromSeq).toBe(5)
    expect((await verify()).stdout).toContain('audit 链 10 条，其中归档 7 条，全部一致')
    await run('backup', [at('kept')], { SANLING_DATA: kept.dataDir })
    const back = await run('restore', [at('kept')], { SANLING_DATA: at('back') })
    expect(back.stdout).toContain('审计链 10 条（已归档 7 条）')
    // The files alone, one after another, are the whole chain for anybody.
    const files = readdirSync(at('back/archive')).sort()
    const rest = db<{ seq: number; at: string; type: string; prev: string; body: string; hash: string }>(
      "select seq, at, type, prev, body, hash from chain_entry where chain = 'audit' order by seq",
    )
    const lines = rest.map((entry) => JSON.stringify({ ...entry, body: JSON.parse(entry.body) }))
    writeFileSync(
      at('whole.ndjson'),
      `${files.map((name) => readFileSync(at('back/archive', name), 'utf8')).join('')}${lines.join('\n')}\n`,
    )
    expect((await run('verify', ['chain', at('whole.ndjson')], {})).stdout).toContain('10 条，全部一致')
  }, 180_000)

  it('that was changed, cut or replaced is found; one that was carried away is said to be unproved', async () => {
    await auditFor(10)
    const { file = '' } = (await archive(5)) ?? {}
    const path = join(kept.dataDir, 'archive', file)
    const text = readFileSync(path, 'utf8')
    writeFileSync(path, text.replace('day-8', 'day-7'))
    expect(await verify()).toMatchObject({ code: 1, stdout: expect.stringContaining('与归档时的校验值不符') })
    renameSync(path, at('elsewhere'))
    expect(await verify()).toMatchObject({ code: 0, stdout: expect.stringContaining('1 份归档文件不在本机，未核对') })
    writeFileSync(path, text)
    db('update chain_archive set hash = prev')
    expect((await verify()).code).toBe(1)
  }, 180_000)

  it('leaves the last entry and whatever does not fit where it is', async () => {
    await auditFor(3)
    expect((await archive(-1))?.toSeq).toBe(2)
    expect(await archive(-1)).toBeUndefined()
    db("update chain_entry set body = '{}' where chain = 'audit'")
    await auditFor(2)
    await expect(archive(-1)).rejects.toThrow('未归档')
    expect(existsSync(join(kept.dataDir, 'archive/audit-0000000003-0000000004.ndjson'))).toBe(false)
  })

  it('holds no more than it can in one turn, and goes on', async () => {
    await auditFor(9)
    const some = () => kept.store.write((turn) => archiveOnce(turn, join(kept.dataDir, 'archive'), NOW, 3))
    expect([(await some())?.toSeq, (await some())?.toSeq, (await some())?.toSeq]).toEqual([3, 6, 8])
  })
})

const event = (n: number, object: string | null, days: number) =>
  `insert into inbox (id, type, family, domain, collector, object, severity, observed_ms, received_ms, backfill, body)
   values ('e${n}', 'door.opened', 'door', 'access', 'c', ${object ? `'${object}'` : 'null'}, 'info', 0, ${NOW - days * DAY}, 0, '{}')`

describe('legal hold', () => {
  it('keeps what it names, and nothing else stands in the way of what is due', async () => {
    for (let n = 0; n < 6; n++) db(event(n, n % 2 ? 'door:E1' : null, 400 - n))
    db(event(9, null, 1))
    expect((await post('/system/holds', 'prosecutor', { scope: 'events', reason: '办案需要' })).status).toBe(403)
    const placed = await post('/system/holds', 'security-admin', {
      scope: 'events',
      object: 'door:E1',
      reason: '纪检函调取证',
    })
    expect(placed.status).toBe(201)
    const held = await heldOf(kept.store.read, 'events')
    expect(held).toEqual(['door:E1'])
    const prune = () => kept.store.write(({ tx }) => pruneInbox(tx, NOW - 200 * DAY, 2, held === 'all' ? [] : held))
    expect([await prune(), await prune()]).toEqual([2, 1])
    expect(db<{ object: string | null }>('select object from inbox order by seq').map(({ object }) => object)).toEqual([
      'door:E1',
      'door:E1',
      'door:E1',
      null,
    ])
  })

  it('is lifted by two persons, never by one', async () => {
    const { json } = await post('/system/holds', 'security-admin', { scope: 'all', reason: '审计署现场检查' })
    expect(await heldOf(kept.store.read, 'alerts')).toBe('all')
    const proposed = await post(`/system/holds/${json.id}/lift`, 'security-admin', { reason: '检查已经结束' })
    expect(proposed.status).toBe(202)
    const approve = (role: string) => post(`/approvals/${proposed.json.approval}/approve`, role, {})
    expect((await approve('security-admin')).json.type).toContain('same-person')
    // Nor by somebody who may not see it.
    expect((await approve('prosecutor')).status).toBe(403)
    expect(await heldOf(kept.store.read, 'alerts')).toBe('all')
    expect((await approve('auditor')).status).toBe(200)
    expect(await heldOf(kept.store.read, 'alerts')).toEqual([])
    expect((await approve('auditor')).status).toBe(409)
  })
})

describe('deleting before time', () => {
  const purge = (before: string, what = 'events') =>
    post('/system/purge', 'system-admin', { what, before, reason: '磁盘将满' })
  it('needs two persons, spares the last six months and what is held', async () => {
    db(event(1, 'door:E1', 300))
    db(event(2, 'door:W1', 300))
    db(event(3, null, 100))
    expect((await purge('2026-09-01')).json.type).toContain('unprocessable')
    const { json } = await purge('2026-05-01')
    await post('/system/holds', 'auditor', { scope: 'events', object: 'door:E1', reason: '留存备查' })
    expect(count('inbox')).toBe(3)
    expect((await post(`/approvals/${json.approval}/approve`, 'system-admin', {})).status).not.toBe(200)
    expect((await post(`/approvals/${json.approval}/approve`, 'auditor', {})).status).toBe(200)
    await expect.poll(() => count('inbox'), { timeout: 60_000 }).toBe(2)
    expect(db<{ id: string }>('select id from inbox order by id').map(({ id }) => id)).toEqual(['e1', 'e3'])
    await expect.poll(() => count("chain_entry where type = 'retention.events'"), { timeout: 60_000 }).toBe(1)
  })
  it('is refused while all of it is held', async () => {
    const { json } = await purge('2026-05-01')
    await post('/system/holds', 'auditor', { scope: 'all', reason: '留存备查' })
    const refused = await post(`/approvals/${json.approval}/approve`, 'auditor', {})
    expect(refused.status).toBe(409)
    expect(JSON.stringify(refused.json)).toContain('法律保全')
  })
})

it('no rule file may keep the audit trail for less than six months', () => {
  const rules = demoConfig().upkeep
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 182 }), (auditDays) => {
      const { success } = UpkeepRules.safeParse({ ...rules, retention: { ...rules.retention, auditDays } })
      expect(success).toBe(false)
    }),
  )
})

describe('closed alerts', () => {
  it('go when their time is up, with all that hangs on them; open and held ones stay', async () => {
    const insert = (id: string, object: string, step: string, closedDays: number | null) =>
      db(
        `insert into alert (id, ord, kind, version, cause, rule, rule_version, severity, state, step, domain, object, title,
           why, facts, count, first_at, last_at, clearable, demo, unack_since, rung, closed_at, created_at)
         values ('${id}', ${id.length * 1000 + id.charCodeAt(0)}, 'event', 1, '${id}', 'r', '1', 'info', 'normal', '${step}', 'access', '${object}', 't',
           'w', '[]', 1, 0, 0, 0, 0, 0, 0, ${closedDays === null ? 'null' : NOW - closedDays * DAY}, 0)`,
      )
    insert('a', 'door:E1', 'closed', 900)
    insert('b', 'door:W1', 'closed', 900)
    insert('c', 'door:W1', 'closed', 10)
    insert('d', 'door:W1', 'handling', null)
    db("insert into alert_painted (alert_id, screen, at, received_at) values ('b', 's', 0, 0)")
    const gone = await kept.store.write((turn) => retireAlerts(turn, NOW - 365 * DAY, ['door:E1'], 10))
    expect(gone).toBe(1)
    expect(db<{ id: string }>('select id from alert order by id').map(({ id }) => id)).toEqual(['a', 'c', 'd'])
    expect(count('alert_painted')).toBe(0)
  })
})
