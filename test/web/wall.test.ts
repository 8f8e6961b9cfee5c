import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import wallYaml from '../../config/screens/wall.yaml?raw'
import type { AlertItem } from '../../contract/panels/alerts.ts'
import type { SourceItem } from '../../contract/panels/sources.ts'
import type { SEVERITIES } from '../../contract/severity.ts'
import { planUpdate } from '../../web/charts/plan.ts'
import { sinceFreeze } from '../../web/wall/chrome/since-freeze.ts'
import { casesWaiting, securityWaiting, waitingWords } from '../../web/wall/chrome/summary.ts'
import { topSources } from '../../web/wall/chrome/top-sources.ts'
import { arrange, chooseScreen, type Place, SCREENS } from '../../web/wall/layout.ts'
import { fitRows, moreWords, rowHeight, stepWords, whyWords } from '../../web/wall/panels/alert-rows.ts'
import { isTrouble, worstFirst } from '../../web/wall/panels/source-words.ts'
import { figureOf } from '../../web/wall/provenance.ts'
import { nextMute, soundDue } from '../../web/wall/sound.ts'
import { alert, alertsPanel, CUSTODY, FORCED, GARAGE, HALL, PATROL, PROPERTY } from '../pictures/fixtures/alerts.ts'
import { NORMAL, NOW } from '../pictures/fixtures/panels.ts'

const [normal, wide] = SCREENS
const place = (all: readonly Place[], name: string) => all.find((one) => one.panel === name)

describe('layout', () => {
  it('is the same built in and in config/screens/wall.yaml', () => {
    expect(parse(wallYaml).screens).toEqual(SCREENS)
  })
  it('takes the named screen, else the nearest shape', () => {
    expect(chooseScreen(SCREENS, '32x9', 1.77)?.name).toBe('32x9')
    expect(chooseScreen(SCREENS, null, 16 / 9)?.name).toBe('16x9')
    expect(chooseScreen(SCREENS, 'unknown', 3.2)?.name).toBe('32x9')
    expect(chooseScreen(SCREENS, null, 4 / 3)?.name).toBe('16x9')
  })
  it('opens the pinned card over the centre column', () => {
    if (!normal) throw new Error('no screen')
    const { panels, pin } = arrange(normal, { pinned: true, frozen: false })
    expect(pin).toMatchObject({ x: 516, y: 80, w: 872, h: 174 })
    expect(place(panels, 'zeros')).toMatchObject({ y: 266, h: 54 })
    expect(place(panels, 'map')).toMatchObject({ y: 332, h: 256 })
    expect(place(panels, 'alerts')).toMatchObject({ y: 600, h: 272 })
    expect(place(panels, 'flow')).toEqual(place(normal.panels, 'flow'))
  })
  it('gives a frozen wall its strip', () => {
    if (!normal) throw new Error('no screen')
    const { panels, liveStrip } = arrange(normal, { pinned: false, frozen: true })
    expect(liveStrip).toMatchObject({ x: 20, y: 1038, w: 1880, h: 34 })
    expect(place(panels, 'access')).toMatchObject({ y: 366, h: 306 })
    expect(place(panels, 'patrol')).toMatchObject({ y: 684, h: 172 })
    expect(place(panels, 'map')).toMatchObject({ y: 204, h: 264 })
    expect(place(panels, 'alerts')).toMatchObject({ y: 480, h: 376 })
    expect(place(panels, 'draw')).toMatchObject({ y: 482, h: 218 })
    expect(place(panels, 'sources')).toMatchObject({ y: 868, h: 160 })
  })
  it('never lays one panel on another, in any mode of any screen, and keeps clear of the seam', () => {
    for (const screen of SCREENS)
      for (const pinned of [false, true])
        for (const frozen of [false, true]) {
          const { panels, pin, liveStrip } = arrange(screen, { pinned, frozen })
          const all = [...panels, ...(pin ? [pin] : []), ...(liveStrip ? [liveStrip] : [])]
          for (const [n, a] of all.entries())
            for (const b of all.slice(n + 1))
              expect(
                a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h,
                `${screen.name}: ${a.panel} × ${b.panel}`,
              ).toBe(false)
          for (const one of all) expect(one.h).toBeGreaterThan(0)
          if (screen === wide)
            for (const one of all) expect(one.x + one.w <= 1896 || one.x >= 1944, one.panel).toBe(true)
        }
  })
})

