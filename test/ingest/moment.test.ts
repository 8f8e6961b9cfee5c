import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { parseMoment } from '../../server/ingest/moment.ts'

const schema = z.iso.datetime({ offset: true })

describe('parseMoment', () => {
  it.each([
    ['2026-11-24T08:31:05+08:00', '2026-11-24T00:31:05.000Z'],
    ['2026-11-24T00:31:06.120Z', '2026-11-24T00:31:06.120Z'],
    ['2026-11-24T00:31:06.1239999Z', '2026-11-24T00:31:06.123Z'],
    ['2024-02-29T23:59:59-11:30', '2024-03-01T11:29:59.000Z'],
    ['1969-12-31T23:59:59.5Z', '1969-12-31T23:59:59.500Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, utc) => {
    expect(new Date(parseMoment(text)).toISOString()).toBe(utc)
  })

  it.each([
    '',
    '2026-11-24',
    '2026-11-24T08:31:05',
    '2026-11-24 08:31:05+08:00',
    '2026-11-24T08:31+08:00',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-32T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-01-01T00:00:60Z',
    '2026-01-01T00:00:00.Z',
    '2026-01-01T00:00:00+8:00',
    '2026-01-01T00:00:00+0800',
    '2026-01-01T00:00:00+24:00',
    '2026-01-01T00:00:00z',
    '２０２６-01-01T00:00:00Z',
    '2026-01-01T00:00:00Z\n',
    '+002026-01-01T00:00:00Z',
  ])('refuses %j as the contract does', (text) => {
    expect(parseMoment(text)).toBeNaN()
    expect(schema.safeParse(text).success).toBe(false)
  })

  it('agrees with the contract and with Date on every moment', () => {
    const two = fc.integer({ min: 0, max: 61 }).map((n) => String(n).padStart(2, '0'))
    const year = fc.constantFrom('2024', '2026', '2000', '1900', '2100', '1970')
    const zone = fc.oneof(
      fc.constantFrom('Z', '+08:00', '-00:00', '', '+24:00', '+08'),
      fc.tuple(two, two).map(([h, m]) => `-${h}:${m}`),
    )
    const fraction = fc.constantFrom('', '.1', '.12', '.123', '.1234567', '.')
    fc.assert(
      fc.property(fc.tuple(year, two, two, two, two, two, fraction, zone), ([y, mo, d, h, mi, s, f, z]) => {
        const text = `${y}-${mo}-${d}T${h}:${mi}:${s}${f}${z}`
        const fits = schema.safeParse(text).success
        const ms = parseMoment(text)
        expect(Number.isNaN(ms)).toBe(!fits)
        if (fits) expect(ms).toBe(Date.parse(`${y}-${mo}-${d}T${h}:${mi}:${s}${f.slice(0, 4)}${z}`))
      }),
      { numRuns: 3000 },
    )
  })
})
