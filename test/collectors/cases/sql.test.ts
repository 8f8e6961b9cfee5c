import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { ConnectOptions, ViewConnection, ViewDriver } from '../../../collectors/cases/sql/driver.ts'
import { mapColumns } from '../../../collectors/cases/sql/mapping.ts'
import { mysqlDriver } from '../../../collectors/cases/sql/mysql.ts'
import { ViewMismatch, ViewPoller } from '../../../collectors/cases/sql/poller.ts'
import { postgresDriver } from '../../../collectors/cases/sql/postgres.ts'
import { caseSqlSource } from '../../../collectors/cases/sql/source.ts'
import { CaseSql } from '../../../config/case-sql.ts'
import { type MariaDb, startMariaDb } from '../../services/mariadb.ts'
import { type Postgres, startPostgres } from '../../services/postgres.ts'
import { type Recorder, recorder, until } from '../recorder.ts'
import { number, PROFILE, PROFILE_FILE } from './build.ts'

/** The exchange table as the older system calls its columns (protocols.md 4.1). */
const COLUMNS = 'BMSAH varchar(80), TYSAH varchar(80), AJLB_MC varchar(40), CBBM_MC varchar(40), CBR varchar(40), SLRQ'
const REST = 'WCRQ'

interface Bench {
  driver: ViewDriver
  options: ConnectOptions
  view: string
  /** Text of the database's own time, so many seconds ago. */
  ago(seconds: number): string
  write(...statements: string[]): Promise<void>
  /** Ends every other connection. */
  cut(): Promise<void>
}

let postgres: Postgres
let maria: MariaDb
beforeAll(async () => {
  ;[postgres, maria] = await Promise.all([startPostgres(), startMariaDb()])
}, 60_000)
afterAll(() => Promise.all([postgres?.stop(), maria?.stop()]))

async function onPostgres(): Promise<Bench> {
  const url = new URL(await postgres.freshDatabase())
  const write = async (...statements: string[]): Promise<void> => {
    const client = new pg.Client({ connectionString: url.href })
    client.on('error', () => undefined)
    await client.connect()
    try {
      for (const statement of statements) await client.query(statement)
    } finally {
      await client.end()
    }
  }
  await write(
    `create table t (${COLUMNS} date, ${REST} date, LC varchar(40), SFSC char(1), CJSJ timestamp(6), ZHXGSJ timestamp(6))`,
    'create view v_case as select bmsah, tysah, ajlb_mc, cbbm_mc, cbr, slrq, wcrq, lc as "流程节点", sfsc, cjsj, zhxgsj from t',
  )
  return {
    driver: postgresDriver,
    view: 'v_case',
    options: {
      host: '127.0.0.1',
      port: postgres.port,
      database: url.pathname.slice(1),
      username: 'sanling',
      password: 'x',
      statementTimeoutS: 5,
    },
    ago: (seconds) => `localtimestamp - interval '${seconds} seconds'`,
    write: (...statements) => write(`set timezone = 'Asia/Shanghai'`, ...statements),
    cut: () =>
      write(`select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'sanling-collector'`),
  }
}

let schemas = 0
async function onMaria(): Promise<Bench> {
  const name = `t${++schemas}`
  await maria.ask(
    `create database ${name}`,
    `create table ${name}.t (${COLUMNS} date, ${REST} date, LC varchar(40), SFSC char(1), CJSJ datetime(6), ZHXGSJ datetime(6))`,
    `create view ${name}.v_case as select bmsah, tysah, ajlb_mc, cbbm_mc, cbr, slrq, wcrq, lc as \`流程节点\`, sfsc, cjsj, zhxgsj from ${name}.t`,
    `create user if not exists reader@'127.0.0.1' identified by 'x'`,
    `grant select, insert, delete on ${name}.* to reader@'127.0.0.1'`,
  )
  return {
    driver: mysqlDriver,
    view: 'v_case',
    options: {
      host: '127.0.0.1',
      port: maria.port,
      database: name,
      username: 'reader',
      password: 'x',
      statementTimeoutS: 5,
    },
    ago: (seconds) => `now(6) - interval ${seconds} second`,
    write: (...statements) => maria.ask(`use ${name}`, `set time_zone = '+08:00'`, ...statements),
    async cut() {
      await maria.ask(`kill user reader@'127.0.0.1'`)
    },
  }
}

