import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../recorder.ts'
import { type DahuaOffice, dahuaOffice } from './dahua-office.ts'
import { NINE } from './office.ts'

/** Golden cases G7 of protocols.md that need a conversation, over real HTTP. */
const MIN = 60_000
let office: DahuaOffice
const open = async (by: Parameters<typeof dahuaOffice>[0] = {}, before: (office: DahuaOffice) => void = () => {}) => {
  office = await dahuaOffice(by)
  before(office)
  await office.start()
  return office
}
const fill = (count: number, from = NINE - 30 * MIN, step = 1000) => {
  for (let n = 0; n < count; n++)
    office.device.pass('dh-1', { time: from + n * step, userId: String(10_000 + n) }, true)
}
const natives = () => office.record.of('access.granted').map(({ nativeId }) => Number(nativeId))

describe('Dahua recordFinder', () => {
  afterEach(async () => await office.stop())

  it('1: brings each record once, however often it is polled', async () => {
    const { record, requests } = await open({}, () => fill(3))
    await until(() => record.of().length === 3)
    const asked = requests.length
    await until(() => requests.length > asked + 4)
    expect(natives()).toEqual([1, 2, 3])
  })

  it('2: pages by CreateTime; records of one second on the border of a page are neither lost nor doubled', async () => {
    const { record } = await open({}, () => {
      fill(98)
      for (let n = 0; n < 5; n++) office.device.pass('dh-1', { time: NINE - 28 * MIN, userId: `b${n}` }, true)
      fill(150, NINE - 20 * MIN)
    })
    await until(() => record.of().length === 253)
    expect(new Set(natives()).size).toBe(253)
  })

  it('2: more records in one second than a page holds', async () => {
    const { record } = await open({}, () => fill(230, NINE - 10 * MIN, 0))
    await until(() => record.of().length === 230)
  })

  it.each(['text', 'no-filter'] as const)(
    '3, 4: firmware that wants %s is found out and remembered',
    async (firmware) => {
      const { record, requests } = await open({ firmware }, () => fill(3))
      await until(() => record.of().length === 3)
      expect(record.of()[0]?.observedAt).toBe('2026-11-24T08:30:00+08:00')
      const finds = () => requests.filter((line) => line.includes('recordFinder'))
      const before = finds().length
      await until(() => finds().length > before + 3)
      const style = firmware === 'text' ? /StartTime=2026-11-24%20/ : /count=25600$/
      expect(
        finds()
          .slice(before)
          .every((line) => style.test(line)),
      ).toBe(true)
    },
  )

  it('5: a model that counts its wall clock is asked and read accordingly', async () => {
    const { record } = await open({ epochIsLocal: true }, () => fill(2))
    await until(() => record.of().length === 2)
    expect(record.of()[0]?.observedAt).toBe('2026-11-24T08:30:00+08:00')
  })

  it('12: Basic only where the profile allows it', async () => {
    const { record } = await open({ basicOnly: true, profile: { allowBasic: true } }, () => fill(1))
    await until(() => record.of().length === 1)
    await office.stop()
    await open({ basicOnly: true }, () => fill(1))
    await until(() => office.record.of('collector.auth_failed').length === 1)
    expect(office.requests.length).toBe(1)
  })

  it('12: a wrong Basic password goes out once', async () => {
    const { record } = await open({ basicOnly: true, profile: { allowBasic: true }, devicePassword: 'other' })
    await until(() => record.of('collector.auth_failed').length === 1 && office.longPauses.length === 1)
    expect(office.requests.length).toBe(2)
  })

  it('13: after a reset the numbers start again: said once, nothing lost', async () => {
    const { record, device, clock } = await open({}, () => {
      office.device.parts('dh-1').store.reset(400)
      fill(5, NINE - 5 * MIN)
    })
    await until(() => record.of().length === 5)
    device.parts('dh-1').store.reset(1)
    clock.ms += MIN
    fill(3, NINE + 30_000)
    await until(() => record.of().length === 8)
    expect(record.of('collector.serial_reset').map(({ data }) => data)).toEqual([{ from: 404, to: 1, epoch: 1 }])
  })

  it('a hole in the numbers is a gap', async () => {
    const { record, device } = await open({}, () => fill(3, NINE - 5 * MIN))
    await until(() => record.of().length === 3)
    device.parts('dh-1').store.reset(9)
    fill(1, NINE - 4 * MIN)
    await until(() => record.of('collector.gap').length === 1)
    expect(record.of('collector.gap')[0]?.data).toMatchObject({ from: 4, to: 8, count: 5 })
  })

  it('measures the clock of the device', async () => {
    const { record } = await open({}, () => {
      office.device.parts('dh-1').clockOffsetMs = 5 * MIN
    })
    await until(() => record.skews.at(-1) === 300)
    expect(record.of('collector.clock_skew').length).toBe(1)
  })

  it('a wrong password stops the device, and the account is never locked', async () => {
    const { record, device, requests, longPauses } = await open({ devicePassword: 'other', config: { stream: true } })
    await until(() => record.of('collector.auth_failed').length === 1 && longPauses.length === 1)
    const asked = requests.length
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(requests.length).toBe(asked)
    expect(device.parts('dh-1').guard.wrong).toBeLessThanOrEqual(1)
  })
})

describe('Dahua eventManager', () => {
  afterEach(async () => await office.stop())
  const listening = async (by: Parameters<typeof dahuaOffice>[0] = {}) => {
    await open({ ...by, config: { stream: true, pollS: 3600 } })
    await until(() => office.device.parts('dh-1').stream.listeners === 1, 'attached')
    return office
  }

  it('11: BreakIn, NotClose and DoorStatus are forced, held and state', async () => {
    const { device, record } = await listening()
    const UTC = Math.floor(NINE / 1000)
    device.tell('dh-1', 'DoorStatus', 'Pulse', 0, { Status: 'Open', UTC })
    device.tell('dh-1', 'BreakIn', 'Start', 0, { UTC })
    device.tell('dh-1', 'NotClose', 'Start', 1, { UTC })
    await until(() => record.of().length === 3)
    expect(record.of().map(({ type, object }) => `${type} ${object}`)).toEqual([
      'door.opened door:E1',
      'door.forced door:E1',
      'door.held door:E2',
    ])
  })

  it('a pass on the stream is fetched at once, and is one event', async () => {
    const { device, record, clock } = await listening()
    await until(() => record.store.size > 0, 'first poll is over')
    device.pass('dh-1', { time: clock.ms, userId: '10023' })
    await until(() => record.of('access.granted').length === 1)
    expect(record.of().length).toBe(1)
  })

  it('14: heartbeats are a sign of life; silence opens the stream again and is told as a gap', async () => {
    const { device, record, clock, requests } = await listening({ profile: { heartbeatS: 0.15, silentBeats: 2 } })
    const before = record.contacts.length
    await until(() => record.contacts.length > before + 3)
    clock.ms += 30_000
    device.parts('dh-1').stream.cut()
    await until(() => record.of('collector.gap').length === 1)
    expect(record.of('collector.gap')[0]?.data.reason).toContain('实时连接中断')
    expect(requests.filter((line) => line.includes('eventManager')).length).toBeGreaterThan(1)
  })
})
