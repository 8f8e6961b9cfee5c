import { ZONE } from '../../config/zone.ts'
import type { Figure } from '../../contract/figures.ts'
import type { FigureSource } from '../feature.ts'
import { figure } from '../figure.ts'
import type { SecurityDeps } from './context.ts'
import { accessPanel, deniedByReason, readDoorBoard } from './doors/figures.ts'
import { readPatrolBoard } from './patrol/figures.ts'
import { onlineHosts, readTerminalBoard, terminalPanel } from './terminals/figures.ts'
import { GAP_WORDS } from './terminals/rules.ts'
import { readZeroBoard } from './zeros/figures.ts'

/** The security figures of the wall, each with source, formula and the rows that were counted. */
export const securityFigures = (deps: SecurityDeps): FigureSource[] => [
  { permission: 'figures.read', names: TERMINAL_NAMES, list: (now) => terminalFigures(deps, now) },
  { permission: 'figures.read', names: ACCESS_NAMES, list: (now) => accessFigures(deps, now) },
  { permission: 'figures.read', names: PATROL_NAMES, list: (now) => patrolFigures(deps, now) },
  { permission: 'figures.read', names: ZERO_NAMES, list: (now) => zeroFigures(deps, now) },
]

const TERMINAL_NAMES = [
  'terminal.managed',
  'terminal.online',
  'terminal.online-rate',
  'terminal.covered',
  'terminal.blind',
  'terminal.unknown',
  'terminal.virus-unresolved',
  'terminal.virus-today',
  'terminal.outreach-today',
  'terminal.patch-hosts',
  'terminal.signature-age',
]
const ACCESS_NAMES = [
  'access.doors',
  'access.abnormal',
  'access.forced',
  'access.held',
  'access.offline',
  'access.passes-today',
  'access.denied-today',
]
const PATROL_NAMES = ['patrol.reached-rate', 'patrol.missed', 'patrol.late']
const ZERO_NAMES = ['zero.petition', 'zero.accident', 'zero.case']

const shown = (ms: number | null): string | null =>
  ms === null || ms === 0
    ? null
    : Temporal.Instant.fromEpochMilliseconds(ms)
        .toZonedDateTimeISO(ZONE)
        .toPlainDateTime()
        .toString({ smallestUnit: 'second' })
        .replace('T', ' ')

async function terminalFigures(deps: SecurityDeps, now: number): Promise<Figure[]> {
  const board = await readTerminalBoard(deps, now)
  const panel = await terminalPanel(deps, now, board)
  const make = (
    name: string,
    title: string,
    value: number | null,
    unit: string,
    formula: string,
    rows?: Figure['rows'],
  ) => figure({ name, title, value, unit, formula, rows }, board.freshness, now)
  const states = board.assets.map(({ host, place }) => {
    const state = board.states.get(host)
    return { 终端: host, 位置: place, 在线: state?.online ?? false, 最近上报: shown(state?.seenMs ?? null) }
  })
  const online = new Set(onlineHosts(board) ?? [])
  const unprotected = new Set(board.coverage.unprotected.map(({ host }) => host))
  const lostDays = deps.config.security.protectionLostDays
  return [
    make('terminal.managed', '纳管终端', panel.managed, '台', '资产清单 site.yaml terminals 的条数', states),
    make(
      'terminal.online',
      '在线终端',
      panel.online,
      '台',
      `资产清单中最近 ${deps.config.security.offlineAfterS / 60} 分钟内有上报且未报离线的终端`,
      states.filter((row) => online.has(String(row.终端))),
    ),
    make('terminal.online-rate', '在线率', panel.onlineRate, '%', '在线终端 ÷ 纳管终端', states),
    make(
      'terminal.covered',
      '已覆盖终端',
      panel.covered,
      '台',
      `资产清单中最近 ${lostDays} 天内上报过、且防护引擎在运行的终端`,
      states.filter(({ 终端 }) => !unprotected.has(终端)),
    ),
    make(
      'terminal.blind',
      '无防护终端',
      panel.blind.total,
      '台',
      '资产清单 − 已覆盖终端，逐台列出原因',
      board.coverage.unprotected.map(({ host, place, why, seenMs }) => ({
        终端: host,
        位置: place,
        原因: GAP_WORDS[why],
        最近上报: shown(seenMs),
      })),
    ),
    make(
      'terminal.unknown',
      '未登记终端',
      panel.unknown.total,
      '台',
      `最近 ${lostDays} 天内上报过、按主机名和网卡地址都不在资产清单中的终端`,
      board.coverage.unknown.map(({ host, ip, mac, seenMs }) => ({
        终端: host,
        IP: ip,
        网卡: mac,
        最近上报: shown(seenMs),
      })),
    ),
    make(
      'terminal.virus-unresolved',
      '病毒未处置',
      panel.virus.unresolved,
      '个',
      '已发现且没有清除、隔离结果的病毒（主机×病毒名）',
      board.viruses
        .filter(({ resolved_ms }) => resolved_ms === null)
        .map((virus) => ({ 终端: virus.host, 病毒: virus.name, 发现: shown(virus.at_ms) })),
    ),
    make(
      'terminal.virus-today',
      '今日发现病毒',
      panel.virus.today,
      '个',
      '今日 0 时起发现的病毒',
      board.viruses.map((virus) => ({
        终端: virus.host,
        病毒: virus.name,
        发现: shown(virus.at_ms),
        处置: shown(virus.resolved_ms),
      })),
    ),
    make(
      'terminal.outreach-today',
      '今日违规外联',
      panel.outreach.today,
      '次',
      '今日 0 时起的违规外联事件',
      board.outreach.map((row) => ({ 终端: row.host, 时间: shown(row.at_ms) })),
    ),
    make(
      'terminal.patch-hosts',
      '高危补丁缺失终端',
      panel.patches.hosts,
      '台',
      '最近一次基线或补丁检查未通过的终端',
      [...board.states.values()]
        .filter(({ patchSinceMs }) => patchSinceMs !== null)
        .map((state) => ({ 终端: state.host, 缺失自: shown(state.patchSinceMs), 检查于: shown(state.patchMs) })),
    ),
    make(
      'terminal.signature-age',
      '病毒库天数',
      panel.signatureAgeDays,
      '天',
      '各终端病毒库距今天数的中位数',
      [...board.states.values()].map((state) => ({ 终端: state.host, 病毒库: shown(state.signatureMs) })),
    ),
  ]
}

