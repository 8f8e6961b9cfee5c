import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { dropFolder, temporaryFolder } from '../services/process.ts'
import { type Benchmark, median, type Row, row } from './row.ts'
import type { Measured } from './syslog/meter.ts'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const MESSAGES = Number(process.env.BENCH_MESSAGES ?? 60_000)
const WARM = Math.ceil(MESSAGES / 2)
const FOLDER = join(import.meta.dirname, 'syslog')

const child = (file: string, args: string[]): ChildProcess =>
  fork(join(FOLDER, file), args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: execArgv(file) })
/** BENCH_PROF=FOLDER writes a CPU profile of the product. */
const execArgv = (file: string): string[] =>
  process.env.BENCH_PROF && file === 'product.ts' ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROF}`] : []

/** From the warm-up until the last message is on disk; of the product also until the last is decoded. */
async function measure(receiver: 'product.ts' | 'bare.ts'): Promise<[stored: Measured, decoded: Measured]> {
  const folder = temporaryFolder('bench')
  const where = receiver === 'bare.ts' ? join(folder, 'lines.sqlite') : folder
  const all = String(WARM + MESSAGES)
  const server = child(receiver, [where, String(WARM), all])
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }]
    const sender = child('sender.ts', [String(port), all])
    const [stored] = (await once(server, 'message')) as [Measured]
    const [decoded] = receiver === 'bare.ts' ? [stored] : ((await once(server, 'message')) as [Measured])
    if (sender.exitCode === null) await once(sender, 'exit')
    return [stored, decoded]
  } finally {
    server.kill(process.env.BENCH_PROF ? 'SIGINT' : 'SIGKILL')
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit')
    dropFolder(folder)
  }
}

/**
 * A flood of syslog against a receiver that only writes its lines to SQLite: taken in (each message is on disk and
 * survives a kill), and decoded (each is an event in the spool). What cannot be decoded at once waits on disk.
 */
async function run(): Promise<Row[]> {
  const [bare, product, events]: [Measured[], Measured[], Measured[]] = [[], [], []]
  for (let round = 0; round < ROUNDS; round++) {
    bare.push((await measure('bare.ts'))[0])
    const [stored, decoded] = await measure('product.ts')
    product.push(stored)
    events.push(decoded)
  }
  const rate = (runs: readonly Measured[]) => median(runs.map(({ count, seconds }) => count / seconds))
  const cpu = (runs: readonly Measured[]) => median(runs.map(({ cpuMs, count }) => (cpuMs * 1000) / count))
  return [
    row({
      case: 'TCP, octet counting, 天擎 V10: on disk',
      unit: 'msg/s',
      product: rate(product),
      baseline: rate(bare),
      target: '>= 0.5',
      details: { 'CPU µs/msg': cpu(product), 'of baseline': cpu(bare) },
    }),
    row({
      case: 'the same flood: decoded, in the spool',
      unit: 'msg/s',
      product: rate(events),
      baseline: rate(bare),
      details: { 'CPU µs/msg': cpu(events), 'of baseline': cpu(bare) },
    }),
  ]
}

export const benchmark: Benchmark = { name: 'syslog', run }
