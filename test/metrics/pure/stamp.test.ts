import fc from 'fast-check'
import { expect, test } from 'vitest'
import { bucketOf, DAY, HOUR, wholeBuckets } from '../../../server/metrics/buckets.ts'
import { nanoText, spread, stampOf } from '../../../server/metrics/stamp.ts'

const moment = fc.integer({ min: Date.parse('1992-01-01T00:00:00Z'), max: Date.parse('2200-01-01T00:00:00Z') })
const id = fc.stringMatching(/^[0-9a-f]{12}-[0-9a-f]{20}$/)

test('the stamp of an id never changes (points already stored would be written twice)', () => {
  expect(nanoText(stampOf({ at: 1_763_944_265_123, eventId: '019a3f5c2b10-9f3c0000000000000000' }))).toBe(
    '1763944265123243267',
  )
  expect(nanoText(stampOf({ at: 1_763_944_265_000, eventId: '019a3f5c2b10-9f3c0000000000000000' }))).toBe(
    '1763944265727243267',
  )
  expect(nanoText(stampOf({ at: 1_763_944_265_123 }))).toBe('1763944265123000000')
})

test('an event stays inside its ms, or inside its second when its source knows seconds only', () => {
  fc.assert(
    fc.property(moment, id, (at, eventId) => {
      const stamp = stampOf({ at, eventId })
      expect(stamp.ns).toBeGreaterThanOrEqual(0)
      expect(stamp.ns).toBeLessThan(1_000_000)
      if (at % 1000 === 0) expect(Math.floor(stamp.ms / 1000)).toBe(at / 1000)
      else expect(stamp.ms).toBe(at)
      expect(nanoText(stamp)).toBe(String(BigInt(stamp.ms) * 1_000_000n + BigInt(stamp.ns)))
    }),
  )
})

test('ids that differ little are spread evenly', () => {
  const seen = new Set(Array.from({ length: 20_000 }, (_, index) => spread(`019a3f5c2b10-${index}`)))
  expect(seen.size).toBe(20_000)
  const inSecond = new Set([...seen].map((value) => value % 1_000_000_000))
  expect(inSecond.size).toBeGreaterThan(19_990)
})

test('days begin at 00:00 in Shanghai, hours at the full hour', () => {
  fc.assert(
    fc.property(moment, (at) => {
      const local = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO('Asia/Shanghai')
      expect(bucketOf(at, DAY)).toBe(local.startOfDay().epochMilliseconds)
      expect(bucketOf(at, HOUR)).toBe(local.round({ smallestUnit: 'hour', roundingMode: 'floor' }).epochMilliseconds)
    }),
  )
})

test('a range grows to whole buckets and never shrinks', () => {
  const width = fc.constantFrom('1h' as const, '1d' as const, 900_000, 7 * DAY)
  fc.assert(
    fc.property(moment, fc.integer({ min: 1, max: 30 * DAY }), width, (from, length, every) => {
      const range = wholeBuckets({ from, to: from + length, every })
      expect(range.from).toBeLessThanOrEqual(from)
      expect(range.to).toBeGreaterThanOrEqual(from + length)
      expect((range.to - range.from) % range.width).toBe(0)
      expect(range.to - range.from).toBeLessThan(length + 2 * range.width)
    }),
  )
})
