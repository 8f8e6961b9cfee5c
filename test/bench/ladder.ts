import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { reckonCases } from '../../server/cases/clock-work.ts'
import { printsOf } from '../../server/cases/prints.ts'
import { saveCases } from '../../server/cases/repository.ts'
import { type CaseRecord, classify, freshCase } from '../../server/cases/rules.ts'
import { openOffice } from './ladder/office.ts'
import { type Benchmark, row } from './row.ts'

const CASES = Number(process.env.BENCH_RUNGS ?? 100_000)
const BEFORE = Temporal.Instant.from('2026-11-17T09:00:00+08:00').epochMilliseconds
/** The last day of every one of them: persons in custody, others, urgent and ordinary limits. */
const LAST_DAY = Temporal.Instant.from('2026-11-24T00:00:01+08:00').epochMilliseconds

/** Reckons and stores so many open cases by the product's own way. */
async function prepare(file: string): Promise<number> {
  const { config, records, deps } = await openOffice(file, () => BEFORE)
  const prints = printsOf(deps)
  const before = performance.now()
  for (let from = 0; from < CASES; from += 500)
    await records.write(async (turn) => {
      const cases = Array.from({ length: Math.min(500, CASES - from) }, (_, n): CaseRecord => {
        const at = from + n
        const typeName = at % 3 === 0 ? '审查逮捕' : '审查起诉'
        return {
          ...freshCase(`示检${typeName}受[2026]${at}号`),
          ...classify(config.flow, typeName),
          typeName,
          custody: at % 3 !== 1,
          department: '第一检察部',
          handlerNo: '10007',
          accepted: at % 3 === 0 ? '2026-11-17' : '2026-10-24',
          exportedDue: '2026-11-24',
          appliedMs: BEFORE,
        }
      })
      const reckoned = await reckonCases(
        deps,
        turn,
        cases.map((record) => ({ record, before: undefined })),
        'first',
        prints,
      )
      await saveCases(turn.tx, reckoned, prints.both)
    })
  const took = (performance.now() - before) / 1000
  await records.close()
  return took
}

/** One life of the server: seconds from ready to the end, or to the kill after so many rungs. */
function live(file: string, killAfter: number | null): Promise<number> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'ladder/fire.ts'), file, String(LAST_DAY)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  return new Promise((resolve, reject) => {
    let started = performance.now()
    child.stdout.on('data', (chunk: Buffer) => {
      const text = String(chunk)
      if (text.includes('ready')) started = performance.now()
      if (killAfter !== null && Number(text.trim().split('\n').at(-1)) >= killAfter) child.kill('SIGKILL')
    })
    child.once('error', reject)
    child.once('close', (code, signal) => {
      const took = (performance.now() - started) / 1000
      if (code === 0 || signal === 'SIGKILL') resolve(took)
      else reject(new Error(`the ladder's process ended with ${code}`))
    })
  })
}

const one = (db: DatabaseSync, query: string): number => Number(Object.values(db.prepare(query).get() ?? {})[0])

/** Told, alerted and tasked, each counted where it is kept. */
function count(file: string) {
  const db = new DatabaseSync(file)
  const told = one(db, `select count(*) from case_step where told = 1 and again = 0 and cleared_ms is null`)
  const alerts = one(db, `select sum(count) from alert where rule like 'case.%'`)
  const tasks = one(db, `select count(*) from desk_task where key like 'rung:%'`)
  const custody = one(db, `select count(*) from alert where rule = 'case.custody-last-day' and kind = 'card'`)
  db.close()
  return { told, alerts, tasks, custody }
}

/** Rows that a rung leaves: four rungs of the ladder, the alert and its history, the task. */
const ROWS = 7
/** The least that it could cost: as many rows in as many commits of the same database, and nothing else. */
function bare(folder: string): number {
  const db = new DatabaseSync(join(folder, 'bare.sqlite'))
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; create table rung (id text primary key, at integer, words text)',
  )
  const add = db.prepare('insert into rung values (?, ?, ?)')
  const words = '期限'.repeat(40)
  const before = performance.now()
  for (let from = 0; from < CASES; from += 1000) {
    db.exec('begin')
    for (let n = from * ROWS; n < Math.min(CASES, from + 1000) * ROWS; n++) add.run(randomUUID(), n, words)
    db.exec('commit')
  }
  const took = (performance.now() - before) / 1000
  db.close()
  return took
}

async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-ladder-'))
  const file = join(folder, 'records.sqlite')
  try {
    const prepared = await prepare(file)
    const first = await live(file, CASES * 0.4)
    const half = count(file)
    const second = await live(file, null)
    const done = count(file)
    const exact = done.told === CASES && done.alerts === CASES && done.tasks === CASES
    const details = {
      cases: CASES,
      'told before kill -9': half.told,
      told: done.told,
      alerts: done.alerts,
      'cards of their own (in custody, never gathered)': done.custody,
      tasks: done.tasks,
      'reckoned and stored before, s': prepared,
    }
    const least = bare(folder)
    const torn = half.told === half.alerts && half.told === half.tasks && half.told > 0 && half.told < CASES
    return [
      row({
        case: `${CASES.toLocaleString('en')} rungs due at once, a kill -9 in the middle`,
        unit: 's',
        product: first + second,
        baseline: null,
        target: '<= 60',
        details,
      }),
      row({
        case: 'told, alerted and tasked exactly once (difference of counts)',
        unit: 'rungs',
        product:
          exact && torn
            ? 0
            : Math.max(1, Math.abs(done.told - CASES) + Math.abs(done.alerts - CASES) + Math.abs(done.tasks - CASES)),
        baseline: null,
        target: '<= 0',
      }),
      row({
        case: 'cost beside bare inserts of as many rows',
        unit: 's',
        product: first + second,
        baseline: least,
        target: '<= 60',
      }),
    ]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export const benchmark: Benchmark = { name: 'ladder', run }
