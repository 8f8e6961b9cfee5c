import { setTimeout as sleep } from 'node:timers/promises'
import type { MetricStore } from '../../server/metrics/port.ts'
import { type Account, type Effect, isClean, judge, type Verdict } from './history.ts'
import { httpLoad } from './load/http.ts'
import { COUNTED_TYPE, type Load, PLAIN_TYPE } from './load/load.ts'
import { mqttLoad } from './load/mqtt.ts'
import { countPoints, openStore } from './metrics.ts'
import { type Piece, untilReady } from './piece.ts'
import { pick, seeded } from './random.ts'
import { Reader } from './reader.ts'
import { openWorld, type World } from './world.ts'

export interface FaultOptions {
  kills: number
  real: boolean
  seed: number
  /** With real services: influxd is away so long, in the middle of the kills. */
  influxDownMs?: number
  say(line: string): void
}

export interface Kill {
  /** Names of what was killed, several at once now and then. */
  target: string
  /** Until it worked again, ms. */
  restartMs: number
}

export interface FaultReport {
  kills: Kill[]
  verdicts: Verdict[]
  effects: Effect[]
  stopMs: number
  /** Nothing lost, doubled or handled more or less than once. */
  clean: boolean
  /** Everything came back and ended in time. */
  swift: boolean
}

const START_LIMIT_MS = 30_000
/** contract: everything works again that soon. */
export const RESTART_LIMIT_MS = 10_000
const STOP_LIMIT_MS = 5000
const SETTLE_MS = 60_000
const METRICS_MS = 20_000
/** One in so many kills takes two parts at once. */
const TOGETHER = 0.2

/** Runs the whole suite once. @throws when something does not come back at all */
export async function runFaults(options: FaultOptions): Promise<FaultReport> {
  const world = await openWorld(options.real)
  const loads: Load[] = []
  try {
    await world.doors.start()
    for (const piece of world.pieces.slice(0, 2)) await startAndWait(piece)
    const demo = world.demo()
    const reader = new Reader(demo)
    const base = Date.now() - 3_600_000
    loads.push(mqttLoad(demo.mqtt, base), httpLoad(demo.url, reader.token('system-admin'), base))
    for (const load of loads) await load.start()
    const kills = await killAtRandom(world, options)
    for (const load of [...loads, world.doors]) load.finish()
    const accounts = await settle(world, loads, reader)
    const counts = await reader.alertCounts('terminal:fault-')
    const metrics = await metricEffects(world, loads)
    const stopMs = await world.stopProduct()
    const effects: Effect[] = [
      { what: '告警计数', expected: loads.reduce((sum, load) => sum + load.counted(), 0), found: counts },
      ...metrics,
    ]
    const verdicts = accounts.map(judge)
    const clean = verdicts.every(isClean) && effects.every(({ expected, found }) => expected === found)
    const swift = kills.every(({ restartMs }) => restartMs <= RESTART_LIMIT_MS) && stopMs <= STOP_LIMIT_MS
    return { kills, verdicts, effects, stopMs, clean, swift }
  } finally {
    for (const load of [...loads, world.doors]) load.finish()
    await world.close()
    await Promise.all([...loads, world.doors].map((load) => load.stop().catch(() => undefined)))
  }
}

async function startAndWait(piece: Piece): Promise<void> {
  await piece.start()
  await untilReady(piece, START_LIMIT_MS)
}

async function killAtRandom(world: World, { kills, seed, influxDownMs, say }: FaultOptions): Promise<Kill[]> {
  const chance = seeded(seed)
  const done: Kill[] = []
  let influxBack: Promise<void> = Promise.resolve()
  for (let number = 1; number <= kills; number += 1) {
    if (influxDownMs && number === Math.ceil(kills / 3)) influxBack = takeInfluxAway(world, influxDownMs, say)
    await sleep(300 + chance() * 2200)
    const targets = targetsOf(world.pieces, chance)
    const target = targets.map(({ name }) => name).join('+')
    const begun = performance.now()
    await Promise.all(targets.map((piece) => piece.kill9()))
    await Promise.all(targets.map((piece) => piece.start()))
    for (const piece of [...targets, ...world.pieces.slice(0, 1)]) await untilReady(piece, START_LIMIT_MS)
    done.push({ target, restartMs: performance.now() - begun })
    say(`${number}/${kills} kill -9 ${target}：${Math.round(performance.now() - begun)} ms 后恢复`)
  }
  await influxBack
  return done
}

function targetsOf(pieces: readonly Piece[], chance: () => number): Piece[] {
  const first = pick(pieces, chance)
  if (chance() >= TOGETHER) return [first]
  const second = pick(
    pieces.filter((piece) => piece !== first),
    chance,
  )
  return [first, second]
}

async function takeInfluxAway({ influx }: World, ms: number, say: (line: string) => void): Promise<void> {
  if (!influx) return
  say(`influxd 离开 ${Math.round(ms / 1000)} 秒`)
  await influx.kill9()
  await sleep(ms)
  await influx.restart()
  say('influxd 回来了')
}

/** Waits until all that was made is stored, or time is up; then reads everything there is. */
async function settle(world: World, loads: readonly Load[], reader: Reader): Promise<Account[]> {
  const until = performance.now() + SETTLE_MS
  for (;;) {
    const accounts = await readAccounts(world, loads, reader)
    const complete =
      loads.every((load) => load.settled()) && accounts.every((account) => judge(account).lost.length === 0)
    if (complete || performance.now() > until) return accounts
    await sleep(500)
  }
}

async function readAccounts(world: World, loads: readonly Load[], reader: Reader): Promise<Account[]> {
  const probes = [...(await reader.events(PLAIN_TYPE)), ...(await reader.events(COUNTED_TYPE))]
  const doors = await reader.events('access.granted')
  const direct = loads.map((load): Account => {
    const stored = probes.filter(({ object }) => object === `terminal:fault-${load.name}`).map(({ id }) => id)
    return { source: load.name, sent: [...load.ids()], stored }
  })
  const numbers = doors.map(({ device, src }) => `${device}#${src?.native_id}`)
  return [...direct, { source: world.doors.name, sent: [...world.doors.ids()], stored: numbers }]
}

/** The metrics follow on their side road, so they are given a while. */
async function metricEffects(world: World, loads: readonly Load[]): Promise<Effect[]> {
  const store = openStore(world)
  const until = performance.now() + METRICS_MS
  for (;;) {
    const effects = await countEffects(store, world, loads)
    if (effects.every(({ expected, found }) => found === expected) || performance.now() > until) {
      await store.close()
      return effects
    }
    await sleep(500)
  }
}

async function countEffects(store: MetricStore, world: World, loads: readonly Load[]): Promise<Effect[]> {
  const effects: Effect[] = []
  for (const load of loads) {
    const found = await countPoints(store, 'terminal_event', { object: [`terminal:fault-${load.name}`] })
    effects.push({ what: `指标 ${load.name}`, expected: load.ids().length, found })
  }
  const found = await countPoints(store, 'access_event', { type: ['access.granted'] })
  return [...effects, { what: '指标 doors', expected: world.doors.ids().length, found }]
}
