import { Agent, request } from 'node:http'
import { systemClock } from '../../server/clock.ts'
import type { MetricPoint } from '../../server/feature.ts'
import { type Engine, makeEngine } from '../../server/metrics/engine.ts'
import type { SeriesQuery } from '../../server/metrics/port.ts'
import { series } from '../../server/metrics/series.ts'
import { nanoText, stampOf } from '../../server/metrics/stamp.ts'
import { startInflux, temporaryFolder } from '../services.ts'
import { type Benchmark, median, type Row, row } from './row.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const BATCH = 5000
const WRITES = Number(process.env.BENCH_METRIC_WRITES ?? 200_000)
const POINTS = Number(process.env.BENCH_METRIC_POINTS ?? 1_000_000)
const QUERIES = 200
const ROUNDS = 3
const retention = { rawDays: 90, hourDays: 730, eventsDays: 200 }
/** A whole day, yesterday's midnight in Shanghai onwards. */
const START = Math.floor((Date.now() + 8 * HOUR) / DAY) * DAY - 8 * HOUR - DAY

const TYPES = ['access.granted', 'access.denied', 'access.rex', 'access.remote_open', 'access.antipassback']

const point = (index: number, total: number): MetricPoint => {
  const at = START + Math.floor((index * DAY) / total)
  const eid = `019a3f5c2b10-${index.toString(16).padStart(20, '0')}`
  const door = `door:E${index % 24}`
  return {
    measurement: 'access_event',
    at,
    eventId: eid,
    tags: {
      type: TYPES[index % 5] ?? '',
      domain: 'access',
      collector: 'hik-a',
      severity: 'info',
      device: `hik:${index % 24}`,
      object: door,
      door,
      credential: 'face',
    },
    fields: { eid, observed_ms: at, received_ms: at + 40, backfill: false, person_h: `h:${index % 61}`, reader: 1 },
  }
}

function* batches(total: number): Generator<MetricPoint[]> {
  for (let from = 0; from < total; from += BATCH)
    yield Array.from({ length: Math.min(BATCH, total - from) }, (_, index) => point(from + index, total))
}

let databases = 0
const engineOn = (url: string | undefined): Promise<Engine> => {
  databases += 1
  const influx = url ? { url, database: `bench${databases}`, bootstrap: true, timeoutMs: 30_000 } : undefined
  const settings = { dataDir: temporaryFolder('bench'), retention, ...(influx ? { influx } : {}) }
  return makeEngine(settings, { clock: systemClock, chance: Math.random, rejected: () => undefined })
}

/** The product: check, backlog on disk, writer. Points/s. */
async function productWrites(engine: Engine, total: number): Promise<number> {
  await engine.store.bootstrap()
  const bodies = [...batches(total)].map((batch) => JSON.stringify(batch))
  const begun = performance.now()
  for (const body of bodies) {
    engine.writer.add(body, BATCH, START)
    await engine.writer.flush()
  }
  return (total * 1000) / (performance.now() - begun)
}

const escapeTag = (text: string): string => text.replace(/[,= ]/g, '\\$&')
const field = (value: unknown): string =>
  typeof value === 'string' ? `"${value}"` : typeof value === 'number' ? `${value}i` : String(value)
const line = (each: MetricPoint): string => {
  const tags = Object.entries(each.tags).map(([name, value]) => `,${name}=${escapeTag(value)}`)
  const fields = Object.entries(each.fields).map(([name, value]) => `${name}=${field(value)}`)
  return `${each.measurement}${tags.join('')} ${fields.join(',')} ${nanoText(stampOf(each))}`
}

/** The baseline: lines made by hand and posted, nothing checked, nothing kept. Points/s. */
async function plainWrites(url: string, total: number): Promise<number> {
  databases += 1
  const database = `bench${databases}`
  await fetch(`${url}/query?q=${encodeURIComponent(`CREATE DATABASE ${database}`)}`, { method: 'POST' })
  const agent = new Agent({ keepAlive: true })
  const all = [...batches(total)]
  const begun = performance.now()
  for (const batch of all) await post(`${url}/write?db=${database}&precision=n`, batch.map(line).join('\n'), agent)
  const rate = (total * 1000) / (performance.now() - begun)
  agent.destroy()
  return rate
}

const post = (url: string, body: string, agent: Agent): Promise<void> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method: 'POST', agent }, (answer) => {
      answer
        .resume()
        .on('end', () => (answer.statusCode === 204 ? resolve() : reject(new Error(String(answer.statusCode)))))
    })
    sent.once('error', reject).end(body)
  })

async function writeRow(url: string): Promise<Row> {
  const product: number[] = []
  const baseline: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    baseline.push(await plainWrites(url, WRITES))
    const engine = await engineOn(url)
    product.push(await productWrites(engine, WRITES))
    await engine.stop()
  }
  return row({
    case: `write to influxd, batches of ${BATCH}`,
    unit: 'points/s',
    product: median(product),
    baseline: median(baseline),
    target: '>= 0.5',
  })
}

const percentile = (times: readonly number[], share: number): number =>
  times.toSorted((a, b) => a - b)[Math.ceil(times.length * share) - 1] ?? 0

async function time(engine: Engine, query: SeriesQuery, times: number): Promise<number[]> {
  const taken: number[] = []
  for (let index = 0; index < times; index += 1) {
    const begun = performance.now()
    await series(engine.store, query)
    taken.push(performance.now() - begun)
  }
  return taken
}

/** A panel's day in hours by type, out of a million points. */
async function queryRow(name: string, url: string | undefined): Promise<Row> {
  const engine = await engineOn(url)
  await engine.store.bootstrap()
  for (const batch of batches(POINTS)) {
    engine.writer.add(JSON.stringify(batch), batch.length, START)
    await engine.writer.flush()
  }
  const begun = performance.now()
  while ((await engine.rollup.run(Number.MAX_SAFE_INTEGER)) > 0);
  const rollupMs = performance.now() - begun
  const query: SeriesQuery = {
    measurement: 'access_event',
    field: 'eid',
    aggregate: 'count',
    from: START,
    to: START + DAY,
    every: '1h',
    groupBy: 'type',
  }
  const rolled = await time(engine, query, QUERIES)
  const raw = await time(engine, { ...query, source: 'raw' }, 5)
  await engine.stop()
  return row({
    case: `24-hour query over ${POINTS} points, ${name}, p95`,
    unit: 'ms',
    product: percentile(rolled, 0.95),
    baseline: null,
    target: '<= 20',
    details: { 'p50 ms': median(rolled), 'raw query ms': median(raw), 'all 24 hours rolled up ms': rollupMs },
  })
}

async function run(): Promise<Row[]> {
  const influx = await startInflux()
  try {
    return [await writeRow(influx.url), await queryRow('influxd', influx.url), await queryRow('embedded', undefined)]
  } finally {
    await influx.stop()
  }
}

export const benchmark: Benchmark = { name: 'metrics', run }
