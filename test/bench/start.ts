import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import { temporaryFolder } from '../services.ts'
import { openBrowser } from './live/glass.ts'
import { ROOT, startBare } from './live/house.ts'
import { type Office, startOffice, type Weighed } from './live/office.ts'
import { type Benchmark, type Row, row } from './row.ts'

/** RSS is read when the office has run that long. */
const RUN_MS = 1000 * Number(process.env.BENCH_SECONDS ?? 60)

interface Started {
  readyMs: number
  /** From the start until the wall in the browser shows alerts, terminals, doors and cases as of now. */
  paintedMs: number
  processes: Weighed[]
}

/** A newcomer's day: clone, `npm start`, look; stop, and start again. */
async function newcomer(browser: Browser): Promise<{ first: Started; again: Started }> {
  const folder = temporaryFolder('newcomer')
  const clone = join(folder, 'sanling')
  const begun = performance.now()
  execFileSync('git', ['clone', '--quiet', '--no-local', ROOT, clone])
  // Packages come from the registry, not from what this machine has kept.
  const env = { npm_config_cache: join(folder, 'npm-cache') }
  const start = async (since: number): Promise<Started> => {
    const office = await startOffice({
      program: 'npm',
      args: ['start'],
      cwd: clone,
      dataDir: join(folder, 'data'),
      env,
    })
    try {
      const readyMs = performance.now() - since
      const paintedMs = await look(browser, office, since)
      await sleep(RUN_MS)
      return { readyMs, paintedMs, processes: office.processes().filter(isOurs) }
    } finally {
      await office.stop()
    }
  }
  const first = await start(begun)
  return { first, again: await start(performance.now()) }
}

async function look(browser: Browser, { wallUrl }: Office, since: number): Promise<number> {
  const page = await browser.newPage({ viewport: { width: 1920, height: 1080 } })
  await page.goto(wallUrl)
  // Data from the real collectors, seen as fresh by the wall itself.
  for (const title of ['实时告警', '终端防护', '门禁', '流程节点'])
    await page.waitForSelector(`.panel[aria-label="${title}"][data-state="normal"]`, { timeout: 120_000 })
  const painted = performance.now() - since
  await page.close()
  return painted
}

/** npm and the shells that it starts are not of our making. */
const isOurs = ({ name }: Weighed): boolean => !/^(npm|sh|dash|bash)\b|npm-cli|npm start/.test(name)

/** The least there can be: a broker, Socket.IO and a page with nothing behind them. */
async function bare(browser: Browser): Promise<{ ms: number; rssMb: number }> {
  const begun = performance.now()
  const server = await startBare()
  const page = await browser.newPage()
  await page.goto(server.wallUrl)
  await page.waitForSelector('h1')
  const ms = performance.now() - begun
  await page.close()
  const { rssMb } = await server.weigh()
  await server.stop()
  return { ms, rssMb }
}

async function run(): Promise<Row[]> {
  const browser = await openBrowser()
  try {
    const least = await bare(browser)
    const { first, again } = await newcomer(browser)
    const within = (
      what: string,
      unit: string,
      limit: number,
      product: number,
      baseline: number,
      details = {},
    ): Row => ({
      ...row({ case: what, unit, product, baseline, target: `<= ${limit} ${unit}`, details }),
      ok: product <= limit,
    })
    const seconds = (what: string, limit: number, one: Started) =>
      within(what, 's', limit, one.paintedMs / 1000, least.ms / 1000, { 'ready s': one.readyMs / 1000 })
    const memory = (what: string, { processes }: Started) =>
      within(
        what,
        'MB',
        350,
        processes.reduce((sum, { rssMb }) => sum + rssMb, 0),
        least.rssMb,
        Object.fromEntries(processes.map(({ name, rssMb }) => [name, Math.round(rssMb)])),
      )
    return [
      seconds('clone to living wall, downloads included', 150, first),
      seconds('second start to living wall', 8, again),
      memory(`RSS of all our processes after ${RUN_MS / 1000} s, first start`, first),
      memory(`RSS of all our processes after ${RUN_MS / 1000} s, second start`, again),
    ]
  } finally {
    await browser.close()
  }
}

export const benchmark: Benchmark = { name: 'start', run }
