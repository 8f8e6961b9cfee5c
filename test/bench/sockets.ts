import { setTimeout as sleep } from 'node:timers/promises'
import { fanOut, gather } from './live/crowds.ts'
import { type Contestant, startBare, startHouse, type Weight } from './live/house.ts'
import { percentile, publish } from './live/load.ts'
import { type Benchmark, median, type Row, row } from './row.ts'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const CLIENTS = Number(process.env.BENCH_SOCKETS ?? 500)
/** 18 s: each event keeps a card of its own, so that each can be found again at each client. */
const EVENTS = 180
const PER_SECOND = 10
const SETTLE_MS = 5000

interface Measured {
  p50: number
  p99: number
  /** Per client, kB: connected and quiet; after the load. */
  quietKb: number
  loadedKb: number
  weight: Weight
  bytes: number
}

async function measure(start: () => Promise<Contestant>): Promise<Measured> {
  const house = await start()
  try {
    // The first screens make the server load what it needs for any number of them.
    await (await gather(house, 5)).leave()
    await sleep(SETTLE_MS)
    const before = await house.weigh()
    const crowd = await gather(house, CLIENTS)
    await sleep(SETTLE_MS)
    const quiet = await house.weigh()
    const published = await publish(house.mqtt, EVENTS, PER_SECOND)
    await sleep(1500)
    const loaded = await house.weigh()
    const told = await crowd.told()
    await crowd.leave()
    const times = fanOut(published, told, CLIENTS)
    const each = (weight: Weight) => ((weight.rssMb - before.rssMb) * 1000) / CLIENTS
    return {
      p50: percentile(times, 0.5),
      p99: percentile(times, 0.99),
      quietKb: each(quiet),
      loadedKb: each(loaded),
      weight: loaded,
      bytes: told.bytes,
    }
  } finally {
    await house.stop()
  }
}

async function run(): Promise<Row[]> {
  const product: Measured[] = []
  const bare: Measured[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    bare.push(await measure(startBare))
    product.push(await measure(startHouse))
  }
  const of = (runs: Measured[], what: (run: Measured) => number) => median(runs.map(what))
  const pair = (what: string, unit: string, limit: number, pick: (run: Measured) => number, details = {}): Row => ({
    ...row({
      case: `${what}, ${CLIENTS} sockets, ${PER_SECOND} alerts/s`,
      unit,
      product: of(product, pick),
      baseline: of(bare, pick),
      target: `<= ${limit} ${unit}`,
      details,
    }),
    ok: of(product, pick) <= limit,
  })
  return [
    pair('publish → each client, p99', 'ms', 50, ({ p99 }) => p99, {
      'p50 ms': of(product, ({ p50 }) => p50),
      'baseline p50 ms': of(bare, ({ p50 }) => p50),
      'server CPU ms/event': of(product, ({ weight }) => weight.cpuMs / EVENTS),
      'MB sent': of(product, ({ bytes }) => bytes / 1e6),
    }),
    pair('memory of a client', 'kB', 60, ({ quietKb }) => quietKb, {
      'after the load kB': of(product, ({ loadedKb }) => loadedKb),
      'baseline after the load kB': of(bare, ({ loadedKb }) => loadedKb),
    }),
    pair('event-loop delay p99', 'ms', 50, ({ weight }) => weight.p99Ms, {
      'max ms': of(product, ({ weight }) => weight.maxMs),
    }),
  ]
}

export const benchmark: Benchmark = { name: 'sockets', run }
