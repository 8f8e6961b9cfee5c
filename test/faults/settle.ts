import { setTimeout as sleep } from 'node:timers/promises'
import type { MetricStore } from '../../server/metrics/port.ts'
import { type Account, type Effect, judge } from './history.ts'
import { drawnCases } from './ledger.ts'
import { COUNTED_TYPE, type Load, PLAIN_TYPE } from './load/load.ts'
import { countPoints, openStore } from './metrics.ts'
import type { Reader } from './reader.ts'
import type { World } from './world.ts'

/** Without anything new in the store: a backlog of half an hour takes minutes, and is no loss while it shrinks. */
const STUCK_MS = 60_000
const METRICS_MS = 20_000

/** Waits until all that was made is stored, or nothing more comes; then reads everything there is. */
export async function settle(world: World, loads: readonly Load[], reader: Reader): Promise<Account[]> {
  let least = Number.POSITIVE_INFINITY
  let until = 0
  for (;;) {
    const begun = performance.now()
    const accounts = await readAccounts(world, loads, reader)
    const lost = accounts.reduce((sum, account) => sum + judge(account).lost.length, 0)
    if (lost < least) until = performance.now() + STUCK_MS
    least = Math.min(least, lost)
    if ((lost === 0 && loads.every((load) => load.settled())) || performance.now() > until) return accounts
    // Reading all there is keeps the server from storing the rest: no more than half of the time.
    await sleep(Math.max(500, performance.now() - begun))
  }
}

async function readAccounts(world: World, loads: readonly Load[], reader: Reader): Promise<Account[]> {
  const probes = [...(await reader.events(PLAIN_TYPE)), ...(await reader.events(COUNTED_TYPE))]
  const doors = await reader.events('access.granted')
  const draws = await drawnCases(await reader.chain('assignment'))
  const direct = loads.map((load): Account => {
    if (load.name === 'draws') return { source: load.name, sent: [...load.ids()], stored: draws }
    const stored = probes.filter(({ object }) => object === `terminal:fault-${load.name}`).map(({ id }) => id)
    return { source: load.name, sent: [...load.ids()], stored }
  })
  const numbers = doors.map(({ device, src }) => `${device}#${src?.native_id}`)
  return [...direct, { source: world.doors.name, sent: [...world.doors.ids()], stored: numbers }]
}

/** The metrics follow on their side road, so they are given a while. */
export async function metricEffects(world: World, loads: readonly Load[]): Promise<Effect[]> {
  const until = performance.now() + METRICS_MS
  for (;;) {
    // Opened anew each time: the embedded store reads the list of its series once.
    const store = openStore(world)
    const effects = await countEffects(store, world, loads).finally(() => store.close())
    if (effects.every(({ expected, found }) => found === expected) || performance.now() > until) return effects
    await sleep(500)
  }
}

async function countEffects(store: MetricStore, world: World, loads: readonly Load[]): Promise<Effect[]> {
  const effects: Effect[] = []
  for (const load of loads.filter(({ name }) => name !== 'draws')) {
    const found = await countPoints(store, 'terminal_event', { object: [`terminal:fault-${load.name}`] })
    effects.push({ what: `指标 ${load.name}`, expected: load.ids().length, found })
  }
  const found = await countPoints(store, 'access_event', { type: ['access.granted'] })
  return [...effects, { what: '指标 doors', expected: world.doors.ids().length, found }]
}
