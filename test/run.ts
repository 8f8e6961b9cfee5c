/**
 * `npm test`: builds the web part when it is stale, runs every test under the office's own zone and the pure rooms
 * again under two others, and ends with the line `N passed, N failed`. Arguments are passed on as vitest filters.
 * Before that line it names each failure, because the end of a long log is often all that is kept of it.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWeb, webIsStale } from '../server/commands/web-build.ts'
import { type Count, countReport, type Failure, failuresOf, sum, withSecondRun } from './run/count.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const OFFICE_ZONE = 'Asia/Shanghai'
/** Rooms whose results must not depend on the zone of the process (protocols.md section 8). */
const ZONE_ROOMS = [
  'contract',
  'config',
  'collectors',
  'deadlines',
  'assignment',
  'review',
  'disclosure',
  'security',
  'cases',
  'alerts',
  'metrics/pure',
  'run',
]
/** Whole processes and brokers: slow, and the same code as in the first run. */
const NOT_AGAIN = [
  'test/disclosure/{corpus,malice}.test.ts',
  'test/collectors/{delivery,run}/**',
  'test/collectors/office/load.test.ts',
]
const OTHER_ZONES = ['UTC', 'America/New_York']
/**
 * Real brokers, stores, browsers and whole products on machines that are shared and slow: a file that fails runs once
 * more, alone, and what passes only then is named at the end. Never the fault suite and never a property test: what
 * they find once is found.
 */
const mayRunAgain = (file: string): boolean =>
  !file.startsWith(join(root, 'test/faults/')) && !readText(file)?.includes("'fast-check'")

const filters = process.argv.slice(2)
const failures: Failure[] = []
const unsteady: Failure[] = []

/** @returns vitest's exit code */
function vitest(zone: string, filter: readonly string[], report: string): Promise<number> {
  const entry = join(root, 'node_modules/vitest/vitest.mjs')
  const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, '--passWithNoTests']
  const without = zone === OFFICE_ZONE ? [] : NOT_AGAIN.map((glob) => `--exclude=${glob}`)
  const child = spawn(process.execPath, [entry, ...args, ...without, ...filter], {
    cwd: root,
    env: { ...process.env, TZ: zone },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)))
}

async function runIn(zone: string, filter: readonly string[], folder: string): Promise<Count> {
  const path = join(folder, `${zone.replace('/', '-')}.json`)
  console.log(`\n── 时区 ${zone} ──`)
  let code = await vitest(zone, filter, path)
  let report = readText(path)
  const again = filesToRepeat(failuresOf(report))
  if (report !== undefined && again.length > 0) {
    console.log(`\n── 单独再跑一次：${again.join(' ')} ──`)
    const first = failuresOf(report)
    code = await vitest(zone, again, path)
    report = withSecondRun(report, readText(path) ?? '{"testResults":[]}')
    const still = new Set(failuresOf(report).map(nameOf))
    unsteady.push(...first.filter((failure) => !still.has(nameOf(failure))))
    if (code === 0 && still.size > 0) code = 1
  }
  failures.push(...failuresOf(report))
  const count = countReport(report, code)
  console.log(
    `时区 ${zone}：${count.passed} 通过，${count.failed} 失败${count.skipped ? `，${count.skipped} 跳过` : ''}`,
  )
  return count
}

const nameOf = ({ file, test }: Failure): string => `${relative(root, file)} › ${test}`

function filesToRepeat(failed: readonly Failure[]): string[] {
  const files = failed.map(({ file }) => file).filter(mayRunAgain)
  return [...new Set(files)].map((file) => relative(root, file))
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

async function runAll(folder: string): Promise<Count> {
  if (webIsStale(root)) {
    console.log('正在构建网页……')
    await buildWeb(root)
  }
  const counts = [await runIn(OFFICE_ZONE, filters, folder)]
  if (filters.length > 0) return sum(counts)
  const rooms = ZONE_ROOMS.map((room) => `test/${room}/`)
  for (const zone of OTHER_ZONES) counts.push(await runIn(zone, rooms, folder))
  return sum(counts)
}

const folder = mkdtempSync(join(tmpdir(), 'sanling-report-'))
const all = await runAll(folder)
  .catch((error: unknown) => {
    console.error(error)
    return { passed: 0, failed: 1, skipped: 0 }
  })
  .finally(() => rmSync(folder, { recursive: true, force: true }))
for (const each of unsteady) console.log(`第二次才通过：${nameOf(each)}：${each.message}`)
for (const each of failures) console.log(`失败：${nameOf(each)}：${each.message}`)
if (all.skipped > 0) console.log(`${all.skipped} 个测试被跳过，按失败计`)
const failed = all.failed + all.skipped
process.exitCode = failed > 0 || all.passed === 0 ? 1 : 0
console.log(`${all.passed} passed, ${failed} failed`)
