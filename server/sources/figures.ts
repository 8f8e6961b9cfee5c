import type { Figure } from '../../contract/figures.ts'
import type { Freshness } from '../../contract/panels/common.ts'
import type { SourceItem, SourcesPanel } from '../../contract/panels/sources.ts'
import type { FigureSource } from '../feature.ts'
import { figure } from '../figure.ts'
import type { SourcesDeps } from './context.ts'
import { SELFTEST_LIMIT_MS } from './rules.ts'
import type { Selftest } from './selftest.ts'
import type { Traces } from './traces.ts'
import type { Watch, WatchedSource } from './watch.ts'

export interface SourcesParts {
  deps: SourcesDeps
  watch: Watch
  traces: Traces
  selftest: Selftest
}
const STALE_AFTER_S = 30
const own = (now: number): Freshness => ({ source: '自检', at: now, staleAfterS: STALE_AFTER_S, state: 'ok' })

export async function sourcesPanel(parts: SourcesParts, now: number): Promise<SourcesPanel> {
  const { deps, watch, selftest } = parts
  const { p95Ms } = deps.ingest()
  const { state, backlog } = deps.metrics()
  return {
    freshness: own(now),
    items: watch.sources.map((source) => itemOf(parts, source, now)),
    ingest: {
      p95Ms,
      quarantineOpen: await deps.quarantineOpen(),
      spool: spoolOf(watch),
      spoolHours: deps.spoolHours?.() ?? null,
      trouble: troubleOf(deps),
    },
    metrics: { state, backlog },
    selftest: { at: selftest.record.seenAt, tookMs: selftest.record.tookMs, ok: !selftest.record.missed },
  }
}

function troubleOf({ intake }: SourcesDeps): string | null {
  const state = intake?.() ?? { ok: true }
  return state.ok ? null : state.reason
}

const spoolOf = (watch: Watch): number => watch.sources.reduce((sum, { id }) => sum + watch.record(id).spool, 0)

export function itemOf(
  { watch, traces }: Pick<SourcesParts, 'watch' | 'traces'>,
  source: WatchedSource,
  now: number,
): SourceItem {
  const record = watch.record(source.id)
  const { state, word } = watch.assess(source, now)
  const heard = record.heardMs !== null
  return {
    id: source.id,
    name: source.name,
    domain: source.domain,
    kind: source.kind,
    state,
    word,
    lastOkAt: record.lastOkMs,
    lastEventAt: record.lastEventMs,
    staleAfterS: source.staleAfterS,
    rate: record.rate,
    spool: heard ? record.spool : null,
    quarantined: heard ? record.quarantined : null,
    lagS: record.lagS,
    skewS: record.skewS,
    gaps24h: heard ? traces.gapsOfDay(source.id, now) : null,
    demo: source.demo,
    progress: state === 'ok' || state === 'broken' ? watch.progress(source.id) : null,
  }
}

export function sourceFigures(parts: SourcesParts): FigureSource {
  const ages = parts.watch.sources.map(({ id }) => `source.${id}.age`)
  return { permission: 'sources.read', names: [...ages, ...PIPELINE], list: (now) => listFigures(parts, now) }
}

const PIPELINE = [
  'pipeline.sources-ok',
  'pipeline.ingest-p95',
  'pipeline.ingest-paused',
  'pipeline.quarantine',
  'pipeline.spool',
  'pipeline.selftest',
  'pipeline.metrics-down',
] as const

async function listFigures(parts: SourcesParts, now: number): Promise<Figure[]> {
  const { watch } = parts
  const ages = watch.sources.map((source) => ageFigure(parts, source, now))
  return [...ages, ...(await pipelineFigures(parts, now))]
}

function ageFigure(parts: SourcesParts, source: WatchedSource, now: number): Figure {
  const { watch } = parts
  const { lastOkMs } = watch.record(source.id)
  return figure(
    {
      name: `source.${source.id}.age`,
      title: `${source.name} 距上次联系`,
      value: lastOkMs === null ? null : Math.max(0, Math.round((now - lastOkMs) / 1000)),
      unit: '秒',
      formula: '现在 − 采集器最近一次成功联系来源的时刻',
      rows: [rowOf(parts, source, now)],
    },
    watch.freshness([source.id]),
    now,
  )
}

const rowOf = (parts: SourcesParts, source: WatchedSource, now: number): Figure['rows'][number] => {
  const item = itemOf(parts, source, now)
  return {
    来源: item.name,
    编号: item.id,
    状态: item.word,
    每小时: item.rate,
    缓存: item.spool,
    延迟秒: item.lagS,
    缺口: item.gaps24h ?? null,
  }
}

async function pipelineFigures(parts: SourcesParts, now: number): Promise<Figure[]> {
  const { deps, watch, selftest } = parts
  const rows = watch.sources.map((source) => rowOf(parts, source, now))
  const { p95Ms, waiting } = deps.ingest()
  const { state, backlog } = deps.metrics()
  const { seenAt, tookMs } = selftest.record
  const make = (
    name: (typeof PIPELINE)[number],
    title: string,
    value: number | null,
    unit: string,
    formula: string,
  ) => ({
    name,
    title,
    value,
    unit,
    formula,
  })
  const ok = watch.sources.filter((source) => watch.assess(source, now).state === 'ok').length
  const limit: Freshness = { source: '自检', at: seenAt, staleAfterS: SELFTEST_LIMIT_MS / 1000, state: 'ok' }
  return [
    figure({ ...make('pipeline.sources-ok', '正常来源', ok, '路', '有心跳且未过时限的来源数'), rows }, own(now), now),
    figure(
      {
        ...make('pipeline.ingest-p95', '消息入库用时', p95Ms, '毫秒', '最近 1024 批从到达到落盘用时的第 95 百分位'),
        rows: [{ 等待入库: waiting }],
      },
      own(now),
      now,
    ),
    figure(
      {
        ...make(
          'pipeline.ingest-paused',
          '入库暂停',
          troubleOf(deps) === null ? 0 : 1,
          '',
          '记录库不可写为 1，可写为 0',
        ),
        rows: [{ 原因: troubleOf(deps) ?? '无' }],
      },
      own(now),
      now,
    ),
    figure(
      make('pipeline.quarantine', '隔离待修', await deps.quarantineOpen(), '条', '隔离区未处理的条数'),
      own(now),
      now,
    ),
    figure(
      { ...make('pipeline.spool', '续传缓存', spoolOf(watch), '条', '各采集器尚未收到回执的事件数之和'), rows },
      own(now),
      now,
    ),
    figure(
      make('pipeline.selftest', '告警通路自测用时', tookMs, '毫秒', '合成事件从发出到告警落盘的用时，每分钟一次'),
      limit,
      now,
    ),
    figure(
      {
        ...make('pipeline.metrics-down', '指标库不可用', state === 'down' ? 1 : 0, '', '不可用为 1，可用为 0'),
        rows: [{ 待补写: backlog }],
      },
      own(now),
      now,
    ),
  ]
}
