import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, it } from 'vitest'
import type { Health } from '../../contract/http/health.ts'
import type { Feature } from '../../server/feature.ts'
import { ask, type Office, openOffice } from '../http/office.ts'
import { type UpkeepHouse, upkeepOf } from './house.ts'
import { type Kept, openKept, run } from './kept.ts'

let kept: Kept
let office: Office
let feature: Feature
let alerts: UpkeepHouse['alerts']
const at = (...path: string[]) => join(kept.folder, ...path)
beforeEach(async () => {
  kept = await openKept()
  const house = upkeepOf(kept)
  alerts = house.alerts
  feature = house.upkeep
  await kept.store.migrate(feature.migrations ?? [])
  await feature.start?.()
  office = await openOffice({ roles: ['system-admin', 'auditor', 'prosecutor'], routes: feature.routes ?? [] })
})
afterEach(async () => {
  await feature.stop?.()
  await office.close()
  await kept.close()
})
const token = (role: string) => office.accounts.find(({ username }) => username === role)?.token ?? ''
const get = async (path: string, role = 'system-admin') =>
  ask(office.url, 'GET', `/api/v1/system/${path}`, { token: token(role) })
const health = async () => (await get('health')).json as unknown as Health
const part = async (id: string) => (await health()).items.find((item) => item.id === id)
/** Starts a run and waits until it has ended. */
async function whole(kind: string) {
  kept.clock.ms += 60_000
  const begun = await ask(office.url, 'POST', '/api/v1/system/runs', { token: token('system-admin'), body: { kind } })
  expect(begun.status).toBe(202)
  const latest = async () => ((await get(`runs?kind=${kind}&limit=1`)).json.items as { finishedAt: number | null }[])[0]
  await expect.poll(async () => (await latest())?.finishedAt ?? null, { timeout: 60_000 }).not.toBeNull()
  await expect.poll(async () => (await health()).running, { timeout: 20_000 }).toEqual([])
  return (await latest()) as unknown as { ok: boolean; text: string }
}

it('backs up, drills and verifies, and the page says what came of it; a broken backup is found by the drill', async () => {
  expect((await part('drill'))?.level).toBe('attention')
  expect(await whole('drill')).toMatchObject({ ok: false, text: expect.stringContaining('没有备份') })
  expect(await part('drill')).toMatchObject({ level: 'fault', text: expect.stringContaining('没有备份') })
  expect([...alerts.open.keys()]).toEqual(['infra.upkeep-failed:drill'])
  expect(await whole('backup')).toMatchObject({ ok: true, text: expect.stringContaining('密钥未加密（0600）') })
  expect(await whole('drill')).toMatchObject({
    ok: true,
    text: expect.stringMatching(/可恢复；审计链 \d+ 条、分案链 4 条（抽签 1 次）/),
  })
  expect((await part('drill'))?.level).toBe('ok')
  expect([...alerts.open.keys()]).toEqual([])
  // Nothing of the drill is left behind.
  expect(readdirSync(at('backups'))).toEqual([expect.stringMatching(/^sanling-\d{8}-\d{6}$/)])
  const [name = ''] = readdirSync(at('backups'))
  const file = at('backups', name, 'records.sqlite')
  const bytes = readFileSync(file)
  bytes[5000] = (bytes[5000] ?? 0) ^ 1
  writeFileSync(file, bytes)
  expect(await whole('drill')).toMatchObject({ ok: false, text: expect.stringContaining('校验值不符') })
}, 240_000)

it('verifies the chains in use against the heads that were kept outside', async () => {
  const load = kept.load()
  await expect.poll(load.written, { timeout: 60_000 }).toBeGreaterThan(3)
  await load.stop()
  mkdirSync(at('anchors'))
  const db = new DatabaseSync(join(kept.dataDir, 'records.sqlite'))
  const [head] = db
    .prepare("select seq, at, hash from chain_entry where chain = 'audit' order by seq desc limit 1")
    .all()
  writeFileSync(at('anchors/audit.ndjson'), `${JSON.stringify({ chain: 'audit', ...head })}\n`)
  expect(await whole('verification')).toMatchObject({ ok: true, text: expect.stringContaining('外部存证 1 处相符') })
  // The links of what is left still fit.
  db.prepare("delete from chain_entry where chain = 'audit' and seq = ?").run(Number(head?.seq))
  expect(await whole('verification')).toMatchObject({ ok: false, text: expect.stringContaining('链尾缺失') })
  db.exec("update chain_entry set body = '{}' where chain = 'audit' and seq = 2")
  db.close()
  expect(await whole('verification')).toMatchObject({ ok: false, text: expect.stringContaining('审计链第 2 条') })
}, 240_000)

it('is shown to those who keep the house, started by the system administrator alone; doctor says the same', async () => {
  expect((await get('health', 'prosecutor')).status).toBe(403)
  expect((await get('health', 'auditor')).json).toMatchObject({ mayRun: false })
  const refused = await ask(office.url, 'POST', '/api/v1/system/runs', {
    token: token('auditor'),
    body: { kind: 'backup' },
  })
  expect(refused.status).toBe(403)
  expect(existsSync(join(kept.dataDir, 'health.json'))).toBe(true)
  const { stdout } = await run('doctor', [], { SANLING_DATA: kept.dataDir })
  expect(stdout).toContain('运行状况')
  const drill = await part('drill')
  expect(stdout).toContain(`恢复演练：${drill?.text}`)
  expect(stdout).toContain(drill?.mend)
}, 180_000)
