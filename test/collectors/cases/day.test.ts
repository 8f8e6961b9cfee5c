import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromSerial, readDay } from '../../../collectors/intake/day.ts'
import { type Cell, textCell } from '../../../collectors/intake/spreadsheet.ts'

const serial = (value: number, isDate = true): Cell => ({ kind: 'number', value, raw: String(value), isDate })
const say = (cell: Cell | undefined, date1904 = false): string => {
  const reading = readDay(cell, date1904)
  return reading.what === 'day' ? `${reading.day.date}${reading.day.time ? ` ${reading.day.time}` : ''}` : reading.what
}

describe('dates of office files', () => {
  it.each([
    // G10.2
    ['2024.1.5', '2024-01-05'],
    ['20240105', '2024-01-05'],
    ['45296', '2024-01-05'],
    ['2024年1月5日', '2024-01-05'],
    ['2024/1/5', '2024-01-05'],
    ['2024-01-05 00:00:00', '2024-01-05'],
    ['2024-01-05 08:30:00', '2024-01-05 08:30:00'],
    ['2024-01-05T08:30:15.123', '2024-01-05 08:30:15'],
    ['2024年1月5日 8时30分', '2024-01-05 08:30:00'],
    ['二〇二四年一月五日', '2024-01-05'],
    ['二○二四年十二月三十一日', '2024-12-31'],
    ['二零二四年十月二十日', '2024-10-20'],
    ['２０２４－０１－０５', '2024-01-05'],
    [' 2024-1-5 ', '2024-01-05'],
    ['至今', 'empty'],
    ['—', 'empty'],
    ['', 'empty'],
    ['无', 'empty'],
    ['2024-02-30', 'bad_time'],
    ['2023年2月29日', 'bad_time'],
    ['20241301', 'bad_time'],
    ['1/5/2024', 'bad_time'],
    ['24.1.5', 'bad_time'],
    ['明天', 'bad_time'],
    ['2024-01-05 25:00', 'bad_time'],
    ['0001-01-01', 'bad_time'],
    ['二〇二四年十三月一日', 'bad_time'],
  ])('text %j is %s', (text, expected) => {
    expect(say(textCell(text))).toBe(expected)
  })

  it.each([
    ['a date', serial(45296), false, '2024-01-05'],
    ['with time', serial(46266.3541666667), false, '2026-09-01 08:30:00'],
    ['G10.3 of a 1904 book: 1462 days later', serial(45296 - 1462), true, '2024-01-05'],
    ['G10.3 the same number in a 1904 book', serial(45296), true, '2028-01-06'],
    ['G10.4 the day that never was', serial(60), false, 'bad_time'],
    ['before the years we take', serial(59), false, 'bad_time'],
    ['just before midnight', serial(45296.9999999), false, '2024-01-06'],
    ['20240105 typed as a number', serial(20240105, false), false, '2024-01-05'],
    ['negative', serial(-1), false, 'bad_time'],
    ['nonsense', serial(Number.NaN), false, 'bad_time'],
    ['far too big', serial(9e9), false, 'bad_time'],
    ['nothing', undefined, false, 'empty'],
  ])('number that is %s', (_, cell, date1904, expected) => {
    expect(say(cell, date1904)).toBe(expected)
  })

  it('gives every day and second back that Excel would have written, in any zone of the process', () => {
    const epoch = Temporal.PlainDate.from('1899-12-30')
    fc.assert(
      fc.property(fc.integer({ min: 20_000, max: 80_000 }), fc.integer({ min: 0, max: 86_399 }), (days, second) => {
        const date = epoch.add({ days }).toString()
        const time = Temporal.PlainTime.from('00:00').add({ seconds: second }).toString({ smallestUnit: 'second' })
        const reading = fromSerial(days + second / 86_400, false)
        expect(reading).toEqual({ what: 'day', day: second === 0 ? { date } : { date, time } })
      }),
    )
  })

  it('never throws on any text or number', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string({ unit: fc.constantFrom(...'0123456789年月日.-/:〇一二十 ') }),
        ),
        (text) => {
          readDay(textCell(text), false)
        },
      ),
      { numRuns: 10_000 },
    )
    fc.assert(
      fc.property(fc.double(), fc.boolean(), (value, mac) => void readDay(serial(value), mac)),
      { numRuns: 10_000 },
    )
  })
})
