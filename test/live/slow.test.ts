import { afterEach, expect, test } from 'vitest'
import { connect, type Hall, openHall, rest, TestPanel, until, type Watcher } from './hall.ts'
import { sampleAlert } from './samples.ts'

let hall: Hall | undefined
const opened: Watcher[] = []
afterEach(async () => {
  for (const { client } of opened.splice(0)) client.disconnect()
  await hall?.leave()
  hall = undefined
})

/** Stops reading from the network, as a screen does whose machine hangs. */
function freeze({ client }: Watcher): void {
  const { ws } = client.io.engine.transport as unknown as { ws: { _socket: { pause(): void } } }
  ws._socket.pause()
}

test('G14-7 a client that hangs costs little, is cut, and others notice nothing', async () => {
  const panel = new TestPanel('flow', 'cases.read', { n: 0 })
  const alerts = new TestPanel('alerts', 'alerts.read')
  const at = await openHall([panel, alerts], { pingIntervalMs: 1500, pingTimeoutMs: 1500 })
  hall = at
  const join = () => {
    const watcher = connect(at, '/wall', { auth: { key: at.wallKey } })
    opened.push(watcher)
    return watcher
  }
  const [hung, fine] = [join(), join()]
  await until(() => hung.snapshots.length > 0 && fine.snapshots.length > 0)
  freeze(hung)
  const filler = 'x'.repeat(1_000_000)
  for (let n = 1; n <= 8; n++) {
    at.change(panel, { n, filler })
    for (let k = 0; k < 200; k++) at.announce(sampleAlert(`a-${n}-${k}`))
    await rest(260)
  }
  await until(() => (fine.state().panels.flow as { n: number }).n === 8)
  expect(fine.alerts).toHaveLength(1600)
  expect(fine.state().gaps).toBe(0)
  await until(() => at.hub.screens === 1)
}, 20_000)

test('G14-14 all come back after a restart of the hub, told beforehand', async () => {
  const panel = new TestPanel('flow', 'cases.read', { n: 0 })
  const at = await openHall([panel])
  const watchers = Array.from({ length: 50 }, () => connect(at, '/wall', { auth: { key: at.wallKey } }))
  opened.push(...watchers)
  const notices: number[] = []
  for (const { client } of watchers) client.on('restart', ({ retryMs }) => notices.push(retryMs))
  await until(() => watchers.every(({ snapshots }) => snapshots.length > 0))
  await at.hub.stop()
  await until(() => watchers.every(({ reasons }) => reasons.length > 0))
  expect(notices).toHaveLength(50)
  await at.close()
})
