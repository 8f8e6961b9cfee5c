import { dayStart, officeDate, startOfDay } from '../../../config/zone.ts'
import type { Figure } from '../../../contract/figures.ts'
import type { Freshness } from '../../../contract/panels/common.ts'
import type { CrossFinding, CrossPanel } from '../../../contract/panels/cross.ts'
import { type Severity, severityRank } from '../../../contract/severity.ts'
import { figure } from '../../figure.ts'
import { DAY_MS, type SecurityDeps, sourcesOf } from '../context.ts'
import { loadTerminals } from '../terminals/repository.ts'
import { clockOf, type Ground } from './place.ts'
import { causeOf } from './raise.ts'
import { type Finding, findingsSince, type RuleName, tracesOf } from './repository.ts'
import { CROSS_REASONS } from './rules.ts'

export const TITLES: Readonly<Record<RuleName, string>> = {
  terminalWithoutEntry: '终端在用无刷卡',
  nightEntry: '夜间非值守开门',
  unprotectedRoom: '进入房间有无防护终端',
}
const SHOWN = 6

export interface CrossBoard {
  freshness: Freshness
  doorsAlive: boolean
  /** Of today and of yesterday, newest first. */
  findings: readonly Finding[]
  /** Raised, and their alert is not closed. */
  open: readonly Finding[]
}

export async function readCrossBoard(deps: SecurityDeps, now: number): Promise<CrossBoard> {
  const { config, records } = deps
  const freshness = await deps.freshness([...sourcesOf(config, 'access'), ...sourcesOf(config, 'terminal')])
  const doors = await deps.freshness(sourcesOf(config, 'access'))
  const findings = await findingsSince(records.read, startOfDay(now) - DAY_MS)
  const causes = new Set((await deps.openAlerts()).filter(({ state }) => state !== 'normal').map(({ cause }) => cause))
  return {
    freshness,
    doorsAlive: doors.state === 'ok' && doors.at !== null && now - doors.at <= doors.staleAfterS * 1000,
    findings,
    open: findings.filter((one) => one.state === 'raised' && causes.has(causeOf(one))),
  }
}

export async function crossPanel(
  deps: SecurityDeps,
  ground: Ground,
  now: number,
  board: CrossBoard,
): Promise<CrossPanel> {
  const { correlation } = deps.config
  const severityOf = (one: Finding): Severity => correlation.rules[one.rule].severity
  const [worst] = [...board.open].sort(
    (a, b) => severityRank(severityOf(a)) - severityRank(severityOf(b)) || b.atMs - a.atMs,
  )
  const place = worst?.place ?? Object.keys(correlation.places)[0] ?? null
  const from = now - correlation.laneMinutes * 60_000
  const here = board.open.filter((one) => one.place === place)
  const terminals = await terminalLane(deps, ground, place, here, from)
  const today = officeDate(now)
  const ofToday = board.findings.filter(({ atMs }) => officeDate(atMs) === today)
  return {
    freshness: board.freshness,
    place,
    from,
    to: now,
    doors: board.doorsAlive ? await doorLane(deps, ground, place, worst, here, from) : null,
    terminals,
    duty: dutyLane(ground, from, now),
    reading: readingOf(board, worst, terminals.total),
    severity: worst ? severityOf(worst) : null,
    counts: {
      open: board.open.length,
      waiting: ofToday.filter(({ state }) => state === 'waiting').length,
      unknown: ofToday.filter(({ state }) => state === 'unknown').length,
      today: ofToday.length,
    },
    findings: ofToday
      .filter(({ state }) => state !== 'fine')
      .slice(0, SHOWN)
      .map((one) => itemOf(one, severityOf(one))),
  }
}

export const itemOf = (one: Finding, severity: Severity): CrossFinding => ({
  id: one.id,
  title: TITLES[one.rule],
  object: one.object,
  place: one.place,
  at: one.atMs,
  state: one.state,
  severity,
  reason: CROSS_REASONS[one.reason],
  facts: [...one.facts],
})

async function doorLane(
  deps: SecurityDeps,
  ground: Ground,
  place: string | null,
  worst: Finding | undefined,
  here: readonly Finding[],
  from: number,
): Promise<CrossPanel['doors']> {
  const mapped = place === null ? [] : (deps.config.correlation.places[place] ?? [])
  const doors =
    worst?.rule === 'nightEntry'
      ? [worst.object]
      : mapped.length > 0
        ? mapped
        : ground.wayTo(place ?? '').map(({ id }) => id)
  if (doors.length === 0) return []
  const evidence = new Map(here.flatMap((one) => one.evidence.map((id) => [id, one] as const)))
  const traces = await tracesOf(deps.records.read, doors, from)
  return traces
    .map(({ event_id, at_ms }) => {
      const finding = evidence.get(event_id)
      const severity = finding ? deps.config.correlation.rules[finding.rule].severity : null
      return { at: Number(at_ms), word: finding ? TITLES[finding.rule] : null, severity }
    })
    .reverse()
}

