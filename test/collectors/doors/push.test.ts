import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { readPush } from '../../../collectors/doors/push.ts'
import { until } from '../recorder.ts'
import { type DoorOffice, doorOffice, NINE } from './office.ts'

/** «HTTP listening» of protocols.md 2.1: the device posts to us. */
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
const JSON_TYPE = { 'content-type': 'application/json' }
const MULTIPART = (document: object) =>
  `--MIME\r\nContent-Disposition: form-data; name="event_log"\r\nContent-Type: application/json\r\n\r\n${JSON.stringify(document)}\r\n--MIME\r\nContent-Disposition: form-data; name="Picture"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n\u00ff\u00d8\r\n--MIME--\r\n`

let office: DoorOffice
let port: number
beforeEach(async () => {
  port = 0
  office = await doorOffice({
    config: {
      pollS: 0.05,
      push: { host: '127.0.0.1', port: 0, allow: [], maxPerMinute: 60_000, token: { env: 'X' } },
    },
  })
  office.record.context.listens = (ports) => {
    port = ports.push ?? 0
  }
  await office.start()
})
afterEach(async () => await office.stop())

const post = async (
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
  path = '/hik/acs-1/secret',
) => {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body })
  return { status: answer.status, text: await answer.text() }
}

describe('Hikvision push', () => {
  it('takes an event and answers as the vendor writes it', async () => {
    const { status, text } = await post(JSON.stringify(alert(7)), JSON_TYPE)
    expect([status, JSON.parse(text)]).toEqual([
      200,
      { requestURL: '', statusCode: 1, statusString: 'OK', subStatusCode: 'ok' },
    ])
    expect(office.record.of()).toMatchObject([{ type: 'access.granted', object: 'door:E1', nativeKey: '0:7' }])
  })

  it('multipart: the picture is dropped, the event taken', async () => {
    await post(MULTIPART(alert(7)), { 'content-type': 'multipart/form-data; boundary=MIME' })
    expect([office.record.of().length, office.record.dropped()]).toEqual([1, 1])
  })

  it('the same event by push and by poll is one', async () => {
    office.device.inject('acs-1', { major: 5, minor: 75, doorNo: 1, employeeNo: '10023', time: NINE - 1000 })
    await until(() => office.record.of().length === 1)
    await post(JSON.stringify(alert(1)), JSON_TYPE)
    expect(office.record.of().length).toBe(1)
  })

  it('13: an array holds several', async () => {
    await post(JSON.stringify([alert(7), alert(8)]), JSON_TYPE)
    expect(office.record.of().length).toBe(2)
  })

  it.each([
    ['a wrong token', '/hik/acs-1/other'],
    ['another device', '/hik/acs-9/secret'],
    ['nothing', '/'],
  ])('12: %s is 404, and the body is not looked at', async (_, path) => {
    expect((await post(JSON.stringify(alert(7)), JSON_TYPE, path)).status).toBe(404)
    expect((await post('{broken', JSON_TYPE, path)).status).toBe(404)
    expect([office.record.of(), office.record.refusals]).toEqual([[], []])
  })

  it('14: a compressed body is refused', async () => {
    const bytes = new Uint8Array(gzipSync(JSON.stringify(alert(7))))
    expect((await post(bytes, { ...JSON_TYPE, 'content-encoding': 'gzip' })).status).toBe(415)
  })

  it('half a document is told OK and quarantined: sent again it would be no better', async () => {
    expect((await post('{"eventType":"Acc', JSON_TYPE)).status).toBe(200)
    expect(office.record.refusals).toMatchObject([{ reason: 'bad_json' }])
  })

  it('what could not be stored is not told OK', async () => {
    office.record.context.deliver = () => Promise.reject(new Error('磁盘已满'))
    expect((await post(JSON.stringify(alert(7)), JSON_TYPE)).status).toBe(500)
  })

  it('never throws on a body that is cut or changed', () => {
    const whole = Buffer.from(MULTIPART(alert(7)))
    const type = 'multipart/form-data; boundary=MIME'
    for (let end = 0; end <= whole.length; end++) readPush(whole.subarray(0, end), type)
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 6 }), (at, noise) => {
        const bytes = Buffer.from(whole)
        bytes.set(noise.subarray(0, bytes.length - at), at)
        readPush(bytes, type)
      }),
      { numRuns: 10_000 },
    )
  })
})
