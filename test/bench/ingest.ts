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

const failed = (why: string): never => {
  throw new Error(why)
}

/** One subscriber and one publisher on a Mosquitto of their own. */
export async function measure(subscriber: 'product.ts' | 'house.ts' | 'baseline.ts', kind: Kind): Promise<Measured> {
  const broker = await startMosquitto({
    port: await freePort(),
    config: 'allow_anonymous true\nmax_queued_messages 100000\nmax_inflight_messages 1000\nset_tcp_nodelay true',
  })
  const file = join(temporaryFolder('bench'), 'bench.sqlite')
  const server = child(subscriber, [broker.url, file])
  try {
    await Promise.race([
      once(server, 'message'),
      once(server, 'exit').then(() => failed(`${subscriber} did not start`)),
    ])
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

type Subscriber = Parameters<typeof measure>[0]
type Run = readonly [subscriber: Subscriber, kind: Kind]

/** Takes turns, so that a slow minute of the machine meets all of them. */
async function compare<const Runs extends readonly Run[]>(
  ...runs: Runs
): Promise<{ [Index in keyof Runs]: Measured[] }> {
  const results: Measured[][] = runs.map(() => [])
  for (let round = 0; round < ROUNDS; round++)
    for (const [at, [subscriber, kind]] of runs.entries()) results[at]?.push(await measure(subscriber, kind))
  return results as { [Index in keyof Runs]: Measured[] }
}

const of = (runs: readonly Measured[], what: (run: Measured) => number): number => median(runs.map(what))
const rate = (runs: readonly Measured[]): number => of(runs, ({ perSecond }) => perSecond)

function against(what: string, kind: Kind, product: Measured[], baseline: Measured[], target: string): Row {
  // CPU of the main thread tells more than the rate when somebody else uses the machine as well.
  const cpu = (run: Measured) => (run.process.cpuMs * 1000) / EVENTS[kind]
  return row({
    case: what,
    unit: kind === 'batch' ? 'events/s' : 'msg/s',
    product: rate(product),
    baseline: rate(baseline),
    target,
    details: {
      'CPU µs/event': of(product, cpu),
      'of baseline': of(baseline, cpu),
      'loop p99 ms': of(product, ({ process }) => process.p99Ms ?? 0),
      'RSS MB': Math.round(of(product, ({ process }) => process.rssMb)),
    },
  })
}

/** `ingest` alone with a handler that reads and writes once a turn, and the whole house with every feature in it. */
async function run(): Promise<Row[]> {
  const [bare, product, house] = await compare(
    ['baseline.ts', 'single'],
    ['product.ts', 'single'],
    ['house.ts', 'single'],
  )
  const [bareBatch, productBatch, houseBatch] = await compare(
    ['baseline.ts', 'batch'],
    ['product.ts', 'batch'],
    ['house.ts', 'batch'],
  )
  const [clean, malformed] = await compare(['product.ts', 'single'], ['product.ts', 'malformed'])
  const loops = [...product, ...productBatch, ...malformed].map((one) => one.process.p99Ms ?? 0)
  return [
    against('single messages', 'single', product, bare, '>= 0.5'),
    against('batches', 'batch', productBatch, bareBatch, '>= 0.35'),
    against('10 % malformed against clean', 'malformed', malformed, clean, '>= 0.95'),
    against('single messages, whole house', 'single', house, bare, '>= 0.5'),
    against('batches, whole house', 'batch', houseBatch, bareBatch, '>= 0.35'),
    row({
      case: 'event-loop delay p99 of ingest, worst run',
      unit: 'ms',
      product: Math.max(...loops),
      baseline: null,
      target: '<= 50',
    }),
  ]
}

export const benchmark: Benchmark = { name: 'ingest', run }
