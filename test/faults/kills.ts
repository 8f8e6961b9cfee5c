import { setTimeout as sleep } from 'node:timers/promises'
import { type Piece, untilReady } from './piece.ts'
import { pick, seeded } from './random.ts'
import type { World } from './world.ts'

export interface KillPlan {
  kills: number
  seed: number
  /** With real services: influxd is away so long, beginning at a third of the kills. */
  influxDownMs?: number
  say(line: string): void
}

export interface Kill {
  /** Names of what was killed, several at once now and then. */
  target: string
  /** Until it worked again, ms. */
  restartMs: number
}

const START_LIMIT_MS = 30_000
/** One in so many kills takes two parts at once. */
const TOGETHER = 0.2

export async function startAndWait(piece: Piece): Promise<void> {
  await piece.start()
  await untilReady(piece, START_LIMIT_MS)
}

/** Kills part after part at random moments, each as soon as the one before works again. */
export async function killAtRandom(world: World, { kills, seed, influxDownMs, say }: KillPlan): Promise<Kill[]> {
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
