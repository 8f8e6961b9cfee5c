import { officeTime, startOfDay } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import {
  ALERT_STATE_WORDS,
  ALERT_STEP_WORDS,
  type AlertLoadPanel,
  type AlertsPanel,
} from '../../contract/panels/alerts.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import { SEVERITIES, SEVERITY_WORDS } from '../../contract/severity.ts'
import type { FigureSource, Panel } from '../feature.ts'
import type { AlertsContext } from './context.ts'
import { compareAlerts } from './order.ts'
import { present } from './present.ts'
import { type Numbers, readBirths, readLastClosed, readListed, readNumbers, readOpen } from './queries.ts'
import type { Alert } from './types.ts'

const SHOWN = 200
const BUCKET_MS = 600_000
const BUCKETS = 24
/** EEMUA 191: about one new alert in ten minutes is what a person can work, two is the ceiling. */
const LIMIT_PER_BUCKET = 2
const STALE_AFTER_S = 30
const WEEK_MS = 7 * 86_400_000
const SOURCE = '告警引擎'

/** The engine vouches for its own age: the moment its clock last ran. */
export interface Pulse {
  at: number | null
}

export function alertPanels(context: AlertsContext, pulse: Pulse): Panel[] {
  const freshness = (): Freshness => ({ source: SOURCE, at: pulse.at, staleAfterS: STALE_AFTER_S, state: 'ok' })
  return [
    {
      name: 'alerts',
      permission: 'alerts.read',
      everyMs: 10_000,
      load: (now) => alertsPanel(context, freshness, now),
    },
    {
      name: 'alert-load',
      permission: 'alerts.read',
      everyMs: 10_000,
      load: (now) => loadPanel(context, freshness, now),
    },
  ]
}

async function alertsPanel(context: AlertsContext, freshness: () => Freshness, now: number): Promise<AlertsPanel> {
  const db = context.records.read
  const [listed, numbers, last] = await Promise.all([readListed(db), readNumbers(db, spans(now)), readLastClosed(db)])
  listed.sort(compareAlerts)
  const items = listed.filter(({ kind }) => kind !== 'drill')
  const of = (state: string) => items.filter((one) => one.state === state).length
  return {
    freshness: freshness(),
    items: listed.slice(0, SHOWN).map(present),
    counts: {
      unacknowledged: of('unacknowledged'),
      acknowledged: of('acknowledged'),
      returned: of('returned-unacknowledged'),
      normalToday: numbers.normalToday,
      bySeverity: bySeverity(items),
    },
    merged: { occurrences: items.reduce((sum, { count }) => sum + count, 0), cards: items.length },
    newest: items.reduce<Alert | null>((late, one) => (late && late.ord > one.ord ? late : one), null)?.id ?? null,
    lastClosed: last
      ? {
          title: last.title,
          disposal: last.disposal ?? '–',
          owner: last.owner,
          tookS: Math.max(0, Math.round(((last.closedAt ?? last.lastAt) - last.firstAt) / 1000)),
        }
      : null,
  }
}

const bySeverity = (alerts: readonly Alert[]): AlertsPanel['counts']['bySeverity'] => {
  const counts = { critical: 0, warning: 0, notice: 0, info: 0 }
  for (const { severity } of alerts) counts[severity] += 1
  return counts
}

const spans = (now: number) => ({ today: startOfDay(now), week: now - WEEK_MS })
const isStanding = ({ state }: Alert): boolean => state === 'acknowledged' || state === 'unacknowledged'

async function loadPanel(context: AlertsContext, freshness: () => Freshness, now: number): Promise<AlertLoadPanel> {
  const db = context.records.read
  const end = Math.floor(now / BUCKET_MS) * BUCKET_MS + BUCKET_MS
  const start = end - BUCKETS * BUCKET_MS
  const [births, open, numbers] = await Promise.all([readBirths(db, start), readOpen(db), readNumbers(db, spans(now))])
  const buckets = Array.from({ length: BUCKETS }, (_, index) => ({ at: start + index * BUCKET_MS, count: 0 }))
  for (const at of births) {
    const bucket = buckets[Math.floor((at - start) / BUCKET_MS)]
    if (bucket) bucket.count += 1
  }
  return {
    freshness: freshness(),
    buckets,
    limitPerBucket: LIMIT_PER_BUCKET,
    standing: open.filter(isStanding).length,
    meanAckS: numbers.meanAckS,
    meanHandleS: numbers.meanHandleS,
  }
}

