import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { NOW, type ZkOffice, zkOffice } from './zk-office.ts'

/** Golden cases G8 of protocols.md that need a conversation: a simulated device against the real source. */
let office: ZkOffice
const file = (name: string): Buffer => readFileSync(new URL(`../../fixtures/zkteco/${name}.bin`, import.meta.url))
const post = (table: string, body: string | Buffer, more = '') =>
  office.ask(`/iclock/cdata?SN=ZK001&table=${table}${more}`, {
    method: 'POST',
    body: typeof body === 'string' ? body : new Uint8Array(body),
  })
const open = async (by: Parameters<typeof zkOffice>[0] = {}) => {
  office = await zkOffice(by)
  return office
}

describe('ZKTeco PUSH', () => {
  afterEach(async () => await office.stop())

  it('1: an attendance device gets its options, and never a TimeZone', async () => {
    await open()
    const { status, text } = await office.ask('/iclock/cdata?SN=ZK001&options=all&pushver=2.4.1')
    expect(status).toBe(200)
    expect(text.split('\n')[0]).toBe('GET OPTION FROM: ZK001')
    expect(text).toContain('ATTLOGStamp=None\n')
    expect(text).toContain('TransFlag=TransData AttLog\tOpLog')
    expect(text).not.toContain('TimeZone')
  })

  it('1: goes on from the stamp that is on disk', async () => {
    const { record } = await open()
    await post('ATTLOG', file('g8-03-attlog'), '&Stamp=9876')
    await office.stop()
    await open({ store: record.store })
    expect((await office.ask('/iclock/cdata?SN=ZK001&options=all')).text).toContain('ATTLOGStamp=9876')
  })

  it('2: a controller registers, the same code each time', async () => {
    await open()
    const hello = () => office.ask('/iclock/cdata?SN=ZK001&options=all&DeviceType=acc')
    const { text } = await hello()
    const code = /^registry=ok\nRegistryCode=(\w+)\n/.exec(text)?.[1]
    expect(code).toBeDefined()
    expect((await hello()).text).toBe(text)
    const registry = await office.ask('/iclock/registry?SN=ZK001', { method: 'POST', body: 'DeviceType=acc' })
    expect(registry.text).toBe(`RegistryCode=${code}`)
    expect((await office.ask('/iclock/push?SN=ZK001', { method: 'POST', body: '' })).text).toContain('Realtime=1')
    expect((await office.ask('/iclock/getrequest?SN=ZK001')).text).toBe('OK')
  })

  it('3, 6: a batch is told OK, and the same batch again adds nothing', async () => {
    const { record } = await open()
    expect(await post('ATTLOG', file('g8-03-attlog'))).toEqual({ status: 200, text: 'OK' })
    expect(record.of().length).toBe(3)
    expect(await post('ATTLOG', file('g8-03-attlog'))).toEqual({ status: 200, text: 'OK' })
    expect(record.of().length).toBe(3)
  })

  it('7: what could not be stored is not told OK, and comes again', async () => {
    let full = true
    const { record } = await open({
      onDeliver(drafts) {
        if (full && drafts.some(({ type }) => type === 'access.granted')) throw new Error('磁盘已满')
      },
    })
    expect((await post('ATTLOG', file('g8-03-attlog'))).status).toBe(500)
    expect(record.states.at(-1)).toMatchObject({ state: 'degraded', reason: expect.stringContaining('设备会重发') })
    full = false
    expect(await post('ATTLOG', file('g8-03-attlog'))).toEqual({ status: 200, text: 'OK' })
    expect(record.of().length).toBe(3)
  })

  it('8: an unknown table is told OK and quarantined, without its content', async () => {
    const { record } = await open()
    expect((await post('NEWTABLE', 'a=张三')).text).toBe('OK')
    expect(record.refusals).toMatchObject([{ reason: 'unknown_topic', excerpt: 'NEWTABLE' }])
  })

  it.each([403, 404] as const)('9: an unknown serial number gets %i and is counted', async (unknownSerial) => {
    const { record } = await open({ config: { unknownSerial } })
    expect((await office.ask('/iclock/cdata?SN=OTHER&options=all')).status).toBe(unknownSerial)
    expect((await office.ask('/iclock/cdata?options=all')).status).toBe(unknownSerial)
    expect(record.dropped()).toBe(2)
  })

  it('9: a wrong communication key is refused', async () => {
    await open({ config: { commKey: { env: 'X' } }, secret: 'key1' })
    const hello = (key: string) => office.ask(`/iclock/cdata?SN=ZK001&options=all${key}`)
    expect((await hello('&pushcommkey=other')).status).toBe(403)
    expect((await hello('')).status).toBe(403)
    expect((await hello('&pushcommkey=key1')).status).toBe(200)
  })

  it('12: an empty body is a heartbeat', async () => {
    const { record } = await open()
    expect((await post('ATTLOG', '')).text).toBe('OK')
    expect(record.contacts.length).toBe(1)
    expect(record.of('collector.status')).toMatchObject([{ device: 'zk-1', data: { state: 'online' } }])
  })

  it('13: contacts are told on change only', async () => {
    const { record } = await open()
    for (const name of ['open', 'open', 'closed', 'closed']) await post('rtstate', file(`g8-13-rtstate-${name}`))
    expect(record.of().map(({ type, object }) => `${type} ${object}`)).toEqual([
      'door.opened door:E1',
      'door.closed door:E1',
    ])
  })

  it('14: a body of 5 MiB is refused unread', async () => {
    await open()
    const answer = await post('ATTLOG', Buffer.alloc(5 * 1024 * 1024, 0x20)).catch(() => ({ status: 413 }))
    expect(answer.status).toBe(413)
    expect((await post('ATTLOG', file('g8-03-attlog'))).status).toBe(200)
  })

  it('15: names and templates are not kept, not even in quarantine', async () => {
    const { record } = await open()
    expect((await post('OPERLOG', file('g8-15-operlog'))).text).toBe('OK')
    expect((await post('tabledata', 'templatev10 pin=1\ttmp=AAAA', '&tablename=templatev10&count=1')).text).toBe(
      'templatev10=1',
    )
    expect([record.drafts.length - record.of('collector.status').length, record.refusals]).toEqual([0, []])
    expect(record.dropped()).toBe(2)
  })

  it('history is answered with its count', async () => {
    const { record } = await open()
    const answer = await post('tabledata', file('g8-transaction'), '&tablename=transaction&count=1')
    expect(answer.text).toBe('transaction=1')
    expect(record.of().length).toBe(1)
  })

  it('a number left out is a gap, a fallen one a reset', async () => {
    const { record } = await open()
    const row = (index: number, second: string) =>
      `time=2026-11-24 08:31:${second}\tpin=1\teventaddr=1\tevent=0\tindex=${index}\r\n`
    await post('rtlog', row(42, '05') + row(43, '06') + row(50, '07'))
    expect(record.of('collector.gap')).toMatchObject([{ data: { from: 44, to: 49, count: 6 } }])
    await post('rtlog', row(1, '40'))
    expect(record.of('collector.serial_reset')).toMatchObject([{ data: { from: 50, to: 1 } }])
    expect(record.of().length).toBe(4)
  })

  it('measures the clock of the device by what it tells of now', async () => {
    const { record } = await open()
    const device = office.device()
    device.clockOffsetMs = 600_000
    await device.state(NOW, 1)
    expect(record.skews.at(-1)).toBe(600)
    expect(record.of('collector.clock_skew')).toMatchObject([{ data: { skew_s: 600 } }])
  })

  it.each(['acc', 'att'] as const)('a simulated %s device brings its memory, once', async (mode) => {
    const { record } = await open()
    const device = office.device({ mode, batch: 7 })
    for (let n = 0; n < 30; n++) device.add({ time: NOW - 60_000 + n * 1000, event: 0, pin: String(100 + n) })
    expect(await device.flush()).toBe(true)
    expect([device.waiting, record.of().length]).toEqual([0, 30])
  })
})
