import mqtt from 'mqtt'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { selftestWire } from '../../server/sources/index.ts'
import { startMosquitto } from '../services.ts'

let broker: Awaited<ReturnType<typeof startMosquitto>>
beforeAll(async () => {
  broker = await startMosquitto()
})
afterAll(async () => {
  await broker?.stop()
})

it('goes by a real connection of its own, and ends without a trace', async () => {
  const url = `mqtt://127.0.0.1:${broker.port}`
  const listener = await mqtt.connectAsync(url)
  await listener.subscribeAsync('#')
  const heard = new Promise<string>((resolve) => {
    listener.on('message', (topic, payload) => resolve(`${topic} ${payload.toString()}`))
  })
  const wire = selftestWire({ broker: () => ({ url, username: 'server', password: '' }), failed: () => undefined })
  wire.publish('jc/v1/demo/infra/selftest/evt/selftest', '{"v":1}')
  expect(await heard).toBe('jc/v1/demo/infra/selftest/evt/selftest {"v":1}')
  await wire.stop()
  await listener.endAsync()
})
