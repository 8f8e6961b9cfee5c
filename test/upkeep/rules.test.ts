import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { officeTime } from '../../config/zone.ts'
import { HEALTH_LEVELS, type UpkeepRun } from '../../contract/http/health.ts'
import type { SourcesPanel } from '../../contract/panels/sources.ts'
import { daysLeft, withToday } from '../../server/upkeep/forecast.ts'
import { offsetOf } from '../../server/upkeep/outside.ts'
import {
  isDue,
  judgeAnchors,
  judgeBroker,
  judgeCertificates,
  judgeDisk,
  judgeIngest,
  judgeMetrics,
  judgeProcess,
  judgeRecords,
  judgeRun,
  judgeSelftest,
  judgeSources,
  judgeTimeSync,
  lastMoment,
  worst,
} from '../../server/upkeep/rules.ts'
import { demoConfig } from '../helpers/office.ts'

const limits = demoConfig().upkeep.health
const HOUR = 3_600_000
const NOW = Date.parse('2026-11-25T10:00:00+08:00')

describe('when a nightly run is due', () => {
  test.each([
    ['before the hour nothing', '2026-11-25T01:29:59+08:00', '2026-11-24T01:30:00+08:00', false],
    ['at the hour it is', '2026-11-25T01:30:00+08:00', '2026-11-24T01:30:00+08:00', true],
    ['once a night', '2026-11-25T09:00:00+08:00', '2026-11-25T01:30:01+08:00', false],
    ['a night that was slept through is made up for', '2026-11-25T09:00:00+08:00', '2026-11-24T01:30:00+08:00', true],
    ['a clock that was set back does not do it again', '2026-11-25T01:30:00+08:00', '2026-11-25T02:00:00+08:00', false],
  ])('%s', (_name, now, since, due) => expect(isDue(Date.parse(now), '01:30', Date.parse(since))).toBe(due))

  it('falls on that time of the office, within the last day, whatever the zone of the machine', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), fc.nat(23), fc.nat(59), (now, hour, minute) => {
        const at = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
        const found = lastMoment(now, at)
        expect(found).toBeLessThanOrEqual(now)
        expect(now - found).toBeLessThan(26 * HOUR)
        expect(officeTime(found).toPlainTime().toString({ smallestUnit: 'minute' })).toBe(at)
      }),
    )
  })
})

const run = (over: Partial<UpkeepRun>): UpkeepRun => ({
  id: 'r',
  kind: 'drill',
  startedAt: NOW - HOUR,
  finishedAt: NOW - HOUR,
  ok: true,
  by: 'schedule',
  text: '可恢复',
  ...over,
})
const source = (over: Partial<SourcesPanel['items'][number]>): SourcesPanel['items'][number] => ({
  id: 'tq',
  name: '天擎',
  domain: 'terminal',
  kind: 'syslog',
  state: 'ok',
  word: '正常',
  lastOkAt: NOW,
  lastEventAt: NOW,
  staleAfterS: 60,
  rate: 1,
  spool: 0,
  quarantined: 0,
  lagS: 0,
  skewS: 0,
  demo: false,
  ...over,
})
const ingest = (over: Partial<SourcesPanel['ingest']>) => ({
  ingest: { p95Ms: 5, quarantineOpen: 0, spool: 0, spoolHours: null, trouble: null, ...over },
})

describe('health', () => {
  test.each([
    ['a busy process', judgeProcess({ uptimeS: 60, rssMb: 100, loopP99Ms: 900 }, limits), 'attention'],
    ['a calm process', judgeProcess({ uptimeS: 60, rssMb: 100, loopP99Ms: 20 }, limits), 'ok'],
    ['a broker that is gone', judgeBroker({ ok: false, reason: '连不上' }, 'mqtt'), 'fault'],
    ['intake that is paused', judgeIngest(ingest({ trouble: '磁盘已满' }), limits), 'fault'],
    ['intake that is slow', judgeIngest(ingest({ p95Ms: 5000 }), limits), 'attention'],
    ['intake before the first event', judgeIngest(ingest({ p95Ms: null }), limits), 'ok'],
    ['a self-test that was missed', judgeSelftest({ selftest: { at: NOW, tookMs: 4, ok: false } }), 'fault'],
    ['a self-test that never came', judgeSelftest({ selftest: { at: null, tookMs: null, ok: true } }), 'attention'],
    [
      'a store that cannot be written',
      judgeRecords({ kind: 'sqlite', state: { ok: false, reason: '磁盘已满' }, sizeMb: 1 }),
      'fault',
    ],
    ['a metrics store that is down', judgeMetrics({ metrics: { state: 'down', backlog: 9 } }), 'attention'],
    ['half a gigabyte left', judgeDisk({ id: 'disk', name: '磁盘', freeGb: 0.5 }, limits), 'fault'],
    ['five gigabytes left', judgeDisk({ id: 'disk', name: '磁盘', freeGb: 5 }, limits), 'attention'],
    ['a disk that cannot be read', judgeDisk({ id: 'disk', name: '磁盘', freeGb: null }, limits), 'attention'],
    ['no time service', judgeTimeSync(false), 'attention'],
    ['a drill that never was', judgeRun('drill', {}, '02:30', NOW, limits), 'attention'],
    ['a drill of last night', judgeRun('drill', { last: run({}), good: run({}) }, '02:30', NOW, limits), 'ok'],
    [
      'a drill that failed',
      judgeRun('drill', { last: run({ ok: false }), good: run({}) }, '02:30', NOW, limits),
      'fault',
    ],
    ['a drill of the day before yesterday', judgeRun('drill', old(40), '02:30', NOW, limits), 'attention'],
    ['a drill of last week', judgeRun('drill', old(160), '02:30', NOW, limits), 'fault'],
  ])('%s', (_name, item, level) => {
    expect(item.level).toBe(level)
    // Whatever is not well says what to do, and only that does.
    expect(item.mend === '').toBe(level === 'ok')
  })
  test.each([
    ['well', source({}), 'ok'],
    ['silent', source({ state: 'silent', word: '无心跳' }), 'fault'],
    ['stale', source({ state: 'stale' }), 'attention'],
    ['with a long spool', source({ spool: 100_000 }), 'attention'],
    ['with a clock that is off by seconds', source({ skewS: -8 }), 'attention'],
    ['with a clock that is off by an hour', source({ skewS: 3600 }), 'fault'],
  ])('a collector that is %s', (_name, item, level) =>
    expect(judgeSources({ items: [item] }, limits)[0]?.level).toBe(level),
  )
  it('is as bad as its worst part', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...HEALTH_LEVELS)), (levels) => {
        const found = worst(levels)
        expect(found === 'fault').toBe(levels.includes('fault'))
        expect(found === 'ok').toBe(levels.every((level) => level === 'ok'))
      }),
    )
  })
})

