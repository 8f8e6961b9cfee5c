import { openClusterWorld } from './cluster-world.ts'
import { type Effect, isClean, judge, type Verdict } from './history.ts'
import { startAndWait } from './kills.ts'
import { ledgerEffects } from './ledger.ts'
import { drawLoad } from './load/draws.ts'
import { httpLoad } from './load/http.ts'
import type { Load } from './load/load.ts'
import { mqttLoad } from './load/mqtt.ts'
import { seeded } from './random.ts'
import { Reader } from './reader.ts'
import type { Form, Scenario, Stage, Surroundings } from './scenario.ts'
import { metricEffects, settle } from './settle.ts'
import { openWorld, type World } from './world.ts'

export interface FaultOptions {
  /** Played one after another in one and the same world, under one load. */
  scenarios: readonly Scenario[]
  in: Surroundings
  form: Form
  seed: number
  say(line: string): void
}

export interface FaultReport {
  in: Surroundings
  /** What each scenario measured, or why it was not played. */
  played: { name: string; title: string; words: string; played: boolean }[]
  verdicts: Verdict[]
  effects: Effect[]
  stopMs: number
  /** Nothing lost, doubled or handled more or less than once; timers once; chains and draws verify. */
  clean: boolean
}

/** Plays the scenarios once. @throws when something does not come back at all, or says the wrong thing */
export async function runFaults(options: FaultOptions): Promise<FaultReport> {
  const world =
    options.in === 'cluster'
      ? await openClusterWorld(options.form === 'short' ? 2 : 3)
      : await openWorld(options.in === 'real')
  const loads: Load[] = []
  try {
    await world.doors.start()
    for (const piece of world.boot) await startAndWait(piece)
    const stage = stageOf(world, options)
    const { demo, reader } = stage
    const base = Date.now() - 3_600_000
    loads.push(mqttLoad(demo.mqtt, base), httpLoad(demo.url, reader.token('system-admin'), base))
    loads.push(drawLoad(demo.url, reader, base))
    for (const load of loads) await load.start()
    const played: FaultReport['played'] = []
    for (const scenario of options.scenarios) played.push(await play(scenario, stage))
    for (const load of [...loads, world.doors]) load.finish()
    return { in: options.in, played, ...(await count(world, loads, reader)) }
  } finally {
    for (const load of [...loads, world.doors]) load.finish()
    await world.close()
    await Promise.all([...loads, world.doors].map((load) => load.stop().catch(() => undefined)))
  }
}

function stageOf(world: World, { form, seed, say }: FaultOptions): Stage {
  const demo = world.demo()
  return {
    world,
    demo,
    reader: new Reader(demo),
    chance: seeded(seed),
    by: (short, usual, long = usual) => ({ short, usual, long })[form],
    say,
  }
}

async function play(scenario: Scenario, stage: Stage): Promise<FaultReport['played'][number]> {
  const { name, title } = scenario
  const missing = scenario.missing?.(stage.world)
  const words = missing ?? (await scenario.run(stage))
  stage.say(`${title}：${missing ? `未试，${missing}` : words}`)
  return { name, title, words, played: missing === undefined }
}

async function count(
  world: World,
  loads: readonly Load[],
  reader: Reader,
): Promise<Pick<FaultReport, 'verdicts' | 'effects' | 'stopMs' | 'clean'>> {
  const accounts = await settle(world, loads, reader)
  const found = await reader.alertCounts('terminal:fault-')
  const metrics = await metricEffects(world, loads)
  const stopMs = await world.stopProduct()
  const expected = loads.reduce((sum, load) => sum + load.counted(), 0)
  const effects = [{ what: '告警计数', expected, found }, ...metrics, ...(await ledgerEffects(world))]
  const verdicts = accounts.map(judge)
  const clean = verdicts.every(isClean) && effects.every((effect) => effect.expected === effect.found)
  return { verdicts, effects, stopMs, clean }
}
