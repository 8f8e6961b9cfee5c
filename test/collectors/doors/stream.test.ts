import { afterEach, describe, expect, it } from 'vitest'
import { until } from '../recorder.ts'
import { type DoorOffice, doorOffice, NINE } from './office.ts'

/** Golden cases G6 of protocols.md that concern the live stream, over real HTTP. */
const MIN = 60_000
let office: DoorOffice

const open = async (by: Parameters<typeof doorOffice>[0] = {}) => {
  office = await doorOffice({ ...by, config: { stream: true, pollS: 3600, ...by.config } })
  await office.start()
  await until(() => stream().listeners === 1, 'stream is open')
  return office
}
const stream = () => office.device.parts('acs-1').stream
const swipe = (over: object = {}) => ({
  major: 5,
  minor: 75,
  doorNo: 1,
  employeeNo: '10023',
  time: office.clock.ms,
  ...over,
})
const send = (text: string | Uint8Array) => stream().sendRaw(text)
const part = (type: string, body: string | Buffer) =>
  Buffer.concat([
    Buffer.from(`--MIME_boundary\r\nContent-Type: ${type}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`),
    Buffer.from(body),
    Buffer.from('\r\n'),
  ])
const alert = (serialNo: number, over: object = {}) => ({
  eventType: 'AccessControllerEvent',
  eventState: 'active',
  dateTime: '2026-11-24T08:59:59+08:00',
  AccessControllerEvent: {
    majorEventType: 5,
    subEventType: 75,
    employeeNoString: '10023',
    doorNo: 1,
    serialNo,
    ...over,
  },
})
const XML = (serialNo: number) =>
  `<?xml version="1.0" encoding="UTF-8"?><EventNotificationAlert version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"><dateTime>2026-11-24T08:59:59+08:00</dateTime><eventType>AccessControllerEvent</eventType><eventState>active</eventState><AccessControllerEvent><majorEventType>5</majorEventType><subEventType>75</subEventType><employeeNoString>10023</employeeNoString><doorNo>1</doorNo><serialNo>${serialNo}</serialNo></AccessControllerEvent></EventNotificationAlert>`

