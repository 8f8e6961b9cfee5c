import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ask, signIn } from '../http/office.ts'
import { asBrowser, asRole, connect, type Hall, openHall, rest, TestPanel, until, type Watcher } from './hall.ts'
import { sampleAlert } from './samples.ts'

/** protocols.md, G14. */
const alerts = new TestPanel('alerts', 'alerts.read', { items: [] })
const flow = new TestPanel('flow', 'cases.read')
const sources = new TestPanel('sources', 'sources.read')

let hall: Hall
const opened: Watcher[] = []
const join = (...args: Parameters<typeof connect>): Watcher => {
  const watcher = connect(...args)
  opened.push(watcher)
  return watcher
}
beforeAll(async () => {
  hall = await openHall([alerts, flow, sources], { recheckMs: 200 })
})
afterAll(async () => {
  for (const { client } of opened) client.disconnect()
  await hall.leave()
})

describe('G14-1 who is not known', () => {
  test.each([
    ['nothing', {}],
    ['a forged token', { auth: { token: 'x' } }],
    ['a forged key', { auth: { key: 'x' } }],
    ['a forged Authorization', { headers: { authorization: 'Bearer x' } }],
  ])('%s → connect_error', async (_name, options) => {
    const watcher = join(hall, '/wall', options)
    await until(() => watcher.errors.length > 0)
    expect(watcher.errors).toEqual(['signed-out'])
  })
  test('a forged cookie from our own page → connect_error', async () => {
    const { cookie } = await signIn(hall, 'chief')
    const watcher = join(hall, '/desk', { headers: { cookie: `${cookie}x`, origin: hall.url } })
    await until(() => watcher.errors.length > 0)
    expect(watcher.errors).toEqual(['signed-out'])
  })
  test('a wall key does not open the desk', async () => {
    const watcher = join(hall, '/desk', { auth: { key: hall.wallKey } })
    await until(() => watcher.errors.length > 0)
    expect(watcher.errors).toEqual(['forbidden'])
  })
})

describe('G14-2 whence it comes', () => {
  const handshake = async (headers: Record<string, string>) =>
    (await ask(hall.url, 'GET', '/socket.io/?EIO=4&transport=polling', { headers })).status
  test('a wrong origin is 403, and so is a cookie without any', async () => {
    const { cookie } = await signIn(hall, 'chief')
    expect(await handshake({ cookie, origin: 'http://evil.example' })).toBe(403)
    expect(await handshake({ cookie, origin: 'null' })).toBe(403)
    expect(await handshake({ cookie, origin: hall.url.replace('http:', 'ftp:') })).toBe(403)
    expect(await handshake({ cookie })).toBe(403)
    expect(await handshake({ cookie, referer: 'http://evil.example/x' })).toBe(403)
    expect(await handshake({ cookie, origin: hall.url })).toBe(200)
    expect(await handshake({ cookie, referer: `${hall.url}/wall` })).toBe(200)
  })
  test('without origin a token or a wall key opens, a cookie does not', async () => {
    const byToken = join(hall, '/desk', asRole(hall, 'security-officer'))
    const byKey = join(hall, '/wall', { auth: { key: hall.wallKey, screen: 'wide' } })
    await until(() => byToken.snapshots.length > 0 && byKey.snapshots.length > 0)
    expect(byKey.hellos[0]?.caps.screen).toBe('wide')
  })
})

