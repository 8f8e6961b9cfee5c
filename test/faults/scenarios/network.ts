import { setTimeout as sleep } from 'node:timers/promises'
import { allReady, type Scenario, seconds } from '../scenario.ts'

/** Between collectors and broker, server and broker, server and stores, all at once and one by one. */
const scenario: Scenario = {
  name: 'network',
  title: '网络停顿、重置与 300 毫秒延迟',
  in: ['embedded', 'real'],
  async run({ world, chance, by }) {
    const proxies = Object.entries(world.proxies)
    const ms = by(700, 30_000)
    const rounds = by(1, 5)
    const calm = async (): Promise<void> => {
      for (const [, proxy] of proxies) proxy.clear()
      slowest = Math.max(slowest, await allReady(world.pieces))
    }
    let slowest = 0
    let resets = 0
    for (let round = 0; round < rounds; round += 1) {
      for (const [, proxy] of proxies) proxy.set({ delayMs: 300 })
      await sleep(ms)
      await calm()
      for (const [, proxy] of proxies) {
        proxy.set({ stall: true })
        await sleep(ms)
        proxy.clear()
      }
      await calm()
      for (let time = 0; time < by(3, 20); time += 1) {
        for (const [, proxy] of proxies) if (chance() < 0.7) resets += proxy.reset()
        await sleep(200 + chance() * 500)
      }
      for (const [, proxy] of proxies) {
        proxy.set({ closed: true })
        proxy.reset()
      }
      await sleep(ms)
      await calm()
    }
    const names = proxies.map(([name]) => name).join(' ')
    return `${names}：停顿各 ${seconds(ms)}，重置 ${resets} 条连接，断网 ${seconds(ms)}，恢复最长 ${seconds(slowest)}`
  },
}
export default scenario
