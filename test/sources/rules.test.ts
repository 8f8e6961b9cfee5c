import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  assess,
  contactTime,
  freshSource,
  isLate,
  type SourceRecord,
  selftestAct,
  silenceAct,
} from '../../server/sources/rules.ts'

const S = 1000
const START = 1_000_000 * S
const source = { id: 'wand', staleAfterS: 600 }
const record = (over: Partial<SourceRecord>): SourceRecord => ({ ...freshSource('wand'), ...over })

describe('what a source looks like', () => {
  const now = START + 3600 * S
  const alive = { heardMs: now - 5 * S, lastOkMs: now - 20 * S, status: 'online' as const }
  it.each([
    ['healthy', alive, 'ok', '正常'],
    ['degraded by its own word', { ...alive, health: 'degraded' as const }, 'ok', '降级'],
    ['alive, its source quiet past the deadline', { ...alive, lastOkMs: now - 601 * S }, 'stale', '陈旧'],
    ['exactly at the deadline', { ...alive, lastOkMs: now - 600 * S }, 'ok', '正常'],
    ['no heartbeat for 36 s', { ...alive, heardMs: now - 36 * S }, 'silent', '无心跳'],
    ['the broker says it died', { ...alive, status: 'offline' as const }, 'silent', '已离线'],
    ['it cannot read its source', { ...alive, health: 'failed' as const }, 'broken', '读取失败'],
    ['alive, but never had contact', { ...alive, lastOkMs: null }, 'never', '尚无数据'],
    ['never heard of', {}, 'never', '未接入'],
  ])('%s', (_, over, state, word) => {
    expect(assess(source, record(over), now, START)).toMatchObject({ state, word })
  })

  it('does not call collectors silent while the server has only just started', () => {
    const old = record({ ...alive, heardMs: START - 3600 * S, lastOkMs: START - 10 * S })
    expect(assess(source, old, START + 30 * S, START).state).toBe('ok')
    expect(assess(source, old, START + 36 * S, START).state).toBe('silent')
  })

  it('never looks healthy when the contact is older than the deadline (property)', () => {
    const time = fc.option(fc.integer({ min: 0, max: 4000 }).map((s) => START + s * S))
    fc.assert(
      fc.property(
        time,
        time,
        fc.constantFrom('online', 'offline', 'degraded', null),
        fc.constantFrom('ok', 'degraded', 'failed'),
        fc.integer({ min: 0, max: 8000 }),
        (heardMs, lastOkMs, status, health, s) => {
          const now = START + s * S
          const one = record({
            heardMs,
            lastOkMs,
            status: status as SourceRecord['status'],
            health: health as SourceRecord['health'],
          })
          if (isLate(source, one, now)) expect(assess(source, one, now, START).state).not.toBe('ok')
        },
      ),
    )
  })
})

describe('the deadline', () => {
  it.each([
    ['within', { lastOkMs: START + 100 * S }, 700, 'none'],
    ['past', { lastOkMs: START + 100 * S }, 701, 'raise'],
    ['already told', { lastOkMs: START + 100 * S, silentSince: START + 701 * S }, 900, 'none'],
    ['spoken again', { lastOkMs: START + 900 * S, silentSince: START + 701 * S }, 905, 'clear'],
    ['never heard of, grace after start', {}, 600, 'none'],
    ['never heard of, grace over', {}, 601, 'raise'],
    ['we were down: grace', { lastOkMs: START - 86_400 * S }, 600, 'none'],
    ['we were down: grace over', { lastOkMs: START - 86_400 * S }, 601, 'raise'],
    [
      'told before our restart, still silent',
      { lastOkMs: START - 86_400 * S, silentSince: START - 80_000 * S },
      5,
      'none',
    ],
  ])('%s', (_, over, s, act) => {
    expect(silenceAct(source, record(over), START + s * S, START)).toBe(act)
  })
})

it('dates a contact by the age that the collector reports, whatever its clock says', () => {
  const received = START
  expect(contactTime(received - 5 * S, received, received)).toBe(received - 5 * S)
  const ahead = received + 600 * S
  expect(contactTime(ahead - 5 * S, ahead, received)).toBe(received - 5 * S)
  expect(contactTime(ahead + 99 * S, ahead, received)).toBe(received)
  expect(contactTime(null, received, received)).toBeNull()
})

it.each([
  ['never seen, within the grace', { seenAt: null, missed: false }, 150, 'none'],
  ['never seen, past it', { seenAt: null, missed: false }, 151, 'raise'],
  ['seen lately', { seenAt: START + 100 * S, missed: false }, 250, 'none'],
  ['not seen for too long', { seenAt: START + 100 * S, missed: false }, 251, 'raise'],
  ['told already', { seenAt: START + 100 * S, missed: true }, 400, 'none'],
  ['came through again', { seenAt: START + 399 * S, missed: true }, 400, 'clear'],
  ['told before a restart, nothing seen since', { seenAt: START - 10 * S, missed: true }, 5, 'none'],
])('self-test: %s', (_, over, s, act) => {
  expect(selftestAct({ sentAt: null, tookMs: null, ...over }, START + s * S, START)).toBe(act)
})
