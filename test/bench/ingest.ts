import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { officeTime } from '../../config/zone.ts'
import { freePort, startMosquitto, temporaryFolder } from '../services.ts'
import type { Kind } from './ingest/load.ts'
import { type Benchmark, median, type Row, row } from './row.ts'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const EVENTS: Record<Kind, number> = { single: 100_000, malformed: 100_000, batch: 300_000 }
/** Ten o'clock of the last working day but today: at night each opened door would be an alert of its own. */
const START = (() => {
  let day = officeTime(Date.now()).subtract({ days: 1 })
  while (day.dayOfWeek > 5) day = day.subtract({ days: 1 })
  return day.startOfDay().add({ hours: 10 }).epochMilliseconds
})()

interface Measured {
  perSecond: number
  process: { cpuMs: number; rssMb: number; p99Ms?: number; turns?: number }
}

const folder = join(import.meta.dirname, 'ingest')
const child = (file: string, args: string[]): ChildProcess =>
  fork(join(folder, file), args, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'], execArgv: execArgv(file) })
/** BENCH_PROF=FOLDER writes a CPU profile of the product. */
const execArgv = (file: string): string[] =>
  process.env.BENCH_PROF && file !== 'baseline.ts' && file !== 'publisher.ts'
    ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROF}`]
    : []

/** One subscriber and one publisher on a Mosquitto of their own. */
export async function measure(subscriber: 'product.ts' | 'house.ts' | 'baseline.ts', kind: Kind): Promise<Measured> {
  const broker = await startMosquitto({
    port: await freePort(),
    config: 'allow_anonymous true\nmax_queued_messages 100000\nmax_inflight_messages 1000\nset_tcp_nodelay true',
  })
  const file = join(temporaryFolder('bench'), 'bench.sqlite')
  const server = child(subscriber, [broker.url, file])
  try {
    await once(server, 'message')
    const publisher = child('publisher.ts', [String(broker.port), kind, String(EVENTS[kind]), String(START)])
    let said = ''
    publisher.stdout?.on('data', (chunk) => {
      said += chunk
    })
    await once(publisher, 'exit')
    const { perSecond } = JSON.parse(said) as Measured
    const answer = once(server, 'message')
    server.send('stop')
    const [own] = (await answer) as [Measured['process']]
    await once(server, 'exit')
    return { perSecond, process: own }
  } finally {
    server.kill('SIGKILL')
    await broker.stop()
  }
}

/** Alternates, so that a slow minute of the machine meets both. */
async function compare(kind: Kind): Promise<{ product: Measured[]; baseline: Measured[] }> {
  const product: Measured[] = []
  const baseline: Measured[] = []
  for (let round = 0; round < ROUNDS; round++) {
    baseline.push(await measure('baseline.ts', kind === 'malformed' ? 'single' : kind))
    product.push(await measure('product.ts', kind))
  }
  return { product, baseline }
}

const rate = (runs: readonly Measured[]): number => median(runs.map(({ perSecond }) => perSecond))
/** CPU time tells more than the rate when somebody else uses the machine as well. */
const details = (kind: Kind, product: readonly Measured[], baseline: readonly Measured[]) => {
  const of = (runs: readonly Measured[], what: (run: Measured) => number) => median(runs.map(what))
  const cpu = (run: Measured) => (run.process.cpuMs * 1000) / EVENTS[kind]
  return {
    'CPU µs/event': of(product, cpu),
    'of baseline': of(baseline, cpu),
    turns: of(product, (run) => run.process.turns ?? 0),
    'RSS MB': Math.round(of(product, (run) => run.process.rssMb)),
  }
}

async function run(): Promise<Row[]> {
  const single = await compare('single')
  const batch = await compare('batch')
  const malformed: Measured[] = []
  const clean: Measured[] = []
  for (let round = 0; round < ROUNDS; round++) {
    clean.push(await measure('product.ts', 'single'))
    malformed.push(await measure('product.ts', 'malformed'))
  }
  const loops = [...single.product, ...batch.product, ...malformed].map((one) => one.process.p99Ms ?? 0)
  return [
    row({
      case: 'single messages',
      unit: 'msg/s',
      product: rate(single.product),
      baseline: rate(single.baseline),
      target: '>= 0.5',
      details: details('single', single.product, single.baseline),
    }),
    row({
      case: 'batches',
      unit: 'events/s',
      product: rate(batch.product),
      baseline: rate(batch.baseline),
      target: '>= 0.35',
      details: details('batch', batch.product, batch.baseline),
    }),
    row({
      case: '10 % malformed against clean',
      unit: 'msg/s',
      product: rate(malformed),
      baseline: rate(clean),
      target: '>= 0.95',
      details: details('malformed', malformed, clean),
    }),
    row({
      case: 'event-loop delay p99, worst run',
      unit: 'ms',
      product: Math.max(...loops),
      baseline: null,
      target: '<= 50',
    }),
  ]
}

export const benchmark: Benchmark = { name: 'ingest', run }