describe('alert list', () => {
  const many = (states: AlertItem['state'][]) =>
    states.map((state, n) => alert({ id: `a${n}`, title: 't', firstAt: NOW, state, severity: 'warning' }))
  it('fits the picture exactly', () => {
    const items = NORMAL.alerts.items
    expect(fitRows(items, 384 - 38 - 30, false)).toEqual(items)
    expect(fitRows(items, 376 - 38 - 30, false)).toEqual(items)
  })
  it('never exceeds its height and never cuts in silence', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom<AlertItem['state'][]>('unacknowledged', 'acknowledged'), { maxLength: 40 }),
        fc.integer({ min: 60, max: 700 }),
        fc.boolean(),
        (states, height, slim) => {
          const items = many(states)
          const rows = fitRows(items, height, slim)
          const used = rows.reduce((sum, item) => sum + rowHeight(item, slim), 0)
          const counts = { warning: items.length }
          const words = rows.length === items.length ? null : moreWords(counts, rows)
          expect(used + (words ? 30 : 0)).toBeLessThanOrEqual(height)
          expect(words === null).toBe(rows.length === items.length)
        },
      ),
    )
  })
  it('counts the rest by severity', () => {
    expect(moreWords({ critical: 1, warning: 3, notice: 1200 }, [CUSTODY, PROPERTY])).toBe(
      '另有 1\u2009202 条：重要 2 · 一般 1\u2009200',
    )
    expect(moreWords({ critical: 1 }, [CUSTODY])).toBeNull()
  })
  it('says what happens next', () => {
    expect(stepWords(PROPERTY, NOW)).toBe('5:48 后升级')
    expect(stepWords({ ...PROPERTY, escalatesAt: NOW - 1 }, NOW)).toBe('正在升级')
    expect(stepWords({ ...PROPERTY, escalatesAt: null }, NOW)).toBe('已升至最高')
    expect(stepWords(GARAGE, NOW)).toBe('已派遣')
    expect(stepWords(HALL, NOW)).toBe('待确认')
    expect(stepWords({ ...PROPERTY, silencedUntil: NOW + 60_000 }, NOW)).toBe('静默至 09:31')
    expect(whyWords(HALL, NOW)).toBe('09:21 恢复 · 须有人确认后才关闭')
    const due = '示检控申受[2026]60号 · 2026-11-26 届满，剩 1 日'
    expect(whyWords({ ...GARAGE, why: due, count: 1 }, NOW)).toBe('示检控申受〔2026〕60号 · 11-26 届满，剩 1 日')
    expect(whyWords({ ...GARAGE, why: '2027-01-04 届满', count: 1 }, NOW)).toBe('2027-01-04 届满')
    expect(whyWords({ ...GARAGE, count: 1234 }, NOW)).toContain('归并 1\u2009234 次')
  })
})

describe('sources', () => {
  const source = (id: string, changes: Partial<SourceItem> = {}): SourceItem => ({
    ...(NORMAL.sources.items[0] as SourceItem),
    id,
    name: id,
    ...changes,
  })
  it('are in trouble past their own deadline, whatever the server last said', () => {
    const item = source('a', { lastOkAt: NOW - 120_000, staleAfterS: 120 })
    expect(isTrouble(item, NOW)).toBe(false)
    expect(isTrouble(item, NOW + 1)).toBe(true)
    expect(isTrouble(source('b', { lastOkAt: null }), NOW)).toBe(true)
    expect(isTrouble(source('c', { state: 'broken' }), NOW)).toBe(true)
  })
  it('in trouble are never the ones cut off', () => {
    const items = [...'abcdefg'].map((id) => source(id)).concat(source('bad', { state: 'silent' }))
    expect(worstFirst(items, NOW, 6)[0]?.id).toBe('bad')
    expect(worstFirst(items, NOW, 8).map((one) => one.id)).toEqual([...'abcdefg', 'bad'])
  })
  it('stand in the top bar by domain, worst for all', () => {
    const items = [
      source('one'),
      source('two', { state: 'broken' }),
      ...[...'cdefg'].map((id) => source(id, { domain: 'access' })),
      source('self', { domain: 'infra' }),
    ]
    expect(topSources(items, NOW).map((one) => [one.label, one.item.id])).toEqual([
      ['终端防护', 'two'],
      ['门禁', 'c'],
    ])
    expect(topSources(NORMAL.sources.items, NOW).map((one) => one.label)).toEqual([
      '终端防护',
      '门禁',
      '巡查',
      '业务系统',
      '信访登记',
      '文书公开',
    ])
  })
})