function old(hours: number) {
  const good = run({ finishedAt: NOW - hours * HOUR })
  return { last: good, good }
}

describe('how long a disk lasts', () => {
  const day = (n: number) => NOW + n * 24 * HOUR
  const filling = (days: number, perDay: number) =>
    Array.from({ length: days }, (_, n) => n).reduce(
      (samples, n) => withToday(samples, { disk: 100 - n * perDay }, day(n)),
      [] as ReturnType<typeof withToday>,
    )
  test.each([
    ['too few days say nothing', 3, 2, null],
    ['two a day', 10, 2, 40],
    ['nothing is used', 10, 0, Number.POSITIVE_INFINITY],
    ['it becomes more', 10, -1, Number.POSITIVE_INFINITY],
  ])('%s', (_name, days, perDay, left) => expect(daysLeft(filling(days, perDay), 'disk', 80)).toEqual(left))
  it('keeps one sample a day, and a month of them', () => {
    const kept = filling(50, 1)
    expect(kept).toHaveLength(30)
    expect(withToday(kept, { disk: 1 }, day(49))).toBe(kept)
    expect(daysLeft(kept, 'another', 80)).toBeNull()
  })
  test.each([
    [400, 'ok', '一年内够用'],
    [20.5, 'attention', '约 20 天后用尽'],
    [3, 'fault', '约 3 天后用尽'],
  ])('%d days', (days, level, words) => {
    expect(judgeDisk({ id: 'disk', name: '盘', freeGb: 50 }, limits, days)).toMatchObject({
      level,
      text: expect.stringContaining(words),
    })
  })
})

describe('what is outside', () => {
  const RECORDED =
    'C0A80001,ntp.office,3,1764036000.123,-0.000482,0.000012,0.000031,-3.2,0.001,0.05,0.02,0.001,64.2,Normal'
  test.each([
    [RECORDED, 0.000482, 'ok'],
    [RECORDED.replace('-0.000482', '2.5'), 2.5, 'attention'],
    [RECORDED.replace('-0.000482', '-90.0'), 90, 'fault'],
  ])('chrony says how far the clock is', (told, offset, level) => {
    expect(offsetOf(told)).toBe(offset)
    expect(judgeTimeSync(true, offset).level).toBe(level)
  })
  it('takes nothing else for an answer', () => {
    for (const told of ['', '506 Cannot talk to daemon', 'a,b,c,d,,f,g,h,i,j,k,l,m,n'])
      expect(offsetOf(told)).toBeNull()
  })
  test.each([
    ['all is kept', [], 'ok'],
    ['what is new waits its minute', [{ chain: 'audit', since: NOW - 30_000 }], 'ok'],
    ['what waits longer is not kept', [{ chain: 'audit', since: NOW - HOUR }], 'fault'],
  ])('heads of chains: %s', (_name, waiting, level) =>
    expect(judgeAnchors({ newest: '2026-11-25T01:00:00.000Z', waiting }, '/kept', NOW).level).toBe(level),
  )
  it('shows the worst certificate, and nothing where there is none', () => {
    expect(judgeCertificates([])).toEqual([])
    const ok = { level: 'ok', text: '甲', mend: '' } as const
    expect(judgeCertificates([ok])).toMatchObject([{ level: 'ok', text: '甲' }])
    expect(judgeCertificates([ok, { level: 'warn', text: '乙', mend: '换' }])).toMatchObject([
      { level: 'attention', text: '乙', mend: '换' },
    ])
  })
  it('does not call a broker broken that is just coming up', () => {
    expect(judgeBroker({ ok: false, reason: '尚未启动' }, 'embedded', 2).level).toBe('attention')
    expect(judgeBroker({ ok: false, reason: '停了' }, 'embedded', 60).level).toBe('fault')
  })
})
