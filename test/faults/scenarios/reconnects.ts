import { startAndWait } from '../kills.ts'
import { allReady, type Scenario, seconds, until } from '../scenario.ts'
import { openScreen, type Screen } from '../tools/screen.ts'

const scenario: Scenario = {
  name: 'reconnects',
  title: '众屏同时重连',
  in: ['embedded'],
  async run({ world, demo, by }) {
    const count = by(100, 500)
    const screens: Screen[] = []
    try {
      for (let n = 0; n < count; n += 1) screens.push(openScreen(demo.url, demo.wallKey))
      await until('各屏都有画面', async () => screens.every(({ snapshots }) => snapshots() > 0))
      const before = screens.map(({ snapshots }) => snapshots())
      const server = world.piece('server')
      await server.kill9()
      await startAndWait(server)
      const back = await until('各屏都回来了', async () =>
        screens.every(({ snapshots }, at) => snapshots() > (before[at] ?? 0)),
      )
      await allReady(world.pieces)
      return `${count} 块屏，服务恢复后 ${seconds(back)} 全部有新画面`
    } finally {
      for (const screen of screens) screen.close()
    }
  },
}
export default scenario
