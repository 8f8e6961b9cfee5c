import { dayStart, officeTime, startOfDay } from '../../../config/zone.ts'
import type { Freshness } from '../../../contract/panels/common.ts'
import type { TerminalPanel } from '../../../contract/panels/security.ts'
import { DAY_MS, type SecurityDeps, sourcesOf } from '../context.ts'
import { pastWorkdays, quantile } from '../past.ts'
import { loadTerminals, readOutreach, readViruses } from './repository.ts'
import { type Coverage, coverage, type TerminalRecord } from './rules.ts'

/** Everything that the terminal panel and figures are made of, read once. */
export interface TerminalBoard {
  freshness: Freshness
  assets: SecurityDeps['config']['site']['terminals']
  states: Map<string, TerminalRecord>
  coverage: Coverage
  viruses: Awaited<ReturnType<typeof readViruses>>
  outreach: Awaited<ReturnType<typeof readOutreach>>
}

export async function readTerminalBoard(deps: SecurityDeps, now: number): Promise<TerminalBoard> {
  const db = deps.records.read
  const [freshness, states, viruses, outreach] = await Promise.all([
    deps.freshness(sourcesOf(deps.config, 'terminal')),
    loadTerminals(db),
    readViruses(db, startOfDay(now)),
    readOutreach(db),
  ])
  const assets = deps.config.site.terminals
  const lostAfterMs = deps.config.security.protectionLostDays * DAY_MS
  return { freshness, assets, states, coverage: coverage(assets, states.values(), now, lostAfterMs), viruses, outreach }
}

/** Online hosts of the asset list; null before anything was ever heard. */
export const onlineHosts = (board: TerminalBoard): string[] | null =>
  board.states.size === 0
    ? null
    : board.assets.filter(({ host }) => board.states.get(host)?.online).map(({ host }) => host)

export async function terminalPanel(deps: SecurityDeps, now: number, board: TerminalBoard): Promise<TerminalPanel> {
  const online = onlineHosts(board)?.length ?? null
  const managed = board.assets.length
  const heard = board.states.size > 0
  const { covered, blind, unknown } = board.coverage
  const past = await ownPast(deps, now)
  return {
    freshness: board.freshness,
    managed,
    signatureAgeDays: signatureAge(board, now),
    online,
    onlineRate: online === null || managed === 0 ? null : round1((100 * online) / managed),
    past: past.band,
    pastDays: past.days,
    covered: heard ? covered : null,
    blind: { total: heard ? managed - covered : null, places: heard ? blind : [] },
    unknown: { total: heard ? unknown.length : null, hosts: unknown.slice(0, 5).map(({ host }) => host) },
    virus: virusPart(board, now),
    outreach: outreachPart(board, now),
    patches: patchPart(board, now),
  }
}

const round1 = (value: number): number => Math.round(value * 10) / 10

function signatureAge(board: TerminalBoard, now: number): number | null {
  const ages = [...board.states.values()].flatMap(({ signatureMs }) =>
    signatureMs === null ? [] : [(now - signatureMs) / DAY_MS],
  )
  const typical = quantile(ages, 0.5)
  return typical === undefined ? null : Math.max(0, Math.floor(typical))
}

function virusPart(board: TerminalBoard, now: number): TerminalPanel['virus'] {
  if (board.states.size === 0) return { unresolved: null, today: null, note: '尚无上报' }
  const unresolved = board.viruses.filter(({ resolved_ms }) => resolved_ms === null).length
  const today = board.viruses.filter(({ at_ms }) => at_ms >= startOfDay(now)).length
  const note =
    today === 0 ? '今日 0' : unresolved === 0 ? `今日 ${today}，均已处置` : `今日 ${today}，未处置 ${unresolved}`
  return { unresolved, today, note }
}

function outreachPart(board: TerminalBoard, now: number): TerminalPanel['outreach'] {
  if (board.states.size === 0) return { today: null, daysSince: null }
  const last = board.outreach[0]
  return {
    today: board.outreach.filter(({ at_ms }) => at_ms >= startOfDay(now)).length,
    daysSince: last ? Math.floor((startOfDay(now) - startOfDay(last.at_ms)) / DAY_MS) : null,
  }
}

function patchPart(board: TerminalBoard, now: number): TerminalPanel['patches'] {
  const told = [...board.states.values()].filter(({ patchMs }) => patchMs !== null)
  if (told.length === 0) return { hosts: null, oldestDays: null, at: null }
  const missing = told.flatMap(({ patchSinceMs }) => (patchSinceMs === null ? [] : [patchSinceMs]))
  return {
    hosts: missing.length,
    oldestDays: missing.length === 0 ? null : Math.floor((now - Math.min(...missing)) / DAY_MS),
    at: Math.max(...told.map(({ patchMs }) => patchMs ?? 0)),
  }
}

/** P25–P75 of the online rate at this hour over the last workdays; a metrics store that is down leaves it out. */
async function ownPast(deps: SecurityDeps, now: number): Promise<{ band: TerminalPanel['past']; days: number }> {
  const { historyWorkdays, historyMinDays } = deps.config.security
  const days = new Set(pastWorkdays(now, historyWorkdays, deps.calendar))
  const oldest = [...days].at(-1)
  if (!oldest) return { band: null, days: 0 }
  const hour = officeTime(now).hour
  const points = await deps.past('terminal_gauge', 'online_rate', dayStart(oldest), startOfDay(now)).catch(() => [])
  const values = points.flatMap(({ at, value }) => {
    const local = officeTime(at)
    return value !== null && local.hour === hour && days.has(local.toPlainDate().toString()) ? [value] : []
  })
  const [p25, median, p75] = [0.25, 0.5, 0.75].map((q) => quantile(values, q))
  if (values.length < historyMinDays || p25 === undefined || median === undefined || p75 === undefined)
    return { band: null, days: values.length }
  return {
    band: { p25: round1(p25), median: round1(median), p75: round1(p75), days: values.length },
    days: values.length,
  }
}
