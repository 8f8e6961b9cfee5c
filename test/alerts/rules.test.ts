import { describe, expect, it } from 'vitest'
import { EVENT_TYPES } from '../../contract/catalogue.ts'
import { DOMAINS } from '../../contract/domains.ts'
import { nextDue } from '../../server/alerts/ladder.ts'
import { CALM, countHits, figureStep, indexRules, matches, severityOf, subjectOf } from '../../server/alerts/rules.ts'
import { type Silence, silencedUntil } from '../../server/alerts/silences.ts'
import { stormDecision } from '../../server/alerts/storm.ts'
import type { AlertTables } from '../../server/alerts/tables.ts'
import { shiftStartOf } from '../../server/alerts/ticks.ts'
import { label, plain, render, span } from '../../server/alerts/words.ts'
import { demoConfig } from '../helpers/office.ts'
import { moment, openOffice, rule, shippedRules, sqliteStore } from './office.ts'

describe('where', () => {
  it.each([
    [{}, {}, true],
    [{ action: 'none' }, { action: 'none' }, true],
    [{ action: 'none' }, {}, false],
    [{ action: ['a', 'b'] }, { action: 'b' }, true],
    [{ 'action!': ['a', 'b'] }, { action: 'b' }, false],
    [{ 'action!': ['a', 'b'] }, {}, true],
    [{ 'action!': ['a', 'b'] }, { action: 'c' }, true],
    [{ count: 3 }, { count: '3' }, true],
    [{ derived: true }, { derived: true }, true],
    [{ toString: 'x' }, {}, false],
    [{ a: '1', b: '2' }, { a: '1' }, false],
  ])('%j of %j is %s', (where, data, expected) => {
    expect(matches(where as never, data)).toBe(expected)
  })
})

describe('count', () => {
  const three = rule({ id: 'c', kind: 'count', on: ['access.denied'], threshold: 3, withinS: 300 })
  const seen = (at: number) => ({ at, eventId: `e${at}`, sha256: null, excerpt: null })
  it.each([
    [[0, 100_000], 200_000, 3],
    [[0, 100_000], 300_000, 2],
    [[0, 1], 299_999, 3],
    [[400_000], 300_000, 1],
    [[300_000], 300_000, 1],
  ])('%j and then %i makes %i', (before, at, hits) => {
    expect(countHits(three, before.map(seen), seen(at))).toHaveLength(hits)
  })
})

describe('figures', () => {
  const patches = rule({ id: 'f', kind: 'figure', figure: 'x', above: 5, clearBelow: 3, forS: 60 })
  const ok = (value: number) => ({ value, state: 'ok' as const })
  it('needs the whole duration, then hysteresis on the way back', () => {
    const timetable: [number, number, string, string][] = [
      [0, 6, 'none', 'waiting'],
      [30_000, 4, 'none', 'under'],
      [40_000, 6, 'none', 'waiting'],
      [99_999, 6, 'none', 'waiting'],
      [100_000, 6, 'raise', 'over'],
      [110_000, 6, 'none', 'still-over'],
      [120_000, 8, 'update', 'changed'],
      [130_000, 4, 'none', 'between'],
      [140_000, 3, 'none', 'between'],
      [150_000, 2, 'clear', 'back'],
      [160_000, 2, 'none', 'under'],
    ]
    let standing = CALM
    for (const [now, value, act, reason] of timetable) {
      const step = figureStep(patches, standing, ok(value), now)
      expect([now, step.act, step.reason]).toEqual([now, act, reason])
      standing = step.standing
    }
  })
  it.each([
    undefined,
    { value: null, state: 'ok' as const },
    { value: 99, state: 'stale' as const },
    { value: 99, state: 'broken' as const },
  ])('no fresh value neither raises nor clears: %j', (figure) => {
    for (const standing of [CALM, { since: 1, raised: true, value: 7 }])
      expect(figureStep(patches, standing, figure, 1e9)).toEqual({ standing, act: 'none', reason: 'not-fresh' })
  })
})

