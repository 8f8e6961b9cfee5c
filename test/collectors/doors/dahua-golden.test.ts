import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { isWholeEvent, readDahuaPart, readEvents } from '../../../collectors/doors/dahua-events.ts'
import { deviceSeconds, instantOf, readRecords } from '../../../collectors/doors/dahua-records.ts'
import { decodeRow } from '../../../collectors/doors/decode.ts'
import { DahuaProfile, readProfile } from '../../../collectors/doors/profile.ts'
import type { DoorRow } from '../../../collectors/doors/row.ts'
import { MultipartReader } from '../../../collectors/intake/multipart.ts'
import { ProfileFile } from '../../../config/schema.ts'

/** Golden cases G7 of protocols.md, from bytes as a device sends them. */
const file = (name: string): Buffer => readFileSync(new URL(`../../fixtures/dahua/${name}.bin`, import.meta.url))
const PROFILE = readProfile(
  DahuaProfile,
  ProfileFile.parse(parse(readFileSync(new URL('../../../config/profiles/dahua-cgi.yaml', import.meta.url), 'utf8'))),
)
const BY = { profile: PROFILE, epochIsLocal: false }
const AT = 1795480265_000
const event = (row: DoorRow) => {
  const by = {
    profile: PROFILE,
    device: 'dh-1',
    door: (no: number) => `door:D${no}`,
    personHash: (no: string) => `h:${no.length}`,
  }
  const decoded = decodeRow(row, AT + 60_000, by)
  return decoded.what === 'event' ? decoded.draft : decoded.what
}
const rows = (name: string, by = BY) => {
  const reading = readRecords(file(name), by)
  if (!reading.ok) throw new Error(reading.why)
  return reading.rows
}

describe('recordFinder', () => {
  it('1, 6, 8: two records are two events; a refused one has no person; door 0 is door 1 on the label', () => {
    expect(rows('g7-01-two').map(event)).toMatchObject([
      {
        type: 'access.granted',
        object: 'door:D1',
        observedAt: '2026-11-24T08:31:05+08:00',
        nativeKey: '412',
        data: { credential: 'face', person: 'h:5', direction: 'in' },
      },
      {
        type: 'access.denied',
        object: 'door:D2',
        data: { credential: 'card', reason: 'unknown_card', direction: 'out' },
      },
    ])
    const refused = event(rows('g7-01-two')[1] as DoorRow)
    expect(typeof refused === 'object' && refused.data.person).toBeUndefined()
  })

  it('7: GBK is read, and names go nowhere', () => {
    expect(rows('g7-07-gbk')).toEqual(rows('g7-01-two'))
    expect(JSON.stringify(rows('g7-07-gbk'))).not.toContain('张三')
  })

  it('3, 9, 14: Error with 200, nothing found, a login page', () => {
    expect(readRecords(file('g7-03-error'), BY)).toEqual({ ok: false, why: 'error' })
    expect(readRecords(file('g7-09-none'), BY)).toEqual({ ok: true, rows: [], refusals: [], found: 0 })
    expect(readRecords(file('g7-14-login'), BY)).toMatchObject({ ok: false, refusal: { reason: 'bad_header' } })
  })

  it('5: a model that counts its wall clock is eight hours ahead', () => {
    const [local] = rows('g7-01-two', { ...BY, epochIsLocal: true })
    expect(local?.time).toBe('2026-11-24T00:31:05+08:00')
    expect(instantOf(deviceSeconds(AT, true, PROFILE.zone), true, PROFILE.zone)).toBe(AT)
  })

  it('a record without number is refused, its personal data not quoted', () => {
    const reading = readRecords(file('g7-no-recno'), BY)
    expect(reading).toMatchObject({ ok: true, rows: [], refusals: [{ reason: 'missing_key' }] })
  })
})

describe('eventManager', () => {
  it.each([1, 9, 300, 1_000_000])('10, 11, 14: parts of several lines, in pieces of %i bytes', (size) => {
    const reader = new MultipartReader({ boundary: 'myboundary', isWhole: isWholeEvent })
    const bytes = file('g7-10-attach')
    const readings = []
    for (let at = 0; at < bytes.length; at += size)
      for (const one of reader.feed(bytes.subarray(at, at + size)))
        if (one.what === 'part') readings.push(readDahuaPart(one.part, AT + 60_000, BY))
    const drafts = readings.flatMap((reading) => reading.rows.map(event))
    expect(drafts).toMatchObject([
      { type: 'door.opened', object: 'door:D1', observedAt: '2026-11-24T08:31:06+08:00' },
      { type: 'door.forced', object: 'door:D2' },
      { type: 'door.held', object: 'door:D1' },
      { type: 'door.held_cleared', object: 'door:D1' },
      { type: 'door.closed', object: 'door:D1' },
      { type: 'access.duress', object: 'door:D1', data: { person: 'h:5' } },
      { type: 'access.other', data: { code: 'VideoMotion.Start', unknown_code: true } },
    ])
    expect(readings.filter(({ fetch }) => fetch).length).toBe(1)
    expect(readings.reduce((sum, { heartbeats }) => sum + heartbeats, 0)).toBe(2)
    expect(readings.reduce((sum, { dropped }) => sum + dropped, 0)).toBe(1)
    expect(readings.flatMap(({ refusals }) => refusals.map(({ reason }) => reason))).toEqual(['bad_json'])
  })

  it('says so when the model stores local time and is not configured for it', () => {
    const text = `Code=AccessControl;action=Pulse;index=0;data={"UTC":${AT / 1000 + 28_800},"RealUTC":${AT / 1000}}`
    const part = { headers: new Map<string, string>(), body: Buffer.from(text) }
    expect(readDahuaPart(part, AT, BY).refusals).toMatchObject([{ reason: 'bad_time' }])
    expect(readDahuaPart(part, AT, { ...BY, epochIsLocal: true }).refusals).toEqual([])
  })

  it('the same event in the same second has the same key; another door another', () => {
    const key = (index: number) =>
      readDahuaPart(
        { headers: new Map(), body: Buffer.from(`Code=BreakIn;action=Start;index=${index};data={"UTC":1795480270}`) },
        AT,
        BY,
      ).rows[0]?.key
    expect(key(0)).toBe(key(0))
    expect(key(0)).not.toBe(key(1))
  })
})

describe('answers that are cut or changed', () => {
  const read = (bytes: Uint8Array): void => {
    const reading = readRecords(bytes, BY)
    if (reading.ok) for (const row of reading.rows) event(row)
  }
  const attach = (bytes: Uint8Array): void => {
    readEvents(new TextDecoder().decode(bytes))
    for (const row of readDahuaPart({ headers: new Map(), body: bytes }, AT, BY).rows) event(row)
  }
  it.each([
    ['records', 'g7-01-two', read],
    ['records in GBK', 'g7-07-gbk', read],
    ['events', 'g7-10-attach', attach],
  ] as const)('%s never throw, cut at every byte or changed anywhere', (_, name, take) => {
    const whole = file(name)
    for (let end = 0; end <= whole.length; end++) take(whole.subarray(0, end))
    const change = fc.tuple(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 4 }))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(whole)
        for (const [at, noise] of changes) bytes.set(noise.subarray(0, bytes.length - at), at)
        take(bytes)
      }),
      { numRuns: 10_000 },
    )
  })
})
