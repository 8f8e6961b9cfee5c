import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { RecordStore } from '../../server/records/store.ts'
import { follow } from '../../server/sharing/panorama/follow.ts'
import type { Followed, Item } from '../../server/sharing/panorama/port.ts'
import { panoramaMigrations } from '../../server/sharing/panorama/tables.ts'
import { partOf, rowsOf } from '../../server/sharing/panorama/view.ts'
import { insertHits, listHits, type StoredHit } from '../../server/sharing/subscriptions/repository.ts'
import { subscriptionMigrations } from '../../server/sharing/subscriptions/tables.ts'
import { type Benchmark, type Row, row } from './row.ts'

/**
 * The panorama and the list of hits on a million records. Baseline: the same numbers by plain `group by` over the same
 * rows, which is what a page without kept cells would ask.
 */
const RECORDS = Number(process.env.BENCH_RECORDS ?? 1_000_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 20)
const HITS = Math.ceil(RECORDS / 10)
const NOW = Temporal.Instant.from('2026-11-24T12:00:00+08:00').epochMilliseconds
const CAUSES = [
  '危险驾驶',
  '盗窃',
  '故意伤害',
  '诈骗',
  '帮信',
  '掩隐',
  '交通肇事',
  '寻衅滋事',
  '非法采矿',
  '走私',
  '职务侵占',
  '贪污',
]
const TYPES = ['审查逮捕', '审查起诉', '民事监督', '行政监督', '公益诉讼', '刑事申诉', '立案监督', '羁押必要性审查']

/** About ten among a million. */
const RARE = '非法猎捕'

/** The same office each time: record n is what n says. */
function item(n: number): Item {
  const day = Temporal.PlainDate.from('2016-01-01').add({ days: (n * 7919) % 3980 })
  const open = n % 23 === 0
  return {
    id: `c${String(n).padStart(8, '0')}`,
    started: day.toString(),
    ended: open ? null : day.add({ days: 5 + (n % 60) }).toString(),
    open,
    dims: [
      n % 5 ? '刑事' : '民事',
      TYPES[n % 8] ?? '',
      n % 4 ? '未在押' : '在押',
      n % 99_991 === 7 ? RARE : (CAUSES[n % 12] ?? ''),
    ],
  }
}
const source: Followed = {
  section: 'case',
  permission: 'cases.read',
  unit: '件',
  openName: '在办',
  inName: '受理',
  outName: '办结',
  source: '',
  dims: [
    { id: 'wing', name: '四大检察', of: 'year' },
    { id: 'type', name: '类别', of: 'open' },
    { id: 'custody', name: '羁押', of: 'open' },
    { id: 'cause', name: '案由', of: 'year' },
  ],
  shape: 1,
  async changed(_db, place, limit) {
    const from = Number(place || 0)
    const items = Array.from({ length: Math.min(limit, RECORDS - from) }, (_, n) => item(from + n))
    const end = from + items.length >= RECORDS
    return { items, gone: [], place: String(from + items.length), caughtUp: end, whole: end }
  },
  present: async (_db, ids) => new Map(ids.map((id) => [id, { title: id, note: '', link: null }])),
}

const hit = (n: number): StoredHit => ({
  id: `h${String(n).padStart(8, '0')}`,
  subscription: `s${n % 5}`,
  delivery: `e${n}`,
  owner: n % 3 ? 'somebody' : 'other',
  topic: 'event',
  thing: `e${n}`,
  source: '门禁',
  title: '强行开启',
  link: null,
  at_ms: n,
  hit_ms: n,
  clue: '一般线索',
  level: 'ordinary',
  clue_why: '',
  clue_next: '',
  met: '[]',
  state: n % 7 ? 'used' : 'open',
  asked: null,
  reason: null,
  decided_ms: null,
})

