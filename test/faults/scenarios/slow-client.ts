import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { allReady, type Scenario, seconds, until } from '../scenario.ts'
import { startProxy } from '../tools/proxy.ts'
import { openScreen } from '../tools/screen.ts'

const LIMIT_MB = 64

const memoryMb = (pid: number): number => {
  const [, kb] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Math.round(Number(kb) / 1024)
}

const scenario: Scenario = {
  name: 'slow-client',
  title: '每秒 1 kB 的慢屏',
  in: ['embedded'],
  async run({ world, demo, by }) {
    const url = new URL(demo.url)
    const proxy = await startProxy(Number(url.port))
    const quick = openScreen(demo.url, demo.wallKey)
    const slow = Array.from({ length: 8 }, () => openScreen(`http://127.0.0.1:${proxy.port}`, demo.wallKey))
    try {
      await until('各屏都有画面', async () => [quick, ...slow].every(({ snapshots }) => snapshots() > 0))
      const [pid = 0] = world.piece('server').pids()
      const before = memoryMb(pid)
      proxy.set({ bytesPerS: 1000 })
      const heard = quick.messages()
      await sleep(by(2000, 120_000))
      const grown = memoryMb(pid) - before
      const got = quick.messages() - heard
      if (got === 0) throw new Error('快屏也没有收到消息')
      if (grown > LIMIT_MB) throw new Error(`服务进程多占 ${grown} MB`)
      proxy.clear()
      const before2 = slow.map(({ messages }) => messages())
      const back = await until('慢屏恢复后又收到消息', async () =>
        slow.every(({ messages }, at) => messages() > (before2[at] ?? 0)),
      )
      await allReady(world.pieces)
      return `8 块慢屏，服务进程内存增减 ${grown} MB，快屏收到 ${got} 条；线路恢复后 ${seconds(back)} 跟上`
    } finally {
      for (const screen of [quick, ...slow]) screen.close()
      await proxy.close()
    }
  },
}
export default scenario
