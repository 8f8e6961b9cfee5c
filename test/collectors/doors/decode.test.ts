import { describe, expect, it } from 'vitest'
import { type AcsRow, readRow } from '../../../collectors/doors/acs-event.ts'
import { decodeRow } from '../../../collectors/doors/decode.ts'
import { hikvisionProfile } from '../../../collectors/doors/profile.ts'
import { NINE, PROFILE, PROFILE_FILE } from './office.ts'

const BY = {
  profile: PROFILE,
  device: 'acs-1',
  door: (no: number) => (no === 1 ? 'door:E1' : undefined),
  personHash: (no: string) => `h:${no.length}`,
}
const row = (over: Partial<AcsRow> = {}): AcsRow => ({
  code: '5.75',
  serialNo: 168409,
  time: '2026-11-24T08:59:05+08:00',
  doorNo: 1,
  current: true,
  ...over,
})
const event = (over: Partial<AcsRow>, now = NINE) => {
  const decoded = decodeRow(row(over), now, BY)
  if (decoded.what !== 'event') throw new Error(`no event: ${decoded.what}`)
  return decoded.draft
}

describe('Hikvision rows', () => {
  it.each([
    // G5.13
    [5, 75, 'access.granted', { outcome: 'granted', credential: 'face' }],
    [5, 76, 'access.denied', { outcome: 'denied', credential: 'face', reason: 'verify_fail' }],
    [5, 9, 'access.denied', { outcome: 'denied', credential: 'card', reason: 'unknown_card' }],
    [5, 6, 'access.denied', { reason: 'no_permission' }],
    [5, 7, 'access.denied', { reason: 'time' }],
    [5, 1, 'access.granted', { credential: 'card' }],
    [5, 25, 'door.opened', {}],
    [5, 26, 'door.closed', {}],
    [5, 27, 'door.forced', {}],
    [5, 28, 'door.held', {}],
    [5, 19, 'door.mode_changed', { mode: 'always-open' }],
    [5, 20, 'door.mode_changed', { mode: 'normal' }],
    [5, 23, 'access.rex', {}],
    [1, 1028, 'door.tamper', {}],
    [3, 1024, 'access.remote_open', {}],
    [5, 999, 'access.other', { code: '5.999', unknown_code: true }],
    [2, 39, 'access.other', { code: '2.39', unknown_code: true }],
  ])('code %i.%i is %s', (major, minor, type, data) => {
    const draft = event({ code: `${major}.${minor}` })
    expect(draft.type).toBe(type)
    expect(draft.data).toMatchObject({ code: `${major}.${minor}`, ...data })
    expect(draft.object).toBe('door:E1')
  })

  it.each([
    // G5.10
    [
      'without offset: the zone of the profile',
      '2026-11-24T08:59:05',
      '2026-11-24T00:59:05Z',
      '2026-11-24T08:59:05+08:00',
    ],
    ['Z', '2026-11-24T00:59:05Z', '2026-11-24T00:59:05Z', '2026-11-24T00:59:05Z'],
    ['+08:00', '2026-11-24T08:59:05+08:00', '2026-11-24T00:59:05Z', '2026-11-24T08:59:05+08:00'],
    ['+0800 and a space', '2026-11-24 08:59:05+0800', '2026-11-24T00:59:05Z', '2026-11-24T08:59:05+08:00'],
  ])('reads a time %s', (_, time, instant, observedAt) => {
    const draft = event({ time })
    expect(draft.observedMs).toBe(Date.parse(instant))
    expect(draft.observedAt).toBe(observedAt)
  })

  it.each([
    ['', 'missing_time'],
    ['2026-02-30T08:00:00+08:00', 'bad_time'],
    ['24/11/2026', 'bad_time'],
    ['2026-11-24T25:00:00+08:00', 'bad_time'],
  ])('refuses the time %j as %s', (time, reason) => {
    const decoded = decodeRow(row({ time }), NINE, BY)
    expect(decoded).toMatchObject({ what: 'refused', refusal: { reason } })
  })

  it('knows who without knowing the name: G6.10 a lock event has no person', () => {
    expect(event({ employeeNo: '10023' }).data.person).toBe('h:5')
    expect(event({ code: '5.21' })).toMatchObject({ type: 'access.other', object: 'door:E1' })
    expect(event({ code: '5.21' }).data).toEqual({ code: '5.21', lock: 'open' })
  })

  it('lets no name, card number or picture in', () => {
    const source = { major: 5, minor: 75, time: '2026-11-24T08:59:05+08:00', serialNo: 1, doorNo: 1 }
    const personal = { name: '张三', cardNo: '990011', pictureURL: 'http://x/p.jpg', employeeNoString: '10023' }
    const read = readRow({ ...source, ...personal })
    if (!read.ok) throw new Error(read.field)
    const text = JSON.stringify(decodeRow(read.row, NINE, BY))
    for (const secret of ['张三', '990011', 'p.jpg', '10023']) expect(text).not.toContain(secret)
  })

  it.each([
    ['14 minutes old', NINE + 14 * 60_000, {}, undefined],
    ['16 minutes old', NINE + 16 * 60_000, {}, true],
    ['replayed by the device', NINE, { current: false }, true],
  ])('an event %s: backfill %s', (_, now, over, backfill) => {
    expect(event(over, now).backfill).toBe(backfill)
  })

  it('keeps an event of a clock that is ahead, with a flag: G5.15', () => {
    expect(event({ time: '2026-11-24T09:10:00+08:00' }).data.clock).toBe('ahead')
    expect(event({ time: '2026-11-24T09:00:30+08:00' }).data.clock).toBeUndefined()
  })

  it('names a door that site.yaml does not know, and the device where there is no door', () => {
    expect(event({ doorNo: 7 })).toMatchObject({ object: 'door:acs-1-7', data: { unregistered: true } })
    expect(event({ doorNo: undefined, code: '1.1028' })).toMatchObject({ object: 'device:acs-1' })
  })

  it('does not keep the release of the exit button', () => {
    expect(decodeRow(row({ code: '5.24' }), NINE, BY).what).toBe('dropped')
  })

  it.each([
    [{ minor: 75, serialNo: 1, time: 'x' }, 'missing_key', 'major'],
    [{ major: 5, minor: 75, time: 'x' }, 'missing_key', 'serialNo'],
    [{ major: '5a', minor: 75, serialNo: 1, time: 'x' }, 'type_mismatch', 'major'],
    [{ major: 5, minor: -1, serialNo: 1, time: 'x' }, 'type_mismatch', 'minor'],
    [{ major: 5, minor: 1, serialNo: 1, time: 7 }, 'type_mismatch', 'time'],
  ])('says what is wrong with %j', (source, why, field) => {
    expect(readRow(source)).toEqual({ ok: false, why, field })
  })

  it('refuses a profile with a wrong type, naming the code', () => {
    const events = { '5.1': { type: 'access.nonsense' } }
    expect(() => hikvisionProfile({ ...PROFILE_FILE, events })).toThrow(/events\.5\.1\.type：没有这种事件类型/)
  })
})
