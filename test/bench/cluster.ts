import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import mqtt from 'mqtt'
import { eventTopic, receiptTopic } from '../../contract/topics.ts'
import { type ClusterHouse, openHouse } from '../cluster/house.ts'
import { startAndWait } from '../faults/kills.ts'
import { numbered, SITE } from '../faults/load/load.ts'
import { type Benchmark, median, type Row, row } from './row.ts'

const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3)
const EVENTS = Number(process.env.BENCH_EVENTS ?? 40_000)
/**
 * Sent and not yet receipted: many collectors' windows together, so that one and two servers alike fill their commits. An
 * event costs what it shares of its commit; with few in flight two servers make two half-empty ones.
 */
const WINDOW = Number(process.env.BENCH_WINDOW ?? 16_000)
const AGAIN_MS = 3000
/** On less the servers, the database, the broker and the sender have no core of their own each. */
const CORES = 8
const IDLE_MS = 8000

interface Measured {
  perSecond: number
  /** Of all servers and of PostgreSQL, µs an event. */
  servers: number
  postgres: number
  /** Events that shared one commit. */
  perTurn: number
}

/** Clock ticks of 10 ms that a process and its threads have used (proc(5), utime and stime). */
const cpuMs = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ')
    return sum + (Number(fields[11]) + Number(fields[12])) * 10
  }, 0)

/** The kernel's own list of children: postgres has a process a connection. */
const familyOf = (pid: number): number[] => {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean)
  return [pid, ...children.map(Number)]
}

/** Sends that many events and waits for the receipt of each. @returns ms */
async function send({ demo }: ClusterHouse, from: number): Promise<number> {
  const { url, username, password } = demo.mqtt
  const client = await mqtt.connectAsync(url, { username, password, clientId: 'bench-cluster', queueQoSZero: false })
  await client.subscribeAsync(receiptTopic(SITE, 'probe'), { qos: 1 })
  const base = Date.now() - 3_600_000
  const open = new Map<string, { text: string; type: string; at: number }>()
  const begun = performance.now()
  await new Promise<void>((resolve) => {
    let next = 0
    const publish = (id: string, text: string, type: string): void => {
      open.set(id, { text, type, at: performance.now() })
      client.publish(eventTopic(SITE, 'terminal', 'probe', type), text, { qos: 1 })
    }
    const more = (): void => {
      while (open.size < WINDOW && next < EVENTS) {
        next += 1
        const { id, text, type } = numbered('bench', from + next, base)
        publish(id, text, type)
      }
    }
    const again = setInterval(() => {
      for (const [id, { text, type, at }] of open) if (performance.now() - at > AGAIN_MS) publish(id, text, type)
    }, 500)
    client.on('message', (_topic, payload) => {
      for (const id of (JSON.parse(payload.toString()) as { ids: string[] }).ids) open.delete(id)
      more()
      if (next < EVENTS || open.size > 0) return
      clearInterval(again)
      resolve()
    })
    more()
  })
  const took = performance.now() - begun
  await client.endAsync()
  return took
}

/** Group commits of all servers. */
async function turns({ urls }: ClusterHouse): Promise<number> {
  const texts = await Promise.all(urls.map(async (url) => (await fetch(`${url}/metrics`)).text()))
  return texts.reduce((sum, text) => sum + Number(/^sanling_ingest_turns_total (\d+)/m.exec(text)?.[1] ?? 0), 0)
}

/** What servers without work use, timers and heartbeats: ms of CPU a ms. It is the price of a server, not of an event. */
async function idleOf(house: ClusterHouse): Promise<number> {
  const pids = house.servers.flatMap((server) => server.pids())
  const [before, begun] = [cpuMs(pids), performance.now()]
  await new Promise((done) => setTimeout(done, IDLE_MS))
  return (cpuMs(pids) - before) / (performance.now() - begun)
}

/** Takes turns, so that a slow minute of the machine meets both. */
async function measure(house: ClusterHouse, round: number, idle = 0): Promise<Measured> {
  const pids = house.servers.flatMap((server) => server.pids())
  const database = house.services.postgres.pid
  const before = { servers: cpuMs(pids), postgres: cpuMs(familyOf(database)), turns: await turns(house) }
  const ms = await send(house, round * EVENTS)
  const each = (used: number): number => (used * 1000) / EVENTS
  return {
    perSecond: (EVENTS * 1000) / ms,
    servers: each(cpuMs(pids) - before.servers - idle * ms),
    postgres: each(cpuMs(familyOf(database)) - before.postgres),
    perTurn: EVENTS / ((await turns(house)) - before.turns),
  }
}

async function run(): Promise<Row[]> {
  const [one, two] = [await openHouse(1, {}, { alone: true }), await openHouse(2)]
  try {
    for (const server of [...one.servers, ...two.servers]) await startAndWait(server)
    // Compiled code, connections and caches as they are after a while.
    await measure(one, 0)
    await measure(two, 0)
    const [idleAlone, idleTogether] = [await idleOf(one), await idleOf(two)]
    const [alone, together]: [Measured[], Measured[]] = [[], []]
    for (let round = 1; round <= ROUNDS; round += 1) {
      alone.push(await measure(one, round, idleAlone))
      together.push(await measure(two, round, idleTogether))
    }
    const of = (runs: readonly Measured[], what: keyof Measured): number => median(runs.map((each) => each[what]))
    const enough = availableParallelism() >= CORES
    return [
      row({
        case: `two servers against one, on ${availableParallelism()} cores`,
        unit: 'events/s',
        product: of(together, 'perSecond'),
        baseline: of(alone, 'perSecond'),
        ...(enough ? { target: '>= 1.6' } : {}),
      }),
      row({
        case: 'cost of an event at the servers, two against one',
        unit: 'CPU µs',
        product: of(together, 'servers'),
        baseline: of(alone, 'servers'),
        target: '<= 1.1',
        details: {
          'events a commit': of(together, 'perTurn'),
          'with one': of(alone, 'perTurn'),
          'PostgreSQL CPU µs': of(together, 'postgres'),
          'with one server': of(alone, 'postgres'),
          'idle servers, CPU ms a second': idleTogether * 1000,
          'idle server': idleAlone * 1000,
        },
      }),
    ]
  } finally {
    await one.close()
    await two.close()
  }
}

export const benchmark: Benchmark = { name: 'cluster', run }
