import { type Effect, isClean, judge, type Verdict } from './history.ts'
import { type Kill, type KillPlan, killAtRandom, startAndWait } from './kills.ts'
import { httpLoad } from './load/http.ts'
import type { Load } from './load/load.ts'
import { mqttLoad } from './load/mqtt.ts'
import { Reader } from './reader.ts'
import { metricEffects, settle } from './settle.ts'
import { openWorld } from './world.ts'

export interface FaultOptions extends KillPlan {
  /** Mosquitto, influxd and PostgreSQL instead of everything embedded. */
  real: boolean
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

const RESTART_LIMIT_MS = 10_000
const STOP_LIMIT_MS = 5000

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
