import { createPinia, setActivePinia } from 'pinia'
import { beforeEach, describe, expect, it } from 'vitest'
import type { AlertItem, AlertsPanel } from '../../contract/panels/alerts.ts'
import { mergeAlert, pinnedAlerts } from '../../web/live/alerts.ts'
import { useClock } from '../../web/live/clock.ts'
import { createPainter } from '../../web/live/painted.ts'
import { PANEL_STATES, panelStatus, type StatusInput, usePanel } from '../../web/live/panel.ts'
import { useLive } from '../../web/live/store.ts'
import { alert, alertsPanel, CUSTODY, FORCED, GARAGE, HALL, PATROL, PROPERTY } from '../pictures/fixtures/alerts.ts'
import { NORMAL, NOW } from '../pictures/fixtures/panels.ts'

const caps = {
  demo: false,
  unit: '示例区人民检察院',
  screen: null,
  panels: Object.keys(NORMAL),
  denied: [] as string[],
  version: '0',
}

beforeEach(() => {
  setActivePinia(createPinia())
  useClock().hold(NOW)
})

function connected(panels: Record<string, unknown> = NORMAL) {
  const live = useLive()
  live.hello({ rev: 7, serverTime: NOW, caps })
  live.snapshot({ rev: 7, at: NOW, panels })
  return live
}

describe('revisions', () => {
  it('applies what follows, asks when something is missing, ignores what it knows', () => {
    const live = connected()
    const delta = (prevRev: number, rev: number) =>
      live.delta({ rev, prevRev, panel: 'flow', data: { ...NORMAL.flow, open: rev }, at: NOW })
    expect(delta(7, 8)).toBe('applied')
    expect(delta(7, 8)).toBe('old')
    expect(delta(9, 10)).toBe('gap')
    expect(usePanel('flow').data.value?.open).toBe(8)
  })
  it('starts over with the hello of a new server, whose numbers are smaller', () => {
    const live = connected()
    live.hello({ rev: 1, serverTime: NOW, caps })
    live.snapshot({ rev: 1, at: NOW, panels: {} })
    expect(live.delta({ rev: 2, prevRev: 1, panel: 'flow', data: NORMAL.flow, at: NOW })).toBe('applied')
  })
  it('does not believe data without the shape of the contract, and keeps the last good ones', () => {
    const live = connected()
    const flow = usePanel('flow')
    live.delta({ rev: 8, prevRev: 7, panel: 'flow', data: { open: 'many' }, at: NOW })
    expect(flow.state.value).toBe('broken')
    expect(flow.status.value.cause).toContain('字段不符')
    expect(flow.data.value?.open).toBe(110)
    live.delta({ rev: 9, prevRev: 8, panel: 'flow', data: NORMAL.flow, at: NOW })
    expect(flow.state.value).toBe('normal')
  })
})

describe('a panel that the server cannot read', () => {
  it('is broken with its cause, and keeps the last good data behind it', () => {
    const live = connected()
    const broken = { broken: { cause: '数据读取失败', lastOkAt: NOW - 60_000, retryAt: NOW + 5000 } }
    live.delta({ rev: 8, prevRev: 7, panel: 'flow', data: broken, at: NOW })
    const flow = usePanel('flow')
    expect(flow.status.value).toMatchObject({ state: 'broken', cause: '数据读取失败', ageS: 60, retryInS: 5 })
    expect(flow.data.value?.open).toBe(110)
  })
})

describe('pulse', () => {
  it('tells whether something was missed', () => {
    const live = connected()
    expect(live.pulse({ rev: 7, serverTime: NOW })).toBe(false)
    expect(live.pulse({ rev: 9, serverTime: NOW })).toBe(true)
  })
})

describe('panel status', () => {
  const input: StatusInput = {
    name: 'flow',
    entry: { data: NORMAL.flow, at: NOW, problem: null },
    caps,
    connection: { state: 'connected' },
    now: NOW,
    frozen: false,
  }
  const at = (ms: number | null, state: 'ok' | 'broken' = 'ok') => ({
    data: { ...NORMAL.flow, freshness: { ...NORMAL.flow.freshness, at: ms, state } },
    at: NOW,
    problem: null,
  })
  it.each([
    ['normal', {}],
    ['loading', { entry: null }],
    ['not-enabled', { caps: { panels: [], denied: [] }, entry: null }],
    ['denied', { caps: { panels: [], denied: ['flow'] } }],
    ['stale', { entry: at(NOW - 1801_000) }],
    ['normal', { entry: at(NOW - 1800_000) }],
    ['empty', { entry: at(null) }],
    ['broken', { entry: at(NOW, 'broken') }],
    ['broken', { entry: { data: null, at: NOW, problem: { cause: '字段不符', lastOkAt: null, retryAt: null } } }],
    ['refreshing', { connection: { state: 'lost', since: NOW } }],
    ['frozen', { frozen: true }],
    ['stale', { frozen: true, entry: at(NOW - 1801_000) }],
    ['stale', { connection: { state: 'lost', since: 0 }, entry: at(NOW - 1801_000) }],
  ] as const)('%s', (state, changes) => {
    expect(panelStatus({ ...input, ...changes } as StatusInput).state).toBe(state)
    expect(PANEL_STATES).toContain(state)
  })
  it('counts ages from the server clock, never below zero', () => {
    expect(panelStatus({ ...input, entry: at(NOW + 5000) }).ageS).toBe(0)
    expect(panelStatus({ ...input, entry: at(NOW - 4000) }).ageS).toBe(4)
  })
  it('goes stale by time alone, without a word from the server', () => {
    connected()
    const terminal = usePanel('terminal')
    expect(terminal.state.value).toBe('normal')
    useClock().hold(NOW + 109_000)
    expect(terminal.state.value).toBe('stale')
  })
})

