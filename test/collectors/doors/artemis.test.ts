import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { artemisWith } from '../../../collectors/doors/artemis.ts'
import { readArtemis } from '../../../collectors/doors/artemis-page.ts'
import { artemisHeaders } from '../../../collectors/doors/artemis-sign.ts'
import { REAL_SEAMS } from '../../../collectors/doors/device.ts'
import type { SourceRunner } from '../../../collectors/source.ts'
import { ProfileFile } from '../../../config/schema.ts'
import { type ArtemisDouble, artemisDouble } from '../../doubles/artemis.ts'
import { faultScript, type ScriptedFault } from '../../doubles/script.ts'
import { type Recorder, recorder, until } from '../recorder.ts'
import { NINE, PLACES } from './office.ts'

const FILE = ProfileFile.parse(
  parse(readFileSync(new URL('../../../config/profiles/hikvision-artemis.yaml', import.meta.url), 'utf8')),
)
let gateway: ArtemisDouble
let source: SourceRunner
let record: Recorder
let longPauses: number[]

async function open(by: {
  secret?: string
  hard?: boolean
  faults?: ScriptedFault[]
  events?: number
  pageSize?: number
}) {
  const { around } = faultScript(by.faults ?? [], () => {})
  gateway = await artemisDouble({ key: 'app', secret: by.secret ?? 'secret', hard: by.hard, around })
  for (let n = 0; n < (by.events ?? 0); n++)
    gateway.events.push({
      eventId: `e${n}`,
      time: NINE - 30 * 60_000 + n * 1000,
      eventType: 196_893,
      doorIndexCode: n % 2 === 0 ? 'code-1' : 'code-9',
      jobNo: '10023',
    })
  const places = {
    ...PLACES,
    doors: PLACES.doors.map((door, at) => ({ ...door, source: 'artemis', device: `code-${at + 1}`, doorNo: 1 })),
  }
  record = recorder({ profile: { ...FILE, pageSize: by.pageSize ?? 10 }, now: () => NINE, places })
  longPauses = []
  source = artemisWith(
    {
      id: 'artemis',
      name: '门禁平台',
      domain: 'access',
      kind: 'artemis',
      profile: 'hikvision-artemis',
      staleAfterS: 60,
      enabled: true,
      demo: false,
      url: gateway.url,
      appKey: 'app',
      appSecret: { env: 'X' },
      pollS: 0.05,
      overlapMin: 10,
      backfillDays: 0.1,
    },
    record.context,
    {
      pause(ms, signal) {
        if (ms > 60_000) longPauses.push(ms)
        return REAL_SEAMS.pause(ms > 60_000 ? 2 ** 31 - 1 : Math.min(ms, 60), signal)
      },
    },
  )
  await source.start()
}

describe('Artemis platform', () => {
  afterEach(async () => {
    await source.stop()
    await gateway.stop()
  })

  it('signs each request anew and reads all pages, once', async () => {
    await open({ events: 25 })
    await until(() => record.of().length === 25)
    const asked = gateway.taken
    await until(() => gateway.taken > asked + 4)
    expect([record.of().length, gateway.refused]).toEqual([25, 0])
    expect(gateway.nonces.size).toBe(gateway.taken)
    expect(record.of()[0]).toMatchObject({
      type: 'access.granted',
      object: 'door:E1',
      device: 'artemis',
      nativeKey: 'e0',
      data: { credential: 'face', direction: 'in', door_code: 'code-1' },
    })
    expect(record.of()[1]?.data.unregistered).toBe(true)
    expect(JSON.stringify(record.drafts)).not.toContain('张三')
  })

  it.each([true, false])('a refused signature (401: %s) stops the source after one request', async (hard) => {
    await open({ secret: 'other', hard, events: 1 })
    await until(() => record.of('collector.auth_failed').length === 1 && longPauses.length === 1)
    expect(gateway.refused).toBe(1)
  })

  it('cut, slow, busy, garbage and doubled answers: nothing lost, nothing twice', async () => {
    const what = ['cut', 'cut-answer', 'slow', 'busy', 'garbage', 'html', 'truncated'] as const
    await open({ events: 25, faults: what.map((one, at) => ({ path: 'door/events', at: 2 + at * 2, what: one })) })
    await until(() => record.of().length === 25)
    expect(new Set(record.of().map(({ nativeKey }) => nativeKey)).size).toBe(25)
    expect(record.of('collector.auth_failed')).toEqual([])
    await until(() => record.states.at(-1)?.state === 'ok')
  })
})

describe('signature and pages', () => {
  it('is what a second reckoning gives (openssl dgst -sha256 -hmac secret -binary | base64)', () => {
    const headers = artemisHeaders({
      method: 'post',
      path: '/artemis/api/acs/v2/door/events',
      accept: '*/*',
      contentType: 'application/json',
      appKey: 'app',
      appSecret: 'secret',
      timestamp: 1_795_480_265_000,
      nonce: '3f0c9a7e-11aa-4bbb-8ccc-0123456789ab',
    })
    expect(headers['x-ca-signature']).toBe('LZZzQeydtKGqAghmwi+X6YBddF8LBp8UJ6JFWWUVTnM=')
    expect(headers['x-ca-signature-headers']).toBe('x-ca-key,x-ca-nonce,x-ca-timestamp')
  })

  it('never throws on an answer that is cut or changed', () => {
    const row = { eventId: 'e1', eventTime: '2026-11-24T08:31:05+08:00', eventType: 196_893, doorIndexCode: 'c' }
    const whole = Buffer.from(JSON.stringify({ code: '0', data: { total: 1, list: [row] } }))
    expect(readArtemis(whole)).toMatchObject({ ok: true, total: 1, rows: [{ key: 'e1', doorCode: 'c' }] })
    for (let end = 0; end <= whole.length; end++) readArtemis(whole.subarray(0, end))
    const any = fc.jsonValue({ maxDepth: 2 })
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(row), 'jobNo', '__proto__'), any), any, (over, data) => {
        readArtemis(Buffer.from(JSON.stringify({ code: '0', data: { total: 1, list: [{ ...row, ...over }] } })))
        readArtemis(Buffer.from(JSON.stringify({ code: '0', data })))
      }),
      { numRuns: 10_000 },
    )
  })
})