describe('what is seen', () => {
  test('hello, then a snapshot, then deltas in one chain', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    expect(watcher.hellos[0]?.rev).toBe(watcher.snapshots[0]?.rev)
    expect(Object.keys(watcher.snapshots[0]?.panels ?? {})).toEqual(['alerts', 'flow', 'sources'])
    hall.change(flow, { n: 1 })
    hall.change(sources, { n: 7 })
    await until(() => watcher.deltas.length >= 2)
    expect(watcher.state()).toMatchObject({ panels: { flow: { n: 1 }, sources: { n: 7 } }, gaps: 0 })
  })
  test('G14-11 the desk shows what the role may see, and says what is denied', async () => {
    const officer = join(hall, '/desk', asRole(hall, 'security-officer'))
    const inspector = join(hall, '/desk', asRole(hall, 'inspection'))
    await until(() => officer.snapshots.length > 0 && inspector.snapshots.length > 0)
    expect(officer.hellos[0]?.caps).toMatchObject({ panels: ['alerts', 'sources'], denied: ['flow'] })
    hall.change(flow, { n: 'for the inspector only' })
    await until(() => inspector.deltas.length > 0)
    await rest(50)
    expect(JSON.stringify([officer.snapshots, officer.deltas])).not.toContain('inspector only')
  })
  test('G14-9 an alert comes once, at once, to whoever may see alerts', async () => {
    const wall = join(hall, '/wall', { auth: { key: hall.wallKey } })
    const prosecutor = join(hall, '/desk', asRole(hall, 'prosecutor'))
    await until(() => wall.snapshots.length > 0 && prosecutor.snapshots.length > 0)
    hall.announce(sampleAlert('a1'))
    await until(() => wall.alerts.length > 0)
    await rest(50)
    expect(wall.alerts.map(({ id }) => id)).toEqual(['a1'])
    expect(prosecutor.alerts).toEqual([])
  })
  test('a panel that cannot be read is broken alone, says nothing of why, and comes back', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    sources.failing = true
    hall.change(sources, { n: 8 })
    hall.change(flow, { n: 'fine' })
    await until(
      () => watcher.state().panels.flow !== undefined && 'broken' in (watcher.state().panels.sources as object),
    )
    await until(() => (watcher.state().panels.flow as { n: string }).n === 'fine')
    const { broken } = watcher.state().panels.sources as { broken: { cause: string; lastOkAt: number } }
    expect(broken.cause).not.toContain('secret')
    expect(broken.lastOkAt).toBeGreaterThan(0)
    sources.failing = false
    hall.change(sources, { n: 9 })
    await until(() => (watcher.state().panels.sources as { n?: number }).n === 9)
  })
})

describe('G14-3, 4, 10 coming back', () => {
  test('a reconnect shows the same state as a client that stayed', async () => {
    const stayed = join(hall, '/wall', { auth: { key: hall.wallKey } })
    const left = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => stayed.snapshots.length > 0 && left.snapshots.length > 0)
    left.client.disconnect()
    hall.change(flow, { n: 'meanwhile' })
    await until(() => stayed.deltas.length > 0)
    left.client.connect()
    await until(() => left.snapshots.length > 1)
    expect(left.state().panels).toEqual(stayed.state().panels)
  })
  test('resync answers the whole state, and the chain goes on from it', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    hall.change(flow, { n: 'before' })
    await until(() => watcher.deltas.length > 0)
    watcher.snapshots.push(await watcher.client.timeout(2000).emitWithAck('resync'))
    expect(watcher.snapshots.at(-1)?.panels.flow).toEqual({ n: 'before' })
    await rest(300)
    hall.change(flow, { n: 'after' })
    await until(() => (watcher.state().panels.flow as { n: string }).n === 'after')
    expect(watcher.state().gaps).toBe(0)
  })
})

describe('G14-6 what has ended', () => {
  test('sign-out cuts the socket', async () => {
    const browser = await asBrowser(hall, 'security-officer')
    const watcher = join(hall, '/desk', browser)
    await until(() => watcher.snapshots.length > 0)
    await ask(hall.url, 'POST', '/api/v1/logout', browser)
    // The hall's people report what was revoked; main.ts hands it to the hub.
    for (const who of hall.revoked.splice(0)) hall.hub.revoked(who)
    await until(() => watcher.reasons.length > 0)
    watcher.client.connect()
    await until(() => watcher.errors.length > 0)
    expect(watcher.errors).toEqual(['signed-out'])
  })
  test('a session that runs out is found by the re-check', async () => {
    const watcher = join(hall, '/desk', await asBrowser(hall, 'chief'))
    await until(() => watcher.snapshots.length > 0)
    hall.clock.pass(31 * 60_000)
    await until(() => watcher.reasons.length > 0)
  })
})