async function terminalLane(
  deps: SecurityDeps,
  ground: Ground,
  place: string | null,
  here: readonly Finding[],
  from: number,
): Promise<CrossPanel['terminals']> {
  const hosts = place === null ? [] : ground.hostsIn(place).map(({ host }) => host)
  const states = hosts.length === 0 ? new Map() : await loadTerminals(deps.records.read, hosts)
  const online = states.size === 0 ? null : hosts.filter((host) => states.get(host)?.online).length
  const blind = hosts.filter((host) => !states.has(host)).length
  const marks = here
    .filter(({ rule, atMs }) => rule === 'terminalWithoutEntry' && atMs >= from)
    .map(({ atMs, rule, object }) => ({
      at: atMs,
      word: object,
      severity: deps.config.correlation.rules[rule].severity,
    }))
  const note = [
    `${place ?? '未指定'}内终端 ${hosts.length} 台`,
    online === null ? '尚无上报' : `在线 ${online} 台`,
    ...(blind > 0 ? [`无防护 ${blind} 台`] : []),
  ].join('，')
  return { online, total: hosts.length, marks, note }
}

/** The shifts that stand in these minutes, with the posts that hold them. */
function dutyLane(ground: Ground, from: number, to: number): CrossPanel['duty'] {
  const spans: CrossPanel['duty'] = []
  for (const day of [officeDate(from - DAY_MS), officeDate(from), officeDate(to)]) {
    for (const shift of ground.shifts) {
      const start = dayStart(day) + minutesOf(shift.from) * 60_000
      const end = dayStart(day) + minutesOf(shift.to) * 60_000 + (shift.from < shift.to ? 0 : DAY_MS)
      if (end <= from || start >= to) continue
      const span = { from: Math.max(start, from), to: Math.min(end, to), label: shift.name }
      if (!spans.some((one) => one.from === span.from && one.label === span.label)) spans.push(span)
    }
  }
  return spans.sort((a, b) => a.from - b.from).map((span) => ({ ...span, label: labelled(ground, span.label) }))
}
function labelled(ground: Ground, shift: string): string {
  const posts = [...ground.posts.values()].filter((post) => post.shift === shift || post.shift === '')
  return `${shift} ${posts
    .slice(0, 3)
    .map(({ name }) => name)
    .join('、')}`
}
const minutesOf = (text: string): number => Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5))

function readingOf(board: CrossBoard, worst: Finding | undefined, total: number): string {
  const waiting = board.findings.filter(({ state }) => state === 'waiting').length
  if (worst) return `${clockOf(worst.atMs)} ${CROSS_REASONS[worst.reason]}`
  if (!board.doorsAlive) return `门禁来源中断，不判断有无刷卡${waiting > 0 ? `，${waiting} 项待判` : ''}`
  if (waiting > 0) return `${waiting} 项待判：等待门禁补传`
  return total === 0 ? '三类记录未见矛盾' : '刷卡、终端、值守三类记录未见矛盾'
}

export const CROSS_FIGURES = ['cross.open', 'cross.unknown'] as const

export async function crossFigures(deps: SecurityDeps, now: number): Promise<Figure[]> {
  const board = await readCrossBoard(deps, now)
  const rows = (some: readonly Finding[]): Figure['rows'] =>
    some.map((one) => ({
      规则: TITLES[one.rule],
      对象: one.object,
      位置: one.place,
      时刻: clockOf(one.atMs),
      结论: CROSS_REASONS[one.reason],
      证据: one.evidence.join(' '),
    }))
  const unknown = board.findings.filter(
    ({ state, atMs }) => state === 'unknown' && officeDate(atMs) === officeDate(now),
  )
  const make = (name: (typeof CROSS_FIGURES)[number], title: string, formula: string, some: readonly Finding[]) =>
    figure({ name, title, value: some.length, unit: '项', formula, rows: rows(some) }, board.freshness, now)
  return [
    make('cross.open', '关联研判未结', '按 rules/correlation.yaml 告警且未关闭的项数', board.open),
    make('cross.unknown', '关联研判无法下结论', '今日因门禁中断、缺口、常开而不作判断的项数', unknown),
  ]
}
