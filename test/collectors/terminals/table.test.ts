import { mkdirSync, readdirSync, readFileSync, renameSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { csvGbk, xlsx } from '../../../collectors/office/sheet-file.ts'
import type { SourceRunner } from '../../../collectors/source.ts'
import { terminalTableSource } from '../../../collectors/terminals/table-source.ts'
import { temporaryFolder } from '../../services.ts'
import { recorder, until } from '../recorder.ts'
import { profileOf } from './decoders.ts'

const running: SourceRunner[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((runner) => runner.stop()))
})

const NOW = Date.parse('2026-11-24T10:00:00+08:00')
async function start() {
  const dataDir = temporaryFolder('tables')
  const folder = join(dataDir, 'drop')
  mkdirSync(folder)
  const recorded = recorder({ profile: profileOf('terminal-table'), dataDir, now: () => NOW })
  const runner = terminalTableSource(
    {
      id: 'tq-lists',
      name: '终端清单',
      kind: 'terminal-table',
      domain: 'terminal',
      profile: 'terminal-table',
      staleAfterS: 60,
      enabled: true,
      demo: false,
      folder: 'drop',
      settleS: 0,
      scanS: 0.02,
    },
    recorded.context,
  )
  await runner.start()
  running.push(runner)
  let made = NOW / 1000 - 3600
  const drop = async (name: string, bytes: Buffer) => {
    const path = join(dataDir, name)
    writeFileSync(path, bytes)
    made += 60
    utimesSync(path, made, made)
    renameSync(path, join(folder, name))
    const places = ['done', 'rejected', 'held']
    const where = () => places.find((place) => readdirSync(join(folder, place)).includes(name))
    await until(() => where() !== undefined, name)
    const place = where() ?? ''
    return { place, report: JSON.parse(readFileSync(join(folder, place, `${name}.report.json`), 'utf8')) }
  }
  const told = () => recorded.drafts.splice(0).map(({ type, object, data }) => ({ type, object, ...data }))
  return { recorded, drop, told }
}

const patches = (rows: (string | null)[][]) => ({
  merges: [],
  rows: [
    ['终端补丁缺失清单', null, null, null, null],
    ['计算机名', '补丁号', '补丁级别', '状态', '发布日期'],
    ...rows,
    ['合计', String(rows.length), null, null, null],
  ],
})
const miss = (host: string, patch: string, published = '2026-11-05', level = '高危', status = '未安装') => [
  host,
  patch,
  level,
  status,
  published,
]

describe('missing patches', () => {
  test('one event a terminal; again only when something changed; gone from the list means complete', async () => {
    const { drop, told } = await start()
    const first = patches([
      miss('JCY-1', 'KB1'),
      miss('JCY-1', 'KB2', '2026-10-05'),
      miss('JCY-1', 'KB3', '2020-01-01', '低危'),
      miss('JCY-2', 'KB1'),
      miss('JCY-3', 'KB1', '2026-11-05', '高危', '已安装'),
    ])
    expect((await drop('补丁.csv', csvGbk(first))).report).toMatchObject({ 清单: '补丁', 行数: 5, 终端: 3 })
    expect(told()).toEqual([
      expect.objectContaining({
        type: 'terminal.patch_missing',
        object: 'JCY-1',
        count: 2,
        patches: 'KB1、KB2',
        age_days: 50,
      }),
      expect.objectContaining({ object: 'JCY-2', count: 1, age_days: 19, listed: true }),
      expect.objectContaining({ object: 'JCY-3', count: 0 }),
    ])
    await drop('补丁2.xlsx', xlsx(patches([miss('JCY-1', 'KB2', '2026-10-05'), miss('JCY-1', 'KB1')])))
    expect(told()).toEqual([expect.objectContaining({ object: 'JCY-2', count: 0 })])
    expect((await drop('再来.csv', csvGbk(first))).place).toBe('rejected')
  })

  test('half of the terminals vanished: held until somebody confirms', async () => {
    const { drop, told, recorded } = await start()
    const hosts = Array.from({ length: 8 }, (_, n) => miss(`JCY-${n}`, 'KB1'))
    await drop('a.csv', csvGbk(patches(hosts)))
    expect(told()).toHaveLength(8)
    const few = csvGbk(patches(hosts.slice(0, 2)))
    expect((await drop('b.csv', few)).place).toBe('held')
    expect(told()).toEqual([])
    expect(recorded.states.at(-1)?.state).toBe('degraded')
    expect((await drop('b确认.csv', few)).place).toBe('done')
    expect(told().map(({ object }) => object)).toEqual(['JCY-2', 'JCY-3', 'JCY-4', 'JCY-5', 'JCY-6', 'JCY-7'])
  })
})

test('hardware: the first list is remembered, a later one tells each part that changed', async () => {
  const { drop, told } = await start()
  const header = ['主机名', 'CPU', '内存', '硬盘', 'MAC地址']
  const list = (memory: string, disk: string) => ({
    merges: [],
    rows: [header, ['JCY-1', 'i5', memory, disk, '02-1A'], ['JCY-2', 'i7', '8G', 'A', '02-1B']],
  })
  expect((await drop('硬件.xlsx', xlsx(list('16G', 'WD-1')))).report).toMatchObject({ 清单: '硬件', 终端: 2 })
  expect(told()).toEqual([])
  await drop('硬件2.xlsx', xlsx(list('8G', 'WD-2')))
  expect(told()).toEqual([
    expect.objectContaining({ type: 'terminal.hardware_change', object: 'JCY-1', name: '内存', from: '16G', to: '8G' }),
    expect.objectContaining({ object: 'JCY-1', name: '硬盘', from: 'WD-1', to: 'WD-2' }),
  ])
})

test('what is no such list, or no table, is refused with the reason', async () => {
  const { drop, recorded, told } = await start()
  for (const [name, bytes] of [
    [
      'a.csv',
      csvGbk({
        merges: [],
        rows: [
          ['姓名', '电话'],
          ['张', '1'],
        ],
      }),
    ],
    ['b.xls', Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0, 0, 0])],
    ['c.xlsx', Buffer.from('PK\u0003\u0004garbage')],
    ['d.csv', Buffer.alloc(0)],
  ] as const)
    expect([name, (await drop(name, bytes)).place]).toEqual([name, 'rejected'])
  expect(recorded.refusals.map(({ reason }) => reason).slice(0, 2)).toEqual(['header_not_found', 'legacy_xls'])
  expect(told()).toEqual([])
})