describe.each([
  ['postgres', onPostgres],
  ['mysql', onMaria],
] as const)('a read-only view on %s', (name, open) => {
  let bench: Bench
  let connection: ViewConnection
  let record: Recorder
  let dataDir: string

  const config = (over: Partial<CaseSql> = {}): CaseSql =>
    CaseSql.parse({
      id: 'view',
      name: '案件视图',
      kind: 'case-sql',
      domain: 'case',
      profile: 'case-export',
      driver: name,
      host: bench.options.host,
      port: bench.options.port,
      database: bench.options.database,
      username: bench.options.username,
      password: { env: 'X' },
      view: bench.view,
      modified: 'zhxgsj',
      created: 'cjsj',
      staleAfterS: 60,
      settleS: 0,
      pageRows: 50,
      ...over,
    })
  const poller = (over: Partial<CaseSql> = {}) => new ViewPoller(config(over), record.context, PROFILE)
  const poll = (one = poller()) => one.poll(connection, new AbortController().signal)
  const row = (
    n: number,
    over: { node?: string | null; stamp?: string; created?: string; deleted?: string; due?: string } = {},
  ) => {
    const node = over.node === null ? 'null' : `'${over.node ?? '审查'}'`
    const stamp = over.stamp ?? bench.ago(3600)
    return `insert into t values ('${number(n)}', '统${n}', '审查起诉', '第一检察部', '示例甲', '2026-11-02', null, ${node}, '${over.deleted ?? 'N'}', ${over.created ?? stamp}, ${stamp})`
  }
  const many = (from: number, count: number, stamp?: string) =>
    Array.from({ length: count }, (_, n) => row(from + n, stamp === undefined ? {} : { stamp }))
  const types = () => record.drafts.map(({ type }) => type)
  const clear = () => record.drafts.splice(0)

  beforeEach(async () => {
    bench = await open()
    dataDir = mkdtempSync(join(tmpdir(), 'sanling-view-'))
    record = recorder({ profile: PROFILE_FILE, secret: 'x', dataDir })
    connection = await bench.driver.open(bench.options)
  })
  afterEach(async () => {
    await connection?.close()
    rmSync(dataDir, { recursive: true })
  })

  it('G11.14: cannot write, and says so itself', async () => {
    expect(await connection.readOnly()).toBe(true)
    await expect(connection.ask(`insert into t (bmsah) values ('x')`)).rejects.toThrow(/read.?only/i)
    await expect(connection.ask('delete from t')).rejects.toThrow(/read.?only/i)
    await expect(connection.ask('create table x (a int)')).rejects.toThrow(/read.?only|denied/i)
  })

  it('G11.1, 8: the first run is a snapshot, dates are not shifted, nobody is named', async () => {
    await bench.write(...many(1, 120))
    expect(await poll()).toMatchObject({ rows: 120, events: 120, held: false })
    expect(new Set(types())).toEqual(new Set(['case.snapshot']))
    expect(record.drafts[0]).toMatchObject({ backfill: true, data: { acceptedAt: '2026-11-02', node: '审查' } })
    expect(JSON.stringify(record.drafts)).not.toContain('示例甲')
    clear()
    expect(await poll()).toMatchObject({ events: 0 })
  })

  it('G11.2: rows of one moment across page borders, none lost, none doubled', async () => {
    await bench.write(row(1, { stamp: bench.ago(7200) }))
    await poll()
    clear()
    const moment = bench.ago(30)
    const [first] = (await connection.ask(`select cast(${moment} as char(26))`)) as string[][]
    await bench.write(...many(100, 170, `'${first?.[0]?.trim()}'`))
    expect(await poll()).toMatchObject({ events: 340 })
    expect(new Set(record.of('case.accepted').map(({ object }) => object)).size).toBe(170)
  })

  it('G11.3: a row committed late with an older stamp is caught by the overlap', async () => {
    await bench.write(...many(1, 3))
    await poll()
    clear()
    await bench.write(row(9, { stamp: bench.ago(300) }))
    await poll()
    expect(record.of('case.accepted')).toHaveLength(1)
    await bench.write(row(10, { stamp: bench.ago(1500) }))
    await poll()
    expect(record.of('case.accepted')).toHaveLength(1)
    // Older than the overlap: the next reading of everything finds it.
    record.store.set('sql/reconciled', '0')
    await poll()
    expect(record.of('case.accepted')).toHaveLength(2)
  })

  it('tells what changed, each change once, back and forth is three', async () => {
    await bench.write(...many(1, 3))
    await poll()
    clear()
    for (const node of ['退回补充侦查', '审查', '退回补充侦查'])
      await bench
        .write(`update t set lc = '${node}', zhxgsj = ${bench.ago(0)} where bmsah = '${number(2)}'`)
        .then(() => poll())
    await poll()
    expect(types()).toEqual(['case.node_changed', 'case.node_changed', 'case.node_changed'])
    expect(record.drafts[0]?.data).toMatchObject({ from: '审查', to: '退回补充侦查' })
  })

  it('G11.4: SFSC Y is a deletion; 5: a row that is gone is missing after the second reconcile only', async () => {
    await bench.write(...many(1, 12))
    await poll()
    clear()
    await bench.write(`update t set sfsc = 'Y', zhxgsj = ${bench.ago(0)} where bmsah = '${number(1)}'`)
    await poll()
    expect(types()).toEqual(['case.deleted'])
    clear()
    await bench.write(`delete from t where bmsah = '${number(2)}'`)
    for (const expected of [[], ['case.missing'], []]) {
      record.store.set('sql/reconciled', '0')
      await poll()
      expect(types()).toEqual(expected)
      clear()
    }
  })

  it('G11.6: a NULL stamp is read by the created one, both NULL by the next reading of everything', async () => {
    await bench.write(row(1))
    await poll()
    clear()
    await bench.write(row(2, { stamp: 'null', created: bench.ago(10) }), row(3, { stamp: 'null', created: 'null' }))
    await poll()
    expect(record.of('case.accepted').map(({ object }) => object)).toEqual([`case:${number(2)}`])
    record.store.set('sql/reconciled', '0')
    await poll()
    expect(record.of('case.accepted')).toHaveLength(2)
  })

  it.each([
    ['empty: the right to see is lost', 'delete from t'],
    ['short by half', `delete from t where bmsah > '${number(6)}'`],
  ])('G11.7: %s: nothing is deleted, somebody is told', async (_, statement) => {
    await bench.write(...many(1, 12))
    await poll()
    clear()
    await bench.write(statement)
    record.store.set('sql/reconciled', '0')
    expect(await poll()).toMatchObject({ held: true, events: 0 })
    expect(types()).toEqual(['collector.rejected'])
    expect(record.drafts[0]?.data.reason).toBe('held')
    expect(record.states.at(-1)?.state).toBe('degraded')
    expect(await poll(poller({ maxVanish: 1 }))).toMatchObject({ held: statement === 'delete from t' })
  })

  it('what a person confirmed is taken once, and only as much as was shown', async () => {
    await bench.write(...many(1, 12))
    await poll()
    await bench.write(`delete from t where bmsah > '${number(6)}'`)
    record.store.set('sql/reconciled', '0')
    expect(await poll()).toMatchObject({ held: true })
    const confirm = (count: number) => {
      mkdirSync(join(dataDir, 'confirm-vanished'), { recursive: true })
      writeFileSync(join(dataDir, 'confirm-vanished', 'view'), String(count))
    }
    confirm(5)
    expect(await poll()).toMatchObject({ held: true })
    confirm(6)
    expect(await poll()).toMatchObject({ held: false })
    expect(existsSync(join(dataDir, 'confirm-vanished', 'view'))).toBe(false)
  })

  it('G11.9: cut in the middle of a page: goes on without loss or doubles', async () => {
    await bench.write(...many(1, 160))
    let pages = 0
    const page = connection.page.bind(connection)
    connection.page = async (query) => {
      if (++pages === 3) await connection.close()
      return await page(query)
    }
    await expect(poll()).rejects.toThrow()
    expect(record.drafts.length).toBe(100)
    connection = await bench.driver.open(bench.options)
    await poll()
    expect(new Set(record.drafts.map(({ object }) => object)).size).toBe(160)
    expect(record.drafts).toHaveLength(160)
    expect(new Set(types())).toEqual(new Set(['case.snapshot']))
  })

  it('G11.10: a column that is renamed stops the reading', async () => {
    await bench.write(...many(1, 2))
    await poll()
    clear()
    await bench.write(
      name === 'postgres'
        ? 'alter view v_case rename column cbr to wer'
        : 'create or replace view v_case as select bmsah, tysah, ajlb_mc, cbbm_mc, cbr as wer, slrq, wcrq, lc as `流程节点`, sfsc, cjsj, zhxgsj from t',
    )
    await expect(poll()).rejects.toThrow(ViewMismatch)
    await expect(poll()).rejects.toThrow('handler')
    expect(record.drafts).toEqual([])
  })

  it('G11.11: an empty text is as NULL; a row that is refused has not vanished', async () => {
    await bench.write(...many(1, 6), `update t set lc = '' where bmsah = '${number(1)}'`)
    await bench.write(`insert into t (bmsah, slrq, zhxgsj) values ('没有号', null, ${bench.ago(60)})`)
    await poll()
    expect(record.drafts.find(({ object }) => object === `case:${number(1)}`)?.data.node).toBeNull()
    expect(record.refusals.map(({ reason }) => reason)).toEqual(['bad_case_no'])
    expect(record.refusals[0]?.excerpt).not.toContain('没有号')
  })

  it('G11.12: how far the database clock is ahead is measured', async () => {
    await poll()
    expect(Math.abs(record.skews[0] ?? 99)).toBeLessThan(5)
  })

  it('G11.13: a statement that takes too long is told as such, and pages become smaller', async () => {
    const slow = await bench.driver.open({ ...bench.options, statementTimeoutS: 0.2 })
    const error = await slow
      .ask(name === 'postgres' ? 'select pg_sleep(3)' : 'select sleep(3) from t union select benchmark(1e10, md5(1))')
      .catch((one: unknown) => one)
    await slow.close()
    expect(bench.driver.troubleOf(error)).toBe('timeout')
    const one = poller({ pageRows: 400 })
    expect([one.smaller(), one.smaller(), one.smaller(), one.smaller()]).toEqual([true, true, true, false])
  })

  it('without a stamp column every poll reads everything', async () => {
    await bench.write(...many(1, 60))
    const whole = poller({ modified: undefined, created: undefined })
    expect(await poll(whole)).toMatchObject({ rows: 60, events: 60 })
    clear()
    await bench.write(`update t set lc = '起诉' where bmsah = '${number(3)}'`)
    expect(await poll(whole)).toMatchObject({ rows: 60, events: 1 })
  })

  it('knows a wrong password and a missing view', async () => {
    const missing = await connection.columns('nowhere').catch((error: unknown) => error)
    expect(bench.driver.troubleOf(missing)).toBe('schema')
    if (name === 'mysql') {
      const wrong = await bench.driver.open({ ...bench.options, password: 'falsch' }).catch((error: unknown) => error)
      expect(bench.driver.troubleOf(wrong)).toBe('auth')
    }
    expect(bench.driver.troubleOf({ code: '28P01' })).toBe(name === 'postgres' ? 'auth' : 'gone')
  })

  it('runs as a source: reads, survives a cut, stops', async () => {
    await bench.write(...many(1, 5))
    const source = caseSqlSource(config({ pollS: 0.05 }), record.context)
    await source.start()
    await until(() => record.of('case.snapshot').length === 5)
    await bench.cut()
    await bench.write(row(6, { stamp: bench.ago(0) }))
    await until(() => record.of('case.accepted').length === 1)
    await source.stop()
    expect(record.states.at(-1)?.state).toBe('ok')
    expect(record.crashes).toEqual([])
  })
})

