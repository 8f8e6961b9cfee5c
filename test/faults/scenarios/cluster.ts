import type { AlertsPanel } from '../../../contract/panels/alerts.ts'
import { startAndWait } from '../kills.ts'
import type { Piece } from '../piece.ts'
import { pick } from '../random.ts'
import type { Reader } from '../reader.ts'
import { allReady, type Scenario, seconds, until } from '../scenario.ts'
import { openScreen, type Screen } from '../tools/screen.ts'

const SCREENS = 12
/** Issue 7: clients back within that. */
const BACK_MS = 5000
/** One in so many servers is not killed but stands still, as a machine does whose disk or host has stopped. */
const STANDS_STILL = 0.25

const idsOn = (screen: Screen): string[] =>
  ((screen.panel('alerts') as AlertsPanel | undefined)?.items ?? []).map(({ id }) => id).sort()

/** Every screen shows what the records say, whichever server it hangs on. */
async function allShow(screens: readonly Screen[], reader: Reader): Promise<number> {
  return until('各屏的告警与业务库一致', async () => {
    const open = (await reader.alerts('')).map(({ id }) => id).sort()
    return open.length > 0 && screens.every((screen) => idsOn(screen).join() === open.join())
  })
}

const timersRun = async (reader: Reader): Promise<boolean> => {
  const { rows } = await reader.figure('pipeline.servers')
  return rows.filter(({ timers, state }) => timers === true && state === 'ok').length === 1
}

const signal = (piece: Piece, name: NodeJS.Signals): void => {
  for (const pid of piece.pids()) process.kill(pid, name)
}

/** A server dies or stands still; a proxy leads everybody to the others, who also take over the timers. */
const scenario: Scenario = {
  name: 'cluster',
  title: '多台服务器，随机停掉一台',
  in: ['cluster'],
  async run({ world, demo, reader, chance, short }) {
    const servers = world.pieces.filter(({ name }) => name.startsWith('server-'))
    const screens: Screen[] = []
    const back: number[] = []
    let still = 0
    try {
      for (let n = 0; n < SCREENS; n += 1) screens.push(openScreen(demo.url, demo.wallKey))
      await until('各屏都有画面', async () => screens.every(({ snapshots }) => snapshots() > 0))
      await until('有一台在运行定时任务', () => timersRun(reader))
      const rounds = short(2, 60)
      for (let round = 0; round < rounds; round += 1) {
        const server = pick(servers, chance)
        // In the short form the second round is the one that stands still.
        const stands = short(round === 1, chance() < STANDS_STILL)
        const heard = screens.map(({ messages }) => messages())
        const begun = performance.now()
        if (stands) signal(server, 'SIGSTOP')
        else await server.kill9()
        await until('各屏与接口都回来了', async () => {
          const answers = await reader.readyz().then(
            ({ status }) => status === 200,
            () => false,
          )
          return answers && screens.every((screen, at) => screen.connected() && screen.messages() > (heard[at] ?? 0))
        })
        if (stands) still += 1
        const thrown = screens.filter(({ lostAt }) => lostAt() > begun)
        back.push(...thrown.map(({ pictureAt }) => pictureAt() - begun))
        await until('定时任务已有人接手', () => timersRun(reader))
        if (stands) signal(server, 'SIGCONT')
        else await startAndWait(server)
        await allReady(world.pieces)
      }
      const redis = world.piece('redis')
      await redis.kill9()
      const deaf = await allShow(screens, reader)
      await startAndWait(redis)
      const shown = await allShow(screens, reader)
      const sorted = back.toSorted((a, b) => a - b)
      return (
        `${servers.length} 台，${rounds} 次（其中停住 ${still} 次），断开的 ${back.length} 块屏恢复中位 ${seconds(sorted[sorted.length >> 1] ?? 0)}、最长 ` +
        `${seconds(sorted.at(-1) ?? 0)}，超过 5 秒 ${sorted.filter((ms) => ms > BACK_MS).length} 块；Redis 离开时各屏 ${seconds(deaf)} 内一致，回来后 ${seconds(shown)}`
      )
    } finally {
      for (const screen of screens) screen.close()
    }
  },
}
export default scenario
