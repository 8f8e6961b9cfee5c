import { readdirSync, statSync, truncateSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startAndWait } from '../kills.ts'
import { allReady, type Scenario } from '../scenario.ts'

/** Cuts the end of each write-ahead log, as a power cut in the middle of a write leaves it. @returns names of those cut */
function tear(folder: string, chance: () => number): string[] {
  const logs = readdirSync(folder).filter((name) => name.endsWith('.sqlite-wal'))
  return logs.filter((name) => {
    const file = join(folder, name)
    const { size } = statSync(file)
    if (size < 64) return false
    truncateSync(file, size - 1 - Math.floor(chance() * Math.min(4000, size - 33)))
    return true
  })
}

const scenario: Scenario = {
  name: 'torn-spool',
  title: '续传缓存末条撕裂',
  in: ['embedded'],
  async run({ world, chance, by }) {
    const collectors = world.piece('collectors')
    const times = by(1, 30)
    let torn = 0
    for (let time = 0; time < times; time += 1) {
      // What is spooled now has no receipt: only the spool has it.
      world.proxies.collectors?.set({ stall: true })
      await sleep(500 + chance() * 1000)
      await collectors.kill9()
      torn += tear(join(world.dataDir, 'spool'), chance).length
      world.proxies.collectors?.reset()
      world.proxies.collectors?.clear()
      await startAndWait(collectors)
    }
    await allReady(world.pieces)
    return `${times} 次断电，撕裂 ${torn} 个文件的末条`
  },
}
export default scenario
