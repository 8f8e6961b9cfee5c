import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { temporaryFolder } from '../services.ts'
import { openBrowser } from './live/glass.ts'
import { ROOT } from './live/house.ts'
import { startOffice } from './live/office.ts'
import { growth, range, type Sample, sample, slope, watch } from './live/soak.ts'
import { type Benchmark, type Row, row } from './row.ts'

const MINUTES = Number(process.env.BENCH_MINUTES ?? 10)
const SPEED = 10
const EVERY_MS = 30_000
/**
 * Until then fonts, compiled code, the browser's own buffers of the performance timeline and the first hours of the office
 * fill up: in heap snapshots three minutes apart nothing else grew.
 */
const WARM_UP = Math.min(5, MINUTES / 2)

async function measure(): Promise<{ wall: Sample[]; blank: Sample[] }> {
  const office = await startOffice({
    program: process.execPath,
    args: [join(ROOT, 'server/commands/start.ts')],
    cwd: ROOT,
    dataDir: join(temporaryFolder('soak'), 'data'),
    env: { SANLING_SPEED: String(SPEED) },
  })
  const browser = await openBrowser()
  try {
    const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } })
    const blank = await watch(await context.newPage())
    const page = await context.newPage()
    await page.goto(office.wallUrl)
    await page.waitForSelector('.counts', { timeout: 60_000 })
    const wall = await watch(page)
    const samples = { wall: [] as Sample[], blank: [] as Sample[] }
    const begun = performance.now()
    while (performance.now() - begun < MINUTES * 60_000) {
      await sleep(EVERY_MS)
      const minute = (performance.now() - begun) / 60_000
      samples.wall.push(await sample(wall, minute))
      samples.blank.push(await sample(blank, minute))
      if (process.env.BENCH_LOUD) console.error(JSON.stringify(samples.wall.at(-1)))
    }
    return samples
  } finally {
    await browser.close()
    await office.stop()
  }
}

async function run(): Promise<Row[]> {
  const all = await measure()
  const warm = (samples: Sample[]) => samples.filter(({ minute }) => minute > WARM_UP)
  const wall = warm(all.wall)
  const blank = warm(all.blank)
  const heap = ({ heapMb }: Sample) => heapMb
  const perHour = (samples: Sample[]) => (slope(samples, heap) * 60) / SPEED
  const about = `${MINUTES} min at ×${SPEED}`
  const constant = (what: string, pick: (one: Sample) => number): Row =>
    row({
      case: `growth of ${what}, second half against first, ${about}`,
      unit: '%',
      product: Math.abs(growth(wall, pick)),
      baseline: null,
      target: '<= 1',
      details: { range: range(wall, pick) },
    })
  return [
    row({
      case: `heap slope after forced GC, ${about}`,
      unit: 'MB/simulated h',
      product: perHour(wall),
      baseline: null,
      target: '<= 0.5',
      details: {
        'empty page MB/h': perHour(blank),
        'first MB': all.wall[0]?.heapMb ?? 0,
        'last MB': all.wall.at(-1)?.heapMb ?? 0,
      },
    }),
    constant('DOM nodes', ({ nodes }) => nodes),
    constant('listeners', ({ listeners }) => listeners),
  ]
}

export const benchmark: Benchmark = { name: 'wall-soak', run }
