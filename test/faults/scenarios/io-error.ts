import { setTimeout as sleep } from 'node:timers/promises'
import { allReady, type Scenario, seconds, until } from '../scenario.ts'

const scenario: Scenario = {
  name: 'io-error',
  title: '第 n 次写或 fsync 失败',
  in: ['embedded'],
  missing: ({ shim }) => (shim ? undefined : '需要 C 编译器（apt-get install gcc libc6-dev）'),
  async run({ world, chance, by }) {
    const { shim } = world
    if (!shim) throw new Error('no shim')
    const last = by(10, 500)
    let broken = 0
    let slowest = 0
    for (let n = 1; n <= last; n += 1) {
      // Now and then a disk that stays broken for a while.
      const inRow = chance() < 0.3 ? 1 + Math.floor(chance() * 8) : 1
      shim.breakDisk(n, inRow)
      await until(`第 ${n} 次写失败`, async () => shim.broken() > 0)
      await sleep(100 + chance() * 200)
      broken += shim.broken()
      shim.breakDisk(0, 0)
      slowest = Math.max(slowest, await allReady(world.pieces))
    }
    return `n = 1…${last}，共 ${broken} 次 EIO，恢复最长 ${seconds(slowest)}`
  },
}
export default scenario
