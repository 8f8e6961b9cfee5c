import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readPage } from '../../../collectors/doors/acs-page.ts'
import { readAlert } from '../../../collectors/doors/alert.ts'
import { readDeviceTime } from '../../../collectors/doors/clock-check.ts'
import { decodeRow } from '../../../collectors/doors/decode.ts'
import { readXml } from '../../../collectors/intake/xml.ts'
import { NINE, PROFILE } from './office.ts'

const BY = { profile: PROFILE, device: 'acs-1', door: () => undefined, personHash: (no: string) => `h:${no.length}` }
const row = {
  major: 5,
  minor: 75,
  time: '2026-11-24T08:31:05+08:00',
  employeeNoString: '10023',
  name: '张三',
  doorNo: 1,
  serialNo: 168409,
}
const PAGE = JSON.stringify({
  AcsEvent: {
    searchID: 'x',
    totalMatches: 2,
    responseStatusStrg: 'MORE',
    numOfMatches: 2,
    InfoList: [row, { ...row, serialNo: 168410 }],
  },
})
const ALERT = JSON.stringify({
  dateTime: row.time,
  eventType: 'AccessControllerEvent',
  eventState: 'active',
  AccessControllerEvent: { majorEventType: 5, subEventType: 75, doorNo: 1, serialNo: 7, currentEvent: true },
})
const XML = `<?xml version="1.0" encoding="UTF-8"?><EventNotificationAlert><dateTime>${row.time}</dateTime><eventType>AccessControllerEvent</eventType><AccessControllerEvent><majorEventType>5</majorEventType><subEventType>75</subEventType><serialNo>7</serialNo></AccessControllerEvent></EventNotificationAlert>`
const TIME =
  '<?xml version="1.0"?><Time><timeMode>NTP</timeMode><localTime>2026-11-24T08:31:05+08:00</localTime></Time>'

/** What the device says goes all the way to drafts. */
function poll(bytes: Uint8Array): void {
  const page = readPage(bytes)
  if (page.ok) for (const one of page.rows) decodeRow(one, NINE, BY)
}
function stream(bytes: Uint8Array): void {
  const reading = readAlert({ headers: new Map([['content-type', 'application/json']]), body: bytes })
  for (const one of reading.rows) decodeRow(one, NINE, BY)
}
const clock = (bytes: Uint8Array): void => {
  readDeviceTime(bytes, 'Asia/Shanghai')
}

describe('answers that are cut or changed', () => {
  it.each([
    ['a page', PAGE, poll],
    ['an alert in JSON', ALERT, stream],
    ['an alert in XML', XML, stream],
    ['the time', TIME, clock],
  ] as const)('%s never throws, cut at every byte or changed anywhere', (_, text, read) => {
    const whole = Buffer.from(text)
    for (let end = 0; end <= whole.length; end++) read(whole.subarray(0, end))
    const change = fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 4 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(whole)
        for (const [at, noise] of changes) bytes.set(noise.subarray(0, bytes.length - at), at)
        read(bytes)
      }),
      { numRuns: 10_000 },
    )
  })

  it('any JSON in the place of any value never throws', () => {
    const value = fc.jsonValue({ maxDepth: 2 })
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(row), 'majorEventType', 'dateTime', '__proto__'), value),
        (over) => {
          poll(
            Buffer.from(JSON.stringify({ AcsEvent: { InfoList: [{ ...row, ...over }], numOfMatches: over.serialNo } })),
          )
          stream(
            Buffer.from(
              JSON.stringify({ eventType: 'AccessControllerEvent', AccessControllerEvent: { ...row, ...over } }),
            ),
          )
        },
      ),
      { numRuns: 10_000 },
    )
  })

  it('XML is bounded in depth and size, and knows no entities of its own', () => {
    expect(readXml('<a>'.repeat(100) + '</a>'.repeat(100))).toEqual({ ok: false, why: 'malformed' })
    expect(readXml(`<a>${'<b/>'.repeat(30_000)}</a>`)).toEqual({ ok: false, why: 'malformed' })
    expect(readXml('<!DOCTYPE a><a/>')).toEqual({ ok: false, why: 'doctype' })
    expect(readXml('<a>&x;</a>')).toEqual({ ok: false, why: 'malformed' })
    expect(readXml('<a><__proto__><x>1</x></__proto__></a>').ok).toBe(true)
    expect(({} as Record<string, unknown>).x).toBeUndefined()
  })
})
