import { setTimeout as sleep } from 'node:timers/promises'
import { SourcesPanel } from '../../../contract/panels/sources.ts'
import { allReady, type Scenario, seconds, until } from '../scenario.ts'
import { openScreen, type Screen } from '../tools/screen.ts'

const troubleOn = (wall: Screen) => SourcesPanel.parse(wall.panel('sources')).ingest.trouble ?? null
const brokenOn = (wall: Screen) =>
  SourcesPanel.parse(wall.panel('sources')).items.filter(({ state }) => state === 'broken').length

/** Records and spools on file systems of their own, each filled to the last byte. */
const scenario: Scenario = {
  name: 'disk-full',
  title: '磁盘写满',
  in: ['embedded'],
  missing: ({ disks }) => (disks ? undefined : '需要 root 才能挂载小文件系统'),
  async run({ world, demo, reader, by }) {
    const { disks } = world
    if (!disks) throw new Error('no disks')
    const ms = by(800, 60_000)
    const wall = openScreen(demo.url, demo.wallKey)
    disks.data.fill()
    const told = await until('readyz 说记录库不可写', async () => {
      disks.data.fill()
      const { status, parts } = await reader.readyz()
      return status === 503 && parts.records === false
    })
    await until('指标说入库已暂停', async () => (await reader.figure('pipeline.ingest-paused')).value === 1)
    await until('大屏说入库已暂停', async () => troubleOn(wall) !== null)
    await sleep(ms)
    // What matters is that nothing is lost and all comes back; a figure that is slow on a full disk is told, no more.
    const held = await reader.figure('pipeline.spool').then(
      ({ value }) => `${value} 条`,
      () => '（指标 20 秒未答复）',
    )
    disks.data.free()
    const back = await allReady(world.pieces)
    await until('指标说入库已恢复', async () => (await reader.figure('pipeline.ingest-paused')).value === 0)
    await until('大屏说入库已恢复', async () => troubleOn(wall) === null)
    disks.spool.fill()
    await until('来源说暂存写不进', async () => brokenOn(wall) > 0)
    await sleep(ms)
    disks.spool.free()
    const again = await until('来源都恢复', async () => brokenOn(wall) === 0)
    wall.close()
    await allReady(world.pieces)
    return `写满 ${seconds(told)} 后 readyz、指标、大屏均称暂停，缓存 ${held}；腾空后 ${seconds(back)} 自行恢复；缓存盘写满后 ${seconds(again)}`
  },
}
export default scenario
