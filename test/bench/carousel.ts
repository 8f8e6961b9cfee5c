import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Page } from 'playwright-core'
import { temporaryFolder } from '../services.ts'
import { openBrowser } from './live/glass.ts'
import { ROOT } from './live/house.ts'
import { startOffice } from './live/office.ts'
import { growth, range, type Sample, sample, slope, watch } from './live/soak.ts'
import { type Benchmark, type Row, row } from './row.ts'

/** `BENCH_MINUTES=30 npm run bench -- carousel`: the turning wall at ten times its usual pace. */
const MINUTES = Number(process.env.BENCH_MINUTES ?? 30)
/** config/screens/wall.yaml dwells 45 s. */
const DWELL_S = 4.5
const LOOK_MS = 500
const SAMPLE_MS = 30_000
const CALM_MS = 5000
const WARM_UP = Math.min(5, MINUTES / 2)

interface Seen {
  page: number
  beats: number
  stalls: number
  turning: boolean
}
interface Course {
  turns: number
  stalls: number
  beats: number
  /** Longest time on one page while it said that it turns, and without a heartbeat, s. */
  longestPageS: number
  longestSilenceS: number
  reds: number
}

const look = (page: Page): Promise<Seen> =>
  page.locator('[data-carousel]').evaluate((element) => ({
    page: Number(element.getAttribute('data-carousel')),
    beats: Number(element.getAttribute('data-beats')),
    stalls: Number(element.getAttribute('data-stalls')),
    turning: (element.textContent ?? '').includes('秒后换页'),
  }))

/** Red alerts take the wall and keep it until somebody acknowledges: somebody does. */
async function calm(url: string, token: string): Promise<number> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const query = `${url}/api/v1/alerts?severity=critical&state=unacknowledged`
  const { items } = (await (await fetch(query, { headers })).json()) as { items: { id: string }[] }
  if (items.length === 0) return 0
  const body = JSON.stringify({ ids: items.map(({ id }) => id), reason: '测试' })
  await fetch(`${url}/api/v1/alerts/acknowledge`, { method: 'POST', headers, body })
  return items.length
}

function officerToken(dataDir: string): string {
  const { accounts } = JSON.parse(readFileSync(join(dataDir, 'demo.json'), 'utf8')) as {
    accounts: { roles: string[]; token: string }[]
  }
  return accounts.find(({ roles }) => roles.includes('security-officer'))?.token ?? ''
}

async function measure(): Promise<{ course: Course; heap: Sample[] }> {
  const dataDir = join(temporaryFolder('carousel'), 'data')
  const office = await startOffice({
    program: process.execPath,
    args: [join(ROOT, 'server/commands/start.ts')],
    cwd: ROOT,
    dataDir,
    env: { SANLING_SPEED: '1' },
  })
  const token = officerToken(dataDir)
  const browser = await openBrowser()
  try {
    const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage()
    const url = new URL(office.wallUrl)
    url.searchParams.set('carousel', String(DWELL_S))
    await page.goto(url.href)
    await page.waitForSelector('[data-carousel]', { timeout: 60_000 })
    const session = await watch(page)
    const heap: Sample[] = []
    const course: Course = { turns: 0, stalls: 0, beats: 0, longestPageS: 0, longestSilenceS: 0, reds: 0 }
    const begun = performance.now()
    let before = await look(page)
    let [turnedAt, beatAt, sampledAt, calmedAt] = [begun, begun, begun, 0]
    while (performance.now() - begun < MINUTES * 60_000) {
      await sleep(LOOK_MS)
      const seen = await look(page)
      const now = performance.now()
      if (seen.page !== before.page) course.turns += 1
      if (seen.page !== before.page || !seen.turning) turnedAt = now
      if (seen.beats !== before.beats) beatAt = now
      course.longestPageS = Math.max(course.longestPageS, (now - turnedAt) / 1000)
      course.longestSilenceS = Math.max(course.longestSilenceS, (now - beatAt) / 1000)
      before = seen
      if (now - calmedAt > CALM_MS) {
        calmedAt = now
        course.reds += await calm(office.url, token)
      }
      if (now - sampledAt < SAMPLE_MS) continue
      sampledAt = now
      heap.push(await sample(session, (now - begun) / 60_000))
      if (process.env.BENCH_LOUD) console.error(JSON.stringify({ ...heap.at(-1), ...course }))
    }
    return { course: { ...course, stalls: before.stalls, beats: before.beats }, heap }
  } finally {
    await browser.close()
    await office.stop()
  }
}

async function run(): Promise<Row[]> {
  const { course, heap } = await measure()
  const warm = heap.filter(({ minute }) => minute > WARM_UP)
  const about = `${MINUTES} min at ×10`
  const heapMb = ({ heapMb: mb }: Sample) => mb
  return [
    row({
      case: `longest stay on one page while it turns, ${about}`,
      unit: 's',
      product: course.longestPageS,
      baseline: null,
      target: `<= ${DWELL_S * 2}`,
      details: { turns: course.turns, beats: course.beats, stalls: course.stalls, 'red alerts': course.reds },
    }),
    row({
      case: `longest silence of its heart, ${about}`,
      unit: 's',
      product: course.longestSilenceS,
      baseline: null,
      target: '<= 5',
    }),
    row({
      case: `heap slope after forced GC, ${about}`,
      unit: 'MB/h',
      product: slope(warm, heapMb) * 60,
      baseline: null,
      target: '<= 5',
      details: { 'first MB': heap[0]?.heapMb ?? 0, 'last MB': heap.at(-1)?.heapMb ?? 0, range: range(warm, heapMb) },
    }),
    row({
      case: `growth of DOM nodes, second half against first, ${about}`,
      unit: '%',
      product: Math.abs(growth(warm, ({ nodes }) => nodes)),
      baseline: null,
      target: '<= 3',
      details: { range: range(warm, ({ nodes }) => nodes) },
    }),
  ]
}

export const benchmark: Benchmark = { name: 'carousel', run }