describe('alert events', () => {
  const panel = alertsPanel([CUSTODY, PROPERTY, PATROL, GARAGE, HALL], NOW)
  it('puts a new one where it belongs and counts it', () => {
    const merged = mergeAlert(panel, FORCED)
    expect(merged.items.map((one) => one.id)).toEqual(['forced', 'custody', 'property', 'patrol', 'garage', 'hall'])
    expect(merged.counts.unacknowledged).toBe(panel.counts.unacknowledged + 1)
    expect(merged.counts.bySeverity.critical).toBe(2)
    expect(merged.merged.cards).toBe(panel.merged.cards + 1)
    expect(pinnedAlerts(merged).map((one) => one.id)).toEqual(['forced'])
  })
  it('is idempotent by id and version', () => {
    const once = mergeAlert(panel, FORCED)
    expect(mergeAlert(once, FORCED)).toBe(once)
    expect(mergeAlert(once, { ...FORCED, version: 0, title: 'older' })).toBe(once)
  })
  it('counts a card beyond the list once, however often it is told of', () => {
    const state = { ...panel, newest: 'A-20261124-9999' }
    const beyond = alert({ ...FORCED, id: 'A-20261124-0300', version: 7, count: 9 })
    expect(mergeAlert(state, beyond)).toBe(state)
    const born = mergeAlert(state, alert({ ...beyond, id: 'A-20261124-10000', count: 1 }))
    expect(born.merged).toEqual({ occurrences: panel.merged.occurrences + 1, cards: panel.merged.cards + 1 })
    expect(born.newest).toBe('A-20261124-10000')
  })
  it('takes a closed one away and counts it among the normal', () => {
    const gone = mergeAlert(panel, { ...GARAGE, version: 2, state: 'normal', step: 'closed' })
    expect(gone.items.some((one) => one.id === 'garage')).toBe(false)
    expect(gone.counts.normalToday).toBe(panel.counts.normalToday + 1)
    expect(gone.counts.acknowledged).toBe(panel.counts.acknowledged - 1)
  })
  it('survives a panel state that was loaded before it happened', () => {
    const live = connected()
    live.alert(FORCED)
    live.delta({ rev: 8, prevRev: 7, panel: 'alerts', data: NORMAL.alerts, at: NOW })
    const items = () => (usePanel('alerts').data.value as AlertsPanel).items.map((one: AlertItem) => one.id)
    expect(items()).toContain('forced')
    useClock().hold(NOW + 6000)
    live.delta({ rev: 9, prevRev: 8, panel: 'alerts', data: NORMAL.alerts, at: NOW + 6000 })
    expect(items()).not.toContain('forced')
  })
})

describe('freeze', () => {
  it('holds data and ages, while alerts go on living behind it', () => {
    const live = connected()
    const terminal = usePanel('terminal')
    live.freeze()
    useClock().hold(NOW + 372_000)
    live.delta({ rev: 8, prevRev: 7, panel: 'terminal', data: { ...NORMAL.terminal, online: 1 }, at: NOW + 372_000 })
    live.alert(alert({ ...FORCED, id: 'later' }))
    expect(terminal.data.value?.online).toBe(102)
    expect(terminal.ageS.value).toBe(12)
    expect(terminal.state.value).toBe('frozen')
    const living = live.panel('alerts').value?.data as AlertsPanel | undefined
    expect(living?.items.some((one) => one.id === 'later')).toBe(true)
    live.thaw()
    expect(terminal.data.value?.online).toBe(1)
  })
})

describe('painted receipts', () => {
  it('leave after the frame, once for each alert, and only for what is on the glass', () => {
    const queue: (() => void)[] = []
    const sent: string[] = []
    const painter = createPainter({
      now: () => NOW,
      isOnGlass: (id) => id !== 'hidden',
      emit: (receipt) => sent.push(`${receipt.alertId}@${receipt.at}`),
      frame: (act) => queue.push(act),
      afterFrame: (act) => queue.push(act),
    })
    for (const id of ['a', 'b', 'a', 'hidden']) painter.mark(id)
    expect([queue.length, sent.length]).toEqual([1, 0])
    queue.shift()?.()
    expect(sent).toEqual([])
    queue.shift()?.()
    expect(sent).toEqual([`a@${NOW}`, `b@${NOW}`])
    painter.mark('a')
    expect(queue.length).toBe(1)
  })
})
