import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Influx, startInflux } from '../services/influx.ts'

/** The commands of docs/runbook.zh-CN.md for InfluxDB 1.x, on a real influxd: what was in comes back on an empty one. */
const folder = mkdtempSync(join(tmpdir(), 'sanling-influx-backup-'))
let [one, two]: Influx[] = []
beforeAll(async () => {
  ;[one, two] = await Promise.all([startInflux(), startInflux()])
})
afterAll(async () => {
  await Promise.all([one?.stop(), two?.stop()])
  rmSync(folder, { recursive: true, force: true })
})

const query = async (at: Influx | undefined, q: string, method = 'GET') =>
  (await fetch(`${at?.url}/query?${new URLSearchParams({ db: 'sanling', q })}`, { method })).text()
it('a portable backup of the running store comes back whole', async () => {
  await query(one, 'CREATE DATABASE sanling WITH DURATION 90d NAME raw', 'POST')
  await query(one, 'CREATE RETENTION POLICY hour ON sanling DURATION 730d REPLICATION 1', 'POST')
  const now = Date.now()
  const lines = Array.from({ length: 200 }, (_, n) => `door,object=E1 open=${n}i ${now - n * 1000}`)
  const written = await fetch(`${one?.url}/write?db=sanling&rp=hour&precision=ms`, {
    method: 'POST',
    body: lines.join('\n'),
  })
  expect(written.status).toBe(204)
  execFileSync(
    'influxd',
    ['backup', '-portable', '-database', 'sanling', '-host', one?.rpc ?? '', join(folder, 'influx')],
    { stdio: 'pipe' },
  )
  execFileSync('influxd', ['restore', '-portable', '-host', two?.rpc ?? '', join(folder, 'influx')], { stdio: 'pipe' })
  const count = 'SELECT COUNT("open"), SUM("open") FROM "hour"."door"'
  await expect.poll(() => query(two, count), { timeout: 30_000 }).toContain('200,19900')
  expect(await query(two, 'SHOW RETENTION POLICIES ON sanling')).toContain('"hour"')
}, 240_000)
