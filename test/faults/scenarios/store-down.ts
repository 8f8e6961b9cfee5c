import { setTimeout as sleep } from 'node:timers/promises'
import { startAndWait } from '../kills.ts'
import { allReady, type Scenario, seconds, until } from '../scenario.ts'

const scenario: Scenario = {
  name: 'store-down',
  title: '存储离开',
  in: ['real'],
  async run({ world, reader, by }) {
    const ms = by(1500, 180_000, 1_800_000)
    const influx = world.piece('influx')
    await influx.kill9()
    await until('指标说指标库不可用', async () => (await reader.figure('pipeline.metrics-down')).value === 1)
    await sleep(ms)
    await startAndWait(influx)
    const metrics = await until(
      '指标库补写完毕',
      async () => (await reader.figure('pipeline.metrics-down')).value === 0,
    )
    const postgres = world.piece('postgres')
    await postgres.kill9()
    const told = await until('readyz 说记录库不可写', async () => (await reader.readyz()).parts.records === false)
    await sleep(ms)
    await startAndWait(postgres)
    const records = await allReady(world.pieces)
    return `各离开 ${seconds(ms)}；influxd 回来后 ${seconds(metrics)} 恢复；PostgreSQL 离开 ${seconds(told)} 后 readyz 即称不可写，回来后 ${seconds(records)} 恢复`
  },
}
export default scenario
