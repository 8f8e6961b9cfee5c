import type { AlertsPanel } from '../../../contract/panels/alerts.ts'
import { startAndWait } from '../kills.ts'
import { COUNTED_TYPE, SITE } from '../load/load.ts'
import type { Piece } from '../piece.ts'
import { pick } from '../random.ts'
import type { Reader } from '../reader.ts'
import { allReady, type Scenario, seconds, until } from '../scenario.ts'
import { openScreen, type Screen } from '../tools/screen.ts'
import type { Demo } from '../world.ts'

const SCREENS = 12
/** Issue 7: clients back within that. */
const BACK_MS = 5000
/** One in so many servers is not killed but stands still, as a machine does whose disk or host has stopped. */
const STANDS_STILL = 0.25

const shows = (screen: Screen, object: string): boolean =>
  ((screen.panel('alerts') as AlertsPanel | undefined)?.items ?? []).some((item) => item.object === object)

let raised = 0
/** A new alert, taken by whichever server the proxy chooses, comes to every screen, whichever server it hangs on. */
async function allHear(screens: readonly Screen[], demo: Demo, reader: Reader): Promise<number> {
  raised += 1
  const object = `terminal:cluster-${raised}`
  const observed_at = new Date().toISOString()
  const common = { v: 1, id: `cluster-${Date.now()}-${raised}`, type: COUNTED_TYPE, site: SITE, collector: 'probe' }
  const headers = { authorization: `Bearer ${reader.token('system-admin')}`, 'content-type': 'application/json' }
  const body = JSON.stringify({ ...common, object, observed_at, data: {} })
  await until('告警已入库', async () => {
    const signal = AbortSignal.timeout(5000)
    return (await fetch(`${demo.url}/api/v1/ingest`, { method: 'POST', headers, body, signal })).status === 202
  })
  return until('各屏都有这条新告警', async () => screens.every((screen) => shows(screen, object)))
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
  async run({ world, demo, reader, chance, by }) {
    const servers = world.pieces.filter(({ name }) => name.startsWith('server-'))
    const screens: Screen[] = []
    const back: number[] = []
    const heardBy: number[] = []
    let still = 0
    try {
      for (let n = 0; n < SCREENS; n += 1) screens.push(openScreen(demo.url, demo.wallKey))
      await until('各屏都有画面', async () => screens.every(({ snapshots }) => snapshots() > 0))
      await until('有一台在运行定时任务', () => timersRun(reader))
      const rounds = by(2, 60)
      for (let round = 0; round < rounds; round += 1) {
        const server = pick(servers, chance)
        // In the short form the second round is the one that stands still.
        const stands = by(round === 1, chance() < STANDS_STILL)
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
        heardBy.push(await allHear(screens, demo, reader))
      }
      const redis = world.piece('redis')
      await redis.kill9()
      const deaf = await allHear(screens, demo, reader)
      await startAndWait(redis)
      const shown = await allHear(screens, demo, reader)
      const sorted = back.toSorted((a, b) => a - b)
      return (
        `${servers.length} 台，${rounds} 次（其中停住 ${still} 次），断开的 ${back.length} 块屏恢复中位 ${seconds(sorted[sorted.length >> 1] ?? 0)}、最长 ` +
        `${seconds(sorted.at(-1) ?? 0)}，新告警到齐各屏最长 ${seconds(Math.max(...heardBy))}，超过 5 秒 ${sorted.filter((ms) => ms > BACK_MS).length} 块；Redis 离开时新告警 ${seconds(deaf)} 到齐各屏，回来后 ${seconds(shown)}`
      )
    } finally {
      for (const screen of screens) screen.close()
    }
  },
}
export default scenario
