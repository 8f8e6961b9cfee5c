import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as f from '../../web/ui/format.ts'

const AT = Date.parse('2026-11-24T09:30:05+08:00')

describe('numbers', () => {
  it.each([
    [0, '0'],
    [239, '239'],
    [1024, '1\u2009024'],
    [1234567, '1\u2009234\u2009567'],
    [-4200, '−4\u2009200'],
    [1.4, '1.4'],
    [null, '–'],
    [undefined, '–'],
    [Number.NaN, '–'],
  ])('count(%s) is %s', (value, words) => expect(f.count(value)).toBe(words))

  it('loses no digit in grouping', () => {
    fc.assert(fc.property(fc.maxSafeNat(), (n) => f.count(n).replaceAll('\u2009', '') === String(n)))
  })

  it('writes rates with one decimal and never turns unknown into 0', () => {
    expect(f.rate(92.727)).toBe('92.7')
    expect(f.rate(100)).toBe('100.0')
    expect(f.rate(null)).toBe('–')
    expect(f.percent(93.6)).toBe('94%')
    expect(f.percent(null)).toBe('–')
  })
})

describe('ages and lengths', () => {
  it.each([
    [0, '0 秒前'],
    [59.9, '59 秒前'],
    [60, '1 分前'],
    [3599, '59 分前'],
    [3600, '1 时前'],
    [86_399, '23 时前'],
    [86_400, '1 天前'],
    [-3, '0 秒前'],
    [null, '从未'],
  ])('age(%s) is %s', (seconds, words) => expect(f.age(seconds)).toBe(words))

  it.each([
    [38, '00:38', '0:38'],
    [252, '04:12', '4:12'],
    [1077, '17:57', '17:57'],
    [5345, '1:29:05', '1:29:05'],
    [90_000, '1 天 01 时', '1 天 01 时'],
    [-1, '00:00', '0:00'],
  ])('%s s lasts %s and counts down %s', (s, lasts, left) => {
    expect(f.elapsed(s)).toBe(lasts)
    expect(f.countdown(s)).toBe(left)
  })

  it('says minutes and seconds', () => {
    expect(f.minutesAndSeconds(372)).toBe('6 分 12 秒')
    expect(f.minutesAndSeconds(12)).toBe('12 秒')
  })
})

describe('moments, always in the office zone', () => {
  it('writes clock and date', () => {
    expect(f.clock(AT)).toBe('09:30:05')
    expect(f.time(AT)).toBe('09:30')
    expect(f.longDate(AT)).toBe('2026年11月24日')
    expect(f.isoDate(AT)).toBe('2026-11-24')
    expect(f.weekday(AT)).toBe('星期二')
    expect(f.clock(Date.parse('2026-11-23T16:00:00Z'))).toBe('00:00:00')
  })
  it('names yesterday and older days', () => {
    expect(f.moment(Date.parse('2026-11-24T00:00:00+08:00'), AT)).toBe('00:00')
    expect(f.moment(Date.parse('2026-11-23T23:59:00+08:00'), AT)).toBe('昨 23:59')
    expect(f.moment(Date.parse('2026-11-22T18:30:00+08:00'), AT)).toBe('11-22 18:30')
  })
  it('turns ages into points of time', () => {
    expect(f.pointOfTime(AT - 12_000, AT)).toBe('09:29:53')
    expect(f.pointOfTime(AT - 240_000, AT)).toBe('09:26')
  })
  it('writes legal days', () => {
    expect([0, 5, -2].map(f.due)).toEqual(['今日 24:00', '剩 5 日', '逾期 2 日'])
  })
  it('writes case numbers with their own brackets', () => {
    expect(f.caseNumber('示检捕受[2026]14999900165号')).toBe('示检捕受〔2026〕14999900165号')
    expect(f.caseNumber('示检捕〔2026〕187号')).toBe('示检捕〔2026〕187号')
  })
  it('shortens hashes', () => expect(f.shortHash('59a0aabbccdd19ea')).toBe('59a0⋯19ea'))
})
