/**
 * `npm run faults -- soak [--short] [--long]`: wall and product for a day of the simulated office at ×60 (24 minutes), or
 * for two hours at ×1 before a release. What has to stay flat: the wall's heap, its nodes and listeners, the memory and
 * the file handles of every process of the product.
 */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openBrowser } from '../../bench/live/glass.ts'
import { ROOT } from '../../bench/live/house.ts'
import { type Office, startOffice } from '../../bench/live/office.ts'
import { growth, range, type Sample, sample, slope, watch } from '../../bench/live/soak.ts'
import { temporaryFolder } from '../../services.ts'

export interface SoakForm {
  minutes: number
  speed: number
  /** Compiled code, fonts, caches and the office's first hours fill up until then. */
  warmUp: number
  everyMs: number
}
export const FORMS = {
  short: { minutes: 2, speed: 60, warmUp: 1, everyMs: 5000 },
  usual: { minutes: 24, speed: 60, warmUp: 8, everyMs: 20_000 },
  long: { minutes: 120, speed: 1, warmUp: 20, everyMs: 60_000 },
} as const satisfies Record<string, SoakForm>

/** MB per simulated hour. */
const HEAP_SLOPE = 0.5
/** Per cent, second half after the warm-up against the first. */
const MEMORY_GROWTH = 5
const FLAT = 1

interface Weight {
  minute: number
  processes: { name: string; rssMb: number; handles: number }[]
}

const handlesOf = (pid: number): number => {
  try {
    return readdirSync(`/proc/${pid}/fd`).length
  } catch {
    return 0
  }
}
const weigh = (office: Office, minute: number): Weight => ({
  minute,
  processes: office.processes().map(({ pid, name, rssMb }) => ({ name, rssMb, handles: handlesOf(pid) })),
})

async function measure(form: SoakForm, say: (line: string) => void): Promise<{ wall: Sample[]; weights: Weight[] }> {
  const office = await startOffice({
    program: process.execPath,
    args: [join(ROOT, 'server/commands/start.ts')],
    cwd: ROOT,
    dataDir: join(temporaryFolder('soak'), 'data'),
    env: { SANLING_SPEED: String(form.speed) },
  })
  const browser = await openBrowser()
  try {
    const page = await (await browser.newContext({ viewport: { width: 1920, height: 1080 } })).newPage()
    await page.goto(office.wallUrl)
    await page.waitForSelector('.counts', { timeout: 60_000 })
    const session = await watch(page)
    const [wall, weights]: [Sample[], Weight[]] = [[], []]
    const begun = performance.now()
    for (let told = 0; performance.now() - begun < form.minutes * 60_000; ) {
      await sleep(form.everyMs)
      const minute = (performance.now() - begun) / 60_000
      wall.push(await sample(session, minute))
      weights.push(weigh(office, minute))
      if (minute - told < 2) continue
      told = minute
      const sum = weights.at(-1)?.processes.reduce((total, { rssMb }) => total + rssMb, 0) ?? 0
      say(`${minute.toFixed(0)} 分：大屏堆 ${wall.at(-1)?.heapMb.toFixed(1)} MB，各进程共 ${sum.toFixed(0)} MB`)
    }
    return { wall, weights }
  } finally {
    await browser.close()
    await office.stop()
  }
}

interface Finding {
  what: string
  value: string
  ok: boolean
}

/** @returns true when all is flat */
export async function soak(form: SoakForm, say: (line: string) => void): Promise<boolean> {
  const all = await measure(form, say)
  const findings = judge(
    all.wall.filter(({ minute }) => minute > form.warmUp),
    all.weights.filter(({ minute }) => minute > form.warmUp),
    form.speed,
  )
  for (const { what, value, ok } of findings) say(`${ok ? '✓' : '✗'} ${what}：${value}`)
  return findings.every(({ ok }) => ok)
}

/** @param wall, weights what was seen after the warm-up */
export function judge(wall: readonly Sample[], weights: readonly Weight[], speed: number): Finding[] {
  const perHour = (slope(wall, ({ heapMb }) => heapMb) * 60) / speed
  const flat = (what: string, pick: (one: Sample) => number): Finding => {
    const grown = growth(wall, pick)
    return { what, value: `增 ${grown.toFixed(2)} %（${range(wall, pick)}）`, ok: grown <= FLAT }
  }
  const names = [...new Set(weights.flatMap(({ processes }) => processes.map(({ name }) => name)))]
  const of = (name: string, pick: (one: Weight['processes'][number]) => number) => (weight: Weight) =>
    weight.processes.filter((one) => one.name === name).reduce((sum, one) => sum + pick(one), 0)
  return [
    { what: '大屏堆斜率', value: `${perHour.toFixed(3)} MB/模拟小时（限 ${HEAP_SLOPE}）`, ok: perHour <= HEAP_SLOPE },
    flat('大屏节点', ({ nodes }) => nodes),
    flat('大屏监听器', ({ listeners }) => listeners),
    ...names.flatMap((name) => {
      const memory = of(name, ({ rssMb }) => rssMb)
      const handles = of(name, (one) => one.handles)
      const [grown, opened] = [growth(weights, memory), growth(weights, handles)]
      return [
        {
          what: `${name} 内存`,
          value: `增 ${grown.toFixed(1)} %（${range(weights, memory)} MB）`,
          ok: grown < MEMORY_GROWTH,
        },
        {
          what: `${name} 文件句柄`,
          value: `增 ${opened.toFixed(1)} %（${range(weights, handles)}）`,
          ok: opened <= FLAT,
        },
      ]
    }),
  ]
}