async function accessFigures(deps: SecurityDeps, now: number): Promise<Figure[]> {
  const board = await readDoorBoard(deps, now)
  const panel = await accessPanel(deps, now, board)
  const rows = (states?: string[]) =>
    board.marks
      .filter(({ state }) => !states || states.includes(state))
      .map((mark) => ({ 门: mark.name, 编号: mark.id, 区域: mark.area, 状态: mark.state, 自: shown(mark.since) }))
  const known = panel.abnormal.total !== null
  const make = (
    name: string,
    title: string,
    value: number | null,
    unit: string,
    formula: string,
    list: Figure['rows'],
  ) => figure({ name, title, value, unit, formula, rows: list }, board.freshness, now)
  return [
    make('access.doors', '门', board.marks.length, '扇', 'site.yaml doors 的条数', rows()),
    make(
      'access.abnormal',
      '异常门',
      panel.abnormal.total,
      '扇',
      '强行开启 + 超时未关 + 时段外 + 离线',
      rows(['forced', 'held', 'offline']),
    ),
    make(
      'access.forced',
      '强行开启',
      known ? panel.abnormal.forced : null,
      '扇',
      '没有合法授权而门磁打开',
      rows(['forced']),
    ),
    make('access.held', '超时未关', known ? panel.abnormal.held : null, '扇', '门磁开启超过该门 heldS', rows(['held'])),
    make('access.offline', '离线门', known ? panel.abnormal.offline : null, '扇', '控制器无法联系', rows(['offline'])),
    make(
      'access.passes-today',
      '今日通行',
      panel.passesToday,
      '次',
      '今日 0 时起通行成功次数',
      board.today
        .filter(({ outcome }) => outcome === 'granted')
        .map((count) => ({ 门: count.door, 时段: shown(count.hourMs), 次数: count.count })),
    ),
    make(
      'access.denied-today',
      '今日拒绝',
      panel.denied.total,
      '次',
      '今日 0 时起拒绝通行次数',
      deniedByReason(deps, board.today).map(({ reason, count }) => ({ 原因: reason, 次数: count })),
    ),
  ]
}

async function patrolFigures(deps: SecurityDeps, now: number): Promise<Figure[]> {
  const board = await readPatrolBoard(deps, now)
  const rows = board.rated.map(({ route, round, assessment }) => ({
    路线: route,
    轮次: round,
    结果: assessment.result,
    到位: assessment.reached,
    漏检: assessment.missing.length,
    迟到: assessment.late,
  }))
  const of = (result: string) => rows.filter((row) => row.结果 === result)
  const make = (
    name: string,
    title: string,
    value: number | null,
    unit: string,
    formula: string,
    list: Figure['rows'],
  ) => figure({ name, title, value, unit, formula, rows: list }, board.freshness, now)
  return [
    make('patrol.reached-rate', '到位率', board.rate, '%', '近 6 轮已到点位 ÷ 应到点位', rows),
    make(
      'patrol.missed',
      '漏检轮次',
      rows.length === 0 ? null : of('missed').length,
      '轮',
      '近 6 轮中结果为漏检的路线轮次',
      of('missed'),
    ),
    make(
      'patrol.late',
      '迟到轮次',
      rows.length === 0 ? null : of('late').length,
      '轮',
      '近 6 轮中结果为迟到的路线轮次',
      of('late'),
    ),
  ]
}

async function zeroFigures(deps: SecurityDeps, now: number): Promise<Figure[]> {
  const board = await readZeroBoard(deps, now)
  const freshness = { source: '登记台账', at: now, staleAfterS: 3600, state: 'ok' as const }
  return board.zeros.map((zero) => {
    const rows = board.facts
      .filter(({ kind }) => kind === zero.key)
      .map(({ date, what }) => ({ 日期: date, 事由: what }))
    return figure(
      {
        name: `zero.${zero.key}`,
        title: zero.title,
        value: zero.days,
        unit: '天',
        formula: '今日 − 最近一次登记事实的日期；没有时从起算日起',
        rows,
      },
      freshness,
      now,
    )
  })
}