describe('待处置', () => {
  it('names what waits, leaves out zero, shows unknown as –', () => {
    const fine = { access: false, terminal: false }
    expect(securityWaiting(NORMAL.access, NORMAL.terminal, fine).map(waitingWords)).toEqual([
      '异常门 2',
      '盲区 3',
      '补丁 7',
    ])
    expect(casesWaiting(NORMAL.flow, false).map(waitingWords)).toEqual(['末日 1', '临近 4'])
    const flow = { ...NORMAL.flow, byColour: { ...NORMAL.flow.byColour, red: 0, orange: null } }
    expect(casesWaiting(flow, false).map(waitingWords)).toEqual(['临近 –'])
  })
})

describe('since the freeze', () => {
  it('says what is new, escalated, returned or gone', () => {
    const later = alertsPanel(
      [
        FORCED,
        { ...PROPERTY, version: 2, escalatesAt: NOW + 1 },
        { ...PATROL, version: 2, returnedAt: NOW, state: 'returned-unacknowledged' },
        GARAGE,
      ],
      NOW,
    )
    const then = alertsPanel([PROPERTY, PATROL, GARAGE, HALL], NOW)
    expect(sinceFreeze(then, later).map((one) => [one.item.id, one.change])).toEqual([
      ['forced', 'new'],
      ['property', 'escalated'],
      ['patrol', 'returned'],
      ['hall', 'gone'],
    ])
    expect(sinceFreeze(then, then)).toEqual([])
  })
})

describe('sound', () => {
  const heard = (severity: (typeof SEVERITIES)[number], at: number, ...ids: string[]) =>
    new Map([[severity, { at, ids: new Set(ids) }]])
  it('sounds the worst first, repeats it until acknowledged', () => {
    expect(soundDue([FORCED, PROPERTY], new Map(), NOW)).toBe('critical')
    expect(soundDue([FORCED], heard('critical', NOW - 3000, 'forced'), NOW)).toBeNull()
    expect(soundDue([FORCED], heard('critical', NOW - 4000, 'forced'), NOW)).toBe('critical')
    expect(soundDue([{ ...FORCED, state: 'acknowledged' }], new Map(), NOW)).toBeNull()
  })
  it('says a notice once, a new one again, a silenced or informative one never', () => {
    expect(soundDue([PATROL], heard('notice', NOW - 600_000, 'patrol'), NOW)).toBeNull()
    expect(soundDue([PATROL], heard('notice', NOW - 1000, 'other'), NOW)).toBe('notice')
    expect(soundDue([{ ...PATROL, silencedUntil: NOW + 1 }], new Map(), NOW)).toBeNull()
    expect(soundDue([{ ...PATROL, severity: 'info' }], new Map(), NOW)).toBeNull()
  })
  it('mutes 5, 15, 30 minutes, then sounds again', () => {
    expect([nextMute(null), nextMute(5), nextMute(15), nextMute(30)]).toEqual([5, 15, 30, null])
  })
})

describe('chart updates', () => {
  const option = (data: number[], extra = 0) => ({
    xAxis: { max: extra },
    series: [{ type: 'bar', data }, { type: 'line' }],
  })
  it('tells a chart only what changed', () => {
    expect(planUpdate(null, option([1])).kind).toBe('replace')
    expect(planUpdate(option([1]), option([1])).kind).toBe('none')
    expect(planUpdate(option([1]), option([1], 1)).kind).toBe('replace')
    expect(planUpdate(option([1]), option([2]))).toEqual({
      kind: 'series',
      option: { series: [{ type: 'bar', data: [2] }, {}] },
    })
  })
})

describe('provenance', () => {
  it('of every key figure is known, of steps and stages by their whole', () => {
    const marks = [
      'flow.red',
      'zeros.case',
      'access.passes',
      'review.check',
      'disclosure.published',
      'mediation.session',
    ]
    expect(marks.map(figureOf)).toEqual([
      ...['flow.red', 'zero.case', 'access.passes-today', 'review.open', 'disclosure.published-year', 'mediation.open'],
    ])
    expect(figureOf('something.else')).toBeNull()
  })
})
