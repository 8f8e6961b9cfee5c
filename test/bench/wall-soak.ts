import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { CDPSession, Page } from 'playwright-core'
import { temporaryFolder } from '../services.ts'
import { openBrowser } from './live/glass.ts'
import { ROOT } from './live/house.ts'
import { startOffice } from './live/office.ts'
import { type Benchmark, type Row, row } from './row.ts'

const MINUTES = Number(process.env.BENCH_MINUTES ?? 10)
const SPEED = 10
const EVERY_MS = 30_000
/**
 * Until then fonts, compiled code, the browser's own buffers of the performance timeline and the first hours of the office
 * fill up: in heap snapshots three minutes apart nothing else grew.
 */
const WARM_UP = Math.min(5, MINUTES / 2)

interface Sample {
  minute: number
  heapMb: number
  nodes: number
  listeners: number
}

/** Heap after a forced collection, and what the document holds. */
async function sample(session: CDPSession, minute: number): Promise<Sample> {
  for (let n = 0; n < 2; n += 1) await session.send('HeapProfiler.collectGarbage')
  const { usedSize } = await session.send('Runtime.getHeapUsage')
  const { metrics } = await session.send('Performance.getMetrics')
  const of = (name: string) => metrics.find((metric) => metric.name === name)?.value ?? 0
  return { minute, heapMb: usedSize / 1e6, nodes: of('Nodes'), listeners: of('JSEventListeners') }
}

async function watch(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.enable')
  await session.send('Performance.enable')
  return session
}

/** Least squares, per minute. */
function slope(samples: readonly Sample[], what: (one: Sample) => number): number {
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length
  const x = mean(samples.map(({ minute }) => minute))
  const y = mean(samples.map(what))
  const over = samples.reduce((sum, one) => sum + (one.minute - x) * (what(one) - y), 0)
  const under = samples.reduce((sum, one) => sum + (one.minute - x) ** 2, 0)
  return over / under
}

/** Growth from the first to the second half, in per cent: what comes and goes with the data is not growth. */
function growth(samples: readonly Sample[], what: (one: Sample) => number): number {
  const half = samples.length >> 1
  const mean = (part: readonly Sample[]) => part.reduce((sum, one) => sum + what(one), 0) / part.length
  return (mean(samples.slice(half)) / mean(samples.slice(0, half)) - 1) * 100
}

const range = (samples: readonly Sample[], what: (one: Sample) => number): string => {
  const values = samples.map(what)
  return `${Math.min(...values).toFixed(0)}–${Math.max(...values).toFixed(0)}`
}

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