export function alertFigures(context: AlertsContext, pulse: Pulse): FigureSource {
  return {
    permission: 'alerts.read',
    names: FIGURES.map(({ name }) => name),
    async list(now) {
      const db = context.records.read
      const [open, numbers] = await Promise.all([readOpen(db), readNumbers(db, spans(now))])
      const age = pulse.at === null ? null : now - pulse.at
      return FIGURES.map(({ value, rows, ...about }) => ({
        ...about,
        value: value(open, numbers),
        at: pulse.at === null ? null : officeTime(pulse.at).toString({ timeZoneName: 'never' }),
        staleAfter: STALE_AFTER_S,
        state: age === null ? 'unknown' : age > STALE_AFTER_S * 1000 ? 'stale' : 'ok',
        source: SOURCE,
        rows: open.filter(rows).sort(compareAlerts).slice(0, 1000).map(toRow),
      }))
    },
  }
}

interface FigureOf extends Pick<Figure, 'name' | 'title' | 'unit' | 'formula'> {
  value(open: readonly Alert[], numbers: Numbers): number | null
  rows(alert: Alert): boolean
}

const counted = (name: string, title: string, formula: string, rows: (alert: Alert) => boolean): FigureOf => ({
  name,
  title,
  unit: '条',
  formula,
  rows,
  value: (open) => open.filter(rows).length,
})
const none = () => false

const FIGURES: readonly FigureOf[] = [
  counted('alerts.open', '未关闭告警', '步骤不是“已关闭”的告警卡数', () => true),
  counted('alerts.unacknowledged', '未确认告警', '状态为“未确认”的告警卡数', ({ state }) => state === 'unacknowledged'),
  counted('alerts.acknowledged', '已确认告警', '状态为“已确认”的告警卡数', ({ state }) => state === 'acknowledged'),
  counted(
    'alerts.returned',
    '已恢复待确认告警',
    '原因已消除、尚无人确认的告警卡数',
    ({ state }) => state === 'returned-unacknowledged',
  ),
  ...SEVERITIES.filter((severity) => severity !== 'info').map((one) =>
    counted(
      `alerts.${one}`,
      `${SEVERITY_WORDS[one]}告警`,
      `未关闭且未恢复的“${SEVERITY_WORDS[one]}”告警卡数`,
      (alert) => alert.severity === one && isStanding(alert),
    ),
  ),
  {
    name: 'alerts.occurrences',
    title: '未关闭告警的触发次数',
    unit: '次',
    formula: '未关闭告警卡归并的触发次数之和',
    value: (open) => open.reduce((sum, { count }) => sum + count, 0),
    rows: () => true,
  },
  {
    name: 'alerts.escalated-today',
    title: '今日升级',
    unit: '条',
    formula: '今日零时起因无人确认而升级的告警卡数',
    value: (_, { escalatedToday }) => escalatedToday,
    rows: ({ escalatedAt }) => escalatedAt !== null,
  },
  {
    name: 'alerts.normal-today',
    title: '今日转正常',
    unit: '条',
    formula: '今日零时起转为“正常”的告警卡数',
    value: (_, { normalToday }) => normalToday,
    rows: ({ state }) => state === 'normal',
  },
  {
    name: 'alerts.mean-ack',
    title: '平均确认用时',
    unit: '秒',
    formula: '近 7 日（确认时刻 − 最近一次提醒时刻）的平均',
    value: (_, { meanAckS }) => meanAckS,
    rows: none,
  },
  {
    name: 'alerts.mean-handle',
    title: '平均处置用时',
    unit: '秒',
    formula: '近 7 日（关闭时刻 − 新建时刻）的平均',
    value: (_, { meanHandleS }) => meanHandleS,
    rows: none,
  },
]

const toRow = (alert: Alert): Figure['rows'][number] => ({
  编号: alert.id,
  级别: SEVERITY_WORDS[alert.severity],
  状态: ALERT_STATE_WORDS[alert.state],
  步骤: ALERT_STEP_WORDS[alert.step],
  内容: alert.title,
  次数: alert.count,
  归属: alert.owner,
  首次: officeTime(alert.firstAt).toPlainDateTime().toString({ smallestUnit: 'second' }),
})
