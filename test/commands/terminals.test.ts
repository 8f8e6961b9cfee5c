import { execFile } from 'node:child_process'
import { appendFileSync, chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askClamd } from '../../collectors/terminals/clamd.ts'
import { eicar } from '../doubles/clamd.ts'
import { ask } from '../http/office.ts'
import { type Postgres, startPostgres } from '../services/postgres.ts'
import { type Clamd, startClamd, TEST_SIGNATURE, temporaryFolder } from '../services.ts'
import { type Demo, Product, ROOT } from './product.ts'

/** A real clamd, util-linux's logger and a view of a real PostgreSQL feed a whole product: it is on the wall. */
let clamd: Clamd
let postgres: Postgres
let viewUrl: string
let product: Product
let demo: Demo
let hookFolder: string

beforeAll(async () => {
  const [config, spool] = [temporaryFolder('config'), temporaryFolder('hook')]
  const hook = join(spool, 'hook.sh')
  const script = join(ROOT, 'collectors/terminals/clamav-hook.sh')
  writeFileSync(hook, `#!/bin/sh\nSANLING_HOOK_DIR=${spool}/drop SANLING_HOST_NAME=JCY-YB-001 exec ${script}\n`)
  chmodSync(hook, 0o755)
  hookFolder = join(spool, 'drop')
  mkdirSync(hookFolder)
  ;[clamd, postgres] = await Promise.all([startClamd({ hook }), startPostgres()])
  viewUrl = await postgres.freshDatabase()
  await onDatabase(
    'create table t (bmsah text, ajlb_mc text, cbbm_mc text, cbr text, slrq date, lc text, sfsc char(1), cjsj timestamp, zhxgsj timestamp)',
    'create view v_case as select bmsah, ajlb_mc, cbbm_mc, cbr, slrq, lc as "流程节点", sfsc, cjsj, zhxgsj from t',
  )
  cpSync(join(ROOT, 'config'), config, { recursive: true })
  const common = 'domain: terminal, profile: clamav, staleAfterS: 86400'
  const sources = [
    `{ id: clam-log, name: 查毒日志, kind: log-file, ${common}, host: JCY-YB-001, file: ${clamd.logFile}, pollS: 0.1 }`,
    `{ id: clam-hook, name: 查毒钩子, kind: line-folder, ${common}, folder: ${spool}/drop, settleS: 0, scanS: 0.1 }`,
    `{ id: clamd, name: 查毒引擎, kind: clamd, ${common}, pollS: 0.5, engines: [{ host: JCY-YB-001, socket: ${clamd.socket} }] }`,
    `{ id: case-view, name: 案件视图, kind: case-sql, domain: case, profile: case-export, staleAfterS: 600, driver: postgres, host: 127.0.0.1, port: ${postgres.port}, database: ${new URL(viewUrl).pathname.slice(1)}, username: sanling, password: { env: TEST_VIEW }, view: v_case, modified: zhxgsj, created: cjsj, pollS: 0.5, settleS: 0 }`,
  ]
  appendFileSync(join(config, 'sources.yaml'), sources.map((one) => `  - ${one}\n`).join(''))
  product = new Product({ env: { SANLING_OFFICE: 'off', SANLING_CONFIG: config, TEST_VIEW: 'x' } }).launch()
  demo = await product.ready()
}, 90_000)
afterAll(async () => {
  await product?.stop()
  await Promise.all([clamd?.stop(), postgres?.stop()])
})

const token = (role: string): string => demo.accounts.find(({ roles }) => roles.includes(role))?.token ?? ''
const items = async (path: string, role = 'security-officer'): Promise<Record<string, unknown>[]> =>
  (await ask(demo.url, 'GET', path, { token: token(role) })).json.items as Record<string, unknown>[]

async function eventually<Value>(what: string, read: () => Promise<Value | undefined>): Promise<Value> {
  const limit = performance.now() + 30_000
  for (;;) {
    const value = await read()
    if (value !== undefined) return value
    if (performance.now() > limit) throw new Error(`never: ${what}\n${product.logs()}`)
    await new Promise((done) => setTimeout(done, 100))
  }
}
const alertOf = (object: string, word: string) =>
  eventually(`alert of ${object}`, async () =>
    (await items('/api/v1/alerts?domain=terminal')).find(
      (one) => one.object === object && String(one.title).includes(word),
    ),
  )

async function onDatabase(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: viewUrl })
  await client.connect()
  try {
    for (const statement of [`set timezone = 'Asia/Shanghai'`, ...statements]) await client.query(statement)
  } finally {
    await client.end()
  }
}

interface Panels {
  terminal: { virus: { unresolved: number | null }; covered: number | null }
  flow: { open: number | null; departments: { name: string; byColour: Record<string, number> }[] }
}
async function wallPanel(): Promise<Panels['terminal']> {
  return (await wallPanels()).terminal
}
function wallPanels(): Promise<Panels> {
  const key = new URLSearchParams(new URL(demo.wallUrl).hash.slice(1)).get('key')
  const wall = io(`${demo.url}/wall`, { auth: { key }, transports: ['websocket'] })
  return new Promise((done) =>
    wall.once('snapshot', ({ panels }) => {
      wall.disconnect()
      done(panels)
    }),
  )
}

