import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeRow } from '../../../collectors/doors/decode.ts'
import type { DoorRow } from '../../../collectors/doors/row.ts'
import {
  readAttlog,
  readRtlog,
  readRtstate,
  readTransactions,
  type TableReading,
  unpacked,
} from '../../../collectors/doors/zk-tables.ts'
import { NOW, ZK_PROFILE as PROFILE } from './zk-office.ts'

/** Golden cases G8 of protocols.md that are about bytes. */
const file = (name: string): Buffer => readFileSync(new URL(`../../fixtures/zkteco/${name}.bin`, import.meta.url))
const by = {
  profile: PROFILE,
  device: 'zk-1',
  door: (no: number) => `door:Z${no}`,
  personHash: (no: string) => `h:${no.length}`,
}
const event = (row: DoorRow) => {
  const decoded = decodeRow(row, NOW, by)
  return decoded.what === 'event' ? decoded.draft : decoded
}
const PASS = {
  type: 'access.granted',
  object: 'door:Z1',
  observedAt: '2026-11-24T08:31:05+08:00',
  data: { credential: 'face', person: 'h:5', direction: 'in' },
}

describe('tables of a ZK device', () => {
  it('3: three punches', () => {
    const { rows, lines, refusals } = readAttlog(file('g8-03-attlog'), PROFILE)
    expect([lines, refusals]).toEqual([3, []])
    expect(rows.map(event)).toMatchObject([
      PASS,
      { data: { credential: 'fp', direction: 'out' } },
      { data: { credential: 'card' } },
    ])
  })

  it.each(['g8-03-attlog-12', 'g8-03-attlog-pairs'])('3: %s says the same', (name) => {
    expect(readAttlog(file(name), PROFILE).rows.map(event)).toMatchObject([PASS])
  })

  it.each(['g8-04-rtlog', 'g8-04-rtlog-order', 'g8-04-rtlog-comma'])('4: %s, keys in whatever order', (name) => {
    expect(readRtlog(file(name), PROFILE).rows.map(event)).toMatchObject([PASS])
  })

  it('history of a controller has its own clock', () => {
    expect(readTransactions(file('g8-transaction'), PROFILE).rows.map(event)).toMatchObject([PASS])
    expect(unpacked(0)).toBe('2000-01-01 00:00:00')
  })

  it('5: codes', () => {
    const told = readRtlog(file('g8-05-codes'), PROFILE).rows.map(event)
    expect(told.map((one) => 'type' in one && [one.type, one.data.reason])).toEqual([
      ['access.denied', 'unknown_card'],
      ['door.held', undefined],
      ['door.forced', undefined],
      ['access.duress', undefined],
      ['access.denied', 'no_permission'],
      ['access.antipassback', undefined],
      ['door.tamper', undefined],
      ['door.opened', undefined],
      ['door.closed', undefined],
      ['access.rex', undefined],
      ['access.other', undefined],
    ])
  })

  it('10: a time that is none costs its own line only', () => {
    const decoded = readAttlog(file('g8-10-bad-time'), PROFILE).rows.map((row) => decodeRow(row, NOW, by))
    expect(decoded).toMatchObject([{ what: 'refused', refusal: { reason: 'bad_time' } }, { what: 'event' }])
    expect(JSON.stringify(decoded[0])).not.toContain('10023')
  })

  it('11: PIN 0 is nobody', () => {
    const [row] = readRtlog(file('g8-11-nobody'), PROFILE).rows
    expect(row?.employeeNo).toBeUndefined()
  })

  it('13: contacts, two bits a door', () => {
    const sensors = (name: string) => readRtstate(file(name)).sensors.map(({ doorNo, sensor }) => [doorNo, sensor])
    expect(sensors('g8-13-rtstate-open')).toEqual([[1, 2]])
    expect(sensors('g8-13-rtstate-closed')).toEqual([[1, 1]])
    expect(sensors('g8-13-rtstate-two-doors')).toEqual([
      [1, 2],
      [2, 1],
    ])
  })

  it.each([
    ['ATTLOG', 'g8-03-attlog', (bytes: Uint8Array): TableReading => readAttlog(bytes, PROFILE)],
    ['rtlog', 'g8-05-codes', (bytes: Uint8Array): TableReading => readRtlog(bytes, PROFILE)],
    ['rtstate', 'g8-13-rtstate-two-doors', (bytes: Uint8Array): TableReading => readRtstate(bytes)],
    ['transaction', 'g8-transaction', (bytes: Uint8Array): TableReading => readTransactions(bytes, PROFILE)],
  ] as const)('%s never throws, cut at every byte or changed anywhere', (_, name, read) => {
    const whole = file(name)
    const take = (bytes: Uint8Array): void => {
      for (const row of read(bytes).rows) event(row)
    }
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