const at = (values: readonly number[], share: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0
async function times(act: (n: number) => unknown): Promise<number[]> {
  const took: number[] = []
  for (let n = 0; n < ROUNDS; n++) {
    const before = performance.now()
    await act(n)
    took.push(performance.now() - before)
  }
  return took
}

/** The numbers of the page, asked of the rows themselves. */
const BARE = [
  `select count(*) from panorama_item where section = 'case' and open = 1`,
  `select substr(started, 1, 7) as month, count(*) from panorama_item where section = 'case' and started >= '2025-10-01' group by month`,
  `select substr(ended, 1, 7) as month, count(*) from panorama_item where section = 'case' and ended >= '2025-10-01' group by month`,
  `select a, count(*) from panorama_item where section = 'case' and started >= '2025-11-01' and started < '2026-11-01' group by a`,
  `select b, count(*) from panorama_item where section = 'case' and open = 1 group by b`,
  `select c, count(*) from panorama_item where section = 'case' and open = 1 group by c`,
  `select d, count(*) from panorama_item where section = 'case' and started >= '2025-11-01' and started < '2026-11-01' group by d`,
]

async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-panorama-'))
  const file = join(folder, 'records.sqlite')
  const records = new RecordStore({ kind: 'sqlite', file }, { now: () => NOW, committed: () => {}, failed: () => {} })
  try {
    await records.migrate([...panoramaMigrations, ...subscriptionMigrations])
    const before = performance.now()
    for (let done = false; !done; ) done = await records.write((turn) => follow(turn, source))
    const took = (performance.now() - before) / 1000
    for (let from = 0; from < HITS; from += 2000)
      await records.write(({ tx }) =>
        insertHits(
          tx,
          Array.from({ length: 2000 }, (_, n) => hit(from + n)),
        ),
      )
    const db = new DatabaseSync(file, { readOnly: true })
    const page = await times(() => partOf(records.read, source, NOW))
    const bare = await times(() => {
      for (const text of BARE) db.prepare(text).all()
    })
    db.close()
    const limit = { limit: 50, cursor: '', month: undefined }
    const drills = {
      'rows of a month': { ...limit, measure: 'in' as const, dim: undefined, value: undefined, month: '2026-03' },
      'rows of a cause in a year': { ...limit, measure: 'in' as const, dim: 'cause', value: '贪污' },
      'rows of what is open': { ...limit, measure: 'open' as const, dim: 'custody', value: '在押' },
      'rows of a rare cause in a year': { ...limit, measure: 'in' as const, dim: 'cause', value: RARE },
    }
    const rows: Row[] = [
      row({
        case: `page over ${RECORDS.toLocaleString('en')} records, p95`,
        unit: 'ms',
        product: at(page, 0.95),
        baseline: null,
        target: '<= 300',
        details: { p50: at(page, 0.5), 'bare group by p50': at(bare, 0.5), 'ratio p50': at(page, 0.5) / at(bare, 0.5) },
      }),
    ]
    for (const [what, ask] of Object.entries(drills)) {
      const drill = await times(() => rowsOf(records.read, source, ask, NOW))
      rows.push(
        row({
          case: `${what}, p95`,
          unit: 'ms',
          product: at(drill, 0.95),
          baseline: null,
          target: '<= 300',
          details: { p50: at(drill, 0.5) },
        }),
      )
    }
    const ask = { owner: 'somebody', roles: ['prosecutor'], subscription: undefined, after: null, limit: 500 }
    for (const state of [undefined, 'open']) {
      const hits = await times(() => listHits(records.read, { ...ask, state }))
      rows.push(
        row({
          case: `hits${state ? ` that are ${state}` : ''} of one among ${HITS.toLocaleString('en')}, p95`,
          unit: 'ms',
          product: at(hits, 0.95),
          baseline: null,
          target: '<= 300',
          details: { p50: at(hits, 0.5) },
        }),
      )
    }
    rows.push(
      row({
        case: 'counting all for the first time',
        unit: 'records/s',
        product: RECORDS / took,
        baseline: null,
        details: { s: took },
      }),
    )
    return rows
  } finally {
    await records.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const benchmark: Benchmark = { name: 'panorama', run }
