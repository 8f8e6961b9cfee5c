import { setTimeout as sleep } from 'node:timers/promises'
import { allReady, type Scenario, seconds, until } from '../scenario.ts'

const HOUR = 3_600_000

/** The clock of server and collectors jumps while both run. An hour ahead makes rungs due; coming back must not again. */
const scenario: Scenario = {
  name: 'clock',
  title: '时钟跳 ±1 小时',
  in: ['embedded'],
  missing: ({ shim }) => (shim ? undefined : '需要 C 编译器（apt-get install gcc libc6-dev）'),
  async run({ world, reader, by }) {
    const { shim } = world
    if (!shim) throw new Error('no shim')
    const ms = by(700, 60_000)
    const jumps = [HOUR + 60_000, 0, -HOUR, 0, HOUR + 60_000, 0]
    await until('两路各有一条告警', async () => (await reader.alerts('terminal:fault-')).length >= 2)
    let slowest = 0
    for (const [at, jump] of jumps.entries()) {
      shim.shiftClock(jump)
      await sleep(ms)
      slowest = Math.max(slowest, await allReady(world.pieces))
      if (at === 0)
        await until('到点的告警都已升级', async () =>
          (await reader.alerts('terminal:fault-')).every(({ escalatesAt }) => escalatesAt === null),
        )
    }
    const rungs = (await reader.alerts('terminal:fault-')).length
    return `${jumps.length} 次跳变，${rungs} 条告警到点升级一次，恢复最长 ${seconds(slowest)}`
  },
}
export default scenario
