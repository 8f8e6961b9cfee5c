import fc from 'fast-check'
import { expect, test } from 'vitest'
import { atZone, wallAt } from '../../../collectors/intake/wall-clock.ts'

/** The remembered offsets say what Temporal says, also around a change of the clocks. */
const zones = fc.constantFrom('Asia/Shanghai', 'America/New_York', 'Europe/Berlin', 'UTC', 'Asia/Kathmandu', '+05:30')
const instants = fc.oneof(
  fc.integer({ min: -2_000_000_000_000, max: 4_000_000_000_000 }),
  // Shanghai had summer time until 1991; Berlin and New York have it in 2026.
  ...['1991-09-15', '1986-05-04', '2026-03-29', '2026-10-25', '2026-03-08'].map((day) =>
    fc.integer({ min: Date.parse(day) - 86_400_000, max: Date.parse(day) + 2 * 86_400_000 }),
  ),
)

test('an instant on a wall clock', () => {
  fc.assert(
    fc.property(instants, zones, (ms, zone) => {
      // The minute is remembered too: the same with other seconds, then the next minute.
      for (const at of [ms, ms + 1, ms + 1999, ms + 60_000]) {
        const zoned = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
        expect(atZone(at, zone).observedAt).toBe(zoned.toString({ timeZoneName: 'never' }))
      }
    }),
    { numRuns: 2000 },
  )
})

test('a wall clock in a zone', () => {
  fc.assert(
    fc.property(instants, zones, (ms, zone) => {
      const wall = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO('UTC').toPlainDateTime()
      const { year, month, day, hour, minute, second, millisecond } = wall
      const zoned = wall.toZonedDateTime(zone)
      expect(wallAt({ year, month, day, hour, minute, second, millisecond }, zone)).toEqual({
        ms: zoned.epochMilliseconds,
        observedAt: zoned.toString({ timeZoneName: 'never' }),
      })
    }),
    { numRuns: 2000 },
  )
})

test.each([
  [2026, 2, 29],
  [2026, 13, 1],
  [2026, 4, 31],
  [0, 1, 1],
])('%i-%i-%i is no day', (year, month, day) =>
  expect(wallAt({ year, month, day, hour: 0, minute: 0, second: 0, millisecond: 0 }, 'UTC')).toBe(undefined),
)
test('a zone that is none', () =>
  expect(wallAt({ year: 2026, month: 1, day: 1, hour: 0, minute: 0, second: 0, millisecond: 0 }, '+99:61')).toBe(
    undefined,
  ))
