import { killAtRandom } from '../kills.ts'
import type { Scenario } from '../scenario.ts'
import { seconds } from '../scenario.ts'

/** A start may take so long even in the long form, where nothing else runs (contract.md). */
const SLOW_MS = 10_000

const scenario: Scenario = {
  name: 'kill',
  title: '随机时刻 kill -9',
  in: ['embedded', 'real'],
  async run({ world, chance, by }) {
    const kills = await killAtRandom(world.pieces, by(2, 200), chance)
    const times = kills.map(({ restartMs }) => restartMs).toSorted((a, b) => a - b)
    const slow = times.filter((ms) => ms > SLOW_MS).length
    const [middle, longest] = [times[times.length >> 1] ?? 0, times.at(-1) ?? 0]
    const targets = [...new Set(kills.map(({ target }) => target))].sort().join(' ')
    return `${kills.length} 次（${targets}），恢复中位 ${seconds(middle)}、最长 ${seconds(longest)}，超过 10 秒 ${slow} 次`
  },
}
export default scenario
