import fc from 'fast-check'
import { expect, it } from 'vitest'
import { dayStart, officeDate, officeTime, startOfDay } from '../../config/zone.ts'

const moment = fc.integer({ min: Date.UTC(1985, 0, 1), max: Date.UTC(2099, 11, 31) })

it.each([
  ['2026-11-23T15:59:59.999Z', '2026-11-23'],
  ['2026-11-23T16:00:00Z', '2026-11-24'],
  ['2026-11-24T15:59:59Z', '2026-11-24'],
  // Summer time of 1986: that day was 23 hours long.
  ['1986-05-04T15:00:00Z', '1986-05-05'],
])('%s is %s in the office', (utc, date) => {
  expect(officeDate(Date.parse(utc))).toBe(date)
})

it('the day kept from the last question never answers for another', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          moment,
          fc.integer({ min: -2, max: 2 }).map((n) => Date.UTC(2026, 10, 23, 16) + n),
        ),
      ),
      (times) => {
        for (const ms of times) {
          const day = officeTime(ms).startOfDay()
          expect(officeDate(ms)).toBe(day.toPlainDate().toString())
          expect(startOfDay(ms)).toBe(day.epochMilliseconds)
          expect(dayStart(officeDate(ms))).toBe(day.epochMilliseconds)
        }
      },
    ),
  )
})
