import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { sql } from 'kysely'
import { pinyinPort } from '../../server/cases/pinyin-port.ts'
import type { Principal, SearchSource } from '../../server/feature.ts'
import { RecordStore } from '../../server/records/store.ts'
import { ask } from '../../server/sharing/search/ask.ts'
import type { SearchContext } from '../../server/sharing/search/context.ts'
import { sqliteIndex } from '../../server/sharing/search/sqlite.ts'
import { searchMigrations } from '../../server/sharing/search/tables.ts'
import { Words } from '../../server/sharing/search/words.ts'
import { reindex } from '../../server/sharing/search/writer.ts'
import { type Benchmark, type Row, row } from './row.ts'
import { dice, END, HANDLERS, record } from './search/office.ts'

/** The search box on a million records: twelve kinds of questions, each beside a bare FTS5 MATCH for the same words. */
const RECORDS = Number(process.env.BENCH_RECORDS ?? 1_000_000)
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 40)
const BATCH = 500

const who = (...words: string[]): Principal => ({
  id: 'p',
  username: 'p',
  name: 'p',
  roles: [],
  department: null,
  post: '',
  permissions: new Set(words),
  via: 'token',
  sessionId: null,
})
const source = (kind: SearchSource['kind']): SearchSource => ({
  kind,
  access: ({ permissions }) => (kind === 'alert' && !permissions.has('all') ? [] : [...permissions]),
  read: async () => [],
  keys: async () => [],
})
const ALL = who('all')
/** Numbers of cases that there are. */
const SAMPLES: string[] = []

/** Kind of question → what is asked in round n, by whom, and the bare words of it. */
interface Question {
  what: string
  q: (n: number) => string
  person?: (n: number) => Principal
  filters?: object
  bare: string
}
const own = (n: number) => who(`own:${10_000 + (n % HANDLERS)}`)
const QUESTIONS: readonly Question[] = [
  { what: 'two-character word 盗窃', q: () => '盗窃', bare: '"盗窃"' },
  { what: 'longer word', q: () => '帮助信息网络犯罪活动', bare: '"帮助" + "助信" + "信息" + "息网" + "网络"' },
  { what: 'three words', q: () => '盗窃 谅解书 轻伤', bare: '"盗窃" AND "谅解" AND "轻伤"' },
  { what: 'whole case number', q: (n) => SAMPLES[n % SAMPLES.length] ?? '', bare: '"刑诉" AND "14000999"' },
  { what: 'part of a number', q: (n) => `${14_000_100 + n * 977}`.slice(2), bare: '"000" + "009" + "097"' },
  { what: 'year and bracket', q: (n) => `２０${String(10 + (n % 16))}】1400`, bare: '"202" + "026"' },
  { what: 'initials bzxx', q: () => 'bzxx', bare: '"帮助" + "助信" + "信息"' },
  { what: 'full pinyin', q: () => 'daoqiezui', bare: '"盗窃" + "窃罪"' },
  { what: 'single character 盗', q: () => '盗', bare: '"c盗"' },
  { what: 'own cases only, common word', q: () => '审查起诉', person: own, bare: '"审查" + "查起" + "起诉"' },
  {
    what: 'own cases, three filters',
    q: () => '盗窃',
    person: own,
    filters: { state: ['open'], department: '第一检察部', from: '2024-01-01', to: '2026-11-24' },
    bare: '"盗窃" AND "sopen"',
  },
  { what: 'words that never meet', q: () => '强奸罪 征地补偿', bare: '"强奸" AND "征地"' },
  { what: 'nothing like it', q: (n) => `不存在的词语${n}`, bare: '"不存" + "存在"' },
  { what: 'terminal PC-D3-017', q: () => 'PC-D3-017', bare: '"pc" + "d3" + "017"' },
]

async function fill(records: RecordStore): Promise<number> {
  const roll = dice(20_261_124)
  const before = performance.now()
  for (let from = 0; from < RECORDS; from += BATCH)
    await records.write(async ({ tx }) => {
      const some = Array.from({ length: Math.min(BATCH, RECORDS - from) }, (_, n) => record(from + n, roll))
      const sample = some.find(({ kind }) => kind === 'case')?.numbers[0]
      if (sample && SAMPLES.length < 40) SAMPLES.push(sample)
      for (const [kind, found] of Map.groupBy(some, (one) => one.kind)) {
        const refs = found.map(({ ref }) => ref)
        await reindex(sqliteIndex, tx, kind, refs, found, 1)
      }
    })
  return (performance.now() - before) / 1000
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0

async function measure(context: SearchContext, db: DatabaseSync, question: Question): Promise<Row> {
  const words = new Words(context)
  const bareStatement = db.prepare('select rowid from search_fts where search_fts match ? order by rowid desc limit 21')
  const [product, bare, cpu]: [number[], number[], number[]] = [[], [], []]
  let items = 0
  for (let n = 0; n < ROUNDS; n++) {
    const filters = { q: question.q(n), kind: [], colour: [], state: [], ...question.filters }
    const person = question.person?.(n) ?? ALL
    const used = process.cpuUsage()
    let before = performance.now()
    items += (await ask(context, words, { person, filters, limit: 20, cursor: '', now: END })).items.length
    product.push(performance.now() - before)
    const { user, system } = process.cpuUsage(used)
    cpu.push((user + system) / 1000)
    before = performance.now()
    bareStatement.all(question.bare)
    bare.push(performance.now() - before)
  }
  const [p, b, c] = [product, bare, cpu].map((times) => times.toSorted((x, y) => x - y)) as [
    number[],
    number[],
    number[],
  ]
  return row({
    case: `${question.what}, p95`,
    unit: 'ms',
    product: at(p, 0.95),
    baseline: null,
    target: '<= 300',
    details: {
      p50: at(p, 0.5),
      'processor p50': at(c, 0.5),
      'bare p50': at(b, 0.5),
      'bare p95': at(b, 0.95),
      'ratio p50': at(p, 0.5) / at(b, 0.5),
      rows: items / ROUNDS,
    },
  })
}

async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-search-'))
  const file = join(folder, 'records.sqlite')
  const records = new RecordStore({ kind: 'sqlite', file }, { now: () => END, committed: () => {}, failed: () => {} })
  try {
    await records.migrate(searchMigrations('sqlite'))
    const rss = process.memoryUsage().rss
    const took = await fill(records)
    const after = process.memoryUsage().rss
    const db = new DatabaseSync(file, { readOnly: true })
    const context: SearchContext = {
      records,
      store: 'sqlite',
      sources: (['case', 'petition', 'document', 'alert'] as const).map(source),
      pinyin: pinyinPort,
      failed: (error) => {
        throw error
      },
      index: sqliteIndex,
    }
    const rows: Row[] = []
    for (const question of QUESTIONS) rows.push(await measure(context, db, question))
    const { rows: sizes } = await sql<{
      bytes: number
    }>`select sum(length(block)) as bytes from search_fts_data`.execute(records.read)
    const mega = (bytes: number) => bytes / 1024 / 1024
    rows.push(
      row({
        case: `indexing ${RECORDS.toLocaleString('en')} records`,
        unit: 'records/s',
        product: RECORDS / took,
        baseline: null,
        details: {
          s: took,
          'full-text index, MB': mega(Number(sizes[0]?.bytes ?? 0)),
          'database, MB': mega(statSync(file).size),
          'memory before, MB': mega(rss),
          'after indexing, MB': mega(after),
          'after asking, MB': mega(process.memoryUsage().rss),
        },
      }),
    )
    db.close()
    return rows
  } finally {
    await records.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

export const benchmark: Benchmark = { name: 'search', run }