describe('G14-7, 8 pace', () => {
  test('1000 changes a second are at most 5 deltas in a second, the last state among them', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    const started = performance.now()
    for (let n = 0; n < 1000; n++) {
      hall.change(flow, { storm: n })
      if (n % 10 === 9) await rest(5)
    }
    await until(() => (watcher.state().panels.flow as { storm?: number }).storm === 999)
    const seconds = (performance.now() - started) / 1000
    expect(watcher.deltas.length).toBeLessThanOrEqual(Math.ceil(seconds / 0.25) + 2)
    expect(watcher.state().gaps).toBe(0)
  })
  test('a client that does not take gets the newest state later, in an unbroken chain', async () => {
    const slow = join(hall, '/wall', { auth: { key: hall.wallKey } })
    const quick = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => slow.snapshots.length > 0 && quick.snapshots.length > 0)
    await rest(300)
    hall.change(flow, { step: 0 })
    await until(() => slow.deltas.length === 1)
    slow.takes = false
    for (let step = 1; step <= 4; step++) {
      await rest(300)
      hall.change(flow, { step })
      hall.change(sources, { step })
    }
    await until(() => (quick.state().panels.flow as { step: number }).step === 4)
    const held = slow.deltas.length
    expect(held).toBeLessThan(quick.deltas.length)
    slow.takes = true
    for (const taken of slow.untaken.splice(0)) taken()
    await until(() => (slow.state().panels.flow as { step: number }).step === 4)
    expect(slow.state()).toMatchObject({ panels: quick.state().panels, rev: quick.state().rev, gaps: 0 })
  })
  test('a client that never acknowledges is not starved', async () => {
    const plain = join(hall, '/wall', { auth: { key: hall.wallKey } })
    plain.takes = false
    await until(() => plain.snapshots.length > 0)
    for (let step = 10; step < 13; step++) {
      await rest(300)
      hall.change(flow, { step })
    }
    await until(() => (plain.state().panels.flow as { step: number }).step === 12)
    expect(plain.state().gaps).toBe(0)
  })
})

describe('G14-12, 13 what a client says', () => {
  test('a paint receipt is handed on; nonsense is not', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    hall.painted.splice(0)
    watcher.client.emit('painted', { alertId: '', at: 1 })
    watcher.client.emit('painted', { alertId: 'a1', at: 12 })
    await until(() => hall.painted.length > 0)
    expect(hall.painted).toMatchObject([{ alertId: 'a1', paintedAt: 12, namespace: '/wall' }])
  })
  test('a paint receipt is measured against the moment the alert was told of', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    hall.painted.splice(0)
    hall.announce(sampleAlert('a2'))
    await until(() => watcher.alerts.length > 0)
    watcher.client.emit('painted', { alertId: 'a2', at: Date.now() })
    watcher.client.emit('painted', { alertId: 'never-told', at: 12 })
    await until(() => hall.painted.length > 1)
    expect(hall.painted[0]?.announcedAt).toBeGreaterThan(0)
    expect(hall.painted[1]?.announcedAt).toBeNull()
  })
  test('a flood is cut', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    for (let n = 0; n < 3000; n++) watcher.client.emit('painted', { alertId: 'a1', at: n })
    await until(() => watcher.reasons.length > 0)
  })
  test('unknown words are cut after a while', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    for (let n = 0; n < 20; n++) watcher.client.emit('delta' as 'painted', { alertId: 'x', at: 0 })
    await until(() => watcher.reasons.length > 0)
  })
  test('more than 64 KiB closes the line', async () => {
    const watcher = join(hall, '/wall', { auth: { key: hall.wallKey } })
    await until(() => watcher.snapshots.length > 0)
    watcher.client.emit('painted', { alertId: 'x'.repeat(70_000), at: 0 })
    await until(() => watcher.reasons.length > 0)
  })
})

test('G14-15 polling works from one of our own pages', async () => {
  const watcher = join(hall, '/desk', { ...(await asBrowser(hall, 'security-officer')), transports: ['polling'] })
  await until(() => watcher.snapshots.length > 0)
  hall.change(sources, { n: 'polled' })
  await until(() => watcher.deltas.length > 0)
})
