import { afterEach, describe, expect, it } from 'vitest'
import { REFUSED_PAUSE_MS } from '../../../collectors/doors/device.ts'
import { until } from '../recorder.ts'
import { type DoorOffice, doorOffice, NINE, polls } from './office.ts'

/** Golden cases G5 of protocols.md, against the simulated controller over real HTTP with digest. */
const SECOND = 1000
const MIN = 60 * SECOND
let office: DoorOffice

const open = async (by: Parameters<typeof doorOffice>[0] = {}, before: (one: DoorOffice) => void = () => {}) => {
  office = await doorOffice(by)
  before(office)
  await office.start()
  return office
}
const fill =
  (count: number, from = NINE - 30 * MIN, step = SECOND) =>
  (one: DoorOffice) => {
    for (let n = 0; n < count; n++)
      one.device.inject('acs-1', { major: 5, minor: 75, doorNo: 1, employeeNo: String(n), time: from + n * step })
  }
const cursor = () => JSON.parse(office.record.store.get('hik/acs-1') ?? '{}').cursorMs

describe('Hikvision polling', () => {
  afterEach(async () => await office.stop())

  it('G5.1, G5.2: 61 events, 30 a page: one searchID through three pages, none skipped', async () => {
    const { record, device } = await open({}, fill(61))
    await until(() => record.of().length === 61)
    // The very first request goes out twice: without and with credentials.
    const asked = new Map(polls(device).map((one) => [`${one.searchID} ${one.searchResultPosition}`, one]))
    const paged = [...asked.values()].filter(({ searchID }) => asked.has(`${searchID} 30`))
    expect(paged.slice(0, 3).map(({ searchResultPosition }) => searchResultPosition)).toEqual([0, 30, 60])
    expect(new Set(paged.slice(0, 3).map(({ searchID }) => searchID)).size).toBe(1)
    expect(record.of().map(({ nativeId }) => Number(nativeId))).toEqual(Array.from({ length: 61 }, (_, n) => n + 1))
  })

  it('G5.3: NO MATCH without InfoList moves the cursor to the end of the window', async () => {
    const { record } = await open()
    await until(() => cursor() === NINE)
    expect(record.of()).toEqual([])
    expect(record.states.at(-1)?.state).toBe('ok')
  })

  it('G5.4: a gateway that says More goes on', async () => {
    const { record } = await open({ faults: [{ path: 'AcsEvent', at: 1, times: 99, what: 'More' }] }, fill(61))
    await until(() => record.of().length === 61)
  })

  it('G5.5: MORE with no rows stops, keeps what came and holds the cursor', async () => {
    const faults = [{ path: 'AcsEvent', at: 1, times: 999, what: 'more-without-rows' as const }]
    const { device } = await open({ faults }, fill(5))
    await until(() => polls(device).length > 4)
    expect(cursor()).toBeUndefined()
    device.faults.length = 0
    await until(() => cursor() === NINE - 30 * MIN + 4 * SECOND || cursor() > NINE - 30 * MIN)
    await until(() => office.record.of().length === 5)
  })

  it('G5.6: an event that arrives between two pages is not lost', async () => {
    let added = false
    const add = (reply: { status: number; type: string; body: string }) => {
      if (!added && reply.body.includes('MORE')) {
        added = true
        office.device.inject('acs-1', { major: 5, minor: 9, doorNo: 2, time: NINE - 31 * MIN })
      }
      return reply
    }
    const { record } = await open({ faults: [{ path: 'AcsEvent', at: 1, times: 9999, what: add }] }, fill(45))
    await until(() => record.of().length === 46)
  })

  it('G5.7: a stale nonce in the middle of paging is renewed once and paging goes on', async () => {
    const { record } = await open({ faults: [{ path: 'AcsEvent', at: 3, what: 'stale' }] }, fill(61))
    await until(() => record.of().length === 61)
    expect(record.of('collector.auth_failed')).toEqual([])
  })

  it('G5.8: a wrong password stops the device, raises one event and asks nothing more', async () => {
    const { record, device, longPauses } = await open({ devicePassword: 'other', config: { stream: true } })
    await until(() => record.of('collector.auth_failed').length === 1 && longPauses.length === 1)
    const asked = device.requests.length
    expect(device.parts('acs-1').guard.wrong).toBe(1)
    expect(record.states.at(-1)).toMatchObject({
      state: 'failed',
      reason: expect.stringContaining('拒绝了用户名或密码'),
    })
    expect(longPauses[0]).toBe(REFUSED_PAUSE_MS)
    expect(REFUSED_PAUSE_MS).toBeGreaterThan(30 * MIN)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(device.requests.length).toBe(asked)
  })

  it('G5.8: a password that is changed under a running collector costs at most two tries', async () => {
    const { record, device } = await open({ config: { stream: true } })
    await until(() => cursor() === NINE)
    const guard = device.parts('acs-1').guard
    guard.password = 'changed'
    await until(() => record.of('collector.auth_failed').length === 1)
    await new Promise((resolve) => setTimeout(resolve, 300))
    expect(guard.wrong).toBeLessThanOrEqual(2)
    expect(guard.locked).toBe(false)
  })

  it('G5.9: 403 notSupport switches polling off and says so', async () => {
    const faults = [{ path: 'AcsEvent', at: 1, times: 9999, what: 'not-supported' as const }]
    const { record, device } = await open({ faults })
    await until(() => record.of('collector.schema_changed').length === 1)
    const asked = polls(device).length
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(polls(device).length).toBe(asked)
    expect(record.states.at(-1)).toMatchObject({ state: 'failed', reason: expect.stringContaining('不支持') })
  })

  it('G5.9: 503 deviceBusy is waited out', async () => {
    const { record } = await open({ faults: [{ path: 'AcsEvent', at: 1, times: 2, what: 'busy' }] }, fill(3))
    await until(() => record.of().length === 3)
    expect(record.states.some(({ state, reason }) => state === 'degraded' && reason?.includes('设备忙'))).toBe(true)
    await until(() => record.states.at(-1)?.state === 'ok')
  })

  it('G5.11: after a factory reset the numbers start again: said once, nothing lost', async () => {
    const { record, device, clock } = await open({}, (one) => {
      one.device.parts('acs-1').store.reset(168400)
      fill(10, NINE - 5 * MIN)(one)
    })
    await until(() => record.of().length === 10)
    device.parts('acs-1').store.reset(1)
    clock.ms = NINE + MIN
    fill(4, NINE + 30 * SECOND)(office)
    await until(() => record.of().length === 14)
    expect(record.of('collector.serial_reset').map(({ data }) => data)).toEqual([{ from: 168409, to: 1, epoch: 1 }])
    expect(
      record
        .of()
        .slice(-4)
        .map(({ nativeKey }) => nativeKey),
    ).toEqual(['1:1', '1:2', '1:3', '1:4'])
    expect(record.of('collector.gap')).toEqual([])
  })

  it('G5.12: a memory that ran over while nobody asked is a gap with its numbers', async () => {
    const { record, device } = await open({ capacity: 20 }, fill(5, NINE - 5 * MIN))
    await until(() => record.of().length === 5)
    const store = record.store
    await office.stop()
    await device.start()
    office = await doorOffice({ store, device, clock: office.clock })
    office.clock.ms = NINE + 180 * MIN
    fill(40, NINE + 100 * MIN, MIN)(office)
    await office.start()
    await until(() => office.record.of('collector.gap').length === 1)
    expect(office.record.of('collector.gap')[0]?.data).toEqual({ from: 6, to: 25, count: 20 })
    await until(() => office.record.of().length === 20)
    await office.stop()
    await device.stop()
  })

  it.each(['truncated', 'html', 'garbage', 'cut'] as const)(
    'G5.14: an answer that is %s is asked for again, the cursor waits',
    async (what) => {
      const { record, device } = await open({ faults: [{ path: 'AcsEvent', at: 1, times: 9999, what }] }, fill(4))
      await until(() => polls(device).length >= 2)
      expect(cursor()).toBeUndefined()
      if (what !== 'cut') expect(record.refusals[0]?.reason).toBe('bad_json')
      expect(record.states.at(-1)?.state).toBe('degraded')
      device.faults.length = 0
      await until(() => record.of().length === 4)
      await until(() => record.states.at(-1)?.state === 'ok')
    },
  )

  it('G5.15: a clock ten minutes ahead is measured and said; its events are kept and flagged', async () => {
    const { record } = await open({}, (one) => {
      one.device.parts('acs-1').clockOffsetMs = 10 * MIN
      one.device.inject('acs-1', { major: 5, minor: 27, doorNo: 1, time: NINE })
    })
    await until(() => record.of('door.forced').length === 1)
    expect(record.skews.at(-1)).toBe(600)
    expect(record.of('collector.clock_skew').map(({ data }) => data)).toEqual([{ skew_s: 600 }])
    expect(record.of('door.forced')[0]?.data.clock).toBe('ahead')
  })

  it('a clock that is behind loses nothing either', async () => {
    const { record, clock } = await open({}, (one) => {
      one.device.parts('acs-1').clockOffsetMs = -25 * MIN
    })
    await until(() => cursor() !== undefined)
    clock.ms += 2 * MIN
    office.device.inject('acs-1', { major: 5, minor: 75, doorNo: 1, time: clock.ms })
    await until(() => record.of('access.granted').length === 1)
  })

  it('goes on from its cursor after a restart and brings nothing twice', async () => {
    const { record, device } = await open({}, fill(40))
    await until(() => record.of().length === 40)
    await office.stop()
    await device.start()
    office = await doorOffice({ store: record.store, device, clock: office.clock })
    fill(5, NINE - MIN)(office)
    await office.start()
    await until(() => office.record.of().length >= 5)
    const ids = (one: DoorOffice['record']) => one.of().map(({ nativeKey, observedMs }) => `${nativeKey}@${observedMs}`)
    expect(new Set([...ids(record), ...ids(office.record)]).size).toBe(45)
    await office.stop()
    await device.stop()
  })

  it('a delivery that fails moves no cursor', async () => {
    const { record } = await open({}, (one) => {
      const deliver = one.record.context.deliver
      one.record.context.deliver = async (drafts, position) => {
        if (drafts.some(({ type }) => type === 'access.granted')) throw new Error('磁盘已满')
        await deliver(drafts, position)
      }
      fill(3)(one)
    })
    await until(() => record.crashes.length === 1)
    expect(cursor() ?? 0).toBeLessThan(NINE - 30 * MIN)
    expect(record.of()).toEqual([])
  })

  it('tells the server when a controller cannot be reached, and when it is there again', async () => {
    const { record, device, clock } = await open({}, fill(1))
    await until(() => record.of().length === 1)
    device.faults.push({ path: 'ISAPI', at: 1, times: 99_999, what: 'cut' })
    clock.ms += MIN
    await until(() => record.of('collector.status').some(({ data }) => data.state === 'offline'))
    device.faults.length = 0
    await until(() => record.of('collector.status').at(-1)?.data.state === 'online')
    expect(record.of('collector.status').map(({ data, device: id }) => `${id} ${data.state}`)).toEqual([
      'acs-1 online',
      'acs-1 offline',
      'acs-1 online',
    ])
  })
})