describe('Hikvision alertStream', () => {
  afterEach(async () => await office.stop())

  it('brings an event at once, without waiting for a poll', async () => {
    const { record } = await open()
    office.device.inject('acs-1', swipe({ minor: 27 }))
    await until(() => record.of('door.forced').length === 1)
    expect(record.of('door.forced')[0]).toMatchObject({ object: 'door:E1', device: 'acs-1', nativeKey: '0:1' })
    expect(record.of('door.forced')[0]?.backfill).toBeUndefined()
  })

  it('G6.3: pictures are dropped and counted', async () => {
    const { record } = await open()
    send(part('image/jpeg', Buffer.from([0xff, 0xd8, 0xff, 0, 1, 2, 3])))
    send(part('application/json', JSON.stringify(alert(7))))
    await until(() => record.of().length === 1)
    expect(record.dropped()).toBe(1)
    expect(record.refusals).toEqual([])
  })

  it('G6.4: heartbeats are a sign of life and nothing else', async () => {
    const { record } = await open({ heartbeatMs: 20 })
    const before = record.contacts.length
    await until(() => record.contacts.length > before + 3)
    expect(record.of()).toEqual([])
    expect(record.dropped()).toBe(0)
  })

  it('G6.5: what the device replays after a reconnect is no news', async () => {
    const { record } = await open()
    send(part('application/json', JSON.stringify(alert(7, { currentEvent: false }))))
    await until(() => record.of().length === 1)
    expect(record.of()[0]?.backfill).toBe(true)
  })

  it('G6.6: an XML part says the same as a JSON part', async () => {
    const { record } = await open()
    send(part('application/json; charset="UTF-8"', JSON.stringify(alert(7))))
    send(part('application/xml; charset="UTF-8"', XML(8)))
    await until(() => record.of().length === 2)
    const [json, xml] = record.of()
    expect({ ...xml, nativeKey: '', nativeId: '' }).toEqual({ ...json, nativeKey: '', nativeId: '' })
  })

  it('G6.7: XML with a DOCTYPE is refused and the connection closed, a new one opened', async () => {
    const { record, device } = await open()
    send(part('application/xml', `<!DOCTYPE x [<!ENTITY a "b">]>${XML(7)}`))
    await until(() => record.refusals.length === 1)
    expect(record.refusals[0]?.reason).toBe('bad_header')
    const opened = () => device.requests.filter(({ line }) => line.includes('alertStream')).length
    await until(() => opened() >= 3 && stream().listeners === 1, 'stream is opened again')
    expect(record.of()).toEqual([])
  })

  it('G6.8: the same event by stream and by poll is one', async () => {
    const { record } = await open({ config: { pollS: 0.02 } })
    office.device.inject('acs-1', swipe())
    await until(() => record.of().length === 1)
    const asked = office.device.requests.length
    await until(() => office.device.requests.length > asked + 5)
    expect(record.of().length).toBe(1)
  })

  it('G6.8: the key is the same whichever way it comes first', async () => {
    const { record, device, clock } = await open()
    office.device.inject('acs-1', swipe())
    await until(() => record.of().length === 1)
    await office.stop()
    await device.start()
    const poller = await doorOffice({ device, clock, config: { stream: false } })
    await poller.start()
    await until(() => poller.record.of().length === 1)
    await poller.stop()
    expect(poller.record.of()[0]).toEqual(record.of()[0])
    await device.stop()
  })

  it('G6.9: silence of three heartbeats: a new connection, and what was missed is fetched', async () => {
    const { record, device } = await open({ heartbeatMs: 60_000, profile: { heartbeatS: 0.1, silentBeats: 3 } })
    await until(() => record.store.size > 0, 'first poll is over')
    device.inject('acs-1', swipe(), true)
    await until(() => record.of().length === 1, 'fetched by the poll that a reconnect asks for')
    await until(() => device.requests.filter(({ line }) => line.includes('alertStream')).length > 2)
  })

  it('a cut connection is opened again and the gap filled', async () => {
    const { record, device } = await open()
    await until(() => record.store.size > 0, 'first poll is over')
    device.inject('acs-1', swipe(), true)
    stream().cut()
    await until(() => record.of().length === 1)
    await until(() => stream().listeners === 1)
  })

  it('G6.10: a lock event without employeeNoString is a door event without person', async () => {
    const { record } = await open()
    office.device.inject('acs-1', { major: 5, minor: 21, doorNo: 2, time: NINE })
    await until(() => record.of().length === 1)
    expect(record.of()[0]).toMatchObject({ object: 'door:E2', data: { lock: 'open' } })
    expect(record.of()[0]?.data.person).toBeUndefined()
  })

  it('G6.11: a part of more than 2 MiB is refused, what follows is read', async () => {
    const { record } = await open()
    send(part('application/json', `{"x":"${'y'.repeat(2 * 1024 * 1024 + 10)}"}`))
    send(part('application/json', JSON.stringify(alert(7))))
    await until(() => record.of().length === 1)
    expect(record.refusals.map(({ reason }) => reason)).toEqual(['frame_too_long'])
  })

  it('G6.13: a part that is an array holds several events', async () => {
    const { record } = await open()
    send(part('application/json', JSON.stringify([alert(7), alert(8), { eventType: 'heartBeat' }])))
    await until(() => record.of().length === 2)
  })

  it('half a JSON text is refused with its hash, the stream goes on', async () => {
    const { record } = await open()
    send(part('application/json', '{"eventType":"AccessControllerEvent","Acc'))
    send(part('application/json', JSON.stringify(alert(7))))
    await until(() => record.of().length === 1)
    expect(record.refusals[0]).toMatchObject({ reason: 'bad_json', hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
  })

  it('alerts of other kinds are counted, not kept', async () => {
    const { record } = await open()
    send(part('application/json', JSON.stringify({ eventType: 'VMD', eventState: 'active' })))
    await until(() => record.dropped() === 1)
  })

  it('an old event on the stream is filed as late', async () => {
    const { record } = await open()
    office.device.inject('acs-1', swipe({ time: NINE - 20 * MIN }))
    await until(() => record.of().length === 1)
    expect(record.of()[0]?.backfill).toBe(true)
  })

  it('a device without a stream is polled all the same', async () => {
    office = await doorOffice({
      config: { stream: true },
      faults: [{ path: 'alertStream', at: 1, times: 999, what: 'not-supported' }],
    })
    office.device.inject('acs-1', swipe())
    await office.start()
    await until(() => office.record.of().length === 1)
    expect(office.record.states.at(-1)?.state).toBe('ok')
  })

  it('ends at once when told, with its connections', async () => {
    await open()
    const before = performance.now()
    await office.stop()
    expect(performance.now() - before).toBeLessThan(2000)
    expect(office.record.crashes).toEqual([])
  })
})
