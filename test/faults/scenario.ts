import { setTimeout as sleep } from 'node:timers/promises'
import { type Piece, untilReady } from './piece.ts'
import type { Reader } from './reader.ts'
import type { Demo, World } from './world.ts'

/** `cluster`: several servers behind a proxy. */
export type Surroundings = 'embedded' | 'real' | 'cluster'

/** `short`: inside `npm test`. `usual`: `npm run faults`. `long`: before a release, `--long`. */
export type Form = 'short' | 'usual' | 'long'

/** Where a scenario plays: the product under load, with everything that may be done to it. */
export interface Stage {
  world: World
  demo: Demo
  reader: Reader
  /** Seeded. Gives 0 ≤ x < 1. */
  chance(): number
  /** A duration or number by the form that is played; what has no long one of its own plays as usual. */
  by<Value>(short: Value, usual: Value, long?: Value): Value
  say(line: string): void
}

/** One way in which things go wrong: a file of scenarios/, its default export. Adding one is adding a file. */
export interface Scenario {
  name: string
  /** In Chinese, for the table. */
  title: string
  in: readonly Surroundings[]
  /** Why it cannot play here, in Chinese; undefined = it can. */
  missing?(world: World): string | undefined
  /**
   * Does the harm and waits until the product works again by itself. What was lost or doubled is counted afterwards.
   * @returns what was measured, in one line · @throws when something does not come back or says the wrong thing
   */
  run(stage: Stage): Promise<string>
}

export const RECOVERY_MS = 120_000

/** Waits until that is so; generous, because the machine may be busy. @returns ms · @throws after `limitMs` */
export async function until(what: string, check: () => Promise<boolean>, limitMs = RECOVERY_MS): Promise<number> {
  const begun = performance.now()
  while (!(await check().catch(() => false))) {
    if (performance.now() - begun > limitMs) throw new Error(`等了 ${Math.round(limitMs / 1000)} 秒，仍未：${what}`)
    await sleep(100)
  }
  return Math.round(performance.now() - begun)
}

/** Every part works, the server first: it is what the others wait for. @returns ms of the slowest */
export async function allReady(pieces: readonly Piece[]): Promise<number> {
  let longest = 0
  for (const piece of pieces) longest = Math.max(longest, await untilReady(piece, RECOVERY_MS))
  return Math.round(longest)
}

export const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} 秒`
