import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { LEAN_V8 } from '../../server/commands/compiled.ts'
import { largeCsv, largeExport, malicious } from './import/files.ts'
import { type Benchmark, type Row, row } from './row.ts'

const ROWS = 200_000

interface Told {
  seconds: number
  events: number
  told: number
  peakMb: number
  startMb: number
  p99Ms: number
  maxMs: number
  done: boolean
}

/** One file, one process of its own with the collectors' flags: its peak is nobody else's. */
function importIn(bytes: Buffer, name = '导出.xlsx'): Told {
  const folder = mkdtempSync(join(tmpdir(), 'sanling-bench-import-'))
  try {
    mkdirSync(join(folder, 'drop'))
    writeFileSync(join(folder, 'drop', name), bytes)
    writeFileSync(join(folder, 'drop', `${name}.ok`), '')
    const child = join(import.meta.dirname, 'import/child.ts')
    return JSON.parse(
      execFileSync(process.execPath, [...LEAN_V8, child, folder], { encoding: 'utf8', timeout: 300_000 }),
    ) as Told
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function run(): Promise<Row[]> {
  const bytes = largeExport(ROWS)
  const told = importIn(bytes)
  if (!told.done || told.events !== ROWS) throw new Error(`imported ${told.events} of ${ROWS}`)
  const csv = importIn(largeCsv(ROWS), '导出.csv')
  if (!csv.done || csv.events !== ROWS) throw new Error(`imported ${csv.events} of ${ROWS} of the csv`)
  const details = { MB: bytes.length / 1e6, progress: told.told, 'max ms': told.maxMs }
  const limit = (what: string, unit: string, product: number, target: string, more = {}) =>
    row({ case: what, unit, product, baseline: null, target, details: { ...more } })
  const harm = malicious().map(([name, file]) => ({ name, told: importIn(file) }))
  for (const { name, told } of harm) if (told.done || told.events > 1) throw new Error(`taken: ${name}`)
  const slowest = harm.reduce((a, b) => (b.told.seconds > a.told.seconds ? b : a))
  const largest = harm.reduce((a, b) => (b.told.peakMb > a.told.peakMb ? b : a))
  return [
    limit(`export of ${ROWS} rows`, 's', told.seconds, '<= 60', details),
    limit('its process, peak RSS', 'MB', told.peakMb, '<= 400', { start: told.startMb }),
    limit('event loop meanwhile, p99', 'ms', told.p99Ms, '<= 50'),
    limit(`csv of ${ROWS} rows`, 's', csv.seconds, '<= 60'),
    limit('its process, peak RSS', 'MB', csv.peakMb, '<= 400', { start: csv.startMb }),
    limit('slowest refusal of a malicious workbook', 's', slowest.told.seconds, '<= 1', { file: slowest.name }),
    limit('largest, peak RSS', 'MB', largest.told.peakMb, '<= 200', { file: largest.name }),
  ]
}

export const benchmark: Benchmark = { name: 'import', run }
