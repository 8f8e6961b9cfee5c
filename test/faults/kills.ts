import { setTimeout as sleep } from 'node:timers/promises'
import { type Piece, untilReady } from './piece.ts'
import { pick } from './random.ts'
import { RECOVERY_MS } from './scenario.ts'

/** One in so many kills takes two parts at once. */
const TOGETHER = 0.2

export interface Kill {
  /** Names of what was killed, several at once now and then. */
  target: string
  /** Until it worked again, ms. */
  restartMs: number
}

export async function startAndWait(piece: Piece): Promise<void> {
  await piece.start()
  await untilReady(piece, RECOVERY_MS)
}

/** Kills part after part at random moments, each as soon as the one before works again. */
export async function killAtRandom(pieces: readonly Piece[], kills: number, chance: () => number): Promise<Kill[]> {
  const done: Kill[] = []
  for (let number = 1; number <= kills; number += 1) {
    await sleep(300 + chance() * 2200)
    const targets = targetsOf(pieces, chance)
    const begun = performance.now()
    await Promise.all(targets.map((piece) => piece.kill9()))
    await Promise.all(targets.map((piece) => piece.start()))
    for (const piece of [...targets, ...pieces.slice(0, 1)]) await untilReady(piece, RECOVERY_MS)
    done.push({ target: targets.map(({ name }) => name).join('+'), restartMs: performance.now() - begun })
  }
  return done
}

function targetsOf(pieces: readonly Piece[], chance: () => number): Piece[] {
  const first = pick(pieces, chance)
  if (chance() >= TOGETHER) return [first]
  const others = pieces.filter((piece) => piece !== first)
  return [first, pick(others, chance)]
}