describe('names of a view', () => {
  const base = {
    id: 'v',
    name: '视图',
    kind: 'case-sql',
    domain: 'case',
    profile: 'case-export',
    driver: 'postgres',
    host: 'h',
    port: 5432,
    database: 'd',
    username: 'u',
    password: { env: 'X' },
    staleAfterS: 60,
  }
  it.each(['v_case', 'jcy.v_case', '案件视图', 'TYYW_GG_AJJBXX'])('%s is one', (view) => {
    expect(CaseSql.safeParse({ ...base, view }).success).toBe(true)
  })
  it.each(['v; drop table t', 'v case', '(select 1)', 'a.b.c', '"v"', 'v--', ''])('%s is none', (view) => {
    expect(CaseSql.safeParse({ ...base, view }).success).toBe(false)
  })
  it('a view without the case number does not fit', () => {
    expect(mapColumns(['tysah', 'ajlb_mc', 'cbr'], PROFILE, [], undefined)).toMatchObject({ ok: false })
    expect(mapColumns(['bmsah', 'tysah', 'cbr'], PROFILE, ['zhxgsj'], undefined)).toMatchObject({ ok: false })
    expect(mapColumns(['bmsah', 'tysah', 'cbr'], PROFILE, [], { profile: 0, fields: ['node'] })).toMatchObject({
      ok: true,
    })
  })
})