test('an EICAR file that a real clamd finds becomes one alert, and stands on the wall', async () => {
  // The engine was asked how it is, and found its test string without anybody being alarmed.
  const engine = await eventually('engine', async () =>
    (await items('/api/v1/events?type=terminal.engine')).find(({ collector }) => collector === 'clamd'),
  )
  expect(engine).toMatchObject({ object: 'JCY-YB-001', data: { up: true, detects: true } })
  expect(await items('/api/v1/alerts?domain=terminal')).toEqual([])

  const path = join(clamd.shelf, '带毒 样本: a.com')
  writeFileSync(path, eicar())
  expect(await askClamd({ socket: clamd.socket }, `SCAN ${path}`, 10_000)).toContain('FOUND')
  const alert = await alertOf('JCY-YB-001', '病毒')
  expect(alert).toMatchObject({ severity: 'warning', state: 'unacknowledged' })

  // clamd's log and its hook told of the same find: one event when in the same second, one alert and one virus anyway.
  await eventually('the hook was read', async () =>
    readdirSync(join(hookFolder, 'done')).length > 0 ? true : undefined,
  )
  const events = await items('/api/v1/events?type=terminal.virus')
  expect([1, 2]).toContain(events.length)
  for (const { data } of events)
    expect(data).toMatchObject({ name: `${TEST_SIGNATURE}.UNOFFICIAL`, path, action: 'none' })
  expect((await items('/api/v1/alerts?domain=terminal')).filter(({ object }) => object === 'JCY-YB-001')).toHaveLength(
    1,
  )
  const panel = await eventually('panel', async () => {
    const found = await wallPanel()
    return found.virus.unresolved ? found : undefined
  })
  expect(panel).toMatchObject({ virus: { unresolved: 1 }, covered: 1 })
  const figure = await ask(demo.url, 'GET', '/api/v1/figures/terminal.virus-unresolved', {
    token: token('security-officer'),
  })
  expect(figure.json).toMatchObject({ value: 1, rows: [{ 终端: 'JCY-YB-001', 病毒: `${TEST_SIGNATURE}.UNOFFICIAL` }] })
}, 90_000)

test('logger over UDP, TCP and octet counting: each message is an alert', async () => {
  const ports = JSON.parse(readFileSync(join(product.dataDir, 'ports.json'), 'utf8'))['tq-main'] as Record<
    string,
    number
  >
  const virus = (host: string) =>
    JSON.stringify({
      syslog_topic: 'antivirus_virus',
      guid: `guid-${host}`,
      virus_name: 'Win32/演示',
      result: '0',
      severity: '3',
      client_info: { name: host, report_ip: '10.8.1.12' },
    })
  const send = (args: string[], host: string) => {
    const port = args.includes('-T') ? ports.tcp : ports.udp
    return promisify(execFile)('logger', [
      '-n',
      '127.0.0.1',
      '-P',
      String(port),
      ...args,
      '-t',
      'tianqing',
      virus(host),
    ])
  }
  await send(['-d', '--rfc3164'], 'JCY-YB-002')
  await send(['-T'], 'JCY-YB-003')
  await send(['-T', '--octet-count', '--rfc5424'], 'JCY-YB-004')
  for (const host of ['JCY-YB-002', 'JCY-YB-003', 'JCY-YB-004'])
    expect(await alertOf(host, '病毒')).toMatchObject({ severity: 'warning', count: 1 })
}, 60_000)

test('rows that appear in a view of a real PostgreSQL are cases on the wall; one that is deleted there is gone', async () => {
  const openCases = async () => (await wallPanels()).flow.open
  // The first reading is of an empty view: what comes after it is news.
  await eventually('the view was read', async () => {
    const { json } = await ask(demo.url, 'GET', '/api/v1/sources/case-view', { token: token('system-admin') })
    return json.lastOkAt ? true : undefined
  })
  const register = async () => {
    const { json } = await ask(demo.url, 'GET', '/api/v1/sources/case-export', { token: token('system-admin') })
    return json.lastEventAt !== null && json.progress === null && json.spool === 0
  }
  const before = await eventually('the register was read', async () =>
    (await register()) ? ((await openCases()) ?? undefined) : undefined,
  )
  const row = (n: number) =>
    `insert into t values ('示检刑诉受[2026]3799000000${n}号', '审查起诉', '第一检察部', '示例甲', current_date, '审查', 'N', localtimestamp, localtimestamp)`
  await onDatabase(row(11), row(12), row(13))
  await eventually('three more on the wall', async () => ((await openCases()) === before + 3 ? true : undefined))
  const events = (await items('/api/v1/events?type=case.accepted', 'system-admin')).filter(
    ({ collector }) => collector === 'case-view',
  )
  expect(events).toHaveLength(3)
  expect(JSON.stringify(events)).not.toContain('示例甲')
  await onDatabase(`update t set sfsc = 'Y', zhxgsj = localtimestamp where bmsah like '%12号'`)
  await eventually('one less', async () => ((await openCases()) === before + 2 ? true : undefined))
}, 60_000)