describe('small rules', () => {
  it('takes what an event is about', () => {
    const event = { id: '1', collector: 'hik', device: 'acs-1', severity: 'info' as const, observedMs: 0, data: {} }
    expect(subjectOf({ ...event, type: 'door.forced', object: 'door:E1' })).toBe('door:E1')
    expect(subjectOf({ ...event, type: 'collector.auth_failed', object: 'door:E1' })).toBe('hik/acs-1')
    expect(subjectOf({ ...event, type: 'terminal.virus', object: null, data: { host: 'JCY-1' } })).toBe('JCY-1')
    expect(subjectOf({ ...event, type: 'terminal.virus', object: null })).toBe('acs-1')
  })
  it('lets a source make it worse, never milder', () => {
    const virus = rule({ id: 'v', kind: 'event', severity: 'warning' })
    expect(severityOf(virus, { type: 'terminal.virus', severity: 'critical' })).toBe('critical')
    expect(severityOf(virus, { type: 'terminal.virus', severity: 'info' })).toBe('warning')
    expect(severityOf({ ...virus, severity: 'notice' }, { type: 'terminal.virus', severity: 'warning' })).toBe('notice')
  })
  it('counts a storm', () => {
    expect([29, 30, 31].map((born) => stormDecision(born, 30).gather)).toEqual([false, true, true])
  })
  it('finds the next rung', () => {
    const ladder = [{ afterS: 120, post: 'a' }]
    expect([nextDue(ladder, 0, 1000, null), nextDue(ladder, 0, 1000, 5000), nextDue(ladder, 1, 1000, null)]).toEqual([
      121_000,
      125_000,
      null,
    ])
  })
  it('takes the latest silence that fits', () => {
    const silence = (over: Partial<Silence>): Silence => ({
      id: 's',
      cause: null,
      rule: null,
      object: null,
      reason: '',
      until: 100,
      createdAt: 0,
      post: '',
      username: '',
      endedAt: null,
      ...over,
    })
    const alert = { cause: 'door.forced:door:E1', rule: 'door.forced', object: 'door:E1' }
    const all = [
      silence({ object: 'door:E1' }),
      silence({ rule: 'door.forced', until: 300 }),
      silence({ cause: 'other', until: 900 }),
      silence({ object: 'door:E1', until: 800, endedAt: 5 }),
    ]
    expect(silencedUntil(alert, all, 50)).toBe(300)
    expect(silencedUntil(alert, all, 300)).toBeNull()
    expect(silencedUntil({ ...alert, object: null, rule: 'x' }, [silence({ object: 'door:E1' })], 0)).toBeNull()
  })
  it('fills placeholders, with a dash for what is not there', () => {
    expect(render('{name} {data.x} {a|b} {toString}', { name: '门', b: 2 })).toBe('门 – 2 –')
    expect([span(45), span(300), span(7200), span(90)]).toEqual(['45 秒', '5 分钟', '2 小时', '90 秒'])
    expect([label('{name} 强行开启'), label('{name} {what}')]).toEqual(['强行开启', '同类告警'])
    expect(plain('一\n二\u202e三')).toBe('一 二 三')
  })
  it('knows when the shift began, over midnight too', () => {
    const start = shiftStartOf([{ from: '08:00' }, { from: '18:00' }])
    expect(start?.(moment('09:00:00'))).toBe(moment('08:00:00'))
    expect(start?.(moment('18:00:00'))).toBe(moment('18:00:00'))
    expect(start?.(moment('02:00:00'))).toBe(moment('18:00:00') - 86_400_000)
    expect(shiftStartOf([])).toBeUndefined()
  })
})

describe('config/rules/alerts.yaml', () => {
  const rules = shippedRules()
  const config = demoConfig()
  const posts = new Set(config.site.posts.map(({ id }) => id))
  it.each(rules.rules.map((one) => [one.id, one] as const))('%s is whole', (_, one) => {
    for (const type of [...one.on, ...one.clearedBy]) expect(EVENT_TYPES[type], type).toBeDefined()
    for (const text of [one.title, one.why, one.next])
      for (const [, id] of text.matchAll(/\{(?:phone|post)\.([a-z-]+)\}/g)) expect(posts, text).toContain(id)
    if (one.post) expect(posts).toContain(one.post)
    if (one.severity === 'critical' || one.severity === 'warning') expect(one.next).not.toBe('')
    if (one.kind === 'figure') expect(one.clearBelow).toBeDefined()
  })
  it('has 1–5 phrases for each domain and a ladder for each severity', () => {
    for (const domain of DOMAINS) {
      expect(rules.reasons[domain]?.length).toBeGreaterThan(0)
      expect(rules.reasons[domain]?.length).toBeLessThanOrEqual(5)
    }
    expect(rules.escalation).toMatchObject({
      critical: [{ afterS: 120 }, {}],
      warning: [{ afterS: 600 }],
      notice: [{ afterS: 3600 }],
    })
  })
  it('rings for nothing that is switched off', () => {
    const index = indexRules(rules.rules)
    expect(index.raisedBy.has('terminal.usb')).toBe(false)
    expect(index.raisedBy.get('door.forced')?.map(({ id }) => id)).toEqual(['door.forced'])
    expect(index.clearedBy.get('door.closed')?.map(({ id }) => id)).toEqual(['door.forced', 'door.held'])
  })
})

describe('a flood of one cause', () => {
  it('is remembered in part, counted as many, and still ends with its window', async () => {
    const store = sqliteStore()
    const office = await openOffice(store)
    try {
      for (let batch = 0; batch < 6; batch++) {
        await office.says(...Array.from({ length: 100 }, () => office.event('access.denied', 'door:H1')))
        office.clock.ms += 10_000
      }
      const [alert] = await office.list()
      expect(alert).toMatchObject({ count: 598, state: 'unacknowledged' })
      const kept = await office.store.read
        .withTables<AlertTables>()
        .selectFrom('alert_occurrence')
        .select('event_id')
        .execute()
      expect(kept.length).toBeLessThanOrEqual(200)
      office.clock.ms += 300_000
      await office.ticks()
      expect(await office.list()).toMatchObject([{ count: 598, state: 'returned-unacknowledged' }])
    } finally {
      await office.close()
      store.remove()
    }
  })
})

it('a controller that cannot be reached rings, and its return clears it', async () => {
  const store = sqliteStore()
  const office = await openOffice(store, { objectOf: (id) => (id === 'acs-1' ? { name: '控制器 acs-1' } : undefined) })
  try {
    const status = (state: string) =>
      office.event('collector.status', null, {
        collector: 'hik-main',
        device: 'acs-1',
        domain: 'access',
        data: { state },
      })
    await office.says(status('offline'))
    await office.says(
      office.event('collector.auth_failed', null, { collector: 'hik-main', device: 'acs-1', domain: 'access' }),
    )
    expect((await office.list()).map(({ title, domain }) => [title, domain])).toEqual([
      ['控制器 acs-1 设备认证失败', 'access'],
      ['控制器 acs-1 离线', 'access'],
    ])
    await office.says(status('online'))
    expect((await office.list()).map(({ state }) => state)).toEqual(Array(2).fill('returned-unacknowledged'))
  } finally {
    await office.close()
    store.remove()
  }
})
