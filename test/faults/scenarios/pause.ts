import { setTimeout as sleep } from 'node:timers/promises'
import type { Piece } from '../piece.ts'
import { allReady, type Scenario, seconds } from '../scenario.ts'

function signal(piece: Piece, name: 'SIGSTOP' | 'SIGCONT'): void {
  for (const pid of piece.pids())
    try {
      process.kill(pid, name)
    } catch (error) {
      // A worker that has ended by itself since the list was made (PostgreSQL's autovacuum) needs no stopping.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
}

const scenario: Scenario = {
  name: 'pause',
  title: '各进程 SIGSTOP',
  in: ['embedded', 'real'],
  async run({ world, by }) {
    const pieces = world.influx ? [...world.pieces, world.piece('influx')] : world.pieces
    const ms = by(1000, 30_000)
    const words: string[] = []
    for (const piece of pieces) {
      signal(piece, 'SIGSTOP')
      await sleep(ms).finally(() => signal(piece, 'SIGCONT'))
      words.push(`${piece.name} ${seconds(await allReady(world.pieces))}`)
    }
    return `各停 ${seconds(ms)}，恢复用时 ${words.join('、')}`
  },
}
export default scenario
