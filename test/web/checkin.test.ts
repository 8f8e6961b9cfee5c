import { describe, expect, it } from 'vitest'
import type { CheckInSent, CheckInVerdict } from '../../contract/http/patrol.ts'
import { codeStep, patrolCode, tidyCode } from '../../contract/patrol-code.ts'
import { linkOf, readLink } from '../../web/checkin/link.ts'
import { keep, readQueue, settle, waiting } from '../../web/checkin/queue.ts'

const storage = (start?: string) => {
  const kept = new Map<string, string>(start === undefined ? [] : [['sanling.checkins', start]])
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}
const sent = (n: number, more: Partial<CheckInSent> = {}): CheckInSent => ({
  id: `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`,
  ...{ point: 'P01', via: 'rotating', code: `CODE${n}`, step: n, clientAt: n, ...more },
})
const verdict = ({ id }: CheckInSent): CheckInVerdict => ({
  ...{ id, accepted: true, reason: 'taken', proof: 'strong', because: [], late: false },
})

describe('the phone keeps what was scanned', () => {
  it('until the server has judged it, the newest first', () => {
    const place = storage()
    keep(place, sent(1))
    keep(place, sent(2))
    expect(waiting(readQueue(place)).map(({ step }) => step)).toEqual([2, 1])
    expect(waiting(settle(place, [verdict(sent(1))])).map(({ step }) => step)).toEqual([2])
    expect(readQueue(place).length).toBe(2)
  })
  it('the same code scanned again, or the page loaded again, is one', () => {
    const place = storage()
    keep(place, sent(1))
    expect(keep(place, sent(9, { code: 'CODE1', step: 1 })).length).toBe(1)
  })
  it('forgets old verdicts and never what still waits', () => {
    const place = storage()
    for (let n = 1; n <= 100; n++) {
      keep(place, sent(n))
      if (n > 3) settle(place, [verdict(sent(n))])
    }
    expect([readQueue(place).length, waiting(readQueue(place)).length]).toEqual([63, 3])
  })
  it.each(['', '{', '7', '[null,{"x":1}]'])('a broken store (%j) is an empty one', (text) => {
    expect(readQueue(storage(text))).toEqual([])
  })
})

describe('the code in the address', () => {
  it('is read as it was written; a plate has no step', () => {
    const rotating = { point: 'P01', step: 59_849_342, code: '5QD8FYD1' }
    expect(readLink(linkOf('https://x', rotating))).toEqual(rotating)
    expect(readLink(linkOf('https://x', { point: 'P01', code: '5QD8FYD1' }))).toEqual({
      point: 'P01',
      code: '5QD8FYD1',
    })
  })
  it.each(['', '#', 'https://elsewhere/', '#p=P01', '#p=<b>&c=5QD8FYD1', '#p=P01&c=5QD8FYD1&s=x'])(
    '%j is none',
    (text) => {
      expect(readLink(text)).toBeUndefined()
    },
  )
  // printf 'P01|59849342' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…1f
  it('is the HMAC of point and step, in letters that cannot be mistaken', async () => {
    const key = Array.from({ length: 32 }, (_, at) => at.toString(16).padStart(2, '0')).join('')
    expect(await patrolCode(key, 'P01', 59_849_342)).toBe('ZXNGTYTX')
    expect(codeStep(1_795_480_265_000)).toBe(59_849_342)
    expect(tidyCode(' 5qd8-fyo1 ')).toBe('5QD8FY01')
  })
})
